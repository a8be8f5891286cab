"""`python -m connectors`: composition root of the gateway, the only reader of the environment."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import signal
import sys
from collections.abc import Sequence

import aiohttp
import uvloop
from aiohttp import web

from bot.engine import RasaEngine
from community import config, log
from community.config import Settings
from community.errors import CommunityError, ConfigError
from community.secrets import Secrets, load_secrets
from community.store.database import Database, migrate
from community.times import SystemClock
from connectors.app import build_app, log_channels_off
from connectors.speech import log_speech, open_ears, open_mouth

BAD_START = 2
OPEN_REQUESTS_END_S = 0.2
"Waited for twice; with `app.TURNS_END_S` the process ends within 3 s of a SIGTERM"
COLLECT_AFTER = (5_000, 50, 20)
"Objects, and rounds of the younger generations, after which the collector looks (CPython's gc)"


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until a signal; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m connectors", description=__doc__)
    parser.add_argument("--host", help="address to listen on (LINSHENG_HOST)")
    parser.add_argument("--port", type=int, help="port to listen on (LINSHENG_PORT)")
    given = parser.parse_args(arguments)
    try:
        settings = config.load(os.environ, host=given.host, port=given.port)
        log.configure("gateway", level=settings.log_level)
        secrets = load_secrets(settings.data_dir, api_clients=settings.api_clients.reveal())
        migrate(settings.database)
        uvloop.run(_serve(settings, secrets))
    except ConfigError as error:
        return _refuse(*error.problems)
    except CommunityError as error:
        return _refuse(f"database in {settings.data_dir}: {error}")
    except OSError as error:
        return _refuse(f"cannot start: {error.strerror or error}")
    return 0


def _refuse(*problems: str) -> int:
    print(f"gateway: {'; '.join(problems)}", file=sys.stderr)
    return BAD_START


def _settle_memory() -> None:
    """What is loaded now stays: the collector need not look through it again in somebody's turn.

    With a thousand turns under way it would go through all of them again and again, each time for
    tens of milliseconds; what lives that long can wait.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


async def _serve(settings: Settings, secrets: Secrets) -> None:
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    ears = await open_ears(settings)
    db = Database(settings.database)
    connections = aiohttp.TCPConnector(limit=settings.engine_calls)
    async with aiohttp.ClientSession(connector=connections) as session, open_mouth() as voice:
        engine = RasaEngine(session, settings.engine_url, timeout_s=settings.engine_timeout_s)
        app = build_app(settings, secrets, db, SystemClock(), engine, ears=ears, voice=voice)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=OPEN_REQUESTS_END_S)
        try:
            await runner.setup()
            site = web.TCPSite(runner, settings.host, settings.port)
            await site.start()
            host, port = runner.addresses[0][:2]
            _settle_memory()
            log_channels_off(app)
            log_speech(settings, ears, voice)
            print(f"gateway: listening on http://{host}:{port}", flush=True)
            await stopped.wait()
        finally:
            await runner.cleanup()
            await db.close()
            if ears is not None:
                ears.close()
    sys.stderr.flush()
    os._exit(0)  # the thread of a database connection whose turn was cancelled would hold us up


if __name__ == "__main__":
    sys.exit(main())
