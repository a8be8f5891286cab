"""Broken requests: none raises anything unforeseen, and what a maker signed is always answered."""

from __future__ import annotations

import json
import random

import pytest

from community.config import Secret
from connectors.refusals import Refused
from connectors.skills.aligenie import payload as of_aligenie
from connectors.skills.dueros import payload as of_dueros
from connectors.skills.dueros import signature as dueros_signature
from connectors.skills.errors import Unreadable
from connectors.skills.exchange import Spoken
from connectors.skills.sim.aligenie import AliGenieMaker
from connectors.skills.sim.certificates import Signer
from connectors.skills.sim.dueros import DuerOSMaker
from connectors.skills.sim.judging import BadAnswer
from connectors.skills.sim.speaker import Session
from connectors.skills.sim.xiaoai import XiaoAIMaker
from connectors.skills.xiaoai import payload as of_xiaoai
from connectors.skills.xiaoai import signature as xiaoai_signature
from connectors.skills.xiaoai.signature import Keys, Line
from tests.connectors.skills.mutations import mutated

COUNT, COUNT_OVER_HTTP = 10_000, 150


class Somebody:
    """As much of a speaker as a body needs."""

    user, device, url = "u", "d", "http://h/p"

    def __init__(self, clock):
        self.clock = clock
        self.stay = Session("s")


def answered(name, read):
    spoken = Spoken("好的。", mic=True, choices=("是", "不是"))
    if name == "aligenie":
        return of_aligenie.answer(read, spoken, parameter="")
    return (of_dueros if name == "dueros" else of_xiaoai).answer(spoken)


@pytest.mark.parametrize(
    ("maker", "payload"),
    [
        (AliGenieMaker(1), of_aligenie),
        (DuerOSMaker("a", None), of_dueros),
        (XiaoAIMaker("a", "k", "c2VjcmV0"), of_xiaoai),
    ],
    ids=lambda one: getattr(one, "name", ""),
)
def test_ten_thousand_broken_bodies_are_read_or_told_unreadable(clock, maker, payload):
    dice, found = random.Random(14), {"asked": 0, "unreadable": 0, "nothing": 0}
    bodies = [maker.body(Somebody(clock), kind, "我要报修") for kind in ("enter", "said", "left")]
    for _ in range(COUNT):
        try:
            read = payload.read(mutated(dice, dice.choice(bodies)))
            asked = payload.asked(read)
        except Unreadable:
            found["unreadable"] += 1
            continue
        found["asked" if asked else "nothing"] += 1
        if asked is not None:
            assert (len(asked.key), len(asked.sender.user_key)) == (64, 64)
        json.dumps(answered(maker.name, read)).encode()
    assert found["asked"] > COUNT / 4
    assert found["unreadable"] > COUNT / 20


def test_broken_headers_of_xiaoai_are_all_refused(clock):
    maker = XiaoAIMaker("a", "k", "c2VjcmV0")
    request, dice = maker.signed(Somebody(clock), b"{}"), random.Random(14)
    keys, line = Keys("k", Secret("c2VjcmV0")), Line("POST", "/p", "", "h")
    xiaoai_signature.check(keys, line, request.headers, b"{}", clock.now())
    for _ in range(COUNT):
        name = dice.choice(sorted(request.headers))
        with pytest.raises(Refused):
            xiaoai_signature.check(
                keys, line, request.headers | {name: torn(dice, request.headers[name])}, b"{}",
                clock.now(),
            )  # fmt: skip


def torn(dice, text):
    """Another text than this."""
    at, sign = dice.randrange(len(text)), dice.choice("\x00 :,a0Z你\udc80+-=")
    return (
        text[:at] if dice.random() < 0.3 or text[at] == sign else text[:at] + sign + text[at + 1 :]
    )


def test_broken_addresses_and_certificates_of_dueros_raise_nothing_unforeseen(clock):
    dice, pem = random.Random(14), Signer(clock.now()).pem
    url = "https://duer.bdstatic.com/saiya/flow/certificate.pem"
    taken = 0
    for _ in range(COUNT):
        try:
            path = dueros_signature.certificate_path(torn(dice, url))
        except Refused:
            continue
        taken += 1
        assert path.startswith("/saiya/flow/")
    assert taken < COUNT / 2
    for _ in range(1000):
        at = dice.randrange(len(pem))
        try:
            dueros_signature.trusted(
                pem[:at] + bytes([dice.randrange(256)]) + pem[at + 1 :], clock.now()
            )
        except Refused:
            continue


async def test_whatever_a_maker_signs_is_answered_or_refused_in_words(skill, speaker, caplog):
    dice, spoken, refused = random.Random(14), 0, []
    for number in range(COUNT_OVER_HTTP):
        body = skill.maker.body(speaker, dice.choice(("enter", "said", "left")), f"第{number}句")
        request = skill.sent(speaker, mutated(dice, body))
        try:
            await speaker.send(request)
        except BadAnswer as error:
            refused.append(str(error))
        else:
            spoken += 1
    assert spoken > COUNT_OVER_HTTP / 4
    assert set(refused) <= {"status 403"}
    assert [record for record in caplog.records if record.exc_info] == []
    assert "救命" not in caplog.text
