"""A place sent on WeChat answers the question for the address, with the real form."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from bot.engine import RasaEngine
from community.config import Secret, Settings
from community.secrets import load_secrets
from community.store.database import Database
from connectors.app import build_app
from connectors.wechat.channel import PATH, WeChat
from connectors.wechat.crypto import Cipher
from connectors.wechat.sim.api import serving
from connectors.wechat.sim.pushes import Pushes
from connectors.wechat.sim.simulator import Simulator
from tests.connectors.wechat.account import ACCOUNT, KEY, TOKEN, settings_of
from tests.dialogue.conftest import CLOCK, Estate

BUILDING_3 = (31.23041, 121.47370)
FAR_AWAY = (31.24000, 121.47370)

Until = Callable[[Callable[[], object]], Awaitable[None]]


@pytest.fixture
async def pushes(estate: Estate, tmp_path: Path) -> AsyncIterator[Pushes]:
    """What a resident of the estate does in WeChat."""
    file = tmp_path / "account.yml"
    file.write_text(f"buildings: {{3: {list(BUILDING_3)}}}\n", encoding="utf-8")
    sim = Simulator(CLOCK)
    db = Database(estate.url)
    async with serving(sim) as api_url, aiohttp.ClientSession() as session:
        settings = replace(
            Settings(data_dir=estate.data_dir), wechat_file=str(file), **settings_of(sim, api_url)
        )
        engine = RasaEngine(session, estate.engine_url, timeout_s=10)
        secrets = load_secrets(estate.data_dir)
        server = TestServer(build_app(settings, secrets, db, CLOCK, engine, channels=(WeChat,)))
        await server.start_server(access_log=None)
        cipher = Cipher(Secret(TOKEN), [Secret(KEY)], sim.appid)
        yield Pushes(sim, session, str(server.make_url(PATH)), ACCOUNT, cipher)
        await server.close()
    await db.close()


@pytest.mark.parametrize(
    ("place", "asks", "says"),
    [
        (BUILDING_3, "记下3号楼了。请把楼号、单元、房号说全", "2单元501"),
        (FAR_AWAY, "位置收到了。请再说一下是几号楼几单元几室", "3号楼2单元501"),
    ],
    ids=["at a house", "far away"],
)
async def test_place_answers_the_question_for_the_address_as_far_as_it_tells(
    pushes: Pushes, until: Until, place: tuple[float, float], asks: str, says: str
) -> None:
    reader = f"oReader-at-{place[0]}"

    async def heard(deed: Awaitable[str | None]) -> str:
        """What the resident sees of what they did, at once or when the answer is late."""
        before = len(pushes.sim.transcript(reader))
        await deed
        await until(lambda: len(pushes.sim.transcript(reader)) > before)
        return pushes.sim.transcript(reader)[-1].content

    await heard(pushes.say(reader, "我要报修"))
    assert "房号" in await heard(pushes.say(reader, "厨房水管漏水，滴滴答答一晚上"))
    assert (await heard(pushes.send_location(reader, *place))).startswith(asks)
    assert (await heard(pushes.say(reader, says))).startswith("3号楼2单元501，好的。")
