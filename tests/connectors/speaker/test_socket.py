"""A speaker at the gateway: let in by its secret, heard, answered aloud; nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import WSServerHandshakeError
from sqlalchemy import select

from community.services import speakers
from community.store import speakers as kept
from community.store.schema import attachment, message, spoken
from connectors.app import GATEWAY
from connectors.speaker import channel
from conversation import outbox, queue
from conversation.messages import Draft
from conversation.queue import Lane
from tests.connectors.speaker.conftest import SECRET, WAIT_S, Connect
from voice.recogniser import Transcript, Word
from voice.scripted import ScriptedStreamingRecogniser, Utterance

at_home = pytest.mark.usefixtures("conversation_id")


async def transcript(gateway: Any) -> list[tuple[str, str]]:
    async with gateway.db.read() as conn:
        rows = await conn.execute(select(message.c.sender, message.c.text).order_by(message.c.seq))
        return [(row.sender, row.text) for row in rows]


async def fates(gateway: Any) -> dict[int, str]:
    async with gateway.db.read() as conn:
        return {row.seq: row.fate for row in await conn.execute(select(spoken))}


async def test_new_speaker_says_the_code_that_binds_it(gateway: Any, connect: Connect) -> None:
    box = await connect()
    assert (await box.until("hello"))["home"] is None
    await box.until("saying")
    assert "我还没有登记到您家" in box.said()[0]
    assert await transcript(gateway) == []


@at_home
async def test_what_is_said_to_it_is_answered_aloud(
    gateway: Any, connect: Connect, ears: ScriptedStreamingRecogniser
) -> None:
    ears.utterances.append(Utterance("楼道灯坏了"))
    box = await connect()
    await box.speak()
    await box.until("heard", text="楼道灯坏了", final=True)
    await box.until("saying", text="听到，楼道灯坏了。")
    await box.until("state", state="idle")
    assert len(box.sound) > 0
    assert await transcript(gateway) == [("resident", "楼道灯坏了"), ("bot", "听到：楼道灯坏了")]


@at_home
async def test_clip_and_confidences_are_kept_for_the_desk(
    gateway: Any, connect: Connect, ears: ScriptedStreamingRecogniser
) -> None:
    word = Word("漏水", 0.7, 0.0, 0.6)
    ears.utterances.append(Utterance(Transcript("漏水", (word,))))
    box = await connect()
    await box.speak()
    await box.until("saying", text="听到，漏水。")
    await box.until("state", state="speaking")  # told when the errand of the words is done
    async with gateway.db.read() as conn:
        kept = (await conn.execute(select(attachment))).one()
        said = (await conn.execute(select(message.c.attachment_id))).scalars().first()
    assert said == kept.id
    assert kept.transcript == {"text": "漏水", "words": [["漏水", 0.7, 0.0, 0.6]]}
    assert (gateway.settings.data_dir / "voices" / f"{kept.id}.wav").is_file()


@at_home
async def test_words_with_an_id_are_one_message_however_often_they_come(
    gateway: Any, connect: Connect
) -> None:
    box = await connect()
    for _ in range(3):
        await box.tell("say", id="cry-1", text="楼下跳闸了")
        await box.until("stored", id="cry-1")
    said = [text for sender, text in await transcript(gateway) if sender == "resident"]
    assert said == ["楼下跳闸了"]


async def test_staff_reply_waits_for_the_speaker_and_is_played_once(
    gateway: Any, connect: Connect, conversation_id: str
) -> None:
    async with gateway.db.write() as conn:
        await outbox.say(
            conn, gateway.clock, conversation_id, [Draft("师傅下午来。")], epoch=0, key="s",
            speaker="staff",
        )  # fmt: skip
    box = await connect()
    assert (await box.until("hello"))["home"] == "3号楼2单元501"
    await box.until("saying", text="工作人员说，师傅下午来。")
    async with asyncio.timeout(WAIT_S):
        while await fates(gateway) != {1: "played"}:  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.01)
    await box.close()
    again = await connect()
    await again.until("hello")
    await again.tell("say", id="2", text="好")
    await again.until("saying", text="听到，好。")
    assert again.said() == ["听到，好。"]
    assert (await fates(gateway))[1] in {"played", "answered"}


async def test_what_a_speaker_does_not_answer_for_is_said_again(
    gateway: Any, connect: Connect, conversation_id: str
) -> None:
    async with gateway.db.write() as conn:
        await outbox.say(
            conn, gateway.clock, conversation_id, [Draft("师傅下午来。")], epoch=0, key="s",
            speaker="staff",
        )  # fmt: skip
    gone = await connect(autoping=False)
    await gone.until("saying")
    await gone.until("state", state="listening")
    await gone.close()
    again = await connect()
    await again.until("saying", text="工作人员说，师傅下午来。")


@at_home
async def test_new_socket_of_a_device_closes_the_one_before(connect: Connect) -> None:
    first, second = await connect(), await connect()
    await second.until("hello")
    await first.socket.close()
    await second.tell("say", id="1", text="在吗")
    await second.until("stored", id="1")


@pytest.mark.parametrize(
    ("device", "secret", "status"),
    [("box-1", "x" * 40, 401), ("box-2", "short", 401), ("", SECRET, 400)],
)
async def test_who_cannot_prove_to_be_the_device_is_not_let_in(
    connect: Connect, device: str, secret: str, status: int
) -> None:
    await (await connect()).until("hello")
    with pytest.raises(WSServerHandshakeError) as refused:
        await connect(device, secret)
    assert refused.value.status == status


@at_home
@pytest.mark.parametrize(
    "frame",
    [
        "",
        "{",
        "[]",
        '{"type":1}',
        '{"type":"say"}',
        '{"type":"say","id":1,"text":"x"}',
        "[" * 5000,
        '{"type":"say","id":"\\ud800","text":"x"}',
        '{"type":"say","id":"a\\u0000","text":"x"}',
    ],
)
async def test_odd_frames_change_nothing(connect: Connect, frame: str) -> None:
    box = await connect()
    await box.socket.send_str(frame)
    await box.socket.send_bytes(b"\x00")
    await box.tell("say", id="1", text="在吗")
    await box.until("stored", id="1")


async def test_cry_rings_while_the_engine_hangs(
    gateway: Any, connect: Connect, conversation_id: str, ears: ScriptedStreamingRecogniser
) -> None:
    gateway.engine.gate.clear()
    ears.utterances.append(Utterance("救命啊我摔倒了"))
    box = await connect()
    await box.speak()
    await box.until("state", state="speaking")
    async with gateway.db.read() as conn:
        cases = await queue.open_cases(conn, conversation_id)
    assert [case.lane for case in cases] == [Lane.EMERGENCY]
    assert gateway.engine.asked == []
    gateway.engine.gate.set()


async def test_speaker_that_is_taken_out_of_its_home_is_sent_away_and_comes_back_as_new(
    gateway: Any, connect: Connect, conversation_id: str
) -> None:
    box = await connect()
    await box.until("hello", home="3号楼2单元501")
    async with gateway.db.write() as conn:
        one = await kept.by_device(conn, "client:box-1")
        assert one is not None
        await speakers.unbind(conn, gateway.clock, one)
    gateway.app[GATEWAY].hub.wake(conversation_id)
    async with asyncio.timeout(WAIT_S):
        while not box.socket.closed:
            await box.change()
    again = await connect()
    await again.until("hello", home=None)
    await again.tell("say", id="1", text="在吗")
    await again.until("stored", id="1")
    async with gateway.db.read() as conn:
        said = await outbox.transcript(conn, conversation_id)
    assert said == []


async def test_speakers_in_no_home_take_no_room_from_those_in_one(
    connect: Connect, conversation_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "IN_NO_HOME_AT_ONCE", 1)
    stranger = await connect("box-8")
    await stranger.until("hello")
    with pytest.raises(WSServerHandshakeError) as refused:
        await connect("box-9")
    assert refused.value.status == 429
    await (await connect()).until("hello", home="3号楼2单元501")
    again = await connect("box-8")
    await again.until("hello")
    await again.close()
    async with asyncio.timeout(WAIT_S):
        while True:
            try:
                await (await connect("box-9")).until("hello")
                break
            except WSServerHandshakeError:
                continue
