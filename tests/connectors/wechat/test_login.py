"""The login pages: whoever WeChat names and who has the code is bound, and nobody else (G14)."""

import asyncio
import re
from urllib.parse import quote

import pytest

from connectors.wechat.login import store
from connectors.wechat.login.routes import AGAIN
from connectors.wechat.sim.faults import Delay, Refuse, Reset
from tests.connectors.wechat.login_site import (
    CODE,
    HOMES,
    OTHER_CODE,
    READER,
    WRONG_CODE,
    fields_of,
    login_site,
)

HOME = "/wechat/bind/home"
EXPIRED, SNAPSHOT, REFUSED = "请重新打开一次", "还差一步", "微信没有登上"
FORM, DONE, AWAY = "绑定我家", "绑好了", "现在连不上"
LOGIN = "sns/oauth2/access_token"


@pytest.fixture
async def site(sim, client, db, clock, data_dir):
    async with login_site(sim, client, db, clock, data_dir) as site:
        yield site


# --- the whole way


async def test_the_whole_way_binds(site):
    browser = site.browser()
    form = await browser.log_in()
    assert (form.status, form.path, form.title, form.told) == (200, HOME, FORM, "")
    done = await browser.give(CODE)
    assert (done.status, done.path, done.title) == (200, HOME, DONE)
    assert await site.homes() == {READER: HOMES[CODE]}


async def test_wechat_is_asked_in_the_order_it_wants(site, sim):
    begun = await site.browser().go("/wechat/bind", follow=False)
    assert begun.status == 302
    address, _, state = begun.headers["Location"].partition("&state=")
    assert address.partition("/connect")[2] == (
        f"/oauth2/authorize?appid={sim.appid}"
        f"&redirect_uri={quote(site.url + '/wechat/bind/back', safe='')}"
        "&response_type=code&scope=snsapi_base"
    )
    assert re.fullmatch("[a-zA-Z0-9]{32,128}#wechat_redirect", state)


async def test_cookie_is_for_these_pages_and_no_script(site):
    begun = await site.browser().go("/wechat/bind", follow=False)
    state = fields_of(begun.headers["Location"])["state"]
    assert begun.headers["Set-Cookie"] == (
        f"linsheng_bind={state}; HttpOnly; Max-Age=600; Path=/wechat/bind; SameSite=Lax"
    )


@pytest.mark.parametrize(
    "changes", [{"public_url": "https://linsheng.example"}, {"secure_cookies": True}]
)
async def test_cookie_is_secure_behind_https(sim, client, db, clock, data_dir, changes):
    async with login_site(sim, client, db, clock, data_dir, **changes) as site:
        begun = await site.browser().go("/wechat/bind", follow=False)
        assert begun.headers["Set-Cookie"].endswith("; SameSite=Lax; Secure")


@pytest.mark.parametrize(
    "typed", ["3501 0001", "３５０１０００１", "3501-0001", "三五零幺零零零幺"]
)
async def test_code_is_taken_however_its_digits_were_typed(site, typed):
    browser = site.browser()
    await browser.log_in()
    assert (await browser.give(typed)).title == DONE
    assert await site.homes() == {READER: HOMES[CODE]}


async def test_bound_reader_sees_the_home_masked_and_may_change_it(site):
    first, second = site.browser(), site.browser()
    await first.log_in()
    await first.give(CODE)
    form = await second.log_in()
    assert "已经绑定了3号楼****，不用再绑" in form.text
    assert HOMES[CODE] not in form.text
    assert (await second.give(OTHER_CODE)).title == DONE
    assert await site.homes() == {READER: HOMES[OTHER_CODE]}


async def test_pages_load_nothing_but_their_style_and_run_nothing(site):
    browser = site.browser()
    form = await browser.log_in()
    assert re.findall(r'(?:src|href)="([^"]*)"', form.text) == ["/wechat/bind/login.css"]
    assert "<script" not in form.text
    assert "default-src 'none'" in form.headers["Content-Security-Policy"]
    assert form.headers["Cache-Control"] == "no-store"
    style = await browser.go("/wechat/bind/login.css")
    assert (style.status, style.headers["Content-Type"]) == (200, "text/css")


