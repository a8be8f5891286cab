"""The talk of a page: its conversation is shown beside, and what comes from now on is said as well."""

from __future__ import annotations

from community.store import speakers
from community.store.speakers import Speaker
from connectors.base import Gateway
from connectors.spoken.talk import ConversationTalk
from conversation import aloud
from conversation.aloud import Aloud
from conversation.messages import Sender
from voice.talk import Fate


class PageTalk(ConversationTalk):
    """The conversation is shown on a page beside: only what comes from now on is said as well."""

    def __init__(
        self, gateway: Gateway, sender: Sender, conversation_id: str, speaker: Speaker, after: int
    ) -> None:
        super().__init__(gateway, sender, conversation_id, speaker)
        self._after = after

    async def _take(self) -> Aloud | None:
        async with self._gateway.db.read() as conn:
            found = await aloud.after(conn, self.conversation_id, self._after)
        if found is not None:
            self._after = found.message.seq
        return found

    async def fate(self, seq: int, fate: Fate) -> None:
        async with self._gateway.db.write() as conn:
            await speakers.note_fate(
                conn, self._gateway.clock, self.conversation_id, seq, fate.value,
                begun=fate in (Fate.PLAYED, Fate.CUT),
            )  # fmt: skip
