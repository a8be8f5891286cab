"""The simulator keeps WeChat's rules to their exact edges; asked over plain HTTP, without our client."""

import io
import json

import pytest

from connectors.wechat.sim.faults import Refuse
from connectors.wechat.sim.ledger import ALLOWANCES, Trigger
from connectors.wechat.sim.notices import Finished
from connectors.wechat.sim.users import Seen

OPENID, NOTICE = "oABCDEFGHIJKLMNOPQRSTUVWX001", "template-of-a-notice"
TWO_DAYS_S, MINUTE_S = 48 * 3600, 60
MOMENT_S = 0.001
JPEG = b"\xff\xd8\xff\xe0" + b"j" * 100


class Caller:
    """Calls with the newest token; returns the errcode, or the fields of a good answer."""

    def __init__(self, sim, session, base_url):
        self.sim, self.session, self.base_url = sim, session, base_url

    async def get(self, path, **params):
        async with self.session.get(f"{self.base_url}{path}", params=params) as response:
            assert response.status == 200
            return json.loads(await response.read())

    async def post(self, path, body, token=None, **params):
        data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        if token is None:
            token = self.sim.tokens.stable(force=False).value
        params = {"access_token": token, **params}
        async with self.session.post(
            f"{self.base_url}/cgi-bin/{path}", params=params, data=data
        ) as response:
            assert response.status == 200
            return json.loads(await response.read())

    async def stable(self, **changes):
        body = {
            "grant_type": "client_credential", "appid": self.sim.appid, "secret": self.sim.secret,
        }  # fmt: skip
        return await self.post("stable_token", body | changes, token="")

    async def plain(self):
        return await self.get(
            "/cgi-bin/token",
            grant_type="client_credential", appid=self.sim.appid, secret=self.sim.secret,
        )  # fmt: skip

    async def works(self, token):
        answer = await self.get("/cgi-bin/getcallbackip", access_token=token)
        return answer.get("errcode", 0)

    async def text(self, text="你好", openid=OPENID):
        body = {"touser": openid, "msgtype": "text", "text": {"content": text}}
        return (await self.post("message/custom/send", body))["errcode"]

    async def typing(self, command="Typing"):
        body = {"touser": OPENID, "command": command}
        return (await self.post("message/custom/typing", body))["errcode"]

    async def notice(self, client_msg_id="n1", **changes):
        body = {
            "touser": OPENID,
            "template_id": NOTICE,
            "data": {"事项": {"value": "停水"}, "时间": {"value": "明天"}},
            "client_msg_id": client_msg_id,
        }
        return await self.post("message/template/send", body | changes)

    async def login(self, code):
        answer = await self.get(
            "/sns/oauth2/access_token",
            appid=self.sim.appid, secret=self.sim.secret, code=code,
            grant_type="authorization_code",
        )  # fmt: skip
        return answer.get("errcode", answer.get("openid"))


@pytest.fixture
def call(sim, session, base_url, watch):
    return Caller(sim, session, base_url)


async def test_the_stable_token_is_the_same_until_its_last_five_minutes(call, clock):
    first = await call.stable()
    assert first["expires_in"] == 7200
    clock.advance(6899)
    assert await call.stable() == first | {"expires_in": 301}
    clock.advance(1)
    second = await call.stable()
    assert (second["access_token"] != first["access_token"], second["expires_in"]) == (True, 7200)
    clock.advance(299)
    assert await call.works(first["access_token"]) == 0
    clock.advance(1)
    assert await call.works(first["access_token"]) == 42001
    assert await call.works(second["access_token"]) == 0


async def test_a_forced_refresh_kills_at_once_every_30_seconds_and_20_times_a_day(call, clock):
    old = (await call.stable())["access_token"]
    new = (await call.stable(force_refresh=True))["access_token"]
    assert [await call.works(old), await call.works(new)] == [40001, 0]
    clock.advance(29)
    assert (await call.stable(force_refresh=True))["errcode"] == 45011
    assert await call.works(new) == 0
    clock.advance(1)
    for _ in range(19):
        assert "access_token" in await call.stable(force_refresh=True)
        clock.advance(30)
    assert (await call.stable(force_refresh=True))["errcode"] == 45009
    clock.advance(24 * 3600)
    assert "access_token" in await call.stable(force_refresh=True)


