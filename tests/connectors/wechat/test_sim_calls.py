"""The simulator's further APIs keep WeChat's rules: menus, codes, tickets, films, limits, addresses."""

import io
import json

import aiohttp
import pytest

from connectors.wechat.sim.calls import APIS
from connectors.wechat.sim.faults import Refuse
from connectors.wechat.sim.limits import PER_DAY
from connectors.wechat.sim.refusals import WORDS
from connectors.wechat.sim.users import Seen

OPENID = "oABCDEFGHIJKLMNOPQRSTUVWX001"
CLICK = {"type": "click", "name": "报修", "key": "repair"}
VIEW = {"type": "view", "name": "指南", "url": "https://example.com/"}
MINI = VIEW | {"type": "miniprogram", "appid": "wx1", "pagepath": "index"}
MP4, JPEG = b"\0\0\0\x18ftypmp42" + bytes(20), b"\xff\xd8\xff\xe0" + bytes(20)


@pytest.fixture
def call(sim, session, base_url):
    async def call(api, body=None, **params):
        params["access_token"] = sim.tokens.stable(force=False).value
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        method = "GET" if body is None else "POST"
        async with session.request(
            method, f"{base_url}/cgi-bin/{api}", params=params, data=data
        ) as response:
            assert response.status == 200
            return json.loads(await response.read())

    return call


@pytest.fixture
def send(call):
    async def send(kind, inside):
        body = {"touser": OPENID, "msgtype": kind, kind: inside}
        return (await call("message/custom/send", body))["errcode"]

    return send


def below(*buttons):
    return {"name": "更多", "sub_button": list(buttons)}


@pytest.mark.parametrize(
    ("top", "errcode", "errcode_below"),
    [
        (CLICK, 0, 0), (VIEW, 0, 0), (MINI, 0, 0),
        *(({"type": kind, "name": "扫", "key": "k"}, 0, 0) for kind in (
            "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album",
            "pic_weixin", "location_select",
        )),
        (CLICK | {"type": "smell"}, 40017, 40024),
        ({"name": "报修"}, 40017, 40024),
        (CLICK | {"type": "media_id"}, 40007, 40007),
        (CLICK | {"name": "字" * 5 + "a"}, 0, 0),
        (CLICK | {"name": "字" * 5 + "ab"}, 40018, 0),
        (CLICK | {"name": "字" * 20}, 40018, 0),
        (CLICK | {"name": "字" * 20 + "a"}, 40018, 40025),
        (CLICK | {"name": ""}, 40018, 40025),
        (CLICK | {"name": 5}, 40018, 40025),
        (CLICK | {"key": "k" * 128}, 0, 0),
        (CLICK | {"key": "字" * 43}, 40019, 40026),
        (CLICK | {"key": ""}, 40019, 40026),
        ({"type": "click", "name": "报修"}, 40019, 40026),
        (VIEW | {"url": "https://x/" + "a" * 1014}, 0, 0),
        (VIEW | {"url": "https://x/" + "a" * 1015}, 40020, 40027),
        (VIEW | {"url": "javascript:x"}, 40055, 40054),
        ({"type": "view", "name": "指南"}, 40020, 40027),
        (MINI | {"appid": ""}, 40166, 40166),
        (MINI | {"pagepath": ""}, 40165, 40165),
        ("报修", 40016, 40023),
        (below(CLICK), 0, 40022),
    ],
)  # fmt: skip
async def test_each_button_is_judged_by_its_type_and_level(sim, call, top, errcode, errcode_below):
    assert (await call("menu/create", {"button": [top]}))["errcode"] == errcode
    assert sim.menu == ([] if errcode else [top])
    answer = await call("menu/create", {"button": [below(top)]})
    assert answer["errcode"] == errcode_below


@pytest.mark.parametrize(
    ("menu", "errcode"),
    [
        ({}, 40016), ({"button": {}}, 40016), ({"button": [below(*[CLICK] * 6)]}, 40023),
        ({"button": [{"name": "更多", "sub_button": CLICK}]}, 40023),
        ({"button": [below(CLICK) | {"name": "字" * 6}]}, 40018),
    ],
)  # fmt: skip
async def test_a_menu_of_a_wrong_shape_is_refused(call, menu, errcode):
    assert (await call("menu/create", menu))["errcode"] == errcode


async def test_a_menu_is_read_back_in_both_shapes(call):
    assert (await call("menu/get"))["errcode"] == 46003
    assert await call("get_current_selfmenu_info") == {"is_menu_open": 0}
    await call("menu/create", {"button": [CLICK, below(VIEW)]})
    assert await call("menu/get") == {"menu": {"button": [{"sub_button": []} | CLICK, below(VIEW)]}}
    assert await call("get_current_selfmenu_info") == {
        "is_menu_open": 1,
        "selfmenu_info": {"button": [CLICK, {"name": "更多", "sub_button": {"list": [VIEW]}}]},
    }


def asking(scene="3栋", name="QR_STR_SCENE", **more):
    return {"action_name": name, "action_info": {"scene": {"scene_str": scene}}} | more


