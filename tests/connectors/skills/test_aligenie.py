"""天猫精灵: the address that nobody guesses, skills of an allow-list, sealed bodies, and commands."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from bot.messages import Reply
from bot.scripted import ScriptedEngine
from community.config import Secret
from community.errors import ConfigError
from community.store.schema import inbound
from connectors.skills.aligenie import payload
from connectors.skills.exchange import Spoken
from connectors.skills.sim.aligenie import AliGenieMaker, seal
from connectors.skills.sim.speaker import Session
from connectors.skills.words import words
from conversation.messages import Draft
from tests.connectors.skills.makers import PATH, SKILL, TOKEN
from tests.connectors.skills.test_talk import rows

PROOF = "13f776873db7e9dfae87121bcec0712a.txt:content-of-the-file"


@pytest.fixture
async def skill(open_skill):
    return await open_skill("aligenie", aligenie_proof=PROOF)


@pytest.fixture
def speaker(skill):
    return skill.speaker()


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - as the console wants it


def pem_of(key):
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


async def posted(skill, request, url=None):
    async with skill.session.post(
        url or skill.url, data=request.body, headers=request.headers
    ) as response:
        return response.status, await response.json()


async def test_wrong_address_token_or_skill_are_refused_alike(skill, speaker):
    request = skill.maker.request(speaker, "said", "你好")
    other = type(request)
    body = skill.maker.body(speaker, "said", "你好")
    refused = [
        await posted(skill, request, skill.url.replace(PATH, PATH[:-1])),
        await posted(skill, request, skill.url.replace(PATH, PATH.upper())),
        await posted(skill, request, skill.url.replace(PATH, "%E4%BD%A0")),
        await posted(skill, other(request.headers | {"X-Linsheng-Token": ""}, request.body)),
        await posted(
            skill, other(request.headers | {"X-Linsheng-Token": TOKEN + "x"}, request.body)
        ),
        await posted(skill, skill.sent(speaker, body | {"skillId": 99})),
        await posted(skill, skill.sent(speaker, body | {"skillId": None})),
        await posted(skill, skill.sent(speaker, body | {"skillId": True})),
    ]
    assert refused == [(403, payload.REFUSAL)] * len(refused)
    assert not skill.gateway.engine.asked


async def test_skill_id_may_be_written_as_a_text(skill, speaker):
    body = skill.maker.body(speaker, "said", "你好") | {"skillId": str(SKILL)}
    assert (await speaker.send(skill.sent(speaker, body))).text == "听到：你好。"


async def test_file_of_ownership_is_shown_and_no_other(skill):
    base = str(skill.gateway.server.make_url("/aligenie/"))
    name, _, content = PROOF.partition(":")
    async with skill.session.get(base + name) as response:
        assert (response.status, await response.text()) == (200, content)
    for other in ("other.txt", PATH, "%2e%2e%2fsecrets.txt"):
        async with skill.session.get(base + other) as response:
            assert response.status in {404, 405}
            assert content not in await response.text()


async def test_without_a_token_in_the_settings_the_header_is_not_looked_at(open_skill):
    skill = await open_skill("aligenie", aligenie_token=Secret(""))
    skill.maker.headers = {}
    assert (await skill.speaker().say("你好")).text == "听到：你好。"


async def test_replay_is_one_turn(skill, speaker, clock):
    request = skill.maker.request(speaker, "said", "你好")
    first = await posted(skill, request)
    clock.advance(86400)
    assert await posted(skill, request) == first
    assert len(skill.gateway.engine.asked) == len(await rows(skill, inbound)) == 1


class TestSealed:
    @pytest.fixture
    async def skill(self, open_skill, key, tmp_path):
        file = tmp_path / "key.pem"
        file.write_bytes(pem_of(key))
        skill = await open_skill("aligenie", aligenie_key_file=str(file))
        skill.maker.key = key.public_key()
        return skill

    async def test_sealed_body_of_many_blocks_is_opened(self, skill):
        said = "水管漏水了。" * 100
        await skill.speaker().say(said)
        assert skill.gateway.engine.asked[0][1] == said

    async def test_plain_body_is_refused(self, skill, speaker):
        skill.maker.key = None
        assert (await posted(skill, skill.maker.request(speaker, "said", "你好")))[0] == 403

    async def test_body_for_another_key_is_refused(self, skill, speaker):
        other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        skill.maker.key = other.public_key()
        assert (await posted(skill, skill.maker.request(speaker, "said", "你好")))[0] == 403

    async def test_what_is_no_sealed_body_is_refused(self, skill, speaker, key):
        sealed = json.loads(seal(key.public_key(), b"{}"))
        whole = sealed["securityQuery"]
        bad = [whole[:-4], "", "!", whole * 200, None, 5, whole[:8] + "AAAA" + whole[12:]]
        for query in bad:
            body = json.dumps(sealed | {"securityQuery": query}).encode()
            request = type(skill.maker.sent(b"{}"))(
                {"Content-Type": "application/json", **skill.maker.headers}, body
            )
            assert (await posted(skill, request))[0] == 403

    async def test_sealed_words_that_are_no_request_are_refused(self, skill, speaker):
        assert (await posted(skill, skill.maker.sent(b"not json")))[0] == 403


@pytest.mark.parametrize("content", [None, b"", b"no key", "ec"])
async def test_key_file_that_is_none_keeps_the_gateway_from_starting(open_skill, tmp_path, content):
    file = tmp_path / "key.pem"
    if content == "ec":
        content = pem_of(ec.generate_private_key(ec.SECP256R1()))
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError, match="ALIGENIE_KEY_FILE"):
        await open_skill("aligenie", aligenie_key_file=str(file))


async def test_test_in_the_console_has_nobody_and_is_answered(skill):
    skill.maker.is_console = True
    first, second = skill.speaker(), skill.speaker()
    assert (await first.say("你好")).text == "听到：你好。"
    await second.say("你好")
    assert len({row.conversation_id for row in await rows(skill, inbound)}) == 2


async def test_answer_to_a_yes_or_no_may_come_as_a_sign(open_skill):
    asked = Draft("修厨房水管，对吗？", (("确认", "/affirm"), ("不对", "/deny")))
    engine = ScriptedEngine({"报修": Reply((asked,), "report_repair", 0.9, True)})
    skill = await open_skill("aligenie", engine=engine)
    speaker = skill.speaker()
    assert (await speaker.say("报修")).asks_consent
    await speaker.say("是的")
    assert engine.asked[-1][1] == "/affirm"
    await speaker.say("报修")
    await speaker.say("否")
    assert engine.asked[-1][1] == "/deny"


async def test_words_that_only_name_the_skill_open_it(skill, speaker):
    assert (await speaker.say("打开邻声")).text == words("welcome_unbound")
    assert not skill.gateway.engine.asked


@pytest.mark.parametrize("data", [None, [], "x", {"userOpenId": 5}, {"userOpenId": {"a": 1}}])
async def test_strange_data_of_a_request_keeps_nobody_from_being_heard(skill, speaker, data):
    body = skill.maker.body(speaker, "said", "你好") | {"requestData": data, "slotEntities": data}
    assert (await speaker.send(skill.sent(speaker, body))).text == "听到：你好。"


def test_golden_answers():
    request = payload.read(json.dumps(AliGenieMaker(1).body(_Nobody(), "said", "报修")).encode())
    said = Spoken("请问是哪一栋？", mic=True)
    speak = {
        "commandDomain": "AliGenie.Speaker",
        "commandName": "Speak",
        "payload": {
            "type": "text", "text": "请问是哪一栋？", "expectSpeech": True, "needLight": True,
            "needVoice": True, "wakeupType": "continuity",
        },
    }  # fmt: skip
    assert payload.answer(request, said, parameter="") == {
        "returnCode": "0",
        "returnErrorSolution": "",
        "returnMessage": "",
        "returnValue": {
            "reply": "请问是哪一栋？",
            "resultType": "ASK_INF",
            "askedInfos": [{"parameterName": "any", "intentId": 78}],
            "properties": {},
            "actions": [],
            "executeCode": "SUCCESS",
            "gwCommands": [speak],
        },
    }
    named = payload.answer(request, said, parameter="words")["returnValue"]
    assert named["askedInfos"] == [{"parameterName": "words", "intentId": 78}]
    unread = payload.answer(None, said, parameter="")["returnValue"]
    assert (unread["resultType"], unread["gwCommands"]) == ("RESULT", [speak])
    left = payload.answer(request, Spoken("再见。", mic=False, leaves=True), parameter="")
    assert left["returnValue"]["gwCommands"][1:] == [
        {"commandDomain": "AliGenie.System.Control", "commandName": "Exit", "payload": {}}
    ]


class _Nobody:
    """As much of a speaker as a body needs."""

    user = device = "x"

    stay = Session("s", is_new=False)