async def test_the_plain_token_kills_the_one_before_and_leaves_the_stable_one(call):
    stable = (await call.stable())["access_token"]
    first = (await call.plain())["access_token"]
    second = (await call.plain())["access_token"]
    assert [await call.works(token) for token in (stable, first, second)] == [0, 40001, 0]


async def test_ten_thousand_tokens_a_minute_are_given_and_no_more(sim, call, clock):
    for _ in range(10_000):
        sim.tokens.stable(force=False)
    assert (await call.stable())["errcode"] == 45011
    clock.advance(60)
    assert "access_token" in await call.stable()


async def test_revoked_tokens_are_refused_and_the_next_is_new(sim, call):
    old = (await call.stable())["access_token"]
    sim.revoke_tokens()
    new = (await call.stable())["access_token"]
    assert [await call.works(token) for token in (old, new, "")] == [40001, 0, 41001]


@pytest.mark.parametrize(
    ("change", "errcode"),
    [({"appid": "wxother"}, 40013), ({"secret": "other"}, 40125), ({"grant_type": "x"}, 40002)],
)
async def test_strangers_get_no_token(call, change, errcode):
    assert (await call.stable(**change))["errcode"] == errcode


async def test_a_message_allows_five_answers_within_48_hours(sim, call, clock):
    sim.user_said(OPENID)
    clock.advance(TWO_DAYS_S - MOMENT_S)
    assert [await call.text() for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
    clock.advance(MOMENT_S)
    assert await call.text() == 45015
    assert len(sim.transcript(OPENID)) == 5


async def test_48_hours_after_a_message_nothing_can_be_sent(sim, call, clock):
    sim.user_said(OPENID)
    clock.advance(TWO_DAYS_S)
    assert (await call.text(), sim.transcript(OPENID)) == (45015, [])


@pytest.mark.parametrize("did", ["user_tapped", "user_followed", "user_scanned"])
async def test_a_tap_a_follow_and_a_scan_allow_three_answers_within_a_minute(sim, call, clock, did):
    getattr(sim, did)(OPENID)
    clock.advance(MINUTE_S - MOMENT_S)
    assert [await call.text() for _ in range(4)] == [0, 0, 0, 45047]
    clock.advance(MOMENT_S)
    assert await call.text() == 45015
    getattr(sim, did)(OPENID)
    clock.advance(MINUTE_S)
    assert await call.text() == 45015


async def test_a_new_message_sets_the_allowance_anew_and_does_not_add_to_it(sim, call):
    sim.user_said(OPENID)
    assert [await call.text() for _ in range(2)] == [0, 0]
    sim.user_said(OPENID)
    assert [await call.text() for _ in range(6)] == [0, 0, 0, 0, 0, 45047]


async def test_what_ends_first_is_used_first(sim, call, clock):
    sim.user_said(OPENID)
    sim.user_tapped(OPENID)
    assert [await call.text() for _ in range(3)] == [0, 0, 0]
    clock.advance(MINUTE_S)
    assert [await call.text() for _ in range(6)] == [0, 0, 0, 0, 0, 45047]


async def test_a_refused_message_costs_nothing(sim, call):
    sim.user_said(OPENID)
    assert [await call.text("字" * 683), await call.text("")] == [45002, 44004]
    assert [await call.text("字" * 682) for _ in range(5)] == [0, 0, 0, 0, 0]


async def test_who_left_gets_nothing(sim, call):
    sim.user_said(OPENID)
    sim.user_left(OPENID)
    assert [await call.text(), (await call.notice())["errcode"]] == [45015, 43004]


async def test_strangers_to_the_account_get_nothing(call):
    assert await call.text(openid="oSOMEBODY") == 40003


def test_the_allowances_are_those_of_the_documents():
    assert {t: (n, int(d.total_seconds())) for t, (n, d) in ALLOWANCES.items()} == {
        Trigger.MESSAGE: (5, 172_800),
        Trigger.CLICK: (3, 60),
        Trigger.FOLLOW: (3, 60),
        Trigger.SCAN: (3, 60),
    }


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (rb"\u4f60\u597d", r"\u4f60\u597d"),
        (rb"\\u4f60", r"\u4f60"),
        (rb"a\n\"b\"\u4f60", 'a\n"b"\\u4f60'),
        ("你好".encode(), "你好"),
    ],
)
async def test_escaped_characters_are_shown_as_they_stand(sim, call, clock, written, shown):
    sim.user_said(OPENID)
    body = b'{"touser":"%s","msgtype":"text","text":{"content":"%s"}}' % (OPENID.encode(), written)
    assert (await call.post("message/custom/send", body))["errcode"] == 0
    assert sim.transcript(OPENID) == [Seen(clock.now(), "text", shown)]


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"\xff{}", b"[" * 100_000])
async def test_a_body_that_is_no_object_is_a_format_error(call, raw):
    assert (await call.post("message/custom/send", raw))["errcode"] == 47001


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"msgtype": "smoke"}, 40008),
        ({"msgtype": "image", "image": {"media_id": "none"}}, 40007),
        ({"msgtype": "msgmenu", "msgmenu": {"list": []}}, 40035),
        ({"customservice": {"kf_account": "nobody@linsheng"}}, 65401),
        ({"customservice": 5}, 65401),
        ({"text": "你好"}, 40035),
    ],
)
async def test_messages_of_a_wrong_shape_are_refused(sim, call, change, errcode):
    sim.user_said(OPENID)
    body = {"touser": OPENID, "msgtype": "text", "text": {"content": "你好"}} | change
    assert (await call.post("message/custom/send", body))["errcode"] == errcode
    assert sim.transcript(OPENID) == []


