"""`python -m bench.voice.gateway`: the gateway with ears that need no model, measured from inside.

It is put together as `python -m connectors` is. `GET /bench/loop` tells how late its event loop was
since it was asked last.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
from collections import deque

import aiohttp
import uvloop
from aiohttp import web

from bench.goal import percentile
from bench.voice.pitches import PitchEars
from bot.engine import RasaEngine
from community import config, log
from community.config import Settings
from community.secrets import load_secrets
from community.store.database import Database, migrate
from community.times import SystemClock
from connectors.app import build_app
from connectors.speech import open_mouth

LOOK_EVERY_S = 0.01
LOOKS_AT_MOST = 100_000
LOOP = "/bench/loop"


class Lateness:
    """How much later than asked for the loop wakes a task."""

    def __init__(self) -> None:
        self._late_s: deque[float] = deque(maxlen=LOOKS_AT_MOST)

    async def watch(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LOOK_EVERY_S
            await asyncio.sleep(LOOK_EVERY_S)
            self._late_s.append(max(0.0, loop.time() - due))

    async def tell(self, request: web.Request) -> web.Response:
        told = {"p95_ms": percentile(self._late_s, 95) * 1000, "looks": len(self._late_s)}
        self._late_s.clear()
        return web.json_response(told)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.voice.gateway")
    parser.add_argument("--port", type=int)
    settings = config.load(os.environ, port=parser.parse_args().port)
    log.configure("gateway", level=settings.log_level)
    migrate(settings.database)
    uvloop.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    lateness, db = Lateness(), Database(settings.database)
    async with aiohttp.ClientSession() as session, open_mouth() as voice:
        engine = RasaEngine(session, settings.engine_url, timeout_s=settings.engine_timeout_s)
        app = build_app(
            settings, load_secrets(settings.data_dir), db, SystemClock(), engine,
            ears=PitchEars(), voice=voice,
        )  # fmt: skip
        app.add_routes([web.get(LOOP, lateness.tell)])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        watching = asyncio.create_task(lateness.watch())
        try:
            await web.TCPSite(runner, settings.host, settings.port).start()
            await stopped.wait()
        finally:
            watching.cancel()
            await runner.cleanup()
            await db.close()


if __name__ == "__main__":
    main()
