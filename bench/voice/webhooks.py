"""V14: skills of commercial speakers: forged requests, our own share of an answer, and slow answers."""

from __future__ import annotations

import asyncio
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
from aiohttp import web
from sqlalchemy import func, select

from bench.goal import Extent, Result, percentile
from bot.scripted import ScriptedEngine
from community.config import Secret, Settings
from community.secrets import load_secrets
from community.store.database import Database, migrate
from community.store.schema import inbound
from community.times import FixedClock
from connectors.app import build_app
from connectors.skills.aligenie.channel import AliGenie
from connectors.skills.channel import REFUSED_STATUS, SkillChannel
from connectors.skills.dueros.channel import DuerOS
from connectors.skills.patience import HandPatience
from connectors.skills.sim.aligenie import AliGenieMaker
from connectors.skills.sim.certificates import FOLDER, Shelf, Signer, serving
from connectors.skills.sim.dueros import DuerOSMaker
from connectors.skills.sim.speaker import Heard, Maker, Request, Speaker
from connectors.skills.sim.xiaoai import XiaoAIMaker
from connectors.skills.turns import ANSWER_BY_S
from connectors.skills.words import words
from connectors.skills.xiaoai.channel import XiaoAI

SKILL, APPLICATION, APP, KEY, CERTIFICATE = 1, "application", "app", "key", "certificate.pem"
PROCESSING_P95_MS = 300.0
HURRIED_S = 30.0
Forger = Callable[["Place", Speaker], Request]


@dataclass(frozen=True)
class Place:
    """A gateway in this process with the three skills open, and its makers."""

    engine: ScriptedEngine
    patience: HandPatience
    clock: FixedClock
    db: Database
    line: aiohttp.ClientSession
    skills: dict[str, tuple[Maker, str]]
    "Maker and address"

    def speaker(self, name: str, user: str) -> Speaker:
        maker, url = self.skills[name]
        return Speaker(maker, self.line, url, self.clock, user=user, cut_s=HURRIED_S)

    async def messages(self) -> int:
        async with self.db.read() as conn:
            found = await conn.execute(select(func.count()).select_from(inbound))
            return int(found.scalar_one())


def v14(extent: Extent) -> Result:
    """Measure all three makers."""
    return asyncio.run(_measure(extent.of(500, 10), extent.of(200, 10), extent.of(50, 2)))


async def _measure(forged: int, spoken: int, slow: int) -> Result:
    async with _place() as place:
        refused = [await _forge(place, name, forged) for name in place.skills]
        let_in = await place.messages()
        took_ms, cpu_ms = [], []
        for name in place.skills:
            wall, cpu = await _talk(place, name, spoken)
            took_ms += wall
            cpu_ms += cpu
        late = [await _wait(place, name, number) for name in place.skills for number in range(slow)]
    through, lost = forged * len(refused) - sum(refused), late.count(False)
    measured: dict[str, float | int | str | None] = {
        "forged": forged * len(refused),
        "forged_not_refused": through,
        "forged_let_in": let_in,
        "answers": len(took_ms),
        "cpu_p95_ms": percentile(cpu_ms, 95),
        "answer_p95_ms": percentile(took_ms, 95),
        "slow": len(late),
        "slow_not_promised_or_lost": lost,
    }
    right = not (through or let_in or lost)
    line = (
        f"forged all refused; own share p95 ≤ {PROCESSING_P95_MS:.0f} ms; late: promised, then told"
    )
    is_fast = percentile(took_ms, 95) <= PROCESSING_P95_MS
    return Result("V14", line, measured, right, fast=is_fast)


async def _forge(place: Place, name: str, count: int) -> int:
    """Send so many requests that the maker did not; returns how many were refused."""
    forgers, refused = _forgers(name), 0
    for number in range(count):
        speaker = place.speaker(name, f"stranger-{number}")
        request = forgers[number % len(forgers)](place, speaker)
        async with place.line.post(
            speaker.url, data=request.body, headers=request.headers
        ) as response:
            await response.read()
            refused += response.status == REFUSED_STATUS
    return refused


