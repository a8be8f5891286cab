"""`python -m launch`, behind `scripts/serve`: from nothing to `ready:`, and down again."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import os
import signal
import sys
from pathlib import Path

from community import demo
from community.config import Settings, load, with_file
from community.errors import CommunityError, ConfigError
from community.secrets import load_secrets
from community.store.database import Database, migrate
from community.times import SystemClock
from launch import checks, model, processes
from launch.children import Supervisor

ROOT = Path(__file__).resolve().parent.parent
CREDENTIALS = "demo-credentials.json"


def say(words: str) -> None:
    """Progress, for the person who waits."""
    print(f"serve: {words}", file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/serve", description=__doc__)
    parser.add_argument("--port", type=int, help="port of the web chat and the open channel")
    parser.add_argument("--desk-port", type=int, help="port of the desk")
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder that holds all state")
    content = parser.add_mutually_exclusive_group()
    content.add_argument(
        "--demo", action="store_true", help="fill a new database with the demonstration community"
    )
    content.add_argument("--empty", action="store_true", help="leave a new database empty")
    return parser.parse_args()


def _settings(arguments: argparse.Namespace) -> Settings:
    settings = load(
        with_file(os.environ, ROOT),
        port=arguments.port,
        desk_port=arguments.desk_port,
        data_dir=arguments.data,
    )
    found = checks.problems(ROOT, settings)
    if found:
        raise ConfigError(found)
    return dataclasses.replace(
        settings,
        data_dir=settings.data_dir.resolve(),
        port=settings.port or checks.free_port(),
        desk_port=settings.desk_port or checks.free_port(),
    )


async def _fill_demo(settings: Settings) -> None:
    """Write the demonstration community into a new database, and its credentials beside it.

    At a later start with such a database, say that it is one.
    """
    secrets = load_secrets(settings.data_dir, api_clients=settings.api_clients.reveal())
    file = settings.data_dir / CREDENTIALS
    db = Database(settings.database)
    try:
        if not await demo.is_new(db):
            if await demo.is_demo(db):
                say("this is the demonstration community（演示数据）: nobody in it is real")
            return
        token = next(iter(secrets.api_clients.values())).reveal()
        await demo.fill(
            db, SystemClock(), secrets.pepper, lambda made: _keep(file, made, api_token=token)
        )
    finally:
        await db.close()
    say(f"demonstration community written; its credentials are in {file}")


def _keep(file: Path, made: demo.Credentials, *, api_token: str) -> None:
    """Put the credentials in their file, whole or not at all, for the owner's eyes only."""
    document = {"api_token": api_token} | dataclasses.asdict(made)
    part = file.with_suffix(".part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        os.fchmod(out.fileno(), 0o600)  # a file that was there keeps its mode otherwise
        json.dump(document, out, ensure_ascii=False, indent=1)
        out.flush()
        os.fsync(out.fileno())
    part.replace(file)


async def _serve(arguments: argparse.Namespace) -> None:
    settings = _settings(arguments)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    trained = await asyncio.to_thread(model.ensure, ROOT, say)
    await asyncio.to_thread(migrate, settings.database)
    if not arguments.empty:
        await _fill_demo(settings)
    supervisor = Supervisor(ROOT, say)
    try:
        starting = asyncio.create_task(supervisor.start(processes.all_of(ROOT, settings, trained)))
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({starting, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not stop.is_set():
            await starting
            print(
                f"ready: web chat http://{settings.host}:{settings.port}/ "
                f"desk http://{settings.host}:{settings.desk_port}/",
                flush=True,
            )
            await stopped
        starting.cancel()
    finally:
        await supervisor.stop()


def main() -> int:
    try:
        asyncio.run(_serve(_arguments()))
    except ConfigError as error:
        for problem in error.problems:
            print(f"serve: {problem}", file=sys.stderr)
        return 2
    except (CommunityError, RuntimeError) as error:
        print(f"serve: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
