"""V4 and V5: sessions on a virtual clock are interrupted at every moment, and woken in every state."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bench.goal import Extent, Result
from voice.device import Device, Duplex
from voice.pacing import AHEAD_S
from voice.room import Room, room
from voice.talk import Kind, Said

SILENT_WITHIN_S = 0.1
NOTICED_WITHIN_S = 0.3
HEARD_WITHIN_S = 0.3 + SILENT_WITHIN_S
"A voice is one after 0.3 s of it"
ACKNOWLEDGED_WITHIN_S = 0.3
NEWS = "今天下午两点到五点停水，请提前接水。明天上午恢复。有事您再叫我。"
SENTENCE_S = 0.05
"That a sentence takes to become sound: the goal V6"
ROUNDING_S = 1e-6
DEVICES = {
    "clean": Device(duplex=Duplex.CLEAN, shared=False),
    "button": Device(hands_free=False, shared=False),
}
STATES = ("idle", "listening", "thinking", "speaking")


@dataclass(frozen=True)
class Stopped:
    """What a device was told after somebody interrupted."""

    last_sound_s: float
    "From the interruption; 0 when none followed"
    hushed_s: float | None
    left_listening: bool
    most_ahead_s: float
    "Most of the sound that it had and had not played"


async def _abort(r: Room) -> None:
    await r.session.abort()


async def _wake(r: Room) -> None:
    await r.session.wake()


async def _type(r: Room) -> None:
    await r.session.hear_text("停")


async def _talk(r: Room) -> None:
    await r.hears("v0.8")


WAYS: dict[str, Callable[[Room], Awaitable[None]]] = {
    "abort": _abort, "wake": _wake, "text": _type, "voice": _talk,
}  # fmt: skip


def v4(extent: Extent) -> Result:
    """Every 50 ms of an answer it is stopped by an abort, a wake word, a text and a voice."""
    line = "stopped → last frame ≤ 100 ms (voice: ≤ 400 ms of it), then hush; ≤ 180 ms sent ahead"
    offsets = [0.4 + 0.05 * number for number in range(0, 120, extent.of(1, 30))]
    found = {way: [asyncio.run(_stopped(way, at)) for at in offsets] for way in WAYS}
    every = list(itertools.chain.from_iterable(found.values()))
    ahead_s = max(one.most_ahead_s for one in every)
    not_hushed = sum(one.hushed_s is None for one in every)
    deaf = sum(not one.left_listening for one in every)
    measured: dict[str, float | int | str | None] = {"cases": len(every)}
    measured |= {f"{way}_worst_ms": _worst_ms(stops) for way, stops in found.items()}
    measured |= {
        "not_hushed": not_hushed, "not_listening_after": deaf, "most_ahead_ms": ahead_s * 1000,
    }  # fmt: skip
    at_once = all(
        _worst_ms(stops) <= (HEARD_WITHIN_S if way == "voice" else SILENT_WITHIN_S) * 1000
        for way, stops in found.items()
    )
    right = at_once and not_hushed == 0 and deaf == 0 and ahead_s <= AHEAD_S + ROUNDING_S
    return Result("V4", line, measured, right)


def _worst_ms(stops: Sequence[Stopped]) -> float:
    return max(max(one.last_sound_s, one.hushed_s or 0.0) for one in stops) * 1000


async def _stopped(way: str, after_s: float) -> Stopped:
    r = room(lambda _: [(0.1, Said(1, NEWS, Kind.ANSWER))], device=DEVICES["clean"])
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.says("停水吗")
        await r.passes(after_s)
        at, told = r.timers.now(), len(r.door.told)
        sent = [(one.at_s, float(str(one.value))) for one in r.door.told if one.what == "sound"]
        await WAYS[way](r)
        await r.passes(0.05)
        after = r.door.told[told:]
        hushes = [one.at_s - at for one in after if one.what == "hush"]
        until = hushes[0] if hushes else 0.0
        sounds = [one.at_s - at for one in after if one.what == "sound" and one.at_s - at <= until]
        listening = r.states[-1] in {"listening", "thinking"} or way in {"text", "wake"}
    return Stopped(max(sounds, default=0.0), hushes[0] if hushes else None, listening, _ahead(sent))


def _ahead(sent: Sequence[tuple[float, float]]) -> float:
    """The most sound that was sent and not yet played, in seconds."""
    most = ends = 0.0
    for at, lasts in sent:
        ends = max(ends, at) + lasts
        most = max(most, ends - at)
    return most


def v5(extent: Extent) -> Result:
    """A wake word and a button, in every state of the session, at many moments."""
    line = "wake word or button → acknowledged ≤ 300 ms, in every state"
    moments = [0.2 * number for number in range(extent.of(20, 2))]
    cases = list(itertools.product(DEVICES, STATES, moments))
    took_s = [asyncio.run(_acknowledged(*case)) for case in cases]
    known = [one for one in took_s if one is not None]
    measured: dict[str, float | int | str | None] = {
        "cases": len(cases),
        "unacknowledged": len(took_s) - len(known),
        "worst_ms": max(known) * 1000 if known else None,
    }
    right = len(known) == len(took_s) and max(known) <= ACKNOWLEDGED_WITHIN_S
    return Result("V5", line, measured, right)


async def _acknowledged(device: str, state: str, after_s: float) -> float | None:
    """From the call to the sign that somebody is listened to; None without one.

    Of a sleeping device that is called from afar only sound counts. A device that shows already
    that it listens needs no further sign.
    """
    r = room(
        lambda _: [(0.3, Said(1, NEWS, Kind.ANSWER))],
        device=DEVICES[device],
        voice={"delay_s": SENTENCE_S},
    )
    seen = () if (device, state) == ("clean", "idle") else ("listening",)
    async with r:
        await _put(r, state)
        await r.passes(after_s)
        before, at, told = r.states[-1] if r.states else "idle", r.timers.now(), len(r.door.told)
        await r.session.wake()
        await r.passes(1.0)
        signs = [
            one.at_s - at
            for one in r.door.told[told:]
            if one.what == "sound" or getattr(one.value, "value", "") in seen
        ]
        shown = before == "listening"
    return 0.0 if shown else min(signs, default=None)


async def _put(r: Room, state: str) -> None:
    """Bring a session into that state."""
    if state == "idle":
        await r.passes(1)
        return
    await r.session.wake()
    await r.session.end_of_speech()
    await r.passes(3)
    if state == "speaking":
        await r.says("停水吗")
        await r.passes(0.6)
    elif state == "thinking":
        r.talk.waits = True
        await r.session.hear_text("交一下物业费")
    elif r.states[-1] != "listening":
        await r.session.wake()
        await r.passes(0.1)
