"""Photos of the web chat: judged by content, kept without their secrets, shown to their owner."""

import io
import stat

import pytest
from PIL import Image
from sqlalchemy import select

from community.store.schema import attachment
from conversation import outbox
from conversation.messages import Draft
from conversation.photos import Photos


def jpeg(size=(40, 30), **options):
    data = io.BytesIO()
    Image.new("RGB", size, "green").save(data, "JPEG", **options)
    return data.getvalue()


async def upload(page, data):
    body = io.BytesIO(data) if isinstance(data, bytes) else data
    async with page.client.post("/webchat/photos", data=body) as response:
        return response.status, await response.json()


async def test_photo_is_taken_said_and_shown_to_its_owner_alone(gateway, data_dir):
    page, other = await gateway.page(), await gateway.page()
    status, taken = await upload(page, jpeg())
    assert status == 201
    await page.say("厨房漏水", "a1", photo=taken["id"])
    shown = await page.hear("message", id="a1")
    assert shown["photo"] == taken["id"]
    path = f"/webchat/photos/{taken['id']}"
    async with page.client.get(path) as response:
        assert (response.status, response.headers["Content-Type"]) == (200, "image/jpeg")
        assert "private" in response.headers["Cache-Control"]
    async with other.client.get(path) as response:
        assert response.status == 404
    stranger = await gateway.new_client()
    async with stranger.get(path) as response:
        assert response.status == 401
    file = data_dir / "photos" / f"{taken['id']}.jpg"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    async with gateway.db.read() as conn:
        row = (await conn.execute(select(attachment))).one()
    assert (row.id, row.content_type, row.width, row.height, row.size_bytes) == (
        taken["id"], "image/jpeg", 40, 30, file.stat().st_size,
    )  # fmt: skip


async def test_photo_of_staff_is_shown_to_its_reader_instead_of_its_text(gateway, clerk, data_dir):
    page, other = await gateway.page(), await gateway.page()
    conversation_id = (await page.hear("hello"))["conversation"]
    photo_id = await Photos(gateway.db, gateway.clock, data_dir / "photos").keep(
        conversation_id, jpeg()
    )
    async with gateway.db.write() as conn:
        await outbox.say(
            conn, gateway.clock, conversation_id, [Draft("我给您发了一张照片。", photo=photo_id)],
            epoch=0, key="k", speaker="staff", staff_id=clerk,
        )  # fmt: skip
    heard = await page.hear("message", **{"from": "staff"})
    assert (heard["photo"], heard["text"], heard["staff"]) == (photo_id, "", "王师傅")
    async with page.client.get(f"/webchat/photos/{photo_id}") as response:
        assert response.status == 200
    async with other.client.get(f"/webchat/photos/{photo_id}") as response:
        assert response.status == 404


async def test_photo_alone_is_a_message(gateway):
    page = await gateway.page()
    _, taken = await upload(page, jpeg())
    await page.say("", "a1", photo=taken["id"])
    await page.hear("message", **{"from": "bot"})


async def test_foreign_photo_cannot_be_said(gateway):
    page, other = await gateway.page(), await gateway.page()
    _, taken = await upload(page, jpeg())
    await other.say("", "a1", photo=taken["id"])
    assert (await other.hear("refused", id="a1"))["code"] == "not_found"


async def test_text_named_jpg_is_no_photo(gateway):
    page = await gateway.page()
    status, error = await upload(page, "这不是照片".encode())
    assert (status, error["code"]) == (415, "unsupported_media")
    assert "照片" in error["message"]


@pytest.mark.parametrize("length", [20 * 1024 * 1024, 10 * 1024 * 1024 + 1])
async def test_photo_over_the_limit_is_too_large(gateway, length):
    page = await gateway.page()
    status, error = await upload(page, jpeg() + b"\0" * length)
    assert (status, error["code"]) == (413, "too_large")


async def test_photo_over_the_limit_is_too_large_without_a_length_too(gateway):
    async def endless():
        for _ in range(200):
            yield b"\xff\xd8\xff" + b"\0" * 100_000

    page = await gateway.page()
    status, error = await upload(page, endless())
    assert (status, error["code"]) == (413, "too_large")


async def test_upload_without_a_session_is_refused(gateway):
    client = await gateway.new_client()
    async with client.post("/webchat/photos", data=jpeg()) as response:
        assert response.status == 401


async def test_unknown_photo_is_not_found(gateway):
    page = await gateway.page()
    for photo_id in ("pho_unknown", "..%2f..%2flinsheng", "a.jpg"):
        async with page.client.get(f"/webchat/photos/{photo_id}") as response:
            assert response.status == 404