async def test_the_method_is_checked(call):
    assert (await call.get("/cgi-bin/stable_token"))["errcode"] == 43002
    assert (await call.post("getcallbackip", {}))["errcode"] == 43001


async def test_typing_needs_a_message_of_the_last_30_seconds(sim, call, clock):
    sim.user_followed(OPENID)
    assert await call.typing() == 45080
    sim.user_said(OPENID)
    clock.advance(30)
    assert await call.typing() == 0
    sim.user_said(OPENID)
    clock.advance(30 + MOMENT_S)
    assert await call.typing() == 45080


async def test_typing_is_not_repeated_until_it_is_over(sim, call, clock):
    sim.user_said(OPENID)
    assert [await call.typing(), await call.typing()] == [0, 45081]
    clock.advance(15)
    assert [sim.sees_typing(OPENID), await call.typing()] == [False, 0]
    assert [await call.text(), sim.sees_typing(OPENID), await call.typing()] == [0, False, 0]
    assert [await call.typing("CancelTyping"), await call.typing()] == [0, 0]
    assert await call.typing("Singing") == 40035


async def test_the_same_notice_within_ten_minutes_is_one(sim, call, clock):
    sim.user_followed(OPENID)
    first = await call.notice()
    at = clock.now()
    clock.advance(600 - MOMENT_S)
    assert await call.notice() == first
    assert sim.take_finished() == [Finished(OPENID, first["msgid"], "success", at)]
    assert sim.take_finished() == []
    clock.advance(MOMENT_S)
    assert (await call.notice())["msgid"] != first["msgid"]
    assert (await call.notice("n2"))["msgid"] != first["msgid"]
    assert [thing.content for thing in sim.transcript(OPENID)] == ["事项：停水\n时间：明天"] * 3


