"""Who gets in: a role for every view, no other site's forms, and headers that hold pages shut."""

from __future__ import annotations

import pytest

from community.config import Settings
from community.store.database import Database
from community.times import FixedClock
from desk import access
from desk.app import build_app
from desk.csrf import is_ours
from desk.staff import Role
from tests.desk.conftest import Browser, NewBrowser
from tests.desk.seed import CHEAP, World


def test_every_route_says_who_may_call_it(db: Database, clock: FixedClock) -> None:
    assert access.unguarded(build_app(Settings(), db, clock, passwords=CHEAP)) == []


@pytest.mark.parametrize("path", ["/", "/orders", "/complaints", "/cases/x", "/photos/x"])
async def test_strangers_are_sent_to_the_log_in(new_browser: NewBrowser, path: str) -> None:
    answer = await (await new_browser()).get(path)
    assert answer.status == 303
    assert answer.to is not None
    assert answer.to.startswith("/login?next=")


@pytest.mark.parametrize("path", ["/cases/x/claim", "/heartbeat", "/duty", "/logout"])
async def test_strangers_forms_are_refused(new_browser: NewBrowser, path: str) -> None:
    assert (await (await new_browser()).post(path)).status == 401


async def test_strangers_scripts_get_a_code(new_browser: NewBrowser) -> None:
    answer = await (await new_browser()).get("/state", Accept="application/json")
    assert answer.status == 401
    assert '"unauthenticated"' in answer.text


async def test_unknown_token_is_no_session(new_browser: NewBrowser) -> None:
    answer = await (await new_browser()).get("/", Cookie="desk_session=" + "0" * 64)
    assert answer.status == 303


async def test_repairer_sees_neither_queue_nor_conversations_nor_complaints(
    liu: Browser, world: World
) -> None:
    case = await world.waiting()
    for path in (f"/cases/{case.id}", "/complaints"):
        assert (await liu.get(path)).status == 403
    for path in (f"/cases/{case.id}/claim", f"/cases/{case.id}/reply"):
        assert (await liu.post(path)).status == 403
    assert '"ringing": []' in (await liu.get("/state")).text


@pytest.mark.parametrize("role", [Role.CLERK, Role.DUTY, Role.GRID, Role.ADMIN])
async def test_case_workers_see_the_queue(
    world: World, new_browser: NewBrowser, role: Role
) -> None:
    browser = await new_browser(await world.staff("some", "某人", role))
    assert (await browser.get("/")).status == 200
    assert (await browser.get("/complaints")).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://desk.example"},
        {},
    ],
)
async def test_forms_of_other_sites_are_refused(
    fang: Browser, world: World, headers: dict[str, str]
) -> None:
    case = await world.waiting()
    assert (await fang.post(f"/cases/{case.id}/claim", headers)).status == 403
    assert (await fang.post("/login", headers, user="fang", password="x")).status == 403


@pytest.mark.parametrize(
    ("method", "headers", "ours"),
    [
        ("GET", {"Sec-Fetch-Site": "cross-site"}, True),
        ("POST", {"Sec-Fetch-Site": "same-origin"}, True),
        ("POST", {"Sec-Fetch-Site": "none"}, True),
        ("POST", {"Origin": "http://desk.example:8090"}, True),
        ("POST", {"Origin": "http://desk.example"}, False),
        ("POST", {"Sec-Fetch-Site": ""}, False),
        ("DELETE", {}, False),
    ],
)
def test_origin_is_told_by_headers(method: str, headers: dict[str, str], ours: bool) -> None:
    assert is_ours(method, headers, "desk.example:8090") is ours


async def test_every_page_carries_the_headers_that_hold_it_shut(fang: Browser) -> None:
    for path in ("/", "/healthz", "/nowhere"):
        headers = (await fang.get(path)).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"


async def test_pages_hold_no_inline_script_or_style(fang: Browser, world: World) -> None:
    case = await world.waiting()
    for path in ("/", f"/cases/{case.id}", "/orders", "/complaints"):
        text = (await fang.get(path)).text
        assert " style=" not in text
        assert " onclick=" not in text
        assert text.count("<script") == text.count('<script type="module" src="/static/')


async def test_static_files_are_served_to_anybody_and_kept(
    fang: Browser, new_browser: NewBrowser
) -> None:
    page = (await fang.get("/")).text
    address = page.partition('href="/static/')[2].partition('"')[0]
    answer = await (await new_browser()).get(f"/static/{address}")
    assert answer.status == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert (await fang.get("/static/../desk.py")).status == 404


async def test_a_residents_script_shows_as_text(fang: Browser, world: World) -> None:
    case = await world.waiting("<script>alert(1)</script>")
    for path in ("/", f"/cases/{case.id}"):
        text = (await fang.get(path)).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)" in text
