"""Answers for Home Assistant: each satellite is a speaker, its words are turns of its conversation."""

from __future__ import annotations

from bot.phrases import phrase
from bot.reminders.still import Still
from community.ids import new_id
from community.services import speakers
from community.store.speakers import WYOMING, Speaker
from connectors.base import Gateway, storable
from connectors.spoken.speech import for_the_ear_with_choices
from connectors.spoken.talk import CHANNEL
from connectors.spoken.words import words
from connectors.wyoming.discretion import Discretion
from connectors.wyoming.services import Answered, Asked
from conversation import aloud, inbox
from conversation.aloud import PLAYED
from conversation.messages import HEARD, Inbound, Sender

ANSWER_S = 8.0
"Home Assistant waits for some ten seconds; what comes later is said the next time"
NAME_MAX = 60


class Answers:
    """A Handle over the gateway's conversations."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._still = Still(gateway.clock)
        self._discretion = Discretion(gateway.clock)

    async def __call__(self, asked: Asked) -> Answered:
        one, said = await self._speaker(asked), storable(asked.text).strip()
        if not said:
            return Answered(phrase("errors.empty_message"), handled=False)
        owner_is_there = self._discretion.answered(one, said)
        if owner_is_there is False:
            return Answered(self._discretion.refusal(one))
        sender = Sender(CHANNEL, one.device_key)
        if owner_is_there is None:
            told = await self._told(await self._turn(sender, said), one)
        else:
            async with self._gateway.db.write() as conn:
                own = await inbox.conversation_of(conn, self._gateway.clock, sender)
            told = await self._told(own, one)
        if one.home is None and not one.shows_code(self._gateway.clock.now()):
            shown = await speakers.show_code(self._gateway.context, one)
            told.append(words("unbound", code="，".join((shown.code[:3], shown.code[3:]))))
        return Answered("".join(told) or words("later"))

    async def _turn(self, sender: Sender, said: str) -> str:
        """The conversation in which it was said; the answer is there when it came in time."""
        runner = self._gateway.runner
        turn = await runner.submit(Inbound(sender, f"{HEARD}{new_id('wy')}", said))
        await runner.finished(turn.id, ANSWER_S)
        return turn.conversation_id

    async def _speaker(self, asked: Asked) -> Speaker:
        """The satellite that the words come from, or the one box when it does not say."""
        context = asked.context
        name = context.get("satellite_id") or context.get("device_id") or "box"
        return await speakers.meet(
            self._gateway.context, f"{WYOMING}:{name[:NAME_MAX]}", WYOMING, words("unnamed")
        )

    async def _told(self, conversation_id: str, one: Speaker) -> list[str]:
        """Everything that is to be said by now; what any ear may hear counts as played.

        What is private stays in the outbox until its owner says to be there.
        """
        clock, told, kept = self._gateway.clock, list[str](), list[int]()
        async with self._gateway.db.write() as conn:
            while found := await aloud.take(
                conn, clock, conversation_id, self._still, awake=aloud.COULD_WAIT
            ):
                if found.private and not self._discretion.is_known(one):
                    kept.append(found.message.seq)
                    continue
                await aloud.note(conn, clock, conversation_id, found.message.seq, PLAYED)
                told.append(for_the_ear_with_choices(found))
            for seq in kept:
                await aloud.put_back(conn, conversation_id, seq)
        return [*told, self._discretion.opener(one)] if kept else told
