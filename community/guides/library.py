"""Keeping guides: each record, and the words by which it is found; many at once or none."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import ConfigError
from community.store import guides
from community.store.database import Database
from community.store.guides import Guide
from language.search_words import search_words


async def keep(conn: AsyncConnection, one: Guide) -> None:
    """Store a guide in place of the one with its code, and index it."""
    body = [one.conditions, *(m.name for m in one.materials), *(f.question for f in one.faqs)]
    words = {
        "name": search_words(one.name),
        "aliases": search_words(" ".join(one.aliases)),
        "body": search_words(" ".join(body)),
    }
    await guides.put(conn, one, words)


async def take_in(db: Database, offered: list[Guide]) -> int:
    """Store all of them in one transaction; returns how many.

    A guide replaces the one with its code. Raises ConfigError, naming row and field, when one is
    older than what is stored or has the name of another; then nothing is stored.
    """
    async with db.write() as conn:
        stored = {one.code: one for one in await guides.every(conn)}
        replaced = {one.code for one in offered}
        owners = {one.name: code for code, one in stored.items() if code not in replaced}
        problems = []
        for number, one in enumerate(offered, 1):
            if one.code in stored and one.version < stored[one.code].version:
                problems.append(
                    f"row {number}, TASK_VERSION: older than {stored[one.code].version}"
                )
            if one.name in owners:
                problems.append(f"row {number}, TASK_NAME: that of {owners[one.name]}")
        if problems:
            raise ConfigError(problems)
        for code in replaced & set(stored):
            await guides.remove(conn, code)
        for one in offered:
            await keep(conn, one)
    return len(offered)


async def give_out(db: Database) -> list[Guide]:
    """The whole library, by name."""
    async with db.read() as conn:
        return await guides.every(conn)