# --- who is not bound


async def refused(site, browser, answer):
    """Whether the page says that it begins anew, and nothing was or can be bound here."""
    given = await browser.give(CODE)
    assert (given.status, given.title) == (403, EXPIRED)
    assert await site.homes() == {}
    return (answer.status, answer.title) == (403, EXPIRED)


async def test_missing_cookie_binds_nobody_and_uses_no_code(site, sim):
    way = await site.browser().way_back()
    stranger = site.browser()
    assert await refused(site, stranger, await stranger.go(way))
    assert sim.calls[LOGIN] == 0


async def test_foreign_state_binds_nobody_and_uses_no_code(site, sim):
    attacker, victim = site.browser(), site.browser()
    await victim.way_back()
    way = await attacker.way_back()
    assert await refused(site, victim, await victim.go(way))
    assert sim.calls[LOGIN] == 0


async def test_state_that_was_made_up_binds_nobody(site, sim):
    browser = site.browser()
    browser.jar.update_cookies({"linsheng_bind": "f" * 64})
    code = sim.login_code(READER)
    answer = await browser.go(f"/wechat/bind/back?code={code}&state={'f' * 64}")
    assert await refused(site, browser, answer)


@pytest.mark.parametrize(
    "query", ["", "?code=x", "?state={state}", "?code=&state={state}", "?code=x&state=%E9%82%BB",
              "?code=x&state=%ff", "?code=x&state={state}0"],
)  # fmt: skip
async def test_half_an_answer_binds_nobody(site, sim, query):
    browser = site.browser()
    await browser.way_back()
    answer = await browser.go("/wechat/bind/back" + query.format(state=browser.state()))
    assert await refused(site, browser, answer)
    assert sim.calls[LOGIN] == 0


async def test_expired_state_binds_nobody(site, clock, sim):
    browser = site.browser()
    way = await browser.way_back()
    clock.advance(600)
    assert await refused(site, browser, await browser.go(way))
    assert sim.calls[LOGIN] == 0


async def test_expired_form_binds_nobody(site, clock):
    browser = site.browser()
    await browser.log_in()
    clock.advance(600)
    assert await refused(site, browser, await browser.go(HOME))


async def test_snapshot_user_is_told_how_to_come_again_and_not_bound(site):
    site.wechat.is_snapshot = True
    browser = site.browser()
    answer = await browser.log_in()
    assert (answer.status, answer.title) == (403, SNAPSHOT)
    assert "使用完整服务" in answer.text
    assert (await browser.give(CODE)).title == EXPIRED
    assert await site.homes() == {}


async def test_snapshot_user_who_takes_the_full_service_goes_on(site):
    site.wechat.is_snapshot = True
    browser = site.browser()
    snapshot = await browser.log_in()
    site.wechat.is_snapshot = False
    assert (await browser.go(snapshot.path)).title == FORM  # WeChat loads the same address anew


async def test_replayed_code_in_another_browser_binds_nobody(site):
    victim, thief = site.browser(), site.browser()
    way = await victim.way_back()
    await victim.go(way)
    await thief.way_back()
    site.wechat.openid = "openid-of-the-thief"
    used = fields_of(way)["code"]
    site.wechat.codes = [used]
    answer = await thief.go(f"/wechat/bind/back?code={used}&state={thief.state()}")
    assert (answer.status, answer.title) == (403, REFUSED)
    assert (await thief.give(CODE)).title == EXPIRED
    assert await site.homes() == {}


async def test_refused_code_begins_the_login_anew_once(site, sim):
    site.wechat.codes = ["unknown"]
    browser = site.browser()
    answer = await browser.log_in()
    assert (answer.status, answer.title) == (200, FORM)
    assert sim.calls[LOGIN] == 2
    states = [fields_of(f"?{query}")["state"] for query in site.wechat.asked]
    assert [state.startswith(AGAIN) for state in states] == [False, True]


