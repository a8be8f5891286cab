"""What a device's connection drives: the session of its household, as far as this door needs it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from connectors.xiaozhi.door import XiaozhiDoor


class Session(Protocol):
    """One device's talk, from its connecting to its going."""

    async def run(self) -> None:
        """Speak and hear until `close`."""
        ...

    async def wake(self, *, held: bool | None = None) -> None:
        """The resident called, or pressed: listen, and be quiet. Harmless when it listens.

        `held`: whether `end_of_speech` says where the utterance ends.
        """
        ...

    async def hear(self, pcm: bytes) -> None:
        """Sound of 16 000 Hz, mono, signed 16-bit little-endian, of any length, in order."""
        ...

    async def hear_text(self, text: str) -> None:
        """Words that were typed."""
        ...

    async def end_of_speech(self) -> None:
        """The button was let go."""
        ...

    async def abort(self) -> None:
        """Say no more of what is being said."""
        ...

    async def close(self) -> None:
        """The device is gone; may be called twice."""
        ...


OpenSession = Callable[[XiaozhiDoor, str], Awaitable[Session]]
"""Begins the session of a door and the device of this id, which belongs to a household.

Raises Unavailable when nobody can be heard at the moment.
"""
