"""Log-ins: limited, the same for all strangers, and over when they should be."""

from __future__ import annotations

import asyncio
import hashlib

import pytest
from sqlalchemy import select
from yarl import URL

from community.store.database import Database
from community.store.schema import staff, staff_session
from community.times import FixedClock
from conversation import queue
from desk import sessions
from desk.addresses import client_address
from desk.staff import Role
from tests.desk.conftest import Browser, NewBrowser
from tests.desk.seed import PASSWORD, World


async def test_log_in_sets_a_strict_cookie_and_keeps_only_the_tokens_hash(
    world: World, db: Database, new_browser: NewBrowser
) -> None:
    await world.staff("fang", "王芳")
    browser = await new_browser()
    answer = await browser.log_in("fang", next="/orders")
    assert (answer.status, answer.to) == (303, "/orders")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/" in cookie
    token = cookie.split(";")[0].partition("=")[2]
    async with db.read() as conn:
        stored = (await conn.execute(select(staff_session.c.token_hash))).scalars().all()
    assert stored == [hashlib.sha256(token.encode()).hexdigest()]


@pytest.mark.parametrize("goes_to", ["//evil.example", "https://evil.example/x", "/\\evil"])
async def test_log_in_never_leads_to_another_site(
    world: World, new_browser: NewBrowser, goes_to: str
) -> None:
    await world.staff("fang", "王芳")
    answer = await (await new_browser()).log_in("fang", next=goes_to)
    assert answer.to in {"/", "/x"}


async def test_wrong_password_and_unknown_user_look_alike(
    world: World, new_browser: NewBrowser
) -> None:
    await world.staff("fang", "王芳")
    browser = await new_browser()
    wrong = await browser.log_in("fang", "wrong")
    unknown = await browser.log_in("nobody", "wrong")
    assert wrong.status == unknown.status == 401
    assert wrong.text.replace("fang", "-") == unknown.text.replace("nobody", "-")


async def test_sixth_try_is_refused_even_with_the_right_password_until_the_window_is_over(
    world: World, clock: FixedClock, new_browser: NewBrowser
) -> None:
    await world.staff("fang", "王芳")
    browser = await new_browser()
    for _ in range(5):
        assert (await browser.log_in("fang", "wrong")).status == 401
    refused = await browser.log_in("fang")
    assert refused.status == 429
    assert refused.headers["Retry-After"] == "900"
    assert "15 分钟" in refused.text
    clock.advance(15 * 60 + 1)
    assert (await browser.log_in("fang")).status == 303


async def test_tries_at_once_are_no_way_around_the_limit(
    world: World, new_browser: NewBrowser
) -> None:
    await world.staff("fang", "王芳")
    browser = await new_browser()
    tries = await asyncio.gather(*(browser.log_in("fang", "wrong") for _ in range(12)))
    assert sorted(answer.status for answer in tries) == [401] * 5 + [429] * 7


async def test_address_is_limited_over_many_user_names(
    world: World, new_browser: NewBrowser
) -> None:
    browser = await new_browser()
    statuses = [(await browser.log_in(f"user{i}", "wrong")).status for i in range(31)]
    assert statuses == [401] * 30 + [429]


async def test_successes_do_not_use_up_an_offices_tries(
    world: World, new_browser: NewBrowser
) -> None:
    await world.staff("fang", "王芳")
    browser = await new_browser()
    for _ in range(32):
        assert (await browser.log_in("fang")).status == 303


async def test_success_forgets_the_users_wrong_tries(world: World, new_browser: NewBrowser) -> None:
    await world.staff("fang", "王芳")
    browser = await new_browser()
    for _ in range(4):
        await browser.log_in("fang", "wrong")
    assert (await browser.log_in("fang")).status == 303
    for _ in range(4):
        assert (await browser.log_in("fang", "wrong")).status == 401


async def test_session_ends_after_an_idle_hour(fang: Browser, clock: FixedClock) -> None:
    clock.advance(59 * 60)
    assert (await fang.get("/")).status == 200
    clock.advance(59 * 60)
    assert (await fang.get("/")).status == 200
    clock.advance(61 * 60)
    answer = await fang.get("/orders?state=all&q=1")
    assert answer.status == 303
    assert URL(answer.to or "").query == {"next": "/orders?state=all&q=1"}


async def test_session_ends_after_twelve_hours_however_busy(
    fang: Browser, clock: FixedClock
) -> None:
    for _ in range(13):
        clock.advance(55 * 60)
        await fang.get("/")
    clock.advance(10 * 60)
    assert (await fang.get("/")).status == 303


