"""The session: one resident at one device, from the first word to the last, whatever the device speaks.

Sound, words and answers come in from three sides; each is taken note of at once (so that a
sentence can be stopped within a frame) and acted on in order, one after the other.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets

from community.errors import CommunityError
from voice.arrivals import Arrivals
from voice.conduct import Conduct
from voice.device import Device, Owner
from voice.discretion import Discretion
from voice.door import Door, State
from voice.errands import Errands
from voice.fates import Fates
from voice.fillers import Fillers
from voice.floor import Floor
from voice.joining import Joining
from voice.ladder import Ladder
from voice.listening import Ear
from voice.manner import Manner
from voice.noticing import Noticing
from voice.patience import Patience
from voice.piece import Piece, Rank
from voice.prompt_door import PromptDoor
from voice.recogniser import StreamingRecogniser, Transcript
from voice.replay import Replay
from voice.speaking import Fit, Speaker, Split, unfitted
from voice.stage import Stage
from voice.synthesiser import Synthesiser
from voice.talk import Habits, Talk
from voice.telling import Telling
from voice.timers import Deadline, LoopTimers, Timers
from voice.understanding import Language, Uttered
from voice.words import Words, listed

logger = logging.getLogger(__name__)

_WAKES_ONCE_S = 2.0
"A wake word that comes twice within this time was one"
_TEXTS_AT_ONCE = 8
"That wait to be understood; further ones wait at the door"
_LEAVING_S = 15.0
"For the words that are still on their way when the device is gone"


class Session:
    """Made by a door, run by it until the device is gone.

    `ears` and `voice` are shared by all sessions. `split` makes sentences for the ear of a text, `fit`
    brings speech to the rate of the door. `key` begins the keys of all utterances, and is this
    session's alone.
    """

    def __init__(
        self,
        door: Door,
        talk: Talk,
        ears: StreamingRecogniser,
        voice: Synthesiser,
        timers: Timers | None = None,
        *,
        split: Split,
        fit: Fit = unfitted,
        device: Device | None = None,
        owner: Owner | None = None,
        language: Language | None = None,
        key: str = "",
    ) -> None:
        timers, device = timers or LoopTimers(), device or Device()
        language, words = language or Language(), Words()
        self._key, self._numbers = key or secrets.token_hex(8), itertools.count(1)
        self._timers = timers
        self._errands = Errands()
        self._floor = Floor(device, timers, self._silent)
        prompt = PromptDoor(door, timers)
        self._speaker = Speaker(
            prompt, voice, timers, self._may_say,
            split=split, fit=fit, failing=listed("voice_failed")[0],
        )  # fmt: skip
        patience = Patience(Habits(), language.words)
        self._on = Stage(
            device=device, door=prompt, talk=talk, timers=timers, language=language,
            words=words, patience=patience, floor=self._floor, speaker=self._speaker,
            replay=Replay(timers), manner=Manner(talk, prompt, timers),
            discretion=Discretion(owner or Owner(), timers, words, shared=device.shared),
            ladder=Ladder(words), joining=Joining(patience, language),
            fillers=Fillers(timers, self._filler_is_due), fates=Fates(talk, timers),
        )  # fmt: skip
        self._conduct = Conduct(self._on)
        self._noticing = Noticing(
            self._on, self._conduct, self._errands, self._attend, self._understood
        )
        self._speaker.teller = Telling(self._on, self._conduct, self._attend)
        self._ear = Ear(
            ears, patience, timers, self._noticing, self._new_key, self._errands.spawn,
            keeps_sound=device.keeps_sound,
        )  # fmt: skip
        self._texts = asyncio.Semaphore(_TEXTS_AT_ONCE)
        self._woken_s = -_WAKES_ONCE_S
        self._shown = State.IDLE

    # What a door does

    async def wake(self, *, held: bool | None = None) -> None:
        """The wake word was heard, or the button is pressed.

        `held`: whether `end_of_speech` will say where the utterance ends; None when the device is
        always the same in this.
        """
        if held is not None:
            self._floor.hands_free = not held
        again = self._timers.now() - self._woken_s < _WAKES_ONCE_S
        self._woken_s = self._timers.now()
        if again and self._floor.hands_free and self._floor.state is not State.IDLE:
            return
        self._speaker.stop()
        if not self._floor.hands_free:
            self._ear.hold()
        elif self._floor.speaking is None:
            self._floor.open(self._on.patience.profile.no_speech_s)
        self._attend()
        self._errands.post(self._wake)

    async def hear(self, pcm: bytes) -> None:
        """Sound of 16 000 Hz, mono, signed 16-bit little-endian, any length, in order.

        What comes while nobody is listened to is dropped.
        """
        self._ear.hear(pcm)

    async def hear_text(self, text: str) -> None:
        """Words that the device has recognised itself, or that were typed.

        Waits while many others do. Raises ConnectionError once the session is over.
        """
        await self._texts.acquire()
        if self._errands.over:
            self._texts.release()
            raise ConnectionError("the session is over")
        self._speaker.stop()
        self._floor.close()
        self._noticing.text(Uttered(self._new_key(), Transcript(text)), self._texts.release)

    async def end_of_speech(self) -> None:
        """The button is released."""
        self._ear.finish()
        if not self._floor.hands_free:
            self._ear.open = False
        self._attend()

    async def abort(self) -> None:
        """Not a word more of this answer; nothing when nothing is being said."""
        if self._speaker.stop():
            self._on.drop(Rank.OWN, Rank.ANSWER)

    async def close(self) -> None:
        """The device goes; `run` returns."""
        self._errands.finish()

    async def run(self) -> None:
        """Serve until `close`, or until the device is gone."""
        self._errands.spawn(self._on.fates.run())
        self._errands.post(self._start)
        try:
            await self._errands.run()
        finally:
            await self._leave()

    # What happens by itself

    def _new_key(self) -> str:
        return f"{self._key}-{next(self._numbers)}"

    def _may_say(self, piece: Piece) -> bool:
        stands = piece.said is None or self._on.talk.stands(piece.said.seq)
        return stands and self._floor.may_say(piece)

    def _silent(self) -> None:
        """The window of the floor has closed."""
        floor = self._floor
        if not (floor.speaking or floor.recognising or floor.thinking or floor.playing):
            self._errands.post(self._silence)

    def _filler_is_due(self) -> None:
        floor = self._floor
        if not floor.thinking and not floor.recognising:
            self._on.fillers.stop()
        elif floor.speaking or floor.playing:
            if not self._on.fillers.go_on():
                floor.thinking = False
        elif floor.recognising or self._on.talk.working:
            self._on.say("filler", passing=True)
        else:
            floor.thinking = False
            self._understood()

    # Errands

    async def _start(self) -> None:
        on = self._on
        try:
            habits = await on.manner.recall()
        except (CommunityError, TimeoutError) as error:
            logger.warning("habits are not known: %s", type(error).__name__)
            habits = on.manner.habits
        on.patience.know(habits)
        self._speaker.pace = habits.pace
        if habits.volume != Habits().volume:
            await on.door.volume(habits.volume)
        self._errands.spawn(self._speaker.run())
        self._errands.spawn(Arrivals(on).run())
        self._attend()

    async def _wake(self) -> None:
        await self._conduct.woken()
        self._attend()

    async def _silence(self) -> None:
        await self._conduct.silence()
        self._attend()

    def _understood(self) -> None:
        if not self._floor.thinking and not self._floor.recognising:
            self._on.fillers.stop()
        self._on.rest()
        self._attend()

    async def _show_state(self) -> None:
        if self._floor.state is not self._shown:
            self._shown = self._floor.state
            await self._on.door.state(self._shown)

    def _attend(self) -> None:
        """Listen, show and speak as is right after what has just happened."""
        choices = self._floor.question.choices if self._floor.question else ()
        self._ear.phrases = choices
        self._on.patience.answers = frozenset(choices)
        if self._floor.hands_free:
            self._ear.open = self._floor.listens
        if self._floor.state is not self._shown:
            self._errands.post(self._show_state)
        self._speaker.look()

    async def _leave(self) -> None:
        """Hand over what was said, give back what was not, and keep what was learnt."""
        on = self._on
        on.floor.close()
        self._noticing.close()
        try:
            async with Deadline(self._timers, _LEAVING_S):
                await self._ear.close()
                self._errands.post(self._conduct.left)
                await self._errands.make_rest()
        except TimeoutError:
            logger.warning("a session ended before all was handed over")
        on.fillers.stop()
        try:
            await self._errands.stop()
        except ConnectionError as error:
            logger.info("a device is gone: %s", type(error).__name__)
        finally:
            on.give_back()
            await on.fates.tell()
            await self._keep_habits()

    async def _keep_habits(self) -> None:
        try:
            await self._on.manner.paused(self._on.patience.pauses_s)
        except (CommunityError, TimeoutError) as error:
            logger.warning("habits were not kept: %s", type(error).__name__)
