"""Private: answers about somebody's health or matters, which not every ear at a speaker may hear."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from conversation.messages import Draft

INTENTS = frozenset({"query_medication", "query_my_items", "query_gov_case"})
"What they ask about is read out whoever asked; what writes says back what it was told just now"


def marked(drafts: Iterable[Draft], intent: str | None) -> tuple[Draft, ...]:
    """The answers to an intent; a speaker asks who is listening before it says private ones."""
    return tuple(replace(draft, private=True) if intent in INTENTS else draft for draft in drafts)
