"""The login pages in a real Chromium: readable, reachable by keyboard, and safe to be impatient with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from community.config import Secret
from community.store.database import Database
from community.times import FixedClock
from connectors.wechat.client import Client
from connectors.wechat.sim.api import serving
from connectors.wechat.sim.faults import Refuse
from connectors.wechat.sim.simulator import Simulator
from connectors.wechat.token import Credentials, TokenBroker, stable_token
from tests.browser.conftest import Tab
from tests.connectors.wechat.login_site import CODE, HOMES, READER, WRONG_CODE, Site, login_site

HOME = "/wechat/bind/home"
FIELD, TOLD = "#code:focus", "#code[aria-invalid=true]:focus"
RULES = ("target-size", "region", "heading-order", "landmark-one-main", "page-has-heading-one")
Open = Callable[..., Awaitable[Tab]]


@pytest.fixture
async def site(db: Database, clock: FixedClock, data_dir: Path) -> AsyncIterator[Site]:
    sim = Simulator(clock)
    credentials = Credentials(sim.appid, Secret(sim.secret))
    async with serving(sim) as api_url, aiohttp.ClientSession() as session:
        broker = TokenBroker(clock, stable_token(session, credentials, api_url))
        client = Client(session, broker, credentials, base_url=api_url)
        async with login_site(sim, client, db, clock, data_dir) as site:
            yield site


@pytest.fixture
async def open_tab(chromium: Any, site: Site) -> AsyncIterator[Open]:
    """A phone of a new visitor, at one of the site's pages."""
    contexts: list[Any] = []

    async def open_tab(path: str = "/wechat/bind", *, width: int = 390, **options: Any) -> Tab:
        context = await chromium.new_context(
            base_url=site.url, viewport={"width": width, "height": 844}, **options
        )
        contexts.append(context)
        context.set_default_timeout(15_000)
        tab = Tab(await context.new_page())
        await tab.goto(path)
        return tab

    yield open_tab
    for context in contexts:
        await context.close()


async def title(tab: Tab) -> str:
    return str(await tab.locator("h1").inner_text())


async def reach(name: str, site: Site, open_tab: Open, **options: Any) -> Tab:
    """A tab that shows the page of this name."""
    site.wechat.is_snapshot = name == "snapshot"
    if name == "refused":
        site.wechat.codes = ["unknown", "unknown"]
    if name == "unreachable":
        site.wechat.sim.inject("sns/oauth2/access_token", Refuse(-1))
    tab = await open_tab(HOME if name == "expired" else "/wechat/bind", **options)
    if name in {"wrong", "done"}:
        await tab.fill("#code", CODE if name == "done" else WRONG_CODE)
        await tab.click("button")
        await tab.wait_for_selector("h1 >> text=绑好了" if name == "done" else TOLD)
    return tab


PAGES = {
    "form": "绑定我家", "wrong": "绑定我家", "done": "绑好了", "expired": "请重新打开一次",
    "snapshot": "还差一步", "refused": "微信没有登上", "unreachable": "现在连不上",
}  # fmt: skip


async def test_home_is_bound_by_keyboard_alone(site: Site, open_tab: Open) -> None:
    tab = await open_tab()
    await tab.wait_for_selector(FIELD)
    await tab.keyboard.type(CODE)
    await tab.keyboard.press("Enter")
    await tab.wait_for_selector("h1 >> text=绑好了")
    assert tab.url == site.url + HOME
    assert await site.homes() == {READER: HOMES[CODE]}
    assert tab.complaints == []


async def test_wrong_code_is_told_beside_the_empty_field(site: Site, open_tab: Open) -> None:
    tab = await reach("wrong", site, open_tab)
    field = tab.get_by_label("户号")
    assert await field.evaluate("field => [field.value, document.activeElement === field]") == [
        "", True,
    ]  # fmt: skip
    told = await field.evaluate(
        "field => field.getAttribute('aria-describedby').split(' ')"
        ".map(id => document.getElementById(id).textContent)"
    )
    assert told == [
        "户号不对，请对着缴费单再看一遍。",
        "8位数字，印在物业缴费单右上角。手边没有单子，问一下物业前台就知道。",
    ]
    await tab.keyboard.type(CODE)
    await tab.keyboard.press("Enter")
    await tab.wait_for_selector("h1 >> text=绑好了")


async def test_double_tap_back_and_reload_all_end_well(site: Site, open_tab: Open) -> None:
    tab = await open_tab()
    await tab.fill("#code", CODE)
    await tab.dblclick("button")
    await tab.wait_for_selector("h1 >> text=绑好了")
    await tab.reload()
    assert await title(tab) == "绑好了"
    await tab.go_back()
    assert await title(tab) == "绑好了"
    assert await site.homes() == {READER: HOMES[CODE]}


async def test_no_code_and_no_state_stay_in_the_address(site: Site, open_tab: Open) -> None:
    tab = await open_tab()
    assert tab.url == site.url + HOME + "#wechat_redirect"
    assert await tab.evaluate("() => [location.search, document.referrer, document.cookie]") == [
        "", "", "",
    ]  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
async def test_every_page_is_accessible_by_day_and_by_night(
    site: Site, open_tab: Open, name: str
) -> None:
    tab = await reach(name, site, open_tab)
    assert await title(tab) == PAGES[name]
    for scheme in ("light", "dark"):
        await tab.emulate_media(color_scheme=scheme)
        assert await tab.flaws(*RULES) == [], scheme


@pytest.mark.parametrize("width", [320, 390, 1280])
async def test_no_page_is_wider_than_the_screen_with_text_twice_as_large(
    site: Site, open_tab: Open, width: int
) -> None:
    for name in ("form", "wrong", "expired"):
        tab = await reach(name, site, open_tab, width=width)
        await tab.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
        assert await tab.overflow() <= 0, name


async def test_button_of_a_notice_begins_anew(site: Site, open_tab: Open) -> None:
    tab = await reach("unreachable", site, open_tab)
    await tab.keyboard.press("Tab")
    await tab.keyboard.press("Enter")
    await tab.wait_for_selector(FIELD)
    assert await title(tab) == "绑定我家"
