"""V10: what a speaker itself is told, in every state of the session, by text and by voice."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.goal import Extent, Result
from language.voice_commands import Command
from voice.room import Room, room
from voice.talk import Kind, Said
from voice.words import listed

NEWS = "今天下午停水。明天上午恢复。"
QUESTION = "请问您家是几号楼？"
ASKS, REPORTS, HANGS = "停水吗", "我要报修", "交一下物业费"
STATES = ("idle", "listening", "form", "thinking", "speaking")
HEARING = STATES[1:]
"In which a device sends sound to be heard"
WAYS = {
    Command.HELP: "救命啊", Command.STOP: "别说了", Command.REPEAT: "再说一遍",
    Command.SLOWER: "慢一点", Command.FASTER: "快一点", Command.LOUDER: "大声一点",
    Command.QUIETER: "小声一点", Command.HUMAN: "找人工", Command.MENU: "能做什么",
    Command.UNDO: "撤销", Command.WAIT: "等一下", Command.ACKNOWLEDGE: "知道了",
}  # fmt: skip
HANDED_OVER = {Command.HELP, Command.HUMAN, Command.MENU, Command.UNDO, Command.ACKNOWLEDGE}
"Business of the conversation, not of the device"


@dataclass(frozen=True)
class Seen:
    """What followed a command."""

    sentences: Sequence[str]
    handed_over: Sequence[str]
    pace: int
    volume: int
    last_before: Sequence[str]
    "The sentences of the answer that was given last"


def v10(extent: Extent) -> Result:
    """Each command in each state: whether its effect, and no other, follows within seven seconds."""
    line = "12 commands understood in each of 5 states, 100 %"
    states = ("form", "speaking") if extent.quick else STATES
    cases = [(command, state, False) for command, state in itertools.product(Command, states)]
    cases += [
        (command, state, True)
        for command, state in itertools.product(Command, states)
        if state in HEARING
    ]
    missed = [case for case in cases if not asyncio.run(_understood(*case))]
    measured: dict[str, float | int | str | None] = {
        "cases": len(cases),
        "by_voice": sum(by_voice for _, _, by_voice in cases),
        "missed": len(missed),
        "first_missed": " ".join(map(str, missed[0])) if missed else None,
    }
    return Result("V10", line, measured, not missed)


def _answers(text: str) -> list[tuple[float, Said]]:
    answers = {ASKS: Said(1, NEWS, Kind.ANSWER), REPORTS: Said(2, QUESTION, Kind.ANSWER)}
    return [(0.3, answers[text])] if text in answers else []


async def _understood(command: Command, state: str, by_voice: bool) -> bool:
    r = room(_answers)
    async with r:
        await _put(r, state)
        said, taken = len(r.saying), len(r.talk.taken)
        if by_voice:
            await r.speaks(WAYS[command], trace="v0.8 s1.5")
        else:
            await r.says(WAYS[command])
        await r.passes(7)
        last = [QUESTION] if state == "form" else [one + "。" for one in NEWS.split("。") if one]
        own = set(listed("filler")) if state == "thinking" else set()
        sentences = [one for one in r.saying[said:] if one not in own]
        kept = r.talk.kept
        seen = Seen(sentences, r.talk.words[taken:], kept.pace, kept.volume, last)
    expected = [WAYS[command]] if command in HANDED_OVER else []
    return list(seen.handed_over) == expected and (command in HANDED_OVER or EFFECTS[command](seen))


async def _put(r: Room, state: str) -> None:
    await r.session.wake()
    await r.passes(3)
    await r.says(ASKS)
    if state == "speaking":
        await r.passes(0.8)
        return
    await r.passes(23 if state == "idle" else 8)
    if state == "form":
        await r.says(REPORTS)
        await r.passes(3)
    elif state == "thinking":
        r.talk.waits = True
        await r.says(HANGS)


def _first(seen: Seen) -> str:
    return seen.sentences[0] if seen.sentences else ""


EFFECTS: dict[Command, Callable[[Seen], bool]] = {
    Command.STOP: lambda seen: not seen.sentences,
    Command.REPEAT: lambda seen: seen.sentences[: len(seen.last_before)] == seen.last_before,
    Command.SLOWER: lambda seen: seen.pace == 2 and _first(seen) in listed("pace.slower"),
    Command.FASTER: lambda seen: seen.pace == 4 and _first(seen) in listed("pace.faster"),
    Command.LOUDER: lambda seen: seen.volume == 80 and _first(seen) in listed("volume.louder"),
    Command.QUIETER: lambda seen: seen.volume == 40 and _first(seen) in listed("volume.quieter"),
    Command.WAIT: lambda seen: _first(seen) in listed("wait"),
}