async def test_code_refused_twice_ends_with_a_page_and_no_loop(site, sim):
    site.wechat.codes = ["unknown", "unknown"]
    answer = await site.browser().log_in()
    assert (answer.status, answer.title, sim.calls[LOGIN]) == (403, REFUSED, 2)


async def test_used_visit_binds_nothing_more_and_says_that_all_is_done(site):
    browser = site.browser()
    await browser.log_in()
    await browser.give(CODE)
    again = await browser.give(OTHER_CODE)
    assert (again.status, again.title) == (200, DONE)
    assert await site.homes() == {READER: HOMES[CODE]}


async def test_another_sites_form_is_refused(site):
    browser = site.browser()
    await browser.log_in()
    answer = await browser.give(CODE, headers={"Origin": "https://evil.example"})
    assert answer.status == 403
    assert await site.homes() == {}


# --- wrong codes


@pytest.mark.parametrize("typed", ["", "3501000", "350100011", "不知道", "3" * 5000])
async def test_what_is_no_code_is_asked_again_and_counts_as_no_guess(site, typed):
    browser = site.browser()
    await browser.log_in()
    for _ in range(6):
        answer = await browser.give(typed)
        assert (answer.status, answer.told) == (
            422, "户号是8位数字，请看看是不是少填或者多填了。",
        )  # fmt: skip
    assert (await browser.give(CODE)).title == DONE


async def test_form_without_a_field_is_asked_again(site):
    browser = site.browser()
    await browser.log_in()
    for body in (b"", b"\xff\xfe", b"code", b"code=%00", b"{}"):
        answer = await browser.go(HOME, method="POST", data=body)
        assert (answer.status, answer.title) == (422, FORM)


async def test_wrong_code_is_asked_again_without_being_shown(site):
    browser = site.browser()
    await browser.log_in()
    answer = await browser.give(WRONG_CODE)
    assert (answer.status, answer.told) == (422, "户号不对，请对着缴费单再看一遍。")
    assert WRONG_CODE not in answer.text
    assert (await browser.give(CODE)).title == DONE


async def test_guessing_is_held_down_over_all_visits_of_a_reader(site):
    first, second = site.browser(), site.browser()
    await first.log_in()
    for _ in range(5):
        assert (await first.give(WRONG_CODE)).status == 422
    await second.log_in()
    for browser in (first, second):
        answer = await browser.give(CODE)
        assert (answer.status, answer.headers["Retry-After"]) == (429, "900")
        assert answer.told == "试的次数有点多了，请过一刻钟再来。着急的话，问一下物业前台。"
    assert await site.homes() == {}


# --- impatience and failures


async def test_two_requests_with_one_code_are_one_exchange_and_both_go_on(site, sim):
    browser = site.browser()
    way = await browser.way_back()
    sim.inject(LOGIN, Delay(0.2))
    both = await asyncio.gather(browser.go(way), browser.go(way))
    assert [(answer.status, answer.path, answer.title) for answer in both] == [
        (200, HOME, FORM)
    ] * 2
    assert sim.calls[LOGIN] == 1


async def test_back_button_goes_on_as_logged_in(site, sim):
    browser = site.browser()
    way = await browser.way_back()
    assert (await browser.go(way)).title == FORM
    assert (await browser.go(way)).title == FORM
    await browser.give(CODE)
    assert (await browser.go(way)).title == DONE
    assert sim.calls[LOGIN] == 1


async def test_code_that_another_gateway_used_first_goes_on_as_logged_in(
    sim, client, db, clock, data_dir
):
    class Overtaken:
        async def oauth_token(self, code):
            login = await client.oauth_token(code)
            async with db.write() as conn:
                await store.identify(conn, store.key_of(browser.state()), login.openid)
            return await client.oauth_token(code)

    async with login_site(sim, Overtaken(), db, clock, data_dir) as site:
        browser = site.browser()
        assert (await browser.log_in()).title == FORM
        assert (sim.calls[LOGIN], len(site.wechat.asked)) == (2, 1)


