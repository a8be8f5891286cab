"""The makers' side is strict: an answer with one thing wrong is not spoken, and says what is wrong."""

from __future__ import annotations

import asyncio
import copy
import json
import sys
from asyncio.subprocess import PIPE
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from community.config import Secret
from connectors.skills.aligenie import payload as of_aligenie
from connectors.skills.dueros import payload as of_dueros
from connectors.skills.exchange import Spoken
from connectors.skills.sim import __main__ as terminal
from connectors.skills.sim.aligenie import AliGenieMaker
from connectors.skills.sim.dueros import DuerOSMaker
from connectors.skills.sim.judging import BadAnswer
from connectors.skills.sim.speaker import Heard, NoAnswer, Speaker
from connectors.skills.sim.xiaoai import XiaoAIMaker
from connectors.skills.words import several, words
from connectors.skills.xiaoai import payload as of_xiaoai

ROOT = Path(__file__).resolve().parents[3]
ASKED = Spoken("请问是哪一栋？", mic=True, choices=("是", "不是"), reprompt="您请说。")
MAKERS = {
    "dueros": (DuerOSMaker("a", None), of_dueros.answer(ASKED)),
    "aligenie": (AliGenieMaker(1), of_aligenie.answer(None, ASKED, parameter="")),
    "xiaoai": (XiaoAIMaker("a", "k", "c2VjcmV0"), of_xiaoai.answer(ASKED)),
}
WRONG = {
    "dueros": [
        ("version", "1.0"), ("context", []), ("session", None), ("session.attributes", []),
        ("response", []), ("response.shouldEndSession", True), ("response.shouldEndSession", 0),
        ("response.expectSpeech", None), ("response.card", None), ("response.other", 1),
        ("response.outputSpeech.text", ""), ("response.outputSpeech.type", "Text"),
        ("response.outputSpeech.ssml", "<speak/>"), ("response.reprompt", {"text": "x"}),
        ("context.expectResponse", {}), ("context.other", {}), ("other", 1),
    ],
    "aligenie": [
        ("returnCode", 0), ("returnCode", "1"), ("returnValue", None), ("returnValue.reply", ""),
        ("returnValue.resultType", "SELECTED"), ("returnValue.executeCode", "OK"),
        ("returnValue.confirmParaInfo", {}), ("returnValue.resultType", "ASK_INF"),
        ("returnValue.properties", []), ("returnValue.actions", {}),
        ("returnValue.gwCommands", []), ("returnValue.gwCommands", [{"commandName": "Speak"}]),
        ("returnValue.other", 1), ("other", 1),
    ],
    "xiaoai": [
        ("version", "2.0"), ("is_session_end", True), ("is_session_end", None),
        ("response.open_mic", False), ("response.open_mic", 1), ("response.to_speak", None),
        ("response.to_speak", {"type": 0, "text": " "}), ("response.to_speak.type", 2),
        ("response.directives", None), ("response.other", 1), ("session_attributes", []),
        ("other", 1),
    ],
}  # fmt: skip


def judged(maker, answer, *, status=200, kind="application/json"):
    return maker.judge(status, kind, json.dumps(answer).encode())


@pytest.mark.parametrize("name", MAKERS)
def test_our_answer_is_spoken(name):
    maker, answer = MAKERS[name]
    heard = judged(maker, answer)
    assert (heard.text, heard.mic, heard.ended) == ("请问是哪一栋？", True, False)


@pytest.mark.parametrize(
    ("name", "path", "value"), [(name, *wrong) for name, each in WRONG.items() for wrong in each]
)
def test_one_wrong_field_and_it_is_not_spoken(name, path, value):
    maker, answer = MAKERS[name]
    wrong = copy.deepcopy(answer)
    *parents, last = path.split(".")
    target = wrong
    for parent in parents:
        target = target[parent]
    target[last] = value
    with pytest.raises(BadAnswer):
        judged(maker, wrong)


