"""`python -m desk.accounts`: what an operator does before anybody can log in."""

from __future__ import annotations

import io
import sqlite3
from pathlib import Path

import pytest

from desk import accounts
from desk.passwords import Passwords
from tests.desk.seed import CHEAP, PASSWORD


@pytest.fixture
def run(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setenv("LINSHENG_DATA_DIR", str(data_dir))
    monkeypatch.setattr(accounts, "Passwords", lambda: CHEAP)

    def call(*arguments: str, password: str = PASSWORD) -> int:
        monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
        return accounts.main(arguments)

    return call


def rows(data_dir: Path, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(data_dir / "linsheng.db") as conn:
        found = conn.execute(query).fetchall()
    conn.close()
    return found


async def fits(data_dir: Path, password: str) -> bool:
    ((stored,),) = rows(data_dir, "SELECT password_hash FROM staff")
    return await CHEAP.fits(password, str(stored))


async def test_add_makes_an_account_with_a_hashed_password(
    run: object, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import asyncio

    code = await asyncio.to_thread(run, "add", "liu", "刘师傅", "repairer", "水暖", "管道")  # type: ignore[arg-type]
    assert code == 0
    assert capsys.readouterr().out == "已添加 liu（维修师傅）。\n"
    ((user, name, role, on_duty),) = rows(data_dir, "SELECT user, name, role, on_duty FROM staff")
    assert (user, name, role, on_duty) == ("liu", "刘师傅", "repairer", 0)
    assert await fits(data_dir, "correct horse")
    assert not await fits(data_dir, "wrong")


def test_taken_names_short_passwords_and_unknown_roles_are_refused(
    run: object, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("add", "fang", "王芳", "clerk", password="short") == 2  # type: ignore[operator]
    assert "密码至少 8 位" in capsys.readouterr().err
    assert run("add", "fang", "王芳", "clerk") == 0  # type: ignore[operator]
    assert run("add", "fang", "另一个", "clerk") == 2  # type: ignore[operator]
    assert "已经有了" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stop:
        run("add", "x", "某", "king")  # type: ignore[operator]
    assert stop.value.code == 2
    assert len(rows(data_dir, "SELECT id FROM staff")) == 1


def test_new_password_ends_all_sessions(run: object, data_dir: Path) -> None:
    assert run("add", "fang", "王芳", "clerk") == 0  # type: ignore[operator]
    ((staff_id,),) = rows(data_dir, "SELECT id FROM staff")
    with sqlite3.connect(data_dir / "linsheng.db") as conn:
        conn.execute(
            "INSERT INTO staff_session VALUES ('h', ?, '2025-01-01', '2025-01-01', '2099-01-01')",
            (staff_id,),
        )
    conn.close()
    assert run("password", "fang", password="another horse") == 0  # type: ignore[operator]
    assert rows(data_dir, "SELECT * FROM staff_session") == []
    assert run("password", "nobody") == 2  # type: ignore[operator]


async def test_passwords_are_argon2id_by_default() -> None:
    passwords = Passwords()
    stored = passwords.hash("correct horse")
    assert stored.startswith("$argon2id$v=19$m=65536,")
    assert await passwords.fits("correct horse", stored)
    assert not await passwords.fits("correct horse", None)
    assert not await passwords.fits("correct horse", "not a hash")
    assert not await passwords.fits("nobody has this password", None)
