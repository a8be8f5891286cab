"""`python -m desk.accounts add USER NAME ROLE [SKILL …]`: accounts of staff, for operators.

The password is asked for, or read as one line from stdin when that is no terminal. Adding a user
that exists is refused; `password USER` sets a new one and ends their sessions.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import os
import sys
from collections.abc import Sequence

from sqlalchemy import delete, insert, select, update

from community import config
from community.config import Settings
from community.errors import BadInput, CommunityError, ConfigError, Conflict, NotFound
from community.ids import new_id
from community.labels import label
from community.store.database import Database, migrate
from community.store.schema import staff, staff_session
from community.times import Clock, SystemClock
from conversation import audit
from desk.passwords import MAX_CHARACTERS, MIN_CHARACTERS, Passwords
from desk.staff import Role
from desk.words import words

OPERATOR = "operator"


async def add(
    db: Database,
    clock: Clock,
    passwords: Passwords,
    *,
    user: str,
    name: str,
    role: Role,
    password: str,
    skills: Sequence[str] = (),
) -> str:
    """Make an account; returns its id. Raises BadInput for a short password, Conflict for a user
    name that is taken.
    """
    _check(password)
    async with db.write() as conn:
        taken = await conn.execute(select(staff.c.id).where(staff.c.user == user))
        if taken.scalar() is not None:
            raise Conflict("the user name is taken")
        staff_id = new_id("staff")
        await conn.execute(
            insert(staff).values(
                id=staff_id,
                user=user,
                name=name,
                role=role,
                skills=list(skills),
                password_hash=passwords.hash(password),
                on_duty=False,
            )
        )
        await audit.record(conn, clock, actor=OPERATOR, act="staff.add", obj=staff_id)
    return staff_id


async def set_password(
    db: Database, clock: Clock, passwords: Passwords, *, user: str, password: str
) -> None:
    """Give an account a new password and end its sessions. Raises NotFound."""
    _check(password)
    async with db.write() as conn:
        staff_id = (
            await conn.execute(
                update(staff)
                .where(staff.c.user == user)
                .values(password_hash=passwords.hash(password))
                .returning(staff.c.id)
            )
        ).scalar()
        if staff_id is None:
            raise NotFound("no such user")
        await conn.execute(delete(staff_session).where(staff_session.c.staff_id == staff_id))
        await audit.record(conn, clock, actor=OPERATOR, act="staff.password", obj=staff_id)


def _check(password: str) -> None:
    if not MIN_CHARACTERS <= len(password) <= MAX_CHARACTERS:
        raise BadInput("a password too short or too long")


def _read_password() -> str:
    if sys.stdin.isatty():
        return getpass.getpass(words("accounts.prompt"))
    return sys.stdin.readline().rstrip("\n")


async def _run(settings: Settings, args: argparse.Namespace, password: str) -> None:
    await asyncio.to_thread(migrate, settings.database)
    db, clock, passwords = Database(settings.database), SystemClock(), Passwords()
    try:
        if args.command == "password":
            await set_password(db, clock, passwords, user=args.user, password=password)
        else:
            await add(
                db, clock, passwords, user=args.user, name=args.name, role=Role(args.role),
                password=password, skills=args.skills,
            )  # fmt: skip
    finally:
        await db.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m desk.accounts")
    commands = parser.add_subparsers(dest="command", required=True)
    adding = commands.add_parser("add")
    adding.add_argument("user")
    adding.add_argument("name")
    adding.add_argument("role", choices=[role.value for role in Role])
    adding.add_argument("skills", nargs="*")
    changing = commands.add_parser("password")
    changing.add_argument("user")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    args = _parser().parse_args(arguments)
    try:
        settings = config.load(os.environ)
        asyncio.run(_run(settings, args, _read_password()))
    except ConfigError as error:
        sys.stderr.write("; ".join(error.problems) + "\n")
        return 2
    except BadInput:
        sys.stderr.write(words("accounts.short", least=MIN_CHARACTERS) + "\n")
        return 2
    except Conflict:
        sys.stderr.write(words("accounts.taken", user=args.user) + "\n")
        return 2
    except CommunityError as error:
        sys.stderr.write(f"{error.code}\n")
        return 2
    if args.command == "add":
        sys.stdout.write(
            words("accounts.added", user=args.user, role=label("role", args.role)) + "\n"
        )
    else:
        sys.stdout.write(words("accounts.changed", user=args.user) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