def _forgers(name: str) -> list[Forger]:
    """Each makes a good request and breaks one thing of it."""

    def said(place: Place, speaker: Speaker) -> Request:
        return speaker.maker.request(speaker, "said", "你好")

    def header(key: str) -> Forger:
        return lambda place, speaker: _with_header(said(place, speaker), key)

    def body(place: Place, speaker: Speaker) -> Request:
        request = said(place, speaker)
        return replace(request, body=request.body + b" ")

    def old(place: Place, speaker: Speaker) -> Request:
        speaker.clock = FixedClock(place.clock.now() - timedelta(seconds=301))
        return said(place, speaker)

    of_each: dict[str, list[Forger]] = {
        "dueros": [body, old, header("signature"), header("signaturecerturl")],
        "aligenie": [header("X-Linsheng-Token")],
        "xiaoai": [body, old, header("Authorization"), header("X-Xiaomi-Date"), header("Host")],
    }
    return of_each[name]


def _with_header(request: Request, key: str) -> Request:
    return replace(request, headers=request.headers | {key: request.headers.get(key, "x")[:-1]})


async def _talk(place: Place, name: str, count: int) -> tuple[list[float], list[float]]:
    """Wall and processor time of so many answers, the maker's own signing not counted, in ms."""
    took_ms, cpu_ms = [], []
    for number in range(count):
        speaker = place.speaker(name, f"resident-{number % 20}")
        request = speaker.maker.request(speaker, "said", f"第{number}句")
        began, cpu = time.perf_counter(), time.process_time()
        heard = await speaker.send(request)
        took_ms.append((time.perf_counter() - began) * 1000)
        cpu_ms.append((time.process_time() - cpu) * 1000)
        if not heard.text.startswith("听到"):
            took_ms[-1] = float("inf")
    return took_ms, cpu_ms


async def _wait(place: Place, name: str, number: int) -> bool:
    """Whether a slow answer is promised by ANSWER_BY_S and told with the next request, once."""
    speaker = place.speaker(name, f"patient-{number}")
    place.engine.gate.clear()
    asked = len(place.engine.asked)
    asking = asyncio.create_task(speaker.say("查水费"))
    while not (place.patience.waiting and len(place.engine.asked) > asked):  # noqa: ASYNC110
        await asyncio.sleep(0.005)  # what is waited for knows nothing of benches
    place.patience.advance(ANSWER_BY_S)
    promised = await asking
    place.engine.gate.set()
    told: Heard = await speaker.say("结果呢")
    once = len(place.engine.asked) == asked + 1
    expected = f"{words('late_answer')}听到：查水费。"
    return promised.text == words("interim") and promised.mic and told.text == expected and once


@asynccontextmanager
async def _place() -> AsyncIterator[Place]:
    clock, patience, engine = FixedClock(datetime.now(UTC)), HandPatience(), ScriptedEngine()
    signer, shelf = Signer(clock.now()), Shelf()
    shelf.files[FOLDER + CERTIFICATE] = signer.pem
    path, token, secret = (secrets.token_urlsafe(32) for _ in range(3))
    secret += "=" * (-len(secret) % 4)
    with tempfile.TemporaryDirectory() as folder:
        async with serving(shelf) as certificates, aiohttp.ClientSession() as line:
            settings = replace(
                Settings(data_dir=Path(folder)),
                dueros_app_id=APPLICATION, dueros_cert_url=certificates,
                aligenie_path=Secret(path), aligenie_token=Secret(token),
                aligenie_skill_ids=str(SKILL), xiaoai_app_id=APP, xiaoai_key_id=KEY,
                xiaoai_secret=Secret(_base64(secret)),
            )  # fmt: skip
            async with _gateway(settings, clock, engine, patience) as (db, url):
                yield Place(engine, patience, clock, db, line, {
                    "dueros": (DuerOSMaker(APPLICATION, signer, CERTIFICATE), f"{url}/dueros"),
                    "aligenie": (
                        AliGenieMaker(SKILL, headers={"X-Linsheng-Token": token}),
                        f"{url}/aligenie/{path}",
                    ),
                    "xiaoai": (XiaoAIMaker(APP, KEY, _base64(secret)), f"{url}/xiaoai"),
                })  # fmt: skip


def _base64(urlsafe: str) -> str:
    return urlsafe.replace("-", "+").replace("_", "/")


@asynccontextmanager
async def _gateway(
    settings: Settings, clock: FixedClock, engine: ScriptedEngine, patience: HandPatience
) -> AsyncIterator[tuple[Database, str]]:
    """The gateway's database and address."""
    migrate(settings.database)
    db = Database(settings.database)
    channels: list[type[SkillChannel]] = [
        type(one.__name__, (one,), {"patience": patience}) for one in (DuerOS, AliGenie, XiaoAI)
    ]
    app = build_app(settings, load_secrets(settings.data_dir), db, clock, engine, channels=channels)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield db, f"http://{host}:{port}"
    finally:
        await runner.cleanup()
        await db.close()
