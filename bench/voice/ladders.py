"""V16: what is said to somebody who is not understood, or says nothing, over one long visit."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

from bench.goal import Extent, Result
from voice.ladder import STEPS
from voice.room import Room, room
from voice.talk import Kind, Said
from voice.words import listed

CHOICES = ("报修", "交费", "找人", "订餐", "问路")
QUESTIONS = [
    Said(1, "请问您家是几号楼？", Kind.ANSWER),
    Said(1, "要不要现在派人来？", Kind.ANSWER, choices=("要", "不要")),
    Said(1, "您要哪一样？", Kind.ANSWER, choices=CHOICES[:3]),
    Said(1, "您要办哪件事？", Kind.ANSWER, choices=CHOICES),
]
STEP_S = 9.0
"That each step has to be said"
SILENCE_S = 7.0
"Between two sentences that are not of one step"


@dataclass(frozen=True)
class Climb:
    """The steps of one ladder, each as its sentences."""

    steps: list[str]
    question: str

    @property
    def offered_at(self) -> int | None:
        """The step on which a person was offered, from 1."""
        for number, step in enumerate(self.steps, start=1):
            if any(one in step for one in listed("ladder.person")):
                return number
        return None


def v16(extent: Extent) -> Result:
    """Gibberish four times after each question, and silence; in one visit as often as one likes."""
    line = "no sentence of the ladder twice in a visit; a person offered by the 4th turn"
    rounds = extent.of(3, 2)
    visits = [asyncio.run(_misheard(question, rounds)) for question in QUESTIONS]
    visits += [[asyncio.run(_silent(question))] for question in QUESTIONS]
    climbs = [climb for visit in visits for climb in visit]
    offers = [climb.offered_at for climb in climbs]
    repeated = sum(map(_repeated, visits))
    measured: dict[str, float | int | str | None] = {
        "ladders": len(climbs),
        "sentences": sum(len(_sentences(visit)) for visit in visits),
        "said_twice": repeated,
        "no_person_offered": offers.count(None),
        "latest_offer_at_turn": max((one for one in offers if one is not None), default=None),
    }
    right = repeated == 0 and all(one is not None and one <= STEPS for one in offers)
    return Result("V16", line, measured, right)


async def _misheard(question: Said, rounds: int) -> list[Climb]:
    r = room(lambda _: [(0.3, question)], ears={"confidence": 0.1})
    climbs = []
    async with r:
        await r.session.wake()
        for _ in range(rounds):
            await r.says("你好")
            await r.passes(8)
            steps = []
            for _ in range(STEPS):
                before = len(r.saying)
                await r.speaks("呜哩哇啦", "咕噜咕噜")
                await r.passes(STEP_S)
                steps.append("".join(r.saying[before:]))
            climbs.append(Climb(steps, question.text))
    return climbs


async def _silent(question: Said) -> Climb:
    r = room(lambda _: [(0.3, question)])
    async with r:
        await r.session.wake()
        await r.says("你好")
        await _until_asked(r, question)
        said = len(r.saying)
        await r.passes(150)
        told = zip(r.door.times("saying")[said:], r.saying[said:], strict=True)
        return Climb(_turns(list(told)), question.text)


def _turns(told: list[tuple[float, str]]) -> list[str]:
    """What was said in one go, each as one text."""
    turns: list[str] = []
    last_s = -SILENCE_S
    for at_s, sentence in told:
        if at_s - last_s >= SILENCE_S:
            turns.append("")
        turns[-1] += sentence
        last_s = at_s
    return turns


async def _until_asked(r: Room, question: Said) -> None:
    while r.states[-1] != "listening" or question.text not in "".join(r.saying):
        await r.passes(0.2)


def _sentences(visit: list[Climb]) -> list[str]:
    """All but the question itself, and how one may answer the offer of a person."""
    own = {sentence for climb in visit for sentence in _split(climb.question)}
    own |= {one for offer in listed("ladder.person") for one in _split(offer)[1:]}
    said = [one for climb in visit for step in climb.steps for one in _split(step)]
    return [one for one in said if one not in own]


def _split(text: str) -> list[str]:
    return [one for one in re.split("(?<=[。！？])", text) if one]


def _repeated(visit: list[Climb]) -> int:
    said = _sentences(visit)
    return len(said) - len(set(said))