async def test_open_page_on_duty_keeps_a_quiet_night_shift_signed_in(
    fang: Browser, clock: FixedClock
) -> None:
    for _ in range(5):
        clock.advance(40 * 60)
        assert (await fang.post("/heartbeat", active="0")).status == 200
    assert (await fang.get("/")).status == 200


async def test_open_page_off_duty_does_not_keep_the_session(
    world: World, new_browser: NewBrowser, clock: FixedClock
) -> None:
    browser = await new_browser(await world.staff("fang", "王芳", on_duty=False))
    clock.advance(40 * 60)
    assert (await browser.post("/heartbeat", active="0")).status == 200
    clock.advance(40 * 60)
    assert (await browser.post("/heartbeat", active="0")).status == 401


async def test_log_out_ends_the_session_the_duty_and_the_claims(
    fang: Browser, world: World, db: Database
) -> None:
    case = await world.waiting()
    await fang.post(f"/cases/{case.id}/claim")
    answer = await fang.post("/logout")
    assert (answer.status, answer.to) == (303, "/login")
    assert (await fang.get("/")).status == 303
    async with db.read() as conn:
        on_duty = (await conn.execute(select(staff.c.on_duty))).scalar()
        back = await queue.get(conn, case.id)
    assert on_duty is False
    assert (back.state, back.owner_id) == (queue.WAITING, None)


async def test_log_out_at_one_device_leaves_the_other_working(
    fang: Browser, world: World, db: Database, new_browser: NewBrowser
) -> None:
    case = await world.waiting()
    await fang.post(f"/cases/{case.id}/claim")
    phone = await new_browser(fang.staff)
    await phone.post("/logout")
    async with db.read() as conn:
        assert (await queue.get(conn, case.id)).state == queue.OWNED
    assert (await fang.get("/")).status == 200


async def test_sweep_takes_whoever_vanished_off_duty(
    fang: Browser, db: Database, clock: FixedClock
) -> None:
    clock.advance(61 * 60)
    assert await sessions.sweep(db, clock) == 1
    assert await sessions.sweep(db, clock) == 0
    async with db.read() as conn:
        assert (await conn.execute(select(staff.c.on_duty))).scalar() is False


async def test_duty_switch_goes_back_to_where_it_was_pressed(fang: Browser, db: Database) -> None:
    answer = await fang.post("/duty", on="0", back="/orders?state=all")
    assert (answer.status, answer.to) == (303, "/orders?state=all")
    async with db.read() as conn:
        assert (await conn.execute(select(staff.c.on_duty))).scalar() is False
    assert "离岗" in (await fang.get("/")).text


async def test_password_is_nowhere_in_the_answer(world: World, new_browser: NewBrowser) -> None:
    await world.staff("fang", "王芳")
    answer = await (await new_browser()).log_in("fang", "my-secret-word")
    assert "my-secret-word" not in answer.text


class _Request:
    """As much of a request as an address takes."""

    def __init__(self, remote: str, *forwarded: str) -> None:
        from multidict import CIMultiDict

        self.remote = remote
        self.headers = CIMultiDict([("X-Forwarded-For", one) for one in forwarded])


@pytest.mark.parametrize(
    ("remote", "forwarded", "address"),
    [
        ("1.2.3.4", ["9.9.9.9"], "1.2.3.4"),
        ("10.0.0.9", ["9.9.9.9"], "9.9.9.9"),
        ("10.0.0.9", ["6.6.6.6, 9.9.9.9"], "9.9.9.9"),
        ("10.0.0.9", ["6.6.6.6", "9.9.9.9, 10.0.0.8"], "9.9.9.9"),
        ("10.0.0.9", ["<script>"], "10.0.0.9"),
        ("10.0.0.9", [], "10.0.0.9"),
    ],
)
def test_forwarded_address_is_believed_only_from_our_proxies(
    remote: str, forwarded: list[str], address: str
) -> None:
    request = _Request(remote, *forwarded)
    assert client_address(request, "10.0.0.9, 10.0.0.8") == address  # type: ignore[arg-type]


async def test_repairer_lands_on_his_orders(world: World, new_browser: NewBrowser) -> None:
    await world.staff("liu", "刘师傅", Role.REPAIRER)
    browser = await new_browser()
    await browser.log_in("liu", PASSWORD)
    assert (await browser.get("/")).to == "/orders"
    assert (await browser.get("/login")).to == "/orders"
