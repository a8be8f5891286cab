"""Sessions: one voice session for each connected device, over the ears and the voice of the gateway."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from community.store.speakers import Speaker
from connectors.spoken.talk import ConversationTalk
from connectors.spoken.words import words
from language.reading import sentences
from voice.absent import Deaf, Mute
from voice.device import Device, Owner
from voice.door import Door
from voice.recogniser import StreamingRecogniser
from voice.resample import fitted
from voice.session import Session
from voice.synthesiser import Synthesiser


class Sessions:
    """Without ears a session hears nothing, without a voice it only shows what it says."""

    def __init__(self, ears: StreamingRecogniser | None, voice: Synthesiser | None) -> None:
        self.ears = ears
        self.voice = voice

    def open(self, door: Door, talk: ConversationTalk, device: Device, speaker: Speaker) -> Session:
        """A session that closes its talk when it ends."""
        session = _Served(
            door, talk, self.ears or Deaf(), self.voice or Mute(), split=sentences, fit=fitted,
            device=device, owner=owner_of(speaker),
        )  # fmt: skip
        session.closing = talk.close
        return session


def owner_of(speaker: Speaker) -> Owner:
    """Whose device it is, as one calls them."""
    if speaker.person is None:
        return Owner()
    return Owner(words("called", name=speaker.person), (speaker.person,))


class _Served(Session):
    closing: Callable[[], Awaitable[None]]

    async def run(self) -> None:
        try:
            await super().run()
        finally:
            await self.closing()
