"""The demonstration community: marked as such, whole, random where it must be, written once."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, text

from community import demo
from community.config import Secret, Settings
from community.demo import Credentials
from community.errors import StoreError
from community.labels import group
from community.secrets import load_secrets
from community.store import rooms, schema
from community.store.database import Database
from community.times import SHANGHAI, FixedClock
from launch import __main__ as launcher
from tests.community.village import PEPPER, Village
from tests.conftest import add_staff


async def rows(db: Database, table: Any) -> list[Any]:
    async with db.read() as conn:
        return list((await conn.execute(select(table))).all())


@dataclass(frozen=True)
class Filled:
    """A database with the demonstration in it, and what was told of it."""

    db: Database
    credentials: Credentials
    at: datetime


@pytest.fixture(scope="module")
def written(
    migrated: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Credentials, datetime]:
    """Written once for all tests that only look: hashing passwords takes its time."""
    file = shutil.copy(migrated, tmp_path_factory.mktemp("demo") / "linsheng.db")
    clock = FixedClock(datetime(2025, 11, 3, 14, 5, tzinfo=SHANGHAI))

    async def fill() -> Credentials:
        database = Database(f"sqlite:///{file}")
        try:
            return await demo.fill(database, clock, PEPPER)
        finally:
            await database.close()

    return Path(file), asyncio.run(fill()), clock.now()


@pytest.fixture
async def filled(written: tuple[Path, Credentials, datetime]) -> AsyncIterator[Filled]:
    file, credentials, at = written
    database = Database(f"sqlite:///{file}")
    yield Filled(database, credentials, at)
    await database.close()


async def test_it_is_marked_as_a_demonstration(filled: Filled) -> None:
    assert await rows(filled.db, schema.setting) == [("demo", True)]


@pytest.mark.parametrize("first", ["home", "staff"])
async def test_database_is_new_until_it_has_a_home_or_a_member_of_staff(
    db: Database, village: Village, first: str
) -> None:
    assert await demo.is_new(db)
    if first == "home":
        await village.home(3, 2, "501", code="35010001")
    else:
        await add_staff(db, "staff_fang", "王芳")
    assert not await demo.is_new(db)


async def test_credentials_open_what_they_name_and_are_stored_as_hashes_only(
    filled: Filled,
) -> None:
    codes = [home["code"] for home in filled.credentials.households]
    passwords = {one["user"]: one["password"] for one in filled.credentials.desk_users}
    assert len(set(codes)) == len(codes) == 40
    assert [code for code in codes if not re.fullmatch(r"[1-9]\d{7}", code)] == []
    async with filled.db.read() as conn:
        for household in filled.credentials.households[:5]:
            home = await rooms.by_code(conn, household["code"], PEPPER)
            assert home is not None
            people = await rooms.residents_of(conn, home.room_id)
            assert home.label == household["room"]
            assert sorted(one.name for one in people) == sorted(household["residents"])
    stored = {row.user: row.password_hash for row in await rows(filled.db, schema.staff)}
    assert set(stored) == set(passwords)
    assert all(hashed.startswith("$argon2id$") for hashed in stored.values())
    assert PasswordHasher().verify(stored["clerk"], passwords["clerk"])
    kept = repr([await rows(filled.db, table) for table in (schema.room, schema.staff)])
    assert [secret for secret in [*codes, *passwords.values()] if secret in kept] == []


async def test_every_role_of_the_desk_is_there_to_be_tried(filled: Filled) -> None:
    staff = await rows(filled.db, schema.staff)
    assert {row.role for row in staff} == {"clerk", "duty", "grid", "repairer", "admin"}
    assert {row.role for row in staff} < set(group("role"))
    assert {one["role"] for one in filled.credentials.desk_users} == {row.role for row in staff}


async def test_no_telephone_is_anybodys(filled: Filled) -> None:
    phones = [row.phone for row in await rows(filled.db, schema.resident) if row.phone]
    assert len(set(phones)) == len(phones) > 40
    assert [phone for phone in phones if not phone.startswith("170000000")] == []


async def test_bills_of_three_months_add_up_in_whole_fen(filled: Filled) -> None:
    bills = await rows(filled.db, schema.bill)
    assert {row.period for row in bills} == {"2025-10", "2025-09", "2025-08"}
    assert {row.item for row in bills} < set(group("fee_item"))
    assert len(bills) == 40 * 3 * 3
    for row in bills:
        amounts = [row.amount_fen, row.late_fee_fen, row.paid_fen, *(x["fen"] for x in row.lines)]
        assert all(type(fen) is int and fen >= 0 for fen in amounts)
        assert sum(line["fen"] for line in row.lines) == row.amount_fen
        assert row.paid_fen in {0, row.amount_fen}
        assert (row.paid_at is not None) == bool(row.paid_fen)


async def test_nothing_was_paid_in_the_future(filled: Filled) -> None:
    paid = [row.paid_at for row in await rows(filled.db, schema.bill) if row.paid_at]
    assert max(paid) <= filled.at


async def test_notices_are_current_and_tell_of_tomorrow(filled: Filled) -> None:
    notices = await rows(filled.db, schema.notice)
    assert all(row.published_at <= filled.at < row.expires_at for row in notices)
    assert all(row.ends_at is None or row.starts_at < row.ends_at for row in notices)
    (outage,) = [row for row in notices if row.topic == "停水"]
    assert (outage.building, outage.starts_at.isoformat()) == (3, "2025-11-04T01:00:00+00:00")


async def test_it_is_written_whole_or_not_at_all(db: Database, clock: FixedClock) -> None:
    async with db.write() as conn:
        await conn.execute(text("DROP TABLE bill"))
    with pytest.raises(StoreError):
        await demo.fill(db, clock, PEPPER)
    assert await demo.is_new(db)


# --- the credentials' file


async def start(settings: Settings) -> str | None:
    """What `scripts/serve` does with a database before the processes start; the file's text."""
    await launcher._fill_demo(settings)
    file = settings.data_dir / launcher.CREDENTIALS
    return file.read_text(encoding="utf-8") if file.exists() else None


