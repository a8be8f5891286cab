"""The talk of a speaker: leases kept while things wait, and nothing said that a person overtook."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert, select

from community.errors import StoreError
from community.services import speakers
from community.store import speakers as kept
from community.store.schema import attachment, message, room
from community.store.schema import outbox as outbox_rows
from community.store.speakers import Speaker
from connectors.app import GATEWAY
from connectors.spoken.talk import SpeakerTalk, talk_of
from conversation import aloud, outbox, queue
from conversation.messages import Draft
from conversation.ownership import current
from conversation.queue import Lane
from tests.connectors.speaker.conftest import there
from voice.recogniser import Transcript, Word
from voice.talk import Fate

Open = Callable[..., Awaitable[SpeakerTalk]]


@pytest.fixture
async def open_talk(gateway: Any, conversation_id: str) -> AsyncIterator[Open]:
    """Talks of box-1, as each of its sockets has one."""
    talks: list[SpeakerTalk] = []

    async def open_talk(proof: Callable[[], Awaitable[object]] = there) -> SpeakerTalk:
        talks.append(await talk_of(gateway.app[GATEWAY], await box(gateway), proof))
        return talks[-1]

    yield open_talk
    for talk in talks:
        await talk.close()


async def box(gateway: Any) -> Speaker:
    async with gateway.db.read() as conn:
        found = await kept.by_device(conn, "client:box-1")
    assert found is not None
    return found


async def write(gateway: Any, conversation_id: str, *texts: str) -> None:
    async with gateway.db.write() as conn:
        epoch = (await current(conn, conversation_id)).epoch
        for text in texts:
            await outbox.say(
                conn, gateway.clock, conversation_id, [Draft(text)], epoch=epoch, key=text,
                speaker="staff",
            )  # fmt: skip
    gateway.app[GATEWAY].hub.wake(conversation_id)


async def heard(gateway: Any, conversation_id: str) -> None:
    """The turn of what was said is over, and its answer is nobody's any more."""
    runner = gateway.app[GATEWAY].runner
    async with asyncio.timeout(5):
        while runner.is_working(conversation_id):  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)
    async with gateway.db.write() as conn:
        await outbox.deliver(conn, conversation_id, after=0)


