"""The history of the schema: it makes the tables of the metadata, once, and privately."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Integer, MetaData, create_engine, inspect, text

from community.errors import Code, StoreError
from community.store.database import migrate
from community.store.schema import metadata
from community.store.schema.guides import INDEX

ROOT = Path(__file__).resolve().parents[3]


def is_table(name: str | None, kind: str, _parents: Any) -> bool:
    """Whether it is one of ours: a full-text index has tables of its own that no metadata knows."""
    return kind != "table" or not str(name).startswith(INDEX)


def tables(file: Path) -> dict[str, Any]:
    """Everything that SQLite knows of the tables of a file."""
    engine = create_engine(f"sqlite:///{file}")
    found = inspect(engine)
    with engine.connect() as conn:
        counting = "SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'"
        autoincrement = set(conn.execute(text(counting)).scalars())
    described = {
        name: {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"], column["primary_key"])
                for column in found.get_columns(name)
            },
            "foreign": {
                (*key["constrained_columns"], key["referred_table"], *key["referred_columns"])
                for key in found.get_foreign_keys(name)
            },
            "unique": {tuple(one["column_names"]) for one in found.get_unique_constraints(name)},
            "indexes": {
                (one["name"], *one["column_names"], bool(one["unique"]))
                for one in found.get_indexes(name)
            },
            "autoincrement": name in autoincrement,
        }
        for name in found.get_table_names()
        if is_table(name, "table", {})
    }
    engine.dispose()
    return described


def differences(file: Path, wanted: MetaData) -> list[Any]:
    """What Alembic would still change."""
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as conn:
        context = MigrationContext.configure(
            conn, opts={"compare_type": True, "include_name": is_table}
        )
        found = compare_metadata(context, wanted)
    engine.dispose()
    return found


def test_history_makes_the_tables_of_the_metadata(migrated: Path, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'made.db'}")
    metadata.create_all(engine)
    engine.dispose()
    from_history = tables(migrated)
    assert from_history.pop("alembic_version")
    assert from_history == tables(tmp_path / "made.db")
    assert differences(migrated, metadata) == []


def test_column_that_the_history_lacks_is_noticed(migrated: Path) -> None:
    wanted = MetaData(naming_convention=metadata.naming_convention)
    for table in metadata.sorted_tables:
        table.to_metadata(wanted)
    wanted.tables["room"].append_column(Column("floor", Integer))
    (found,) = differences(migrated, wanted)
    assert (found[0], found[2], found[3].name) == ("add_column", "room", "floor")


def test_migrating_again_keeps_what_is_stored(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'linsheng.db'}"
    migrate(url)
    engine = create_engine(url)
    with engine.begin() as conn:
        conn.execute(text("INSERT INTO counter VALUES ('number', 1001)"))
    migrate(url)
    with engine.connect() as conn:
        assert conn.execute(text("SELECT * FROM counter")).all() == [("number", 1001)]
    engine.dispose()


def test_new_database_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "var" / "linsheng.db"
    migrate(f"sqlite:///{file}")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_processes_that_start_together_migrate_one_after_the_other(tmp_path: Path) -> None:
    file = tmp_path / "linsheng.db"
    code = f"from community.store.database import migrate; migrate('sqlite:///{file}')"
    started = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    told = [process.communicate(timeout=30)[1] for process in started]
    assert [process.returncode for process in started] == [0, 0], told
    assert differences(file, metadata) == []


def test_file_that_is_no_database_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "linsheng.db").write_text("这不是数据库。" * 100)
    with pytest.raises(StoreError) as refused:
        migrate(f"sqlite:///{tmp_path / 'linsheng.db'}")
    assert refused.value.code is Code.STORE_UNAVAILABLE
