"""Our own client at the real gateway: a turn, a cry from a time without a line, a reminder said alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select

from community.services import speakers
from community.store import identities, medications
from community.store.schema import message, outbox
from community.store.schema import spoken as spoken_rows
from community.store.speakers import CLIENT
from community.times import local
from connectors.app import GATEWAY
from conversation import care, inbox, queue
from conversation.messages import Sender
from conversation.queue import Lane
from language.schedules import Regimen
from tests.connectors.speaker.test_agenda import PILLS, fire
from tests.voice.speaker.home import Home
from voice.scripted import ScriptedStreamingRecogniser
from voice.speaker.assembly import line_to
from voice.speaker.identity import load_identity
from voice.speaker.lamp import Light


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "box"


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as http:
        yield http


@pytest.fixture
async def conversation(gateway: Any, folder: Path, conversation_id: str) -> str:
    """That of the client's device, which stands in the same home and is 王秀英's too."""
    identity = load_identity(folder)
    one = await speakers.meet(
        gateway.app[GATEWAY].context, f"{CLIENT}:{identity.key}", CLIENT, "音箱",
        identity.secret.reveal(),
    )  # fmt: skip
    async with gateway.db.write() as conn:
        await identities.bind(conn, gateway.clock, one.identity_id, "r", "p")
        return await inbox.conversation_of(
            conn, gateway.clock, Sender("speaker", f"{CLIENT}:{identity.key}")
        )


def home_at(gateway: Any, folder: Path, http: aiohttp.ClientSession) -> Home:
    url = str(gateway.server.make_url("")).rstrip("/")
    return Home(folder, clock=gateway.clock, real_line=line_to(http, url, folder))


async def said_in(gateway: Any, conversation: str) -> list[tuple[str, str]]:
    async with gateway.db.read() as conn:
        rows = await conn.execute(
            select(message.c.sender, message.c.text)
            .where(message.c.conversation_id == conversation)
            .order_by(message.c.seq)
        )
        return [(row.sender, row.text) for row in rows]


async def test_a_turn_at_the_button_is_heard_and_played(
    gateway: Any, folder: Path, http: Any, conversation: str, ears: ScriptedStreamingRecogniser,
    until: Callable[..., Any],
) -> None:  # fmt: skip
    ears.utterances.append("楼道灯坏了")
    async with home_at(gateway, folder, http) as home:
        await until(lambda: home.box.line.is_up)
        await home.passes(1)
        home.client.pressed()
        await home.speaks(trace="v1.0")
        home.client.released()
        await home.passes(0.3)
        await until(lambda: Light.SPEAKING in home.lamp.shown and home.box.player.playing)
        async with asyncio.timeout(10):
            while len(await said_in(gateway, conversation)) < 2:  # noqa: ASYNC110 - the database tells nobody
                await asyncio.sleep(0.01)
    assert await said_in(gateway, conversation) == [
        ("resident", "楼道灯坏了"), ("bot", "听到：楼道灯坏了")
    ]  # fmt: skip


async def test_a_cry_after_the_gateway_has_gone_is_noted(
    gateway: Any, folder: Path, http: Any, conversation: str, until: Callable[..., Any]
) -> None:
    async with home_at(gateway, folder, http) as home:
        await until(lambda: home.box.line.is_up)
        await home.passes(0.1)
        await gateway.server.close()
        await until(lambda: not home.box.line.is_up)
        home.client.pressed()
        await home.speaks("救命啊我摔倒了", trace="v1.0")
        home.client.released()
        await home.passes(0.5)
        (noted,) = home.box.journal.waiting("words")
    assert noted.text.startswith("救命啊我摔倒了（")


async def test_a_cry_from_a_time_without_a_line_is_one_message_and_one_case(
    gateway: Any, folder: Path, http: Any, conversation: str, until: Callable[..., Any]
) -> None:
    async with Home(folder, clock=gateway.clock) as alone:
        alone.client.pressed()
        await alone.speaks("救命啊我摔倒了", trace="v1.0")
        alone.client.released()
        await alone.passes(0.5)
    for _ in range(2):
        async with home_at(gateway, folder, http) as home:
            await until(lambda home=home: home.box.line.is_up)
            await until(lambda home=home: not home.box.journal.waiting("words"))
    said = [text for sender, text in await said_in(gateway, conversation) if sender == "resident"]
    assert said == ["救命啊我摔倒了（11月3日 14:05说的，当时网络断了）"]
    async with gateway.db.read() as conn:
        cases = await queue.open_cases(conn, conversation)
    assert [case.lane for case in cases] == [Lane.EMERGENCY]


async def test_a_reminder_said_alone_is_not_said_again_by_the_gateway(
    gateway: Any, folder: Path, http: Any, conversation: str, until: Callable[..., Any]
) -> None:
    async with gateway.db.write() as conn:
        made = await medications.add_plan(
            conn, gateway.clock, turn_id=None, regimen=Regimen((14 * 60 + 10,)), resident_id="p",
            identity_id=None, kin=None, drug="降压药", dose="一片", starts_on=local(gateway.clock.now()).date(),
        )  # fmt: skip
        await care.arm(conn, made, gateway.clock.now())
    async with home_at(gateway, folder, http) as home:
        await until(lambda: home.box.memory.known.agenda)
    async with Home(folder, clock=gateway.clock) as alone:
        await alone.waits(330)
        assert alone.said == ["有一条给王秀英的提醒，是哪位在听？", "请说一下您是谁。"]
        alone.client.pressed()
        await alone.speaks("是我", trace="v1.0")
        alone.client.released()
        await alone.passes(6)
        assert alone.said[-2:] == ["到点了，该吃药了，降压药一片。", "吃好了跟我说一声吃了。"]
        assert len(alone.box.journal.waiting("spoken")) == 1
    await fire(gateway)
    async with home_at(gateway, folder, http) as home:
        await until(lambda: not home.box.journal.waiting("spoken"))
    async with gateway.db.read() as conn:
        rows = await conn.execute(
            select(message.c.text, outbox.c.state, spoken_rows.c.fate, spoken_rows.c.times)
            .join(outbox, (outbox.c.conversation_id == message.c.conversation_id)
                  & (outbox.c.seq == message.c.seq))
            .join(spoken_rows, (spoken_rows.c.conversation_id == message.c.conversation_id)
                  & (spoken_rows.c.seq == message.c.seq))
            .where(message.c.conversation_id == conversation)
        )  # fmt: skip
        assert [tuple(row) for row in rows] == [(PILLS.format("降压药一片"), "sent", "played", 1)]
