"""Photos that staff show: uploaded once, shown on the same allowance, in their place among the words."""

import asyncio
import io

import pytest
from PIL import Image
from sqlalchemy import select

from community.ids import new_id
from community.store import attachments
from community.store.schema import message, outbox
from connectors.wechat.sim.faults import Refuse, Reset
from connectors.wechat.uploads import MAX_BYTES
from conversation import outbox as outgoing
from conversation.messages import Draft
from conversation.ownership import current
from conversation.photos import Photos

READER = "oReader-0000000000000000001"
UPLOAD, SEND = "media/upload", "message/custom/send"


def jpeg():
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(data, "JPEG")
    return data.getvalue()


@pytest.fixture
def opened(open_account):
    """`await opened()`: a gateway with a reader who has said a word, and the pushes to it."""

    async def start(**settings):
        gateway, pushes = await open_account(**settings)
        await pushes.say(READER, "你好")
        return gateway, pushes

    return start


async def asked(gateway):
    async with gateway.db.read() as conn:
        return (await conn.execute(select(message.c.conversation_id))).scalars().first()


async def keep(gateway, data):
    photos = Photos(gateway.db, gateway.clock, gateway.settings.data_dir / "photos")
    return await photos.keep(await asked(gateway), data)


async def show(gateway, clerk, key, *, photo_id=None, words=()):
    """A photo with words after it, as the desk sends them; returns the photo's id."""
    conversation_id = await asked(gateway)
    photo_id = photo_id or await keep(gateway, jpeg())
    async with gateway.db.write() as conn:
        floor = await current(conn, conversation_id)
        await outgoing.say(
            conn, gateway.clock, conversation_id,
            [Draft("我给您发了一张照片。", photo=photo_id), *map(Draft, words)],
            epoch=floor.epoch, key=key, speaker="staff", staff_id=clerk,
        )  # fmt: skip
    return photo_id


def seen(sim):
    return [(one.kind, one.content) for one in sim.transcript(READER)][1:]


async def reaches(gateway, *states):
    """Wait until the newest outgoing messages are in these states."""
    async with asyncio.timeout(10):
        while True:
            async with gateway.db.read() as conn:
                rows = await conn.execute(select(outbox.c.state).order_by(outbox.c.id))
                if tuple(rows.scalars())[-len(states) :] == states:
                    return
            await asyncio.sleep(0.02)


async def test_photo_is_shown_before_the_words_that_follow_it(opened, sim, clerk):
    gateway, _ = await opened()
    photo_id = await show(gateway, clerk, "k1", words=["换的是这个垫圈"])
    await reaches(gateway, "sent", "sent")
    [(kind, media_id), text] = seen(sim)
    assert (kind, text) == ("image", ("text", "王师傅：换的是这个垫圈"))
    assert (
        sim.shelf.find(media_id).data
        == (gateway.settings.data_dir / "photos" / f"{photo_id}.jpg").read_bytes()
    )
    assert (sim.calls[UPLOAD], sim.calls[SEND]) == (1, 2)


async def test_photo_is_uploaded_once_in_three_days(opened, sim, clerk, until):
    gateway, pushes = await opened()
    photo_id = await show(gateway, clerk, "k1")
    await reaches(gateway, "sent")
    await show(gateway, clerk, "k2", photo_id=photo_id)
    await reaches(gateway, "sent", "sent")
    assert (sim.calls[UPLOAD], sim.calls[SEND]) == (1, 2)
    gateway.clock.advance(3 * 24 * 3600)
    await pushes.say(READER, "又来了")
    await show(gateway, clerk, "k3", photo_id=photo_id)
    await until(lambda: sim.calls[UPLOAD] == 2)
    await reaches(gateway, "sent")


async def test_photo_that_wechat_dropped_early_is_uploaded_again_once(opened, sim, clerk):
    gateway, _ = await opened()
    photo_id = await show(gateway, clerk, "k1")
    await reaches(gateway, "sent")
    sim.inject(SEND, Refuse(40007))
    await show(gateway, clerk, "k2", photo_id=photo_id)
    await reaches(gateway, "sent", "sent")
    assert (sim.calls[UPLOAD], sim.calls[SEND]) == (2, 3)
    sim.inject(SEND, Refuse(40007), times=2)
    await show(gateway, clerk, "k3", photo_id=photo_id)
    await reaches(gateway, "held")
    assert (sim.calls[UPLOAD], sim.calls[SEND]) == (3, 5)


async def test_upload_whose_outcome_is_unknown_has_shown_nothing(opened, sim, clerk):
    gateway, _ = await opened()
    sim.inject(UPLOAD, Reset(done=True))
    await show(gateway, clerk, "k1")
    await reaches(gateway, "again")
    async with gateway.db.read() as conn:
        assert (await conn.execute(select(outbox.c.attempts))).scalars().all()[-1] == 0
    assert seen(sim) == []


async def test_photo_beyond_the_allowance_comes_after_the_answer_to_the_next_words(
    opened, sim, clerk, until
):
    gateway, pushes = await opened()
    gateway.clock.advance(48 * 3600)
    await show(gateway, clerk, "k1", words=["您看看"])
    await reaches(gateway, "held", "held")
    assert sim.calls[SEND] == 0
    assert await pushes.say(READER, "在的") == "王师傅：您看看\n听到：在的"
    await until(lambda: seen(sim)[-1][0] == "image")
    assert [kind for kind, _ in seen(sim)] == ["text", "image"]
    assert sim.calls[SEND] == 1


async def test_photo_whose_file_is_gone_stops_nothing_behind_it(opened, sim, clerk):
    gateway, _ = await opened()
    photo_id, conversation_id = new_id("pho"), await asked(gateway)
    async with gateway.db.write() as conn:
        await attachments.add(
            conn, gateway.clock, photo_id, conversation_id,
            attachments.File("image/jpeg", 1, ""),
        )  # fmt: skip
    await show(gateway, clerk, "k1", photo_id=photo_id, words=["您看看"])
    await reaches(gateway, "unreached", "sent")
    assert seen(sim) == [("text", "王师傅：您看看")]


async def test_photo_is_never_larger_than_wechat_takes(opened, sim, clerk):
    gateway, _ = await opened()
    noise = Image.effect_noise((2560, 2560), 120).convert("RGB")
    data = io.BytesIO()
    noise.save(data, "JPEG", quality=95)
    photo_id = await keep(gateway, data.getvalue())
    file = gateway.settings.data_dir / "photos" / f"{photo_id}.jpg"
    assert file.stat().st_size > MAX_BYTES
    await show(gateway, clerk, "k1", photo_id=photo_id)
    await reaches(gateway, "sent")
    [(_, media_id)] = seen(sim)
    shown = sim.shelf.find(media_id).data
    assert len(shown) <= MAX_BYTES
    with Image.open(io.BytesIO(shown)) as picture:
        assert picture.size == (1280, 1280)


async def test_without_the_right_to_push_the_reader_is_told_of_the_photo(opened, clerk):
    gateway, pushes = await opened(wechat_can_push=False)
    await show(gateway, clerk, "k1")
    answer = await pushes.say(READER, "在的")
    assert answer == "王师傅：我给您发了一张照片。\n听到：在的"