@pytest.mark.parametrize("name", MAKERS)
def test_what_is_no_json_of_ours_is_not_spoken(name):
    maker, answer = MAKERS[name]
    for status, kind in ((403, "application/json"), (200, "text/html"), (200, "")):
        with pytest.raises(BadAnswer):
            judged(maker, answer, status=status, kind=kind)
    for body in (b"", b"{", b"[]", b"x" * 70_000):
        with pytest.raises(BadAnswer):
            maker.judge(200, "application/json", body)


def test_answer_of_more_than_24_kilobytes_is_not_spoken():
    maker, answer = MAKERS["dueros"]
    answer = copy.deepcopy(answer)
    answer["response"]["outputSpeech"]["text"] = "x" * 24_000
    assert judged(maker, answer).text.startswith("x")
    answer["response"]["outputSpeech"]["text"] = "x" * 24_600
    with pytest.raises(BadAnswer, match="bytes"):
        judged(maker, answer)


def test_command_to_leave_is_obeyed():
    left = of_aligenie.answer(None, Spoken("再见。", mic=False, leaves=True), parameter="")
    assert judged(MAKERS["aligenie"][0], left) == Heard("再见。", mic=False, ended=True)


async def test_skill_that_does_not_answer_in_time_is_cut_off(line, clock):
    held = asyncio.Event()

    async def hold(request):
        await held.wait()

    app = web.Application()
    app.add_routes([web.post("/", hold)])
    async with TestServer(app) as server:
        maker = MAKERS["xiaoai"][0]
        speaker = Speaker(maker, line, str(server.make_url("/")), clock, cut_s=0.05)
        with pytest.raises(NoAnswer):
            await speaker.enter()
        held.set()


async def test_session_lasts_until_the_skill_ends_it(skill, speaker):
    await speaker.enter()
    first = speaker.stay.id
    await speaker.say("帮我查一下")
    assert (speaker.stay.id == first) is (skill.maker.name != "xiaoai")
    here = speaker.stay.id
    await speaker.leave()
    assert speaker.stay.id != here


async def test_nothing_can_be_repeated_before_something_was_asked(skill, speaker):
    with pytest.raises(ValueError, match="nothing"):
        await speaker.again()


@pytest.mark.parametrize("name", MAKERS)
async def test_a_person_can_talk_in_the_terminal(start_gateway, clock, unused_tcp_port, name):
    clock.advance((datetime.now(UTC) - clock.now()).total_seconds())  # as the terminal's
    settings = {
        "dueros_app_id": terminal.DUEROS_APP,
        "dueros_cert_url": f"http://127.0.0.1:{unused_tcp_port}",
        "aligenie_path": Secret(terminal.ALIGENIE_PATH),
        "aligenie_skill_ids": str(terminal.ALIGENIE_SKILL),
        "xiaoai_app_id": terminal.XIAOAI_APP,
        "xiaoai_key_id": terminal.XIAOAI_KEY,
        "xiaoai_secret": Secret(terminal.XIAOAI_SECRET),
    }
    gateway = await start_gateway(**settings)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "connectors.skills.sim", name, str(gateway.server.make_url("")),
        "--port", str(unused_tcp_port), stdin=PIPE, stdout=PIPE, cwd=ROOT,
    )  # fmt: skip
    out, _ = await process.communicate("你好\n/again\n\n/enter\n".encode())
    shown = [line for line in out.decode().splitlines() if not line.startswith("export ")]
    silent = [f"[mic] {several('silent')[0]}"] if name == "xiaoai" else []
    after = "end" if name == "xiaoai" else "..."
    assert process.returncode == 0
    assert shown == [
        f"[mic] {words('welcome_unbound')}",
        *[f"[{after}] 听到：你好。"] * 2,
        *silent,
        f"[mic] {words('welcome_unbound')}",
        f"[end] {words('farewell')}",
    ]
