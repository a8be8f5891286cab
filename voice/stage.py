"""The stage: all parts of one session, as those who act on it see them."""

from __future__ import annotations

from dataclasses import dataclass

from language.voice_commands import Command
from voice.device import Device
from voice.discretion import Discretion
from voice.door import Door
from voice.fates import Fates
from voice.fillers import Fillers
from voice.floor import Floor
from voice.joining import Joining
from voice.ladder import Ladder
from voice.manner import Manner
from voice.patience import Patience
from voice.piece import Piece, Rank
from voice.portions import portion
from voice.replay import Replay
from voice.speaking import Speaker
from voice.talk import Fate, Said, Talk
from voice.timers import Timers
from voice.understanding import ECHO_AFTER_S, Language, is_echo, stands_apart
from voice.words import Words


@dataclass(frozen=True)
class Stage:
    device: Device
    door: Door
    talk: Talk
    timers: Timers
    language: Language
    words: Words
    patience: Patience
    floor: Floor
    speaker: Speaker
    replay: Replay
    manner: Manner
    discretion: Discretion
    ladder: Ladder
    joining: Joining
    fillers: Fillers
    fates: Fates

    def say(self, key: str, *, passing: bool = False, **values: str) -> None:
        """Words of the speaker's own."""
        text = self.words.say(key, **values)
        self.speaker.say(Piece(text, Rank.OWN, passing=passing))

    @property
    def question(self) -> Said | None:
        """What waits for an answer, when whoever listens now may hear it once more."""
        question = self.floor.question
        return question if question and self.discretion.may_be_heard(question) else None

    def announce(self, rank: Rank | None = None) -> bool:
        """Ask for the owner of what is kept; False when nothing is, or somebody was just asked.

        `rank` as `Discretion.opener`.
        """
        kept = self.discretion.kept
        kept[:] = [said for said in kept if self.talk.stands(said.seq)]
        if not kept or self.discretion.announcing:
            return False
        self.speaker.say(self.discretion.opener(rank))
        return True

    def go_on(self) -> bool:
        """Say the rest of what was cut off; False when there is none."""
        rest = self.replay.take_rest()
        if rest is None:
            return False
        self.speaker.say(rest)
        return True

    def tell(self, piece: Piece) -> None:
        """Say what comes from the conversation, as much of it as an ear keeps."""
        is_urgent = self.floor.urgent
        self.speaker.say(piece if is_urgent else portion(piece, self.speaker.split))

    def drop(self, *ranks: Rank) -> None:
        """What waits of these ranks is not said any more, nor the rest of what was cut off."""
        self.replay.rest = None
        self.replay.more = []
        for piece in self.speaker.take_back(*ranks):
            if piece.said is not None and not piece.again:
                self.fates.note(piece.said, Fate.CUT)

    def give_back(self) -> None:
        """Nobody is there any more: what was begun is cut, what waits keeps waiting elsewhere."""
        playing = self.floor.playing
        if playing is not None and playing.said is not None and not playing.again:
            self.fates.note(playing.said, Fate.CUT)
        unsaid = [piece.said for piece in self.speaker.waiting if piece.said and not piece.again]
        for said in [*unsaid, *self.discretion.kept]:
            self.fates.note(said, Fate.QUEUED)

    def hears_itself(self, text: str, began_s: float, ended_s: float, *, is_all: bool) -> bool:
        """Whether words that were heard then are the device's own; `is_all`: they are finished.

        Never while a button is held: pressing it made the device silent, and only a person does so.
        """
        if not self.floor.hands_free:
            return False
        said = self.speaker.said_between(began_s - ECHO_AFTER_S, ended_s)
        if not is_echo(text, said, self.device.duplex):
            return False
        return not self._is_somebodys(text, self.speaker.said_between(began_s, ended_s), is_all)

    def _is_somebodys(self, text: str, over_it: str, is_all: bool) -> bool:
        """Whether words that were said a moment ago, too, are a resident's all the same.

        `over_it` is what was being said meanwhile: only a word or two count then, for a cry is
        asked about, and what is not finished may be the beginning of an echo, unless it is 停.
        """
        if not self.language.is_whole(text, self.patience.answers):
            return False
        if not over_it:
            return True
        order = self.language.command(text)
        is_meant = order is not Command.HELP if is_all else order is Command.STOP
        return is_meant and stands_apart(text, over_it)

    def rest(self) -> None:
        """Wait for the resident, when nothing else is to be said or waited for."""
        floor = self.floor
        if floor.playing or floor.speaking or floor.recognising or floor.thinking:
            return
        if not floor.is_open and not self.speaker.may_go_on(Rank.STAFF):
            floor.open(floor.patience_s or self.patience.profile.no_speech_s)
