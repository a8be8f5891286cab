"""`python -m desk`: the staff web application."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import sys

import uvloop
from aiohttp import web

from community import config, log
from community.errors import CommunityError, ConfigError
from community.store.database import Database, migrate
from community.times import SystemClock
from desk.app import build_app

EXIT_CANNOT_START = 2
STREAMS_END_WITHIN_S = 1.0


async def serve(settings: config.Settings) -> int:
    """Run until a signal; returns the exit code."""
    await asyncio.to_thread(migrate, settings.database)
    db = Database(settings.database)
    runner = web.AppRunner(
        build_app(settings, db, SystemClock()), shutdown_timeout=STREAMS_END_WITHIN_S
    )
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    try:
        await runner.setup()
        site = web.TCPSite(runner, settings.host, settings.desk_port)
        try:
            await site.start()
        except OSError as error:
            return _cannot_listen(settings, error)
        host, port = runner.addresses[0][:2]
        sys.stdout.write(f"desk: listening on http://{host}:{port}\n")
        sys.stdout.flush()
        await stop.wait()
    finally:
        await runner.cleanup()
        await db.close()
    return 0


def _cannot_listen(settings: config.Settings, error: OSError) -> int:
    reason = "is in use" if error.errno == errno.EADDRINUSE else os.strerror(error.errno or 0)
    return _complain(f"port {settings.desk_port} on {settings.host} {reason} (LINSHENG_DESK_PORT)")


def _complain(problem: str) -> int:
    sys.stderr.write(f"desk: {problem}\n")
    return EXIT_CANNOT_START


def main() -> int:
    try:
        settings = config.load(os.environ)
    except ConfigError as error:
        return _complain("; ".join(error.problems))
    log.configure("desk", level=settings.log_level)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(serve(settings))
    except CommunityError as error:
        return _complain(f"the database cannot be opened: {error.code} {settings.data_dir}")


if __name__ == "__main__":
    sys.exit(main())
