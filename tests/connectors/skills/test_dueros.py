"""小度: the certificate and the signature over the raw body, the health check, and the answer's size."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web
from cryptography import x509

from bot.messages import Reply
from bot.scripted import ScriptedEngine
from community.times import FixedClock
from connectors.refusals import Refused
from connectors.skills.dueros import payload, signature
from connectors.skills.dueros.certificates import FETCHES, MAX_BYTES, Certificates
from connectors.skills.exchange import Spoken
from connectors.skills.sim.certificates import FOLDER, Shelf, Signer, serving
from connectors.skills.words import words
from conversation.messages import Draft
from tests.connectors.skills.makers import CERTIFICATE

GOOD = f"https://duer.bdstatic.com{FOLDER}{CERTIFICATE}"


@pytest.fixture
async def skill(open_skill):
    return await open_skill("dueros")


@pytest.fixture
def speaker(skill):
    return skill.speaker()


async def posted(skill, request):
    """Status and JSON of any request."""
    async with skill.session.post(
        skill.url, data=request.body, headers=request.headers
    ) as response:
        return response.status, await response.json()


@pytest.mark.parametrize(
    "url",
    [
        GOOD,
        f"https://duer.bdstatic.com:443{FOLDER}{CERTIFICATE}",
        f"HTTPS://DUER.bdstatic.com{FOLDER}x/../{CERTIFICATE}",
    ],
)
def test_address_of_a_certificate_is_taken(url):
    assert signature.certificate_path(url) == FOLDER + CERTIFICATE


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://duer.bdstatic.com/saiya/flow/a.pem",
        "https://duer.bdstatic.com.evil.example/saiya/flow/a.pem",
        "https://evil.example/saiya/flow/a.pem",
        "https://duer.bdstatic.com@evil.example/saiya/flow/a.pem",
        "https://user:word@duer.bdstatic.com/saiya/flow/a.pem",
        "https://duer.bdstatic.com:8443/saiya/flow/a.pem",
        "https://duer.bdstatic.com:x/saiya/flow/a.pem",
        "https://duer.bdstatic.com/other/a.pem",
        "https://duer.bdstatic.com/saiya/flow/../../a.pem",
        "https://duer.bdstatic.com/saiya/flow/%2e%2e/%2e%2e/a.pem",
        "https://duer.bdstatic.com//saiya/flow/a.pem",
        "https://duer.bdstatic.com\\@evil.example/saiya/flow/a.pem",
        "https://duer.bdstatic.com/saiya/flow/a.pem?x=1",
        "https://duer.bdstatic.com/saiya/flow/a\n.pem",
        "//duer.bdstatic.com/saiya/flow/a.pem",
        "https://[::1/saiya/flow/a.pem",
        "https://duer.bdstatic.com/saiya/flow/" + "a" * 600,
    ],
)
def test_any_other_address_is_refused(url):
    with pytest.raises(Refused, match="certificate"):
        signature.certificate_path(url)


class TestCertificate:
    def test_good_one_gives_its_key_and_its_end(self, clock):
        signer = Signer(clock.now(), days=30)
        found = signature.trusted(signer.pem, clock.now())
        assert found.key.public_numbers() == signer.key.public_key().public_numbers()
        assert found.until == clock.now() + timedelta(days=29)

    def test_name_of_another_is_refused(self, clock):
        signer = Signer(clock.now(), name="dueros-api.baidu.com.evil.example")
        with pytest.raises(Refused, match="another"):
            signature.trusted(signer.pem, clock.now())

    @pytest.mark.parametrize("days", [-2, 40])
    def test_one_that_is_not_valid_now_is_refused(self, clock, days):
        signer = Signer(clock.now())
        with pytest.raises(Refused, match="not valid now"):
            signature.trusted(signer.pem, clock.now() + timedelta(days=days))

    @pytest.mark.parametrize(
        "pem",
        [b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", b"\xff" * 100],
    )
    def test_what_is_none_is_refused(self, clock, pem):
        with pytest.raises(Refused, match="not read"):
            signature.trusted(pem, clock.now())

    def test_chain_whose_issuer_is_another_is_refused(self, clock):
        two = Signer(clock.now()).pem + Signer(clock.now()).pem
        with pytest.raises(Refused, match="chain"):
            signature.trusted(two, clock.now())

    def test_chain_that_holds_is_taken(self, clock):
        signer = Signer(clock.now())
        assert x509.load_pem_x509_certificate(signer.pem)
        assert signature.trusted(signer.pem * 2, clock.now()).key.key_size == 2048


@pytest.fixture
async def shelf():
    """The host of certificates, and `Certificates` that ask it."""
    shelf = Shelf()
    async with serving(shelf) as shelf.url, aiohttp.ClientSession() as shelf.session:
        yield shelf


class TestFetching:
    async def test_certificate_is_fetched_once_in_a_day(self, shelf, clock):
        shelf.files[FOLDER + CERTIFICATE] = Signer(clock.now()).pem
        certificates = Certificates(shelf.session, clock, shelf.url)
        keys = await asyncio.gather(*(certificates.key(GOOD) for _ in range(5)))
        clock.advance(23 * 3600)
        keys.append(await certificates.key(GOOD))
        assert len({key.public_numbers().n for key in keys}) == 1
        assert shelf.asked == [FOLDER + CERTIFICATE]
        clock.advance(2 * 3600)
        await certificates.key(GOOD)
        assert len(shelf.asked) == 2

    async def test_certificate_is_kept_while_it_cannot_be_fetched_anew_but_not_beyond_its_end(
        self, shelf, clock
    ):
        shelf.files[FOLDER + CERTIFICATE] = Signer(clock.now(), days=5).pem
        certificates = Certificates(shelf.session, clock, shelf.url)
        await certificates.key(GOOD)
        del shelf.files[FOLDER + CERTIFICATE]
        clock.advance(3 * 86400)
        await certificates.key(GOOD)
        clock.advance(2 * 86400)
        with pytest.raises(Refused, match="not found"):
            await certificates.key(GOOD)

    async def test_redirect_is_not_followed(self, shelf, clock):
        shelf.files["/elsewhere.pem"] = Signer(clock.now()).pem
        shelf.redirects[FOLDER + CERTIFICATE] = "/elsewhere.pem"
        with pytest.raises(Refused, match="not found"):
            await Certificates(shelf.session, clock, shelf.url).key(GOOD)
        assert shelf.asked == [FOLDER + CERTIFICATE]

    async def test_large_file_is_refused(self, shelf, clock):
        shelf.files[FOLDER + CERTIFICATE] = b"x" * (MAX_BYTES + 1)
        with pytest.raises(Refused, match="too large"):
            await Certificates(shelf.session, clock, shelf.url).key(GOOD)

    async def test_host_that_is_not_there_is_a_refusal(self, shelf, clock):
        with pytest.raises(Refused, match="not fetched"):
            await Certificates(shelf.session, clock, "http://127.0.0.1:9").key(GOOD)

    async def test_few_are_fetched_in_a_minute_and_known_ones_go_on(self, shelf, clock):
        shelf.files[FOLDER + CERTIFICATE] = Signer(clock.now()).pem
        certificates = Certificates(shelf.session, clock, shelf.url)
        await certificates.key(GOOD)
        for n in range(FETCHES + 5):
            with pytest.raises(Refused):
                await certificates.key(f"https://duer.bdstatic.com{FOLDER}{n}.pem")
        assert len(shelf.asked) == FETCHES
        await certificates.key(GOOD)
        clock.advance(61)
        with pytest.raises(Refused, match="not found"):
            await certificates.key(f"https://duer.bdstatic.com{FOLDER}new.pem")


async def test_health_check_is_answered(skill):
    async with skill.session.head(skill.url) as response:
        assert response.status == 204


def moved(request, **changes):
    return type(request)(request.headers | changes, request.body)


async def test_every_tampering_is_refused_alike(skill, speaker):
    request = skill.maker.request(speaker, "said", "你好")
    body, headers = request.body, request.headers
    signed = base64.b64decode(headers["signature"])
    tampered = [
        type(request)(headers, body.replace("你好".encode(), "你坏".encode())),
        type(request)(headers, body + b" "),
        type(request)(headers, body.replace(b"}", b"}\n", 1)),
        moved(request, signature=""),
        moved(request, signature="!"),
        moved(request, signature=base64.b64encode(signed[::-1]).decode()),
        moved(request, signaturecerturl=""),
        moved(request, signaturecerturl=headers["signaturecerturl"].replace("https", "http")),
        moved(request, signaturecerturl=headers["signaturecerturl"].replace("duer.", "evil.")),
        moved(request, signaturecerturl=headers["signaturecerturl"].replace(":", ":8443", 1)),
        moved(request, signaturecerturl=headers["signaturecerturl"].replace("/saiya", "/other")),
        moved(request, signaturecerturl=headers["signaturecerturl"] + ".other"),
    ]
    assert {json.dumps(await posted(skill, one)) for one in tampered} == {
        json.dumps([403, payload.REFUSAL])
    }
    assert not skill.gateway.engine.asked


@pytest.mark.parametrize("apart_s", [-181, 181])
async def test_request_of_another_time_is_refused(skill, speaker, clock, apart_s):
    request = skill.maker.request(speaker, "said", "你好")
    clock.advance(-apart_s) if apart_s < 0 else clock.advance(apart_s)
    if apart_s < 0:
        elsewhere = skill.speaker()
        elsewhere.clock = FixedClock(clock.now() + timedelta(seconds=181))
        request = skill.maker.request(elsewhere, "said", "你好")
    assert (await posted(skill, request))[0] == 403


async def test_replay_within_its_time_changes_nothing_and_is_refused_after(skill, speaker, clock):
    request = skill.maker.request(speaker, "said", "你好")
    first = await posted(skill, request)
    clock.advance(180)
    assert await posted(skill, request) == first
    clock.advance(1)
    assert (await posted(skill, request))[0] == 403
    assert len(skill.gateway.engine.asked) == 1


@pytest.mark.parametrize("timestamp", [None, "", "abc", "1e999", "nan", [], {}, True])
async def test_request_without_a_time_is_refused(skill, speaker, timestamp):
    body = skill.maker.body(speaker, "said", "你好")
    body["request"]["timestamp"] = timestamp
    assert (await posted(skill, skill.sent(speaker, body)))[0] == 403


async def test_request_for_another_skill_is_refused(skill, speaker):
    body = skill.maker.body(speaker, "said", "你好")
    body["context"]["System"]["application"]["applicationId"] = "another"
    assert (await posted(skill, skill.sent(speaker, body)))[0] == 403


async def test_silence_is_reprompted_by_the_speaker_and_then_the_skill_is_closed(skill, speaker):
    await speaker.enter()
    assert (await speaker.silence()).text == words("reprompt")
    heard = await speaker.silence()
    assert (heard.text, heard.ended) == (words("farewell"), True)


async def test_event_gets_an_answer_without_words(skill, speaker):
    body = skill.maker.body(speaker, "said", "你好")
    body["request"]["type"] = "AudioPlayer.PlaybackStarted"
    heard = await speaker.send(skill.sent(speaker, body))
    assert (heard.text, heard.mic, heard.ended) == ("", False, False)
    assert not skill.gateway.engine.asked


async def test_signed_body_that_is_no_request_is_an_apology(skill, speaker):
    for body in (b"[]", b"{", b"null", b"\xff\xfe", b"[" * 60_000):
        assert (await speaker.send(skill.sent(speaker, body))).text == words("failed")


async def test_answer_to_the_longest_message_fits(open_skill):
    labels = tuple((f"选项{n}" * 30, "/x") for n in range(60))
    engine = ScriptedEngine({"长": Reply((Draft("字" * 20_000, labels),))})
    skill = await open_skill("dueros", engine=engine)
    speaker = skill.speaker()
    heard = await speaker.say("长")
    assert len(heard.text) <= 60
    answer = payload.answer(
        Spoken("字" * 60, mic=True, choices=tuple(label for label, _ in labels))
    )
    assert len(json.dumps(answer, ensure_ascii=False).encode()) < payload.MAX_BYTES


def test_golden_answers():
    asked = Spoken(
        "请问是哪一栋？", mic=True, choices=("三号楼", "五号楼"), reprompt="您可以说，三号楼。"
    )
    assert payload.answer(asked) == {
        "version": "2.0",
        "context": {
            "expectResponse": [
                {"type": "PlainText", "text": "三号楼"},
                {"type": "PlainText", "text": "五号楼"},
            ]
        },
        "session": {"attributes": {}},
        "response": {
            "shouldEndSession": False,
            "expectSpeech": True,
            "outputSpeech": {"type": "PlainText", "text": "请问是哪一栋？"},
            "reprompt": {"outputSpeech": {"type": "PlainText", "text": "您可以说，三号楼。"}},
        },
    }
    assert payload.answer(Spoken("再见。", mic=False, leaves=True)) == {
        "version": "2.0",
        "context": {},
        "session": {"attributes": {}},
        "response": {
            "shouldEndSession": True,
            "expectSpeech": False,
            "outputSpeech": {"type": "PlainText", "text": "再见。"},
        },
    }


async def test_nobody_fetches_before_the_gateway_runs(skill, speaker):
    assert isinstance(skill.gateway.app, web.Application)
    assert skill.shelf.asked == []
    await speaker.say("你好")
    assert skill.shelf.asked == [FOLDER + CERTIFICATE]
