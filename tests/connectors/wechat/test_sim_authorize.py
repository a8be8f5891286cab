"""The login page lets in whom the account asked for as WeChat demands it, and says what is wrong."""

from urllib.parse import parse_qs, urlsplit

import pytest

OPENID = "oABCDEFGHIJKLMNOPQRSTUVWX001"
BACK = "https://linsheng.example/login/back"


@pytest.fixture
def visit(sim, session, base_url):
    sim.login_domain = "linsheng.example"
    sim.meet(OPENID)

    async def visit(page="authorize", **changes):
        asked = {
            "appid": sim.appid, "redirect_uri": BACK, "response_type": "code",
            "scope": "snsapi_base", "state": "s" * 128,
        }  # fmt: skip
        params = {name: value for name, value in (asked | changes).items() if value is not None}
        url = f"{base_url}/connect/oauth2/{page}"
        async with session.get(url, params=params, allow_redirects=False) as response:
            return response.status, response.headers.get("Location"), await response.text()

    return visit


async def test_the_page_offers_every_user(visit):
    status, _, page = await visit(state="x1")
    assert status == 200
    assert f'<button name="openid" value="{OPENID}">' in page
    assert '<input type="hidden" name="state" value="x1">' in page


@pytest.mark.parametrize("page", ["authorize", "chosen"])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"appid": "wxother"}, "10013"), ({"appid": None}, "10013"),
        ({"redirect_uri": "https://other.example/"}, "10003"),
        ({"redirect_uri": "https://linsheng.example.other/"}, "10003"),
        ({"redirect_uri": "javascript://linsheng.example/"}, "redirect_uri 参数错误"),
        ({"redirect_uri": None}, "redirect_uri 参数错误"),
        ({"response_type": "token"}, "response_type 参数错误"),
        ({"scope": "snsapi_login"}, "10005"), ({"scope": None}, "10005"),
        ({"state": "s" * 129}, "state 参数错误"), ({"state": "a-b"}, "state 参数错误"),
        ({"state": "字"}, "state 参数错误"),
    ],
)  # fmt: skip
async def test_what_is_asked_wrongly_is_said_and_leads_nowhere(visit, page, change, said):
    status, location, text = await visit(page, openid=OPENID, **change)
    assert (status, location, said in text) == (200, None, True)


async def test_without_a_domain_nobody_is_let_in(sim, visit):
    sim.login_domain = ""
    assert "10003" in (await visit())[2]


@pytest.mark.parametrize("back", [BACK, f"{BACK}?a=1"])
@pytest.mark.parametrize("snapshot", [None, "1"])
async def test_the_chosen_user_comes_back_with_code_and_state(sim, visit, back, snapshot):
    status, location, _ = await visit(
        "chosen", openid=OPENID, redirect_uri=back, state="x1", snapshot=snapshot
    )
    query = parse_qs(urlsplit(location).query)
    coming = sim.logins.use(query.pop("code")[0])
    assert (status, coming.openid, coming.is_snapshot) == (302, OPENID, snapshot is not None)
    assert location.startswith(back)
    assert query == ({"state": ["x1"], "a": ["1"]} if "?" in back else {"state": ["x1"]})


async def test_nobody_is_nobody(visit):
    assert (await visit("chosen", openid="oNOBODY"))[1:] == (None, "没有这位用户")
