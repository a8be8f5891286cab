"""The gateway application: the registered channels, one turn runner, and what runs beside them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial

from aiohttp import web

from bot import reminders
from bot.engine import Engine
from bot.turn import TurnRunner
from bot.watch import EVERY_S, Watch
from community.config import Settings
from community.errors import Code, CommunityError, EngineError
from community.secrets import Secrets
from community.store.database import Database
from community.times import Clock
from connectors import forgetting, middlewares
from connectors.base import JSON_MAX_BYTES, Channel, Gateway, Step
from connectors.forgetting import Forgetting
from connectors.hub import Hub
from connectors.intake import STEP_S, Intake
from connectors.middlewares import to_json
from connectors.registry import CHANNELS, DOORS
from connectors.voices import Voices
from conversation import events, inbox, timers
from conversation.photos import Photos
from voice.decoder import Decoder
from voice.recogniser import StreamingRecogniser
from voice.synthesiser import Synthesiser

RECOVER_EVERY_S = 1.0
SILENCE_EVERY_S = 2.0
FORGET_EVERY_S = 3600.0
TURNS_END_S = 1.0
STEPS_END_S = 0.5

GATEWAY = web.AppKey("gateway", Gateway)
_CHANNELS = web.AppKey("channels", list[Channel])

logger = logging.getLogger(__name__)


def build_app(
    settings: Settings,
    secrets: Secrets,
    db: Database,
    clock: Clock,
    engine: Engine,
    *,
    channels: Sequence[type[Channel]] = CHANNELS + DOORS,
    ears: StreamingRecogniser | None = None,
    voice: Synthesiser | None = None,
) -> web.Application:
    """The application over a migrated database; the caller closes `db` and `engine`.

    Without ears what residents speak is there for people only; without a voice it is only shown.
    """
    hub = Hub()
    photos = Photos(db, clock, settings.data_dir / "photos")
    voices = Voices(
        db, clock, settings.data_dir / "voices", Decoder(), ears,
        keep_days=settings.voice_keep_days,
    )  # fmt: skip
    intake = Intake(db, clock, photos, voices)
    runner = TurnRunner(
        db, clock, engine, listener=intake, engine_timeout_s=settings.engine_timeout_s,
        engine_calls=settings.engine_calls, notify=hub.wake,
    )  # fmt: skip
    gateway = Gateway(
        settings, secrets, db, clock, engine, runner, hub, photos, intake,
        Forgetting(db, clock, engine, intake), ears, voice,
    )  # fmt: skip
    app = web.Application(
        middlewares=[middlewares.tag, middlewares.answer_errors, middlewares.same_origin],
        client_max_size=JSON_MAX_BYTES,
    )
    app[GATEWAY] = gateway
    app[_CHANNELS] = [channel(gateway) for channel in channels]
    app.add_routes([web.get("/healthz", health), web.get("/readyz", ready)])
    for channel in app[_CHANNELS]:
        app.add_routes(channel.routes())
    app.on_response_prepare.append(middlewares.add_headers)
    app.on_shutdown.append(_stop)
    app.on_cleanup.append(lambda app: voices.close())
    app.on_startup.append(_take_up)
    app.cleanup_ctx.append(_background)
    return app


def log_channels_off(app: web.Application) -> None:
    """Say which channels are off, once all else is well."""
    for channel in app[_CHANNELS]:
        if channel.why_off is not None:
            logger.info("%s: off, %s", channel.name, channel.why_off)


async def health(request: web.Request) -> web.Response:
    """The process runs; nothing else is asked."""
    return web.json_response({"status": "ok"}, dumps=to_json)


async def ready(request: web.Request) -> web.Response:
    """Whether a turn would be answered now. Without the engine words are still taken and kept."""
    gateway = request.app[GATEWAY]
    async with gateway.db.read() as conn:
        await inbox.find(conn, "")
    if not await gateway.engine.ready():
        raise EngineError("not ready", code=Code.UNAVAILABLE)
    return web.json_response({"status": "ready"}, dumps=to_json)


async def _stop(app: web.Application) -> None:
    """Pages are asked to come again while the running turns may end."""
    gateway = app[GATEWAY]
    await asyncio.gather(
        *(channel.close() for channel in app[_CHANNELS]),
        gateway.runner.close(TURNS_END_S),
        gateway.intake.close(),
    )


async def _take_up(app: web.Application) -> None:
    """What a dead process left running is answered now."""
    gateway = app[GATEWAY]
    await inbox.release_all(gateway.db)
    await gateway.runner.recover()


async def _background(app: web.Application) -> AsyncIterator[None]:
    gateway = app[GATEWAY]
    db, clock, runner = gateway.db, gateway.clock, gateway.runner
    watcher = events.Watcher(db, clock)
    watcher.listen(gateway.hub.on_event)
    await watcher.start_from_now()
    cases = Watch(db, clock, notify=gateway.hub.wake)
    due = {**cases.timers, **reminders.handlers(clock)}

    async def forget_old_events() -> None:
        async with db.write() as conn:
            await events.forget_old(conn, clock)

    repeated: list[Step] = [
        ("watch-events", events.POLL_S, watcher.step),
        ("fire-timers", timers.STEP_S, partial(timers.fire_due, db, clock, due)),
        ("recover-turns", RECOVER_EVERY_S, runner.recover),
        (
            "watch-silence",
            SILENCE_EVERY_S,
            partial(runner.watch_silence, gateway.settings.silence_s),
        ),
        ("watch-cases", EVERY_S, cases.step),
        ("fetch-files", STEP_S, gateway.intake.step),
        ("forget-accounts", forgetting.STEP_S, gateway.forgetting.step),
        ("forget-events", FORGET_EVERY_S, forget_old_events),
        ("forget-strays", FORGET_EVERY_S, gateway.forgetting.order_strays),
        ("forget-clips", FORGET_EVERY_S, gateway.intake.forget_old),
    ]
    for channel in app[_CHANNELS]:
        repeated += await channel.steps()
    stopping = asyncio.Event()
    tasks = [
        asyncio.create_task(_every(name, interval_s, step, stopping), name=name)
        for name, interval_s, step in repeated
    ]
    yield
    stopping.set()
    _, late = await asyncio.wait(tasks, timeout=STEPS_END_S)
    for task in late:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _every(
    name: str, interval_s: float, step: Callable[[], Awaitable[object]], stopping: asyncio.Event
) -> None:
    """Do a step again and again until `stopping`, never leaving one half-way.

    One that fails is logged, and the next is made all the same.
    """
    while not stopping.is_set():
        try:
            await step()
        except CommunityError as error:
            logger.error("%s put off: code=%s", name, error.code)
        except Exception:
            logger.exception("%s failed", name)
        with suppress(TimeoutError):
            async with asyncio.timeout(interval_s):
                await stopping.wait()
