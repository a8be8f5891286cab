"""What ends a simulated speaker: what would end a real one."""

from __future__ import annotations


class Crashed(Exception):
    """The firmware would read memory that it does not own, or end in an exception."""


class Refused(Exception):
    """The gateway did not let the speaker in, or did not greet it. `status`: of HTTP, when known."""

    def __init__(self, detail: str, status: int | None = None) -> None:
        super().__init__(detail)
        self.status = status