async def test_credentials_are_written_at_the_first_start_and_never_again(
    db: Database, data_dir: Path, filled: Filled
) -> None:
    clients = Secret("life-app:token-0123456789abcdef")
    settings = Settings(data_dir=data_dir, api_clients=clients)
    written = await start(settings)
    assert written is not None
    document = json.loads(written)
    assert document["api_token"] == "token-0123456789abcdef"
    assert (len(document["desk_users"]), len(document["households"])) == (8, 40)
    async with db.read() as conn:
        code, pepper = document["households"][0]["code"], load_secrets(data_dir).pepper
        assert await rooms.by_code(conn, code, pepper) is not None
    file = data_dir / launcher.CREDENTIALS
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert await start(settings) == written
    file.unlink()
    assert await start(settings) is None
    # Random: another demonstration shares no password and no code with this one.
    first = filled.credentials
    for before, after, key in (
        (first.desk_users, document["desk_users"], "password"),
        (first.households, document["households"], "code"),
    ):
        assert not {one[key] for one in before} & {one[key] for one in after}
        assert min(len(one[key]) for one in after) == {"password": 12, "code": 8}[key]


async def test_credentials_of_a_file_that_others_could_read_are_the_owners_alone(
    db: Database, data_dir: Path
) -> None:
    file = data_dir / launcher.CREDENTIALS
    for left in (file, file.with_suffix(".part")):
        left.write_text("left over", encoding="utf-8")
        left.chmod(0o644)
    written = await start(Settings(data_dir=data_dir))
    assert json.loads(written or "")["desk_users"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not file.with_suffix(".part").exists()


async def test_community_is_not_written_when_its_credentials_cannot_be_kept(
    db: Database, data_dir: Path
) -> None:
    blocked = data_dir / launcher.CREDENTIALS
    blocked.mkdir()
    with pytest.raises(OSError, match="directory"):
        await launcher._fill_demo(Settings(data_dir=data_dir))
    assert await demo.is_new(db)
    blocked.rmdir()
    assert await start(Settings(data_dir=data_dir)) is not None


async def test_later_start_says_that_the_data_is_a_demonstration(
    db: Database, data_dir: Path, village: Village, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not await demo.is_demo(db)
    await start(Settings(data_dir=data_dir))
    assert await demo.is_demo(db)
    assert "演示数据" not in capsys.readouterr().err
    await start(Settings(data_dir=data_dir))
    assert "演示数据" in capsys.readouterr().err


async def test_database_that_holds_a_home_is_left_alone(
    db: Database, data_dir: Path, village: Village
) -> None:
    await village.home(3, 2, "501", code="35010001")
    assert await start(Settings(data_dir=data_dir)) is None
    assert await rows(db, schema.setting) == []