async def test_a_temporary_code_ends_and_a_permanent_one_does_not(sim, call, clock):
    first, second = [await call("qrcode/create", asking(expire_seconds=60)) for _ in range(2)]
    assert (set(first), first["expire_seconds"]) == ({"ticket", "expire_seconds", "url"}, 60)
    assert first["ticket"] != second["ticket"]
    lasting = await call("qrcode/create", asking(name="QR_LIMIT_STR_SCENE"))
    assert set(lasting) == {"ticket", "url"}
    assert await call("qrcode/create", asking(name="QR_LIMIT_STR_SCENE")) == lasting
    assert [code.scene for code in sim.codes.valid()] == ["3栋"] * 3
    clock.advance(60)
    assert [code.ticket for code in sim.codes.valid()] == [lasting["ticket"]]


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        (asking(scene="字" * 64), 0), (asking(scene="字" * 65), 40053), (asking(scene=""), 40053),
        (asking(scene=5), 40053), (asking(name="QR_OTHER"), 40052), ({}, 40053),
        ({"action_name": "QR_STR_SCENE", "action_info": {"scene": "s"}}, 40053),
        (asking(expire_seconds=2_592_000), 0), (asking(expire_seconds=2_592_001), 40053),
        (asking(expire_seconds=0), 40053), (asking(expire_seconds="60"), 40053),
    ],
)  # fmt: skip
async def test_codes_are_judged(call, body, errcode):
    assert (await call("qrcode/create", body)).get("errcode", 0) == errcode


async def test_the_jsapi_ticket_lives_for_two_hours(call, clock):
    first = await call("ticket/getticket", type="jsapi")
    assert (first["errcode"], first["expires_in"], len(first["ticket"])) == (0, 7200, 86)
    clock.advance(7199)
    assert await call("ticket/getticket", type="jsapi") == first | {"expires_in": 1}
    clock.advance(1)
    assert (await call("ticket/getticket", type="jsapi"))["ticket"] != first["ticket"]
    assert (await call("ticket/getticket", type="wx_card"))["errcode"] == 40097


async def test_the_callback_is_checked_by_name_and_by_packets(call):
    everything = await call("callback/check", {"action": "all", "check_operator": "UNICOM"})
    assert set(everything) == {"dns", "ping"}
    assert set(await call("callback/check", {"action": "dns"})) == {"dns"}
    assert (await call("callback/check", {"action": "smell"}))["errcode"] == 40202
    wrong = await call("callback/check", {"action": "all", "check_operator": "X"})
    assert wrong["errcode"] == 40203


def article(**changes):
    return {
        "title": "停水",
        "description": "d",
        "url": "http://u/",
        "picurl": "http://p/",
    } | changes


@pytest.mark.parametrize(
    ("inside", "errcode"),
    [
        ({"articles": [article()]}, 0), ({"articles": [article()] * 2}, 45008),
        ({"articles": []}, 45008), ({"articles": article()}, 45008),
        ({"articles": [article(size=1)]}, 40035), ({"articles": [{"url": "http://u/"}]}, 40035),
    ],
)  # fmt: skip
async def test_a_kefu_message_has_one_article(sim, send, clock, inside, errcode):
    sim.user_said(OPENID)
    assert await send("news", inside) == errcode
    seen = [] if errcode else [Seen(clock.now(), "news", "停水 http://u/")]
    assert sim.transcript(OPENID) == seen


async def test_a_film_is_kept_sent_and_given_as_a_link(sim, session, base_url, call, send, clock):
    async def upload(kind, data):
        params = {"access_token": sim.tokens.stable(force=False).value, "type": kind}
        url = f"{base_url}/cgi-bin/media/upload"
        form = aiohttp.FormData()
        form.add_field("media", io.BytesIO(data), filename="f")
        async with session.post(url, params=params, data=form) as response:
            return json.loads(await response.read())

    kept = await upload("video", MP4)
    assert kept["type"] == "video"
    sim.user_said(OPENID)
    assert await send("video", {"media_id": kept["media_id"]}) == 0
    assert await send("voice", {"media_id": kept["media_id"]}) == 40007
    assert sim.transcript(OPENID) == [Seen(clock.now(), "video", kept["media_id"])]
    assert set(await call("media/get", media_id=kept["media_id"])) == {"video_url"}
    assert (await upload("thumb", JPEG))["type"] == "thumb"
    too_long = MP4 + bytes(10 * 1024 * 1024)
    wrong = [("video", JPEG), ("thumb", MP4), ("video", too_long)]
    assert [(await upload(*one))["errcode"] for one in wrong] == [40004, 40004, 45001]


async def test_what_is_called_too_often_on_one_day_is_refused_until_midnight(sim, call, clock):
    for _ in range(PER_DAY["menu/create"]):
        sim.count("menu/create")
    assert (await call("menu/create", {"button": [CLICK]}))["errcode"] == 45009
    assert await call("get_current_selfmenu_info") == {"is_menu_open": 0}
    clock.advance(9 * 3600 + 55 * 60)
    assert (await call("menu/create", {"button": [CLICK]}))["errcode"] == 0


async def test_only_addresses_on_the_list_may_call(sim, call):
    sim.allowed = {"198.51.100.4"}
    refused = await call("get_current_selfmenu_info")
    assert (refused["errcode"], refused["errmsg"].partition(" rid")[0]) == (
        40164, "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist",
    )  # fmt: skip
    sim.allowed = {"127.0.0.1"}
    assert await call("get_current_selfmenu_info") == {"is_menu_open": 0}


def test_an_unknown_api_meets_no_fault(sim):
    with pytest.raises(ValueError, match="custom/sent"):
        sim.inject("message/custom/sent", Refuse(45009))


def test_every_api_is_in_the_list_of_limits():
    assert set(APIS) == set(PER_DAY)


def test_every_code_that_the_client_acts_on_has_its_words():
    acted_on = {
        -1, 40001, 40014, 42001, 40164, 89503, 40243, 40125, 40003, 43004, 43019, 48002, 50005,
        45015, 45047, 45009, 45011, 45002, 45001, 40007, 40004, 48001, 40200, 48008, 45080, 45081,
        40029, 40163, 42003, 43101, 47003, 40037,
    }  # fmt: skip
    assert acted_on <= set(WORDS)
