"""What a line to the gateway is to the speaker, and the speaker to its line."""

from __future__ import annotations

from typing import Any, Protocol

from voice.speaker.frames import Frame, Hello


class Listener(Protocol):
    """Who is told what the line does; each call comes from the event loop and waits for nothing."""

    def up(self, hello: Hello) -> None: ...

    def told(self, frame: Frame) -> None: ...

    def sound(self, pcm: bytes) -> None: ...

    def down(self) -> None: ...


class Line(Protocol):
    @property
    def is_up(self) -> bool: ...

    def send(self, said: bytes | dict[str, Any]) -> bool:
        """Sound, or a frame of JSON; False when it cannot be sent. Nothing waits."""
        ...

    def drop(self) -> None:
        """The line is dead, whatever it says itself; it is made anew."""
        ...
