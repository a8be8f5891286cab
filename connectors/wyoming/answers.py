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
from connectors.wyoming.services import Answered, Asked
from conversation import aloud
from conversation.aloud import PLAYED
from conversation.messages import Inbound, Sender

ANSWER_S = 8.0
"Home Assistant waits for some ten seconds; what comes later is said the next time"
NAME_MAX = 60


class Answers:
    """A Handle over the gateway's conversations."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._still = Still(gateway.clock)

    async def __call__(self, asked: Asked) -> Answered:
        one = await self._speaker(asked)
        sender = Sender(CHANNEL, one.device_key)
        said = storable(asked.text).strip()
        if not said:
            return Answered(phrase("errors.empty_message"), handled=False)
        runner = self._gateway.runner
        turn = await runner.submit(Inbound(sender, new_id("wy"), said))
        await runner.finished(turn.id, ANSWER_S)
        told = await self._told(turn.conversation_id)
        if one.home is None and not one.shows_code(self._gateway.clock.now()):
            shown = await speakers.show_code(self._gateway.context, one)
            told.append(words("unbound", code="，".join((shown.code[:3], shown.code[3:]))))
        return Answered("".join(told) or words("later"))

    async def _speaker(self, asked: Asked) -> Speaker:
        """The satellite that the words come from, or the one box when it does not say."""
        context = asked.context
        name = context.get("satellite_id") or context.get("device_id") or "box"
        return await speakers.meet(
            self._gateway.context, f"{WYOMING}:{name[:NAME_MAX]}", WYOMING, words("unnamed")
        )

    async def _told(self, conversation_id: str) -> list[str]:
        """Everything that is to be said by now and that any ear may hear; it counts as played.

        What is private stays in the outbox: nobody here can ask who is listening.
        """
        clock = self._gateway.clock
        told: list[str] = []
        async with self._gateway.db.write() as conn:
            while True:
                found = await aloud.take(
                    conn, clock, conversation_id, self._still, awake=aloud.COULD_WAIT
                )
                if found is None:
                    return told
                if found.private:
                    continue
                await aloud.note(conn, clock, conversation_id, found.message.seq, PLAYED)
                told.append(for_the_ear_with_choices(found))