async def test_a_blocked_notice_is_reported_and_not_seen(sim, call):
    sim.user_followed(OPENID)
    sim.user_blocked_notices(OPENID)
    assert (await call.notice())["errcode"] == 0
    assert [event.status for event in sim.take_finished()] == ["failed:user block"]
    assert sim.transcript(OPENID) == []


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"template_id": "other"}, 40037),
        ({"data": {"事项": {"value": "停水"}}}, 47003),
        ({"data": {"事项": {"value": "停水"}, "时间": "明天"}}, 47003),
    ],
)
async def test_a_notice_that_fits_no_template_is_refused(sim, call, change, errcode):
    sim.user_followed(OPENID)
    assert (await call.notice(**change))["errcode"] == errcode


async def upload(call, kind, data):
    form = (
        b'--x\r\nContent-Disposition: form-data; name="media"; filename="f.jpg"\r\n'
        b"Content-Type: image/jpeg\r\n\r\n" + data + b"\r\n--x--\r\n"
    )
    token = call.sim.tokens.stable(force=False).value
    async with call.session.post(
        f"{call.base_url}/cgi-bin/media/upload",
        params={"access_token": token, "type": kind},
        data=io.BytesIO(form),
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    ) as response:
        return json.loads(await response.read())


async def test_media_live_for_three_days_and_then_answer_200_with_an_error(call, clock):
    media_id = (await upload(call, "image", JPEG))["media_id"]

    async def fetch():
        token = call.sim.tokens.stable(force=False).value
        async with call.session.get(
            f"{call.base_url}/cgi-bin/media/get",
            params={"access_token": token, "media_id": media_id},
        ) as response:
            return response.status, response.content_type, await response.read()

    clock.advance(3 * 24 * 3600 - MOMENT_S)
    assert await fetch() == (200, "image/jpeg", JPEG)
    clock.advance(MOMENT_S)
    status, content_type, body = await fetch()
    assert (status, content_type, json.loads(body)["errcode"]) == (200, "text/plain", 40007)


@pytest.mark.parametrize(
    ("kind", "data", "errcode"),
    [
        ("smell", JPEG, 40004),
        ("image", b"", 44001),
        ("image", b"no picture", 40004),
        ("voice", JPEG, 40004),
        ("voice", b"ID3" + bytes(2 * 1024 * 1024), 45001),
        ("thumb", bytes(64 * 1024 + 1), 45001),
    ],
)
async def test_uploads_are_judged(call, kind, data, errcode):
    assert (await upload(call, kind, data))["errcode"] == errcode


async def test_a_login_code_serves_once(sim, call):
    code = sim.login_code(OPENID)
    assert [await call.login(code), await call.login(code)] == [OPENID, 40163]
    assert await call.login("unknown") == 40029


async def test_a_login_code_serves_for_five_minutes(sim, call, clock):
    early, late = sim.login_code(OPENID), sim.login_code(OPENID)
    clock.advance(300 - MOMENT_S)
    assert await call.login(early) == OPENID
    clock.advance(MOMENT_S)
    assert await call.login(late) == 40029


BUTTON = {"type": "click", "name": "报修", "key": "repair"}


@pytest.mark.parametrize(
    ("buttons", "errcode"),
    [
        ([BUTTON] * 3, 0),
        ([BUTTON] * 4, 40016),
        ([], 40016),
        ([{"name": "更多", "sub_button": [BUTTON] * 5}], 0),
        ([{"name": "更多", "sub_button": [BUTTON] * 6}], 40023),
    ],
)
async def test_a_menu_has_three_buttons_with_five_below(sim, call, buttons, errcode):
    assert (await call.post("menu/create", {"button": buttons}))["errcode"] == errcode
    assert sim.menu == (buttons if errcode == 0 else [])


async def test_a_menu_with_escapes_is_refused(sim, call):
    raw = json.dumps({"button": [BUTTON]}).encode()
    assert (await call.post("menu/create", raw))["errcode"] == 40033


async def test_a_fault_meets_as_many_calls_as_were_ordered(sim, call):
    sim.user_said(OPENID)
    sim.inject("message/custom/send", Refuse(45009), times=2)
    assert [await call.text() for _ in range(3)] == [45009, 45009, 0]
    assert len(sim.transcript(OPENID)) == 1
    assert sim.calls["message/custom/send"] == 3
