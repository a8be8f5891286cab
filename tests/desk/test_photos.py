"""Photos: of residents only for whoever sees the matter, and each look noted; and those shown to them."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from community.services import repair
from community.store.database import Database
from community.store.schema import attachment, message
from conversation import audit
from conversation.queue import Case
from desk import forms
from tests.desk.conftest import Browser, NewBrowser
from tests.desk.seed import JPEG, World


async def test_photo_of_a_case_is_shown_and_noted(
    fang: Browser, world: World, db: Database
) -> None:
    case = await world.waiting()
    photo = await world.photo(case.conversation_id)
    await world.says(case.conversation_id, "看", photo=photo)
    assert f'src="/photos/{photo}"' in (await fang.get(f"/cases/{case.id}")).text
    answer = await fang.get(f"/photos/{photo}")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Cache-Control"] == "no-store"
    assert int(answer.headers["Content-Length"]) == len(JPEG)
    async with db.read() as conn:
        (entry,) = await audit.of_object(conn, photo)
    assert (entry.actor, entry.act) == ("staff_fang", "photo.view")


async def test_photo_of_a_conversation_nobody_handed_over_is_not_found(
    fang: Browser, world: World, db: Database
) -> None:
    conversation_id = await world.conversation(None, person=None)
    photo = await world.photo(conversation_id)
    assert (await fang.get(f"/photos/{photo}")).status == 404
    async with db.read() as conn:
        assert await audit.of_object(conn, photo) == []


async def test_repairer_sees_the_photos_of_his_order_only(
    fang: Browser, liu: Browser, world: World
) -> None:
    case = await world.waiting()
    own = await world.photo(case.conversation_id)
    other = await world.photo(case.conversation_id)
    order = await world.order(case.conversation_id, photos=[own])
    assert (await liu.get(f"/photos/{own}")).status == 404
    await repair.staff_act(
        world.ctx, order.id, "dispatch", staff_id="staff_fang", version=1, assignee_id="staff_liu"
    )
    assert (await liu.get(f"/photos/{own}")).status == 200
    assert (await liu.get(f"/photos/{other}")).status == 404
    assert f'src="/photos/{own}"' in (await liu.get(f"/orders/{order.id}")).text


async def test_unknown_and_lost_photos_and_paths_are_not_found(fang: Browser, world: World) -> None:
    case = await world.waiting()
    photo = await world.photo(case.conversation_id)
    (world.data_dir / "photos" / f"{photo}.jpg").unlink()
    for path in (f"/photos/{photo}", "/photos/none", "/photos/..%2f..%2flinsheng", "/photos/"):
        assert (await fang.get(path)).status == 404


async def test_stranger_gets_no_photo(world: World, new_browser: NewBrowser) -> None:
    case = await world.waiting()
    photo = await world.photo(case.conversation_id)
    assert (await (await new_browser()).get(f"/photos/{photo}")).status == 303


def picture(kind: str = "JPEG", **options: object) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(data, kind, **options)
    return data.getvalue()


@pytest.fixture
async def mine(fang: Browser, world: World) -> Case:
    """A case that 王芳 has claimed, ."""
    case = await world.waiting()
    await fang.post(f"/cases/{case.id}/claim")
    return case


async def shown(db: Database, case: Case) -> list[tuple[str, str, str | None]]:
    """What staff said after the greeting: (speaker, text, photo)."""
    async with db.read() as conn:
        rows = await conn.execute(
            select(message.c.sender, message.c.text, message.c.attachment_id)
            .where(message.c.conversation_id == case.conversation_id)
            .order_by(message.c.seq)
        )
        return [(row.sender, row.text, row.attachment_id) for row in rows][2:]


def files(world: World) -> list[Path]:
    return sorted((world.data_dir / "photos").glob("*"))


async def test_photo_is_shown_to_the_resident_once_without_where_it_was_taken(
    fang: Browser, world: World, db: Database, mine: Case
) -> None:
    exif = Image.Exif()
    exif[0x010E] = "3号楼501的厨房"
    data = picture(exif=exif)
    answers = await asyncio.gather(
        *(fang.post_file(f"/cases/{mine.id}/photos", "photo", data, key="aaaaaaaa")
          for _ in range(3))
    )  # fmt: skip
    assert [(one.status, one.to) for one in answers] == [(303, f"/cases/{mine.id}")] * 3
    [(speaker, text, photo)] = await shown(db, mine)
    assert (speaker, text) == ("staff", "我给您发了一张照片。")
    assert files(world) == [world.data_dir / "photos" / f"{photo}.jpg"]
    with Image.open(files(world)[0]) as kept:
        assert (kept.size, dict(kept.getexif())) == ((40, 30), {})
    page = (await fang.get(f"/cases/{mine.id}")).text
    assert f'src="/photos/{photo}" alt="发给居民的照片' in page
    assert "我给您发了一张照片" not in page
    assert (await fang.get(f"/photos/{photo}")).status == 200


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", 415),
        (b"#!/bin/sh", 415),
        (picture()[:200], 415),
        (b"\xff\xd8\xff" + bytes(11_000_000), 413),
    ],
    ids=["none", "script", "half", "large"],
)
async def test_what_is_no_photo_is_refused_and_nothing_is_kept(
    fang: Browser, world: World, db: Database, mine: Case, data: bytes, status: int
) -> None:
    answer = await fang.post_file(f"/cases/{mine.id}/photos", "photo", data, key="aaaaaaaa")
    assert (answer.status, await shown(db, mine), files(world)) == (status, [], [])


async def test_photo_for_anothers_case_is_refused_and_its_file_deleted(
    wei: Browser, world: World, db: Database, mine: Case
) -> None:
    answer = await wei.post_file(f"/cases/{mine.id}/photos", "photo", picture(), key="aaaaaaaa")
    assert (answer.status, await shown(db, mine), files(world)) == (409, [], [])
    assert "王芳" in answer.text
    async with db.read() as conn:
        assert (await conn.execute(select(attachment.c.id))).all() == []


@pytest.mark.parametrize(
    ("channel", "can"), [("speaker", False), ("xiaozhi", False), ("wechat", True), ("wecom", True)]
)
async def test_photo_is_offered_where_it_can_be_seen_only(
    fang: Browser, world: World, db: Database, channel: str, can: bool
) -> None:
    case = await world.waiting(channel=channel)
    await fang.post(f"/cases/{case.id}/claim")
    page = (await fang.get(f"/cases/{case.id}")).text
    answer = await fang.post_file(f"/cases/{case.id}/photos", "photo", picture(), key="aaaaaaaa")
    assert ("mode-photo" in page, answer.status) == (can, 303 if can else 400)
    assert len(files(world)) == int(can)


@pytest.mark.parametrize("desk_settings", [{"wechat_can_push": False}], indirect=True)
async def test_no_photo_goes_to_an_account_without_the_right_to_push(
    fang: Browser, world: World
) -> None:
    case = await world.waiting(channel="wechat")
    await fang.post(f"/cases/{case.id}/claim")
    answer = await fang.post_file(f"/cases/{case.id}/photos", "photo", picture(), key="aaaaaaaa")
    assert (answer.status, files(world)) == (400, [])


async def test_form_that_is_no_form_is_refused(fang: Browser, mine: Case) -> None:
    path = f"/cases/{mine.id}/photos"
    assert (await fang.post(path, key="aaaaaaaa", photo="x")).status == 400
    many = {f"field{i}": "x" for i in range(9)}
    assert (await fang.post_file(path, "photo", picture(), **many)).status == 400
    long = {"key": "a" * 20_000}
    assert (await fang.post_file(path, "photo", picture(), **long)).status == 413
    assert (await fang.post_file(path, "photo", picture(), key="?")).status == 400


def body_of(*parts: bytes, end: bytes = b"--x--\r\n") -> bytes:
    return b"".join(b"--x\r\n" + part + b"\r\n" for part in parts) + end


def part_of(name: str, data: bytes) -> bytes:
    return f'Content-Disposition: form-data; name="{name}"'.encode() + b"\r\n\r\n" + data


BROKEN = {
    "empty": b"",
    "no end": body_of(part_of("key", b"aaaaaaaa"), end=b""),
    "no name": body_of(b"Content-Disposition: form-data\r\n\r\nx"),
    "no header": body_of(b"\r\nx"),
    "broken header": body_of(b"\xff\xfe\x00: : \r\n\r\nx"),
    "long header": body_of(b"X-Long: " + b"a" * 100_000 + b"\r\n\r\nx"),
    "many headers": body_of(b"".join(b"X-%d: a\r\n" % i for i in range(40_000)) + b"\r\nx"),
    "nested": body_of(b"Content-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\nx\r\n--y--"),
    "two files": body_of(
        part_of("key", b"aaaaaaaa"), part_of("photo", picture()), part_of("photo", picture())
    ),
    "two keys": body_of(
        part_of("key", b"aaaaaaaa"), part_of("key", b"bbbbbbbb"), part_of("photo", picture())
    ),
    "another boundary": b"--z\r\n" + part_of("photo", picture()) + b"\r\n--z--\r\n",
}


@pytest.mark.parametrize("name", BROKEN)
async def test_broken_form_is_refused_and_nothing_is_kept(
    fang: Browser, world: World, db: Database, mine: Case, name: str
) -> None:
    answer = await fang.post_body(
        f"/cases/{mine.id}/photos", "multipart/form-data; boundary=x", BROKEN[name]
    )
    assert (answer.status, await shown(db, mine), files(world)) == (400, [], [])


async def test_form_that_does_not_end_is_given_up(
    fang: Browser, world: World, mine: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "UPLOAD_TIMEOUT_S", 0.05)
    stuck = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield b"--x\r\n" + part_of("key", b"aaaaaaaa")
        await stuck.wait()

    answer = await fang.post_body(
        f"/cases/{mine.id}/photos", "multipart/form-data; boundary=x", slowly()
    )
    assert (answer.status, files(world)) == (400, [])
