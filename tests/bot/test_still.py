"""Whether a reminder is still worth saying: not one of a thing that is there no more."""

from __future__ import annotations

import pytest

from bot.reminders.still import Still
from tests.bot.chat import Chat


@pytest.mark.parametrize(
    ("key", "worth"),
    [
        ("dose:gone:due:0", False),
        ("checkin:gone:2025-03-01:ask", False),
        ("appointment:404:202503011400", False),
        ("seat:1", True),
    ],
)
async def test_what_is_gone_is_not_worth_a_word_and_what_is_unknown_is(
    chat: Chat, key: str, worth: bool
) -> None:
    async with chat.talk.db.read() as conn:
        assert await Still(chat.talk.clock)(conn, key) is worth
