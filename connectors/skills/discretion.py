"""Discretion: that something private waits is said, what it is only when its owner says to be there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from community.store.identities import Party
from connectors.skills.exchange import Spoken
from connectors.skills.store import Talk, Waiting
from connectors.skills.words import words
from voice.device import Owner
from voice.introduction import is_owner, is_somebody_else

KNOWN_FOR = timedelta(minutes=5)
"Somebody else may stand there later"
ASKED_FOR = timedelta(minutes=2)
"So long words answer the question who listens"


def opener(kept: Sequence[Waiting], party: Party | None) -> str:
    """What is said instead of private things; empty when none are kept."""
    if not kept:
        return ""
    owner = _owner(party)
    which = words("private", owner=owner.called) if owner.called else words("private_somebody")
    return which + words("who")


def is_known(talk: Talk, now: datetime) -> bool:
    """Whether the owner said not long ago that it is they who listen."""
    return talk.known_until is not None and now < talk.known_until


def introduced(text: str, talk: Talk, now: datetime, party: Party | None) -> Talk | None:
    """The talk once the owner has answered who listens; None when the words are not their answer."""
    if not _is_asked(talk, now) or not is_owner(text, _owner(party)):
        return None
    return replace(talk, known_until=now + KNOWN_FOR)


def declined(text: str, talk: Talk, now: datetime, party: Party | None) -> Spoken | None:
    """What is said to somebody else, or to a no; None when the words are neither."""
    if not _is_asked(talk, now) or not is_somebody_else(text):
        return None
    called = _owner(party).called
    text = words("private_kept", owner=called) if called else words("private_kept_somebody")
    return Spoken(text, mic=False)


def _is_asked(talk: Talk, now: datetime) -> bool:
    is_open = talk.said is not None and talk.said.text.endswith(words("who"))
    return is_open and talk.at is not None and now - talk.at <= ASKED_FOR


def _owner(party: Party | None) -> Owner:
    if party is None or party.name is None:
        return Owner()
    return Owner(party.name, (party.name,))
