"""What the platform's documents show as requests is taken, and as answers is given, by the simulator."""

import json
import re
from pathlib import Path

import pytest

from connectors.wechat import push
from connectors.wechat.sim.faults import Refuse
from connectors.wechat.sim.simulator import Simulator
from tests.connectors.wechat.account import ACCOUNT

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text())
SHAPES = VECTORS["api_shapes"]
OPENID = "OPENID"
MP3 = b"ID3" + bytes(20)
TAIL = re.compile(r",? (rid:|hints:).*$")
"What differs from one answer to the next"


@pytest.fixture
def sim(clock):
    return Simulator(
        clock, appid="APPID", secret="APPSECRET", templates={"TEMPLATE_ID": ["keyword1"]}
    )


@pytest.fixture
def call(sim, session, base_url):
    async def call(api, body):
        params = {"access_token": sim.tokens.stable(force=False).value}
        data = json.dumps(body, ensure_ascii=False).encode()
        url = f"{base_url}/cgi-bin/{api}"
        async with session.post(url, params=params, data=data) as response:
            return json.loads(await response.read())

    return call


async def test_the_token_is_asked_for_and_given_as_documented(call):
    answer = await call("stable_token", SHAPES["stable_token_request"])
    assert (set(answer), answer["expires_in"]) == (set(SHAPES["token_ok"]), 7200)


@pytest.mark.parametrize(
    ("shape", "api"),
    [
        ("custom_send_text", "message/custom/send"),
        ("custom_send_msgmenu", "message/custom/send"),
        ("typing", "message/custom/typing"),
        ("template_send", "message/template/send"),
    ],
)
async def test_documented_requests_are_taken(sim, call, shape, api):
    sim.user_said(OPENID)
    assert (await call(api, SHAPES[shape]))["errcode"] == 0


async def test_an_upload_is_answered_as_documented(sim):
    kept = sim.shelf.upload("voice", MP3)
    given = {"type": kept.kind, "media_id": kept.media_id, "created_at": int(kept.at.timestamp())}
    shape = SHAPES["media_upload_ok"]
    assert {name: type(value) for name, value in given.items()} == {
        name: type(value) for name, value in shape.items()
    }


@pytest.mark.parametrize(
    ("is_snapshot", "shape", "absent"),
    [
        (False, "oauth_token_ok", set()),
        (True, "oauth_token_snapshot_user", {"unionid"}),  # needs the scope snsapi_userinfo
    ],
)
async def test_logins_are_answered_as_documented(
    sim, session, base_url, is_snapshot, shape, absent
):
    params = {
        "appid": "APPID", "secret": "APPSECRET", "grant_type": "authorization_code",
        "code": sim.login_code(OPENID, is_snapshot=is_snapshot),
    }  # fmt: skip
    async with session.get(f"{base_url}/sns/oauth2/access_token", params=params) as response:
        answer = json.loads(await response.read())
    assert set(answer) == set(SHAPES[shape]) - absent
    assert answer.get("is_snapshotuser") == SHAPES[shape].get("is_snapshotuser")


@pytest.mark.parametrize("shape", SHAPES["errors"])
async def test_refusals_have_the_platforms_own_words(sim, call, shape):
    expected = SHAPES["errors"][shape]
    sim.inject("message/custom/send", Refuse(expected["errcode"]))
    answer = await call("message/custom/send", {})
    assert answer["errcode"] == expected["errcode"]
    assert TAIL.sub("", answer["errmsg"]) == TAIL.sub("", expected["errmsg"])


PUSHED = [one for one in VECTORS["payloads"] if not one["id"].startswith("wecom")]


@pytest.mark.parametrize("payload", PUSHED, ids=[one["id"] for one in PUSHED])
async def test_documented_pushes_are_understood_when_they_come_sealed(make_pushes, payload):
    pushes = make_pushes()
    query, body = pushes.sealed(payload["xml"].encode())
    opened = pushes.cipher.open(
        push.envelope(body).encrypt,
        timestamp=query["timestamp"],
        nonce=query["nonce"],
        msg_signature=query["msg_signature"],
    )
    assert opened.message == payload["xml"].encode()
    assert push.envelope(body).account == ACCOUNT
    assert not isinstance(push.parse(opened.message), push.Unknown)
