"""Photos: only for whoever sees the matter, and each look is noted."""

from __future__ import annotations

from community.services import repair
from community.store.database import Database
from conversation import audit
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
