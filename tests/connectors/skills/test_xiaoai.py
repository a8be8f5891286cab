"""小爱同学: the HMAC with its golden vectors, the date, the digest, public addresses, and silence."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta

import pytest

from bot.messages import Reply
from bot.scripted import ScriptedEngine
from community.config import Secret
from community.errors import ConfigError
from community.store.schema import identity, inbound, skill_reply
from community.times import FixedClock
from connectors.skills.exchange import Spoken
from connectors.skills.sim.xiaoai import Digest
from connectors.skills.words import several, words
from connectors.skills.xiaoai import payload
from connectors.skills.xiaoai.signature import Line, sign
from conversation.messages import Draft
from tests.connectors.skills.makers import KEY
from tests.connectors.skills.test_talk import rows

TUESDAY, SECRET_OF_TWO = "Tue, 8 Dec 2020 03:26:17 GMT", "xxxxxxxxxxxxxxxxyyyyyyyyyyyyyyyy"
HOME = "smart-test.hehome.xyz"
VECTORS = [
    ("c2VjcmV0", Line("POST", "/xiaoai", "", HOME), TUESDAY, "application/json", "Content-Md5",
     "2ba08b462b8409d51131c661e23609d7575d3fa584713b0e52e9d4d651b0e3c9"),
    ("c2VjcmV0", Line("POST", "/api/xiaoai/", "", HOME), TUESDAY, "application/json", "Content-Md5",
     "f117594ae9af4bf5bdc1319972c7b2bb310fd0022ea8da52114c430e2b68218b"),
    (SECRET_OF_TWO, Line("GET", "/hmac/testGet", "id=xxxxx&name=abc", "localhost:19001"),
     "Mon, 7 Aug 2017 08:00:50 GMT", "", "",
     "65d85343ab96f67b4f17cb5754c9a44dea32e89b3a8b01fb9a9eac714212ebee"),
    (SECRET_OF_TWO, Line("POST", "/hmac/testPost", "", "localhost:19001"),
     "Mon, 7 Aug 2017 08:02:03 GMT", "application/x-www-form-urlencoded", "LvICVZWSXkBmN8URxZ1wlg==",
     "7af664ac15b675633bc13a3ab03adc2d0c6e3834999785698e5830ae215a8545"),
]  # fmt: skip


@pytest.fixture
async def skill(open_skill):
    return await open_skill("xiaoai")


@pytest.fixture
def speaker(skill):
    return skill.speaker()


@pytest.mark.parametrize(("secret", "line", "date", "kind", "digest", "signature"), VECTORS)
def test_golden_vectors(secret, line, date, kind, digest, signature):
    headers = {"X-Xiaomi-Date": date, "Content-Type": kind, "Content-Md5": digest}
    assert sign(Secret(secret), line, headers) == signature


async def posted(skill, request, url=None):
    async with skill.session.post(
        url or skill.url, data=request.body, headers=request.headers
    ) as response:
        return response.status, await response.json()


async def test_every_tampering_is_refused_alike(skill, speaker):
    request = skill.maker.request(speaker, "said", "你好")
    other = type(request)
    authorization = request.headers["Authorization"]
    unsigned = skill.maker.signed(speaker, request.body, digest=Digest.NONE)
    digest_of_other = base64.b64encode(hashlib.md5(b"{}", usedforsecurity=False).digest()).decode()
    tampered = [
        other(request.headers, request.body + b" "),
        other(request.headers | {"Content-Md5": digest_of_other}, request.body),
        other({k: v for k, v in request.headers.items() if k != "Content-Md5"}, request.body),
        other(unsigned.headers | {"Content-Md5": digest_of_other}, request.body),
        other(request.headers | {"X-Xiaomi-Date": "Mon, 03 Nov 2025 06:05:01 GMT"}, request.body),
        other(request.headers | {"Content-Type": "text/plain"}, request.body),
        other(request.headers | {"Host": "evil.example"}, request.body),
        other(request.headers | {"Authorization": ""}, request.body),
        other(request.headers | {"Authorization": authorization[:-1] + "g"}, request.body),
        other(request.headers | {"Authorization": authorization.upper()}, request.body),
        other(request.headers | {"Authorization": authorization.replace(KEY, "key")}, request.body),
        other(
            request.headers | {"Authorization": authorization.replace("::", ":s:")}, request.body
        ),
        other(request.headers | {"Authorization": authorization.replace("V1", "V2")}, request.body),
    ]
    answers = [await posted(skill, one) for one in tampered]
    answers.append(await posted(skill, request, f"{skill.url}?x=1"))
    assert answers == [(403, payload.REFUSAL)] * len(answers)
    assert not skill.gateway.engine.asked


async def test_signature_under_another_path_is_refused(skill, speaker):
    skill.maker.public_url = f"{skill.url}/other"
    assert (await posted(skill, skill.maker.request(speaker, "said", "你好")))[0] == 403


@pytest.mark.parametrize("digest", Digest)
async def test_digest_is_known_in_both_ways_of_writing_and_may_be_left_out(skill, speaker, digest):
    body = json.dumps(skill.maker.body(speaker, "said", "你好")).encode()
    heard = await speaker.send(skill.maker.signed(speaker, body, digest=digest))
    assert heard.text == "听到：你好。"


@pytest.mark.parametrize("digest", [Digest.BASE64, Digest.HEX])
async def test_another_body_under_a_signed_digest_is_refused(skill, speaker, digest):
    signed = skill.maker.signed(speaker, b"{}", digest=digest)
    body = json.dumps(skill.maker.body(speaker, "said", "你好")).encode()
    assert (await posted(skill, type(signed)(signed.headers, body)))[0] == 403


@pytest.mark.parametrize("apart_s", [-301, 301])
async def test_request_of_another_date_is_refused(skill, clock, apart_s):
    speaker = skill.speaker()
    speaker.clock = FixedClock(clock.now() + timedelta(seconds=apart_s))
    assert (await posted(skill, skill.maker.request(speaker, "said", "你好")))[0] == 403


@pytest.mark.parametrize("date", ["yesterday", "99999", "Mon, 99 Nov 2025 06:05:00 GMT", "0"])
async def test_request_without_a_date_is_refused(skill, speaker, date):
    body = json.dumps(skill.maker.body(speaker, "said", "你好")).encode()
    assert (await posted(skill, skill.maker.signed(speaker, body, date=date)))[0] == 403


async def test_replay_within_its_time_changes_nothing_and_is_refused_after(skill, speaker, clock):
    request = skill.maker.request(speaker, "said", "你好")
    first = await posted(skill, request)
    clock.advance(300)
    assert await posted(skill, request) == first
    clock.advance(1)
    assert (await posted(skill, request))[0] == 403
    assert len(skill.gateway.engine.asked) == 1


async def test_request_for_another_skill_is_refused(skill, speaker):
    body = skill.maker.body(speaker, "said", "你好")
    body["session"]["application"]["app_id"] = "another"
    assert (await posted(skill, skill.sent(speaker, body)))[0] == 403


async def test_behind_a_proxy_the_public_address_is_what_is_signed(open_skill):
    public = "https://life.example/voice/xiaoai"
    skill = await open_skill("xiaoai", xiaoai_url=public)
    speaker = skill.speaker()
    assert (await posted(skill, skill.maker.request(speaker, "said", "你好")))[0] == 403
    skill.maker.public_url = public
    assert (await speaker.say("你好")).text == "听到：你好。"


async def test_scope_of_the_settings_is_asked_for(open_skill):
    skill = await open_skill("xiaoai", xiaoai_scope="voice")
    speaker = skill.speaker()
    assert (await posted(skill, skill.maker.request(speaker, "said", "你好")))[0] == 403
    skill.maker.scope = "voice"
    assert (await speaker.say("你好")).text == "听到：你好。"


async def test_secret_that_is_not_base64_keeps_the_gateway_from_starting(open_skill):
    with pytest.raises(ConfigError, match="XIAOAI_SECRET"):
        await open_skill("xiaoai", xiaoai_secret=Secret("not base64!"))


async def test_silence_climbs_the_ladder_and_closes_at_its_top(skill, speaker):
    await speaker.enter()
    heard = [await speaker.silence() for _ in range(4)]
    assert [one.text for one in heard] == list(several("silent"))
    assert [one.mic for one in heard] == [True, True, True, False]
    assert heard[-1].ended
    assert not skill.gateway.engine.asked


async def test_words_begin_the_ladder_anew(skill, speaker):
    await speaker.enter()
    await speaker.silence()
    await speaker.say("你好")
    assert (await speaker.silence()).text == several("silent")[0]


async def test_silence_after_a_question_names_its_choices(open_skill):
    asked = Draft("修厨房水管，对吗？", (("确认", "/affirm"), ("修改", "/deny")))
    engine = ScriptedEngine({"报修": Reply((asked,), "report_repair", 0.9, True)})
    skill = await open_skill("xiaoai", engine=engine)
    speaker = skill.speaker()
    await speaker.say("报修")
    assert (await speaker.silence()).text == "没听到您说话。您可以说，确认，或者修改。"
    assert (await speaker.silence()).text == "您慢慢想。您可以说，确认，或者修改。"
    await speaker.say("确认")
    assert engine.asked[-1][1] == "/affirm"


async def test_probe_is_answered_and_writes_nothing(skill, speaker):
    for kind in ("enter", "said", "left"):
        body = skill.maker.body(speaker, kind, "救命")
        body["request"]["is_monitor"] = True
        heard = await speaker.send(skill.sent(speaker, body))
        assert (heard.text, heard.mic) == (words("welcome"), True)
    for table in (identity, inbound, skill_reply):
        assert await rows(skill, table) == []


async def test_event_of_a_file_is_answered_without_a_turn(skill, speaker):
    body = skill.maker.body(speaker, "said", "你好")
    body["request"] |= {"event_type": "mediaplayer.playbacknearlyfinished", "event_property": {}}
    assert (await speaker.send(skill.sent(speaker, body))).text == words("hushed")
    assert not skill.gateway.engine.asked


async def test_words_may_stand_in_the_intent_only(skill, speaker):
    body = skill.maker.body(speaker, "said", "你好")
    del body["query"]
    assert (await speaker.send(skill.sent(speaker, body))).text == "听到：你好。"


def test_golden_answers():
    assert payload.answer(Spoken("请问是哪一栋？", mic=True)) == {
        "version": "1.0",
        "session_attributes": {},
        "is_session_end": False,
        "response": {
            "to_speak": {"type": 0, "text": "请问是哪一栋？"},
            "open_mic": True,
            "not_understand": False,
        },
    }
    left = payload.answer(Spoken("再见。", mic=True, leaves=True))
    assert (left["is_session_end"], left["response"]["open_mic"]) == (True, False)