async def test_double_click_on_the_button_binds_once_and_both_see_it(site):
    browser = site.browser()
    await browser.log_in()
    both = await asyncio.gather(browser.give(CODE), browser.give(CODE))
    assert [answer.title for answer in both] == [DONE, DONE]
    assert await site.homes() == {READER: HOMES[CODE]}


@pytest.mark.parametrize(
    ("fault", "times"),  # aiohttp itself repeats a GET that was cut off, once
    [(Refuse(-1), 1), (Refuse(40164), 1), (Reset(), 2), (Reset(done=True), 2)],
)
async def test_wechat_away_is_a_kind_page_and_a_new_try_works(site, sim, clock, fault, times):
    browser = site.browser()
    sim.inject(LOGIN, fault, times)
    answer = await browser.log_in()
    assert (answer.status, answer.title) == (503, AWAY)
    assert 'href="/wechat/bind"' in answer.text
    assert await site.homes() == {}
    clock.advance(60)
    assert (await browser.log_in()).title == FORM


async def test_late_wechat_is_a_kind_page(sim, make_client, db, clock, data_dir):
    sim.inject(LOGIN, Delay(5.0))
    client = make_client(timeout_s=0.2)
    async with login_site(sim, client, db, clock, data_dir) as site:
        answer = await site.browser().log_in()
        assert (answer.status, answer.title) == (503, AWAY)


async def test_without_a_public_address_every_page_says_so(sim, client, db, clock, data_dir):
    async with login_site(sim, client, db, clock, data_dir, public_url="") as site:
        browser = site.browser()
        answers = [
            await browser.go("/wechat/bind"),
            await browser.go("/wechat/bind/back?code=x&state=x"),
            await browser.go(HOME),
            await browser.give(CODE),
        ]
        assert {(a.status, a.title) for a in answers} == {(503, "这里还没有开通")}
        assert (await browser.go("/wechat/bind/login.css")).status == 200


# --- what is kept and what is told


async def test_row_holds_a_hash_and_forgets_the_openid_when_used(site):
    browser = site.browser()
    await browser.log_in()
    [(key, openid)] = await site.kept()
    assert openid == READER
    assert re.fullmatch("[0-9a-f]{64}", key)
    assert key != browser.state()
    await browser.give(CODE)
    assert await site.kept() == [(key, "")]


async def test_used_row_cannot_be_taken_up_by_a_late_login(site, db, clock):
    browser = site.browser()
    await browser.log_in()
    await browser.give(CODE)
    key = store.key_of(browser.state())
    async with db.write() as conn:
        await store.identify(conn, key, "openid-of-another")
        assert await store.find(conn, clock, key) == store.Visit(store.Stage.DONE, "")


async def test_tidy_deletes_what_has_expired(site, clock):
    await site.browser().way_back()
    clock.advance(599)
    await site.browser().way_back()
    await site.pages.tidy()
    assert await site.visits() == 2
    clock.advance(1)
    await site.pages.tidy()
    assert await site.visits() == 1


async def test_no_openid_code_or_state_is_logged_or_shown(site, sim, watch):
    browser = site.browser()
    way = await browser.way_back()
    await browser.go(way)
    await browser.give(WRONG_CODE)
    await browser.give(CODE)
    sim.inject(LOGIN, Refuse(40164))
    other = await browser.way_back()
    await browser.go(other)
    hidden = [READER, CODE, WRONG_CODE, sim.secret]
    hidden += [value for address in (way, other) for value in fields_of(address).values()]
    logged = watch.texts()
    assert any("wechat login put off" in line for line in logged)
    assert [(one, line) for one in hidden for line in logged if one in line] == []
    assert [(one, a.text) for one in hidden for a in browser.seen if one in a.text] == []
    assert [a.path for a in browser.seen if a.title in {FORM, DONE}] == [HOME] * 3
