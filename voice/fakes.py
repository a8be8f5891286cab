"""The shipped fakes of all that a session stands between: a door, a talk, ears and a voice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from community.errors import CommunityError
from voice.door import State
from voice.recogniser import RecogniserError, Transcript, Word
from voice.synthesiser import USUAL, Speech, SynthesiserError
from voice.talk import Fate, Habits, Said
from voice.timers import Timers, pause

_PRE_ROLL_S = 0.85
"Words may be this much older than the beginning of their utterance"


@dataclass(frozen=True)
class Told:
    """One thing that a device was told, and when."""

    at_s: float
    what: str
    "state, heard, final, saying, sound, hush or volume"
    value: object = None
    "Of a frame of sound, its length in seconds"


class ScriptedDoor:
    """A device that notes all it is told. While it is `gone`, each call fails."""

    def __init__(self, timers: Timers, *, rate_hz: int = 16_000) -> None:
        self.rate_hz = rate_hz
        self.told: list[Told] = []
        self.gone = False
        self.has_volume = True
        self._timers = timers

    async def state(self, state: State) -> None:
        self._note("state", state)

    async def heard(self, text: str, *, final: bool) -> None:
        self._note("final" if final else "heard", text)

    async def saying(self, sentence: str) -> None:
        self._note("saying", sentence)

    async def sound(self, pcm: bytes) -> None:
        self._note("sound", len(pcm) / (2 * self.rate_hz))

    async def hush(self) -> None:
        self._note("hush")

    async def volume(self, level: int) -> bool:
        self._note("volume", level)
        return self.has_volume

    def values(self, what: str) -> list[object]:
        """All that it was told of one kind, in order."""
        return [told.value for told in self.told if told.what == what]

    def times(self, what: str) -> list[float]:
        """When it was told something of one kind, in order."""
        return [told.at_s for told in self.told if told.what == what]

    def _note(self, what: str, value: object = None) -> None:
        if self.gone:
            raise ConnectionResetError("gone")
        self.told.append(Told(self._timers.now(), what, value))


@dataclass(frozen=True)
class Taken:
    """An utterance as the conversation took it."""

    key: str
    text: str
    at_s: float
    continues: str = ""
    pcm: bytes = field(default=b"", repr=False)


Answer = Callable[[str], Sequence[tuple[float, Said]]]
"What is answered to some words, each so many seconds after them"


class ScriptedTalk:
    """A conversation that answers by a script, or when a test tells it to say something.

    `failures` are raised by the next calls of `say`.
    """

    def __init__(
        self,
        timers: Timers,
        answer: Answer = lambda _: (),
        *,
        habits: Habits | None = None,
        failures: Iterable[CommunityError] = (),
    ) -> None:
        self.taken: list[Taken] = []
        self.fates: list[tuple[int, Fate]] = []
        self.kept = habits or Habits()
        self.waits = False
        "Whether an answer is being made, though none is in the script"
        self.overtaken: set[int] = set()
        "Numbers of what may be said no more"
        self._failures = list(failures)
        self._timers = timers
        self._answer = answer
        self._coming = 0
        self._to_say: asyncio.Queue[Said] = asyncio.Queue()

    async def say(
        self, key: str, heard: Transcript, pcm: bytes = b"", *, continues: str = ""
    ) -> None:
        if self._failures:
            raise self._failures.pop(0)
        taken = Taken(key, heard.text, self._timers.now(), continues, pcm)
        for place, before in enumerate(self.taken):
            if before.key == key:
                self.taken[place] = replace(taken, at_s=before.at_s)
                return
        self.taken.append(taken)
        for delay_s, said in self._answer(heard.text):
            self._coming += 1
            self._timers.after(delay_s, lambda said=said: self._ready(said))  # type: ignore[misc]

    def comes(self, said: Said) -> None:
        """Something is to be said that nobody asked for."""
        self._to_say.put_nowait(said)

    async def next(self) -> Said:
        return await self._to_say.get()

    async def fate(self, seq: int, fate: Fate) -> None:
        self.fates.append((seq, fate))

    async def habits(self) -> Habits:
        return self.kept

    async def keep_habits(self, habits: Habits) -> None:
        self.kept = habits

    @property
    def working(self) -> bool:
        return self.waits or self._coming > 0

    def stands(self, seq: int) -> bool:
        return seq not in self.overtaken

    @property
    def words(self) -> list[str]:
        return [taken.text for taken in self.taken]

    def _ready(self, said: Said) -> None:
        self._coming -= 1
        self._to_say.put_nowait(said)


class TimedEars:
    """Hears words at their moments: each of `words` is when it has been spoken, by the timers.

    `confidence` is that of each word; None tells no words apart. `delay_s` is how long each call
    takes, `finishes_s` how long the next calls of `finish` take. `failures` are raised by these.
    """

    def __init__(
        self,
        timers: Timers,
        words: Iterable[tuple[float, str]] = (),
        *,
        confidence: float | None = None,
        delay_s: float = 0.0,
        finishes_s: Iterable[float] = (),
        failures: Iterable[RecogniserError] = (),
    ) -> None:
        self.words = list(words)
        self.confidence = confidence
        self.delay_s = delay_s
        self.finishes_s = list(finishes_s)
        self.failures = list(failures)
        self.phrases: list[tuple[str, ...]] = []
        "What each utterance might have been answered with"
        self.open = 0
        "Hearings that are not closed"
        self.timers = timers
        self.told_until_s = 0.0

    async def recognise(self, pcm: bytes) -> Transcript:
        hearing = self.listen()
        await hearing.feed(pcm)
        return await hearing.finish()

    def listen(self, phrases: Sequence[str] = ()) -> TimedHearing:
        self.phrases.append(tuple(phrases))
        self.open += 1
        return TimedHearing(self)


class TimedHearing:
    """One utterance of TimedEars."""

    def __init__(self, ears: TimedEars) -> None:
        self.fed_bytes = 0
        self._ears = ears
        self._since_s = max(ears.told_until_s, ears.timers.now() - _PRE_ROLL_S)
        self._closed = False

    async def feed(self, pcm: bytes) -> str:
        self.fed_bytes += len(pcm)
        if self._ears.delay_s:
            await pause(self._ears.timers, self._ears.delay_s)
        return "".join(self._spoken())

    async def finish(self) -> Transcript:
        spoken = self._spoken()
        self._ears.told_until_s = self._ears.timers.now()
        delay_s = self._ears.finishes_s.pop(0) if self._ears.finishes_s else self._ears.delay_s
        if delay_s:
            await pause(self._ears.timers, delay_s)
        if self._ears.failures:
            raise self._ears.failures.pop(0)
        sure = self._ears.confidence
        words = [] if sure is None else [Word(text, sure, 0.0, 0.0) for text in spoken]
        return Transcript("".join(spoken), tuple(words))

    async def close(self) -> None:
        self._ears.open -= not self._closed
        self._closed = True

    def _spoken(self) -> list[str]:
        now_s = self._ears.timers.now()
        return [text for at, text in self._ears.words if self._since_s < at <= now_s]


class TonedVoice:
    """Speaks a tone of so many seconds for each character, shorter the faster the pace.

    `delay_s` is how long it takes to make; while it is `broken`, it makes nothing.
    """

    def __init__(
        self,
        timers: Timers,
        *,
        rate_hz: int = 16_000,
        character_s: float = 0.2,
        delay_s: float = 0.0,
    ) -> None:
        self.spoken: list[tuple[str, int]] = []
        "Sentence and pace"
        self.broken = False
        self.delay_s = delay_s
        self._timers = timers
        self._rate_hz = rate_hz
        self._character_s = character_s

    async def speak(self, text: str, *, pace: int = USUAL) -> Speech:
        self.spoken.append((text, pace))
        if self.delay_s:
            await pause(self._timers, self.delay_s)
        if self.broken:
            raise SynthesiserError("no voice")
        samples = round(len(text) * self._character_s * USUAL / pace * self._rate_hz)
        tone = 8_000 * np.sin(2 * np.pi * 440 * np.arange(samples) / self._rate_hz)
        return Speech(tone.astype("<i2").tobytes(), self._rate_hz)
