"""Asking: the speaker's own questions: was it that, who is there, shall a person come."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from language.consent import consent, correction
from voice.handing_over import HandingOver
from voice.introduction import is_somebody_else
from voice.piece import Piece, Rank, asks, piece_of
from voice.stage import Stage
from voice.talk import Fate, Kind
from voice.understanding import Uttered
from voice.words import listed


@dataclass(frozen=True)
class Asked:
    """`settle` says whether the words were an answer to it, and does what follows."""

    piece: Piece
    settle: Callable[[Uttered], Awaitable[bool]]
    lapse: Callable[[], Awaitable[None]] | None = None
    "What follows when nobody answers it in words, where that is an answer"
    after: Piece | None = None
    "What it offers more of; that is said again, and not the offer alone"


class Asking:
    """At most one question at a time; it is asked once."""

    def __init__(self, stage: Stage, handing: HandingOver) -> None:
        self.asked: Asked | None = None
        self._on = stage
        self._handing = handing

    def whether_it_was(self, doubtful: Uttered) -> None:
        """Was it that what you said? A yes hands it over."""

        async def settle(answer: Uttered) -> bool:
            agreed, right = consent(answer.text), correction(answer.text)
            if agreed:
                await self._handing.hand_over(doubtful)
            elif agreed is False:
                self._on.say("said_again")
            elif right:
                await self._handing.hand_over(answer.saying(right))
            return agreed is not None or right is not None

        self._ask(self._on.words.say("unsure", words=doubtful.text), settle)

    def whether_to_help(self, doubtful: Uttered) -> None:
        """Was it a cry for help, or only the loudspeaker's own? Only a no lets it go."""

        async def ring() -> None:
            await self._handing.hand_over(doubtful, urgent=True)

        async def settle(answer: Uttered) -> bool:
            agreed = consent(answer.text)
            if agreed is False:
                self._on.say("help_declined")
            else:
                await ring()
            return agreed is not None

        self._ask(self._on.words.say("help_asked"), settle, ring)

    def whether_a_person(self, text: str) -> None:
        """Shall somebody of the staff come? A yes asks the conversation for one."""

        async def settle(answer: Uttered) -> bool:
            agreed = consent(answer.text)
            if agreed:
                await self._handing.hand_over(answer.saying(listed("person")[0]))
            elif agreed is False:
                self._on.ladder.reset()
                self._on.say("no_person")
            return agreed is not None

        self._ask(text, settle)

    def say_to_owner(self, pieces: Sequence[Piece]) -> None:
        """Say what somebody wants to hear, once it is known who it is when it is private."""

        async def settle(answer: Uttered) -> bool:
            if self._on.discretion.identifies(answer.text):
                self.say_to_owner(pieces)
                return True
            return self._refused(answer)

        may_be_heard = self._on.discretion.may_be_heard
        if all(one.said is None or may_be_heard(one.said) for one in pieces):
            for piece in pieces:
                self._on.tell(piece)
        else:
            self._ask(self._on.discretion.who(Kind.ANSWER), settle)

    def whether_to_go_on(self, portion: Piece) -> None:
        """Is there to be more of it? What waits to be said after it waits for that, too.

        Nothing is offered while another question of ours is open.
        """

        async def settle(answer: Uttered) -> bool:
            agreed = consent(answer.text)
            if agreed or self._on.language.goes_on(answer.text):
                return self.go_on()
            if agreed is False and not self._ask_last():
                self._on.say("acknowledged")
            return agreed is False

        async def lapse() -> None:
            self._ask_last()

        after = self._on.speaker.take_back(Rank.ANSWER)
        for piece in [portion, *after]:
            if piece.said is not None and not piece.again:
                self._on.fates.note(piece.said, Fate.CUT)
        if self.asked is None or self.asked.after is not None:
            offer = self._on.words.say("more")
            self._ask(offer, settle, lapse, replace(portion, again=True))
        self._on.replay.more = [replace(portion, start=portion.end or 0, end=None), *after]

    def go_on(self) -> bool:
        """Say what follows; False when nothing does."""
        more = self._on.replay.take_more()
        self.say_to_owner(more)
        return bool(more)

    def _ask_last(self) -> bool:
        """Whether what follows ends with a question, which is put though no more is wanted."""
        asking = [one for one in self._on.replay.more if one.said is not None and asks(one.said)]
        self.say_to_owner(asking)
        return bool(asking)

    def who_is_there(self, opener: Piece) -> None:
        """The opener of a private thing was said."""
        if self.asked is not None and self.asked.lapse is not None:
            self._keep_waiting()  # a cry goes before
            return
        self.asked = Asked(opener, self._settle_who)

    async def settled(self, uttered: Uttered) -> bool:
        """Whether the words answered the question; it is not open any more."""
        asked, self.asked = self.asked, None
        return asked is not None and await asked.settle(uttered)

    async def lapsed(self) -> bool:
        """Whether silence answered the question that is open; what follows is done."""
        asked = self.asked
        if asked is None or asked.lapse is None:
            return False
        self.asked = None
        await asked.lapse()
        return True

    def unanswered(self) -> None:
        """Nobody said who is there, or anything; the question is not open any more."""
        asked, self.asked = self.asked, None
        if asked is not None and asked.piece.announces is not None:
            self._keep_waiting()

    def gives_way(self) -> None:
        """The conversation has asked something: what is answered now is that, and no offer."""
        if self.asked is not None and self.asked.after is not None:
            self.asked = None

    def repeat(self) -> bool:
        """Ask the open question again; False when there is none."""
        if self.asked is None:
            return False
        again = self.asked.after or replace(self.asked.piece, start=0)
        self._on.speaker.say(replace(again, chimes=False))
        return True

    async def tell_owner(self, uttered: Uttered) -> bool:
        """Say what was kept for the owner, when the words say that it is them."""
        discretion = self._on.discretion
        if not discretion.kept or not discretion.identifies(uttered.text):
            return False
        discretion.announcing = False
        for said in discretion.release():
            piece = replace(piece_of(said, self._on.words), rank=Rank.ANSWER, chimes=False)
            self._on.tell(piece)
        return True

    def _ask(
        self,
        text: str,
        settle: Callable[[Uttered], Awaitable[bool]],
        lapse: Callable[[], Awaitable[None]] | None = None,
        after: Piece | None = None,
    ) -> None:
        self.unanswered()
        piece = Piece(text, Rank.OWN)
        self.asked = Asked(piece, settle, lapse, after)
        self._on.replay.rest = None
        self._on.speaker.say(piece)

    async def _settle_who(self, answer: Uttered) -> bool:
        if await self.tell_owner(answer):
            return True
        self._keep_waiting()
        return self._refused(answer)

    def _refused(self, answer: Uttered) -> bool:
        """Whether somebody else is there: they are told that it waits."""
        if not is_somebody_else(answer.text):
            return False
        self._on.speaker.say(Piece(self._on.discretion.refusal(), Rank.OWN))
        return True

    def _keep_waiting(self) -> None:
        """Private things go on waiting for their owner."""
        self._on.discretion.announcing = False
        for said in self._on.discretion.kept:
            self._on.fates.note(said, Fate.QUEUED)
