"""What keeps a request from being answered."""

from __future__ import annotations

from community.errors import BadInput, NotAllowed


class Refused(NotAllowed):
    """Not the maker's own request; `cause` is for the log, the caller is never told it."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class Unreadable(BadInput):
    """The maker's own request, in a shape that is not known."""
