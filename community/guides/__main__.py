"""`python -m community.guides import FILE` and `export FILE`, on the configured database."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from community.config import load
from community.errors import ConfigError, StoreError
from community.guides import files, library
from community.store.database import Database, migrate

USAGE = "usage: python -m community.guides import|export FILE   (.csv or .json)"


async def _import(url: str, file: Path) -> int:
    offered = files.read(file)
    migrate(url)
    db = Database(url)
    try:
        return await library.take_in(db, offered)
    finally:
        await db.close()


async def _export(url: str, file: Path) -> int:
    migrate(url)
    db = Database(url)
    try:
        found = await library.give_out(db)
    finally:
        await db.close()
    files.write(file, found)
    return len(found)


def main(arguments: list[str]) -> int:
    """0 when it is done; 1 with every problem on stderr, nothing stored; 2 for a wrong call."""
    if len(arguments) != 2 or arguments[0] not in {"import", "export"}:
        print(USAGE, file=sys.stderr)
        return 2
    act, file = arguments[0], Path(arguments[1])
    try:
        url = load(os.environ).database
        count = asyncio.run(_import(url, file) if act == "import" else _export(url, file))
    except ConfigError as error:
        print("\n".join(error.problems), file=sys.stderr)
        return 1
    except (StoreError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{act}: {count} guides, {file}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
