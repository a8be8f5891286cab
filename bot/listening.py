"""What a turn needs of ears: the words of a spoken message, or that it cannot be understood."""

from __future__ import annotations

from typing import Protocol

LISTEN_S = 8.0
"Longest that a turn waits for the words of its clip"


class Listener(Protocol):
    """Turns the clip of a message into words."""

    async def words_of(self, attachment_id: str) -> str | None:
        """What was said in the clip, empty when nothing was; None when this is no clip.

        Answers within LISTEN_S. Raises CommunityError when the clip is there for people only: it
        cannot be fetched or decoded, or nobody here can turn it to words.
        """
        ...


class Deaf:
    """No ears: nothing that comes is a clip."""

    async def words_of(self, attachment_id: str) -> str | None:
        return None