async def nothing_more(talk: SpeakerTalk) -> None:
    """It has looked at everything and waits."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await talk.next()


async def test_what_waits_to_be_said_longer_than_a_lease_is_not_taken_again(
    gateway: Any, conversation_id: str, open_talk: Open
) -> None:
    talk = await open_talk()
    await write(gateway, conversation_id, "一", "二")
    assert [(await talk.next()).text, (await talk.next()).text] == ["一", "二"]
    for _ in range(3):
        gateway.clock.advance(aloud.LEASE.total_seconds() * 0.9)
        gateway.app[GATEWAY].hub.wake(conversation_id)
        await nothing_more(talk)
    other = await open_talk()
    await nothing_more(other)


async def inbound_texts(gateway: Any, conversation_id: str) -> list[str]:
    async with gateway.db.read() as conn:
        rows = await conn.execute(
            select(message.c.text)
            .where(message.c.conversation_id == conversation_id, message.c.sender == "resident")
            .order_by(message.c.seq)
        )
        return list(rows.scalars())


@pytest.mark.parametrize(
    ("earlier", "texts"),
    [(["今天停水吗"], ["今天停水吗", "我家水管漏水了"]), ([], ["我家水管", "我家水管漏水了"])],
)
async def test_an_utterance_that_goes_on_is_one_message_while_its_beginning_waits_for_its_turn(
    gateway: Any, conversation_id: str, open_talk: Open, earlier: list[str],
    texts: list[str],
) -> None:  # fmt: skip
    talk = await open_talk()
    gateway.engine.gate.clear()
    for number, words in enumerate(earlier):
        await talk.say(f"e{number}", Transcript(words))
    await talk.say("k1", Transcript("我家水管"))
    for _ in range(2):  # handed over twice it is one message still
        await talk.say("k2", Transcript("我家水管漏水了"), continues="k1")
    assert await inbound_texts(gateway, conversation_id) == texts
    gateway.engine.gate.set()
    async with asyncio.timeout(5):
        assert [(await talk.next()).text for _ in texts] == [f"听到：{one}" for one in texts]


async def test_what_could_not_be_said_comes_again_when_its_lease_is_over(
    gateway: Any, conversation_id: str, open_talk: Open
) -> None:
    talk = await open_talk()
    await write(gateway, conversation_id, "一")
    said = await talk.next()
    await talk.fate(said.seq, Fate.QUEUED)
    await nothing_more(talk)
    gateway.clock.advance(aloud.LEASE.total_seconds())
    gateway.app[GATEWAY].hub.wake(conversation_id)
    async with asyncio.timeout(5):
        assert (await talk.next()).text == "一"


async def test_what_could_not_be_said_goes_to_the_next_who_comes(
    gateway: Any, conversation_id: str, open_talk: Open
) -> None:
    talk = await open_talk()
    await write(gateway, conversation_id, "一", "二")
    await talk.fate((await talk.next()).seq, Fate.QUEUED)
    await talk.next()
    waiting = await open_talk()
    await nothing_more(waiting)
    await talk.close()
    async with asyncio.timeout(5):
        assert [(await waiting.next()).text, (await waiting.next()).text] == ["一", "二"]


async def test_what_a_person_overtook_while_it_waited_stands_no_more(
    gateway: Any, conversation_id: str, open_talk: Open
) -> None:
    talk = await open_talk()
    await write(gateway, conversation_id, "一")
    said = await talk.next()
    assert talk.stands(said.seq)
    async with gateway.db.write() as conn:
        await aloud.put_back(conn, conversation_id, said.seq)
        await outbox.take_back(conn, [conversation_id], "一")
    gateway.app[GATEWAY].hub.wake(conversation_id)
    await nothing_more(talk)
    assert not talk.stands(said.seq)


@pytest.mark.parametrize("how", ["taken out", "bound elsewhere"])
async def test_talk_of_a_speaker_that_left_its_home_is_over_and_says_nothing_of_it(
    gateway: Any, conversation_id: str, open_talk: Open, how: str
) -> None:
    talk = await open_talk()
    one = await box(gateway)
    shown = await speakers.show_code(gateway.app[GATEWAY].context, one)
    async with gateway.db.write() as conn:
        await conn.execute(
            insert(room).values(id="r2", building=9, unit=1, number="101", label="9号楼1单元101")
        )
        if how == "taken out":
            await speakers.unbind(conn, gateway.clock, one)
        else:
            await speakers.bind(
                conn, gateway.clock, code=shown.code, room_id="r2", resident_id=None, name=None,
                guesser="g", may_move=True,
            )  # fmt: skip
    await write(gateway, conversation_id, "王秀英的体检报告到了")
    with pytest.raises(ConnectionError):
        await talk.next()
    await nothing_more(await open_talk())


CRY = Transcript("救命", (Word("救命", 0.9, 0.1, 0.5),))
SOUND = bytes(3200)


async def clips(gateway: Any) -> tuple[list[tuple[str, object]], list[str]]:
    """What the residents' messages say with their clips' transcripts, and the files of clips."""
    async with gateway.db.read() as conn:
        rows = await conn.execute(
            select(message.c.text, attachment.c.transcript)
            .outerjoin(attachment, attachment.c.id == message.c.attachment_id)
            .where(message.c.sender == "resident")
            .order_by(message.c.seq)
        )
        kept_ids = list((await conn.execute(select(attachment.c.id))).scalars())
    folder = gateway.settings.data_dir / "voices"
    files = sorted(file.name for file in folder.glob("*"))
    assert files == sorted(f"{one}.wav" for one in kept_ids)
    return [(row.text, row.transcript) for row in rows], files


async def test_clip_of_a_cry_that_rang_before_its_end_goes_to_its_message(
    gateway: Any, open_talk: Open
) -> None:
    talk = await open_talk()
    await talk.say("k", Transcript("救命"))
    for _ in range(2):
        await talk.say("k", CRY, SOUND)
    said, files = await clips(gateway)
    assert said == [("救命", {"text": "救命", "words": [["救命", 0.9, 0.1, 0.5]]})]
    assert len(files) == 1


async def test_clip_of_a_cry_that_went_on_goes_to_the_longer_message_alone(
    gateway: Any, open_talk: Open
) -> None:
    talk = await open_talk()
    await talk.say("k", Transcript("救命"))
    for _ in range(2):
        await talk.say("k", Transcript("救命我摔倒了"), SOUND)
    said, files = await clips(gateway)
    assert said == [("救命", None), ("救命我摔倒了", {"text": "救命我摔倒了", "words": []})]
    assert len(files) == 1


async def test_words_are_taken_though_their_clip_cannot_be_kept(
    gateway: Any, open_talk: Open
) -> None:
    (gateway.settings.data_dir / "voices").write_text("no folder")
    await (await open_talk()).say("k", CRY, SOUND)
    async with gateway.db.read() as conn:
        row = (await conn.execute(select(message.c.text, message.c.attachment_id))).first()
    assert row == ("救命", None)


async def fate_of(gateway: Any, conversation_id: str) -> tuple[str, str | None]:
    """The state of message 1, and what is noted of its being said."""
    async with gateway.db.read() as conn:
        state = await conn.execute(
            select(outbox_rows.c.state).where(
                outbox_rows.c.conversation_id == conversation_id, outbox_rows.c.seq == 1
            )
        )
        noted = (await kept.fates(conn, conversation_id)).get(1)
    return str(state.scalar_one()), noted.fate if noted else None


@pytest.mark.parametrize("fate", [Fate.PLAYED, Fate.CUT])
async def test_what_was_played_counts_once_the_device_shows_that_it_is_there(
    gateway: Any, conversation_id: str, open_talk: Open, fate: Fate
) -> None:
    shown = asyncio.Event()
    talk = await open_talk(shown.wait)
    await write(gateway, conversation_id, "一")
    await talk.fate((await talk.next()).seq, fate)
    await nothing_more(talk)
    assert await fate_of(gateway, conversation_id) == ("ready", None)
    shown.set()
    await nothing_more(talk)
    assert await fate_of(gateway, conversation_id) == ("sent", fate.value)


async def test_what_was_played_into_a_dead_line_is_said_to_the_next_who_comes(
    gateway: Any, conversation_id: str, open_talk: Open
) -> None:
    talk = await open_talk(asyncio.Event().wait)
    await write(gateway, conversation_id, "一")
    await talk.fate((await talk.next()).seq, Fate.PLAYED)
    await talk.close()
    assert (await (await open_talk()).next()).text == "一"


async def test_what_is_answered_was_heard(
    gateway: Any, conversation_id: str, open_talk: Open
) -> None:
    talk = await open_talk(asyncio.Event().wait)
    await write(gateway, conversation_id, "一")
    said = await talk.next()
    await talk.fate(said.seq, Fate.PLAYED)
    await talk.fate(said.seq, Fate.ANSWERED)
    assert await fate_of(gateway, conversation_id) == ("sent", "answered")


async def test_reply_of_staff_wakes_nobody_at_night_and_comes_with_the_next_words(
    gateway: Any, conversation_id: str, open_talk: Open
) -> None:
    gateway.clock.advance(12 * 3600)  # 2:05
    talk = await open_talk()
    await write(gateway, conversation_id, "师傅早上来")
    await nothing_more(talk)
    await talk.say("k", Transcript("几点了"))
    assert (await talk.next()).spoken == "工作人员说，师傅早上来。"


@pytest.mark.parametrize(("minutes", "said"), [(29, True), (31, False)])
async def test_who_spoke_within_half_an_hour_hears_staff_at_night_after_a_restart_too(
    gateway: Any, conversation_id: str, open_talk: Open, minutes: int, *, said: bool
) -> None:
    gateway.clock.advance(12 * 3600)
    await (await open_talk()).say("k", Transcript("几点了"))
    await heard(gateway, conversation_id)
    gateway.clock.advance(minutes * 60)
    talk = await open_talk()
    await write(gateway, conversation_id, "马上来")
    if said:
        assert (await talk.next()).text == "马上来"
    else:
        await nothing_more(talk)


async def test_staff_are_heard_at_night_while_an_emergency_is_open(
    gateway: Any, conversation_id: str, open_talk: Open
) -> None:
    gateway.clock.advance(12 * 3600)
    async with gateway.db.write() as conn:
        await queue.open_case(
            conn, gateway.clock, conversation_id, lane=Lane.EMERGENCY, reason="fall", summary={}
        )
    gateway.clock.advance(2 * 3600)
    await write(gateway, conversation_id, "救护车到楼下了")
    assert (await (await open_talk()).next()).text == "救护车到楼下了"


class CountedWrites:
    """A database that counts its write transactions."""

    def __init__(self, db: Any) -> None:
        self._db = db
        self.count = 0
        self.read = db.read

    def write(self) -> Any:
        self.count += 1
        return self._db.write()


async def test_speaker_that_has_nothing_to_say_writes_nothing(
    gateway: Any, conversation_id: str
) -> None:
    parts = gateway.app[GATEWAY]
    db: Any = CountedWrites(gateway.db)
    talk = await talk_of(replace(parts, db=db), await box(gateway), there)
    before = db.count
    for _ in range(3):
        parts.hub.wake(conversation_id)
        await nothing_more(talk)
    assert db.count == before
    await write(gateway, conversation_id, "一")
    assert (await talk.next()).text == "一"
    await talk.close()


async def test_database_that_fails_once_does_not_silence_it_for_ever(
    gateway: Any, conversation_id: str, open_talk: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = await open_talk()
    await write(gateway, conversation_id, "一")

    async def fails(*_: object) -> None:
        raise StoreError("full")

    monkeypatch.setattr(aloud, "open_question", fails)
    with pytest.raises(StoreError):
        await talk.next()
    monkeypatch.undo()
    async with asyncio.timeout(5):
        assert (await talk.next()).text == "一"


async def said_by_resident(gateway: Any) -> list[tuple[str, bool]]:
    """The words of the resident's messages, and whether their sound is kept."""
    async with gateway.db.read() as conn:
        rows = await conn.execute(
            select(message.c.text, message.c.attachment_id)
            .where(message.c.sender == "resident")
            .order_by(message.c.seq)
        )
        return [(row.text, row.attachment_id is not None) for row in rows]


@pytest.mark.parametrize("ended", ["救命", "救命救命呀"])
async def test_a_cry_that_rang_early_is_one_message_when_its_end_says_no_more(
    gateway: Any, open_talk: Open, ended: str
) -> None:
    talk = await open_talk()
    await talk.say("u-1", Transcript("救命啊"))
    await talk.say("u-1", Transcript(ended), bytes(3200))
    assert await said_by_resident(gateway) == [("救命啊", True)]


@pytest.mark.parametrize(
    ("begun", "ended"),
    [("救命", "救命啊，我在三号楼"), ("救命我在三号楼二单元", "救命我在二号楼三单元")],
)
async def test_what_the_end_of_a_cry_says_otherwise_is_a_message_too(
    gateway: Any, open_talk: Open, begun: str, ended: str
) -> None:
    talk = await open_talk()
    await talk.say("u-1", Transcript(begun))
    await talk.say("u-1", Transcript(ended))
    assert [text for text, _ in await said_by_resident(gateway)] == [begun, ended]
