"""Steering: what needs no dialogue, for it is about what was said already, or about nothing said."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from connectors.skills.commands import Command
from connectors.skills.composing import closing, go_on
from connectors.skills.exchange import Spoken
from connectors.skills.store import Talk
from connectors.skills.words import several, words

AGREES_FOR = timedelta(minutes=2)
"So long a plain yes means that the reading goes on"
READ_FOR = timedelta(minutes=10)


def steer(command: Command | None, talk: Talk, now: datetime) -> tuple[Spoken, Talk] | None:
    """What is said to a command, and the talk after it; None when it is none here."""
    talk = replace(talk, fruitless=0)
    since = now - talk.at if talk.at is not None and talk.rest else None
    match command:
        case Command.MORE if since is not None and since <= READ_FOR:
            return go_on(talk)
        case Command.AGREED if since is not None and since <= AGREES_FOR:
            return go_on(talk)
        case Command.ENOUGH if since is not None and since <= READ_FOR:
            return _cut_short(talk)
        case Command.REPEAT if talk.said is not None:
            return talk.said, talk
        case Command.HUSH:
            return Spoken(words("hushed"), mic=False), quiet(talk)
        case Command.LEAVE:
            return leave(talk)
        case _:
            return None


def leave(talk: Talk) -> tuple[Spoken, Talk]:
    """The skill is closed."""
    return Spoken(words("farewell"), mic=False, leaves=True), quiet(talk)


def quiet(talk: Talk) -> Talk:
    """The talk with nothing left to read."""
    return replace(talk, rest=(), ending=None, fruitless=0)


def into_silence(talk: Talk) -> tuple[Spoken, Talk]:
    """The next rung of the ladder: no sentence twice, and at its top the microphone closes."""
    choices = talk.said.choices if talk.said else ()
    rungs = several("silent_choices" if choices else "silent")
    rung = min(talk.fruitless, len(rungs) - 1)
    is_top = rung == len(rungs) - 1
    text = rungs[rung].replace("{choices}", talk.said.reprompt if talk.said else "")
    said = (
        Spoken(text, mic=False, leaves=True)
        if is_top
        else replace(closing(mic=True, choices=choices), text=text)
    )
    return said, replace(talk, fruitless=0 if is_top else talk.fruitless + 1)


def _cut_short(talk: Talk) -> tuple[Spoken, Talk]:
    """The rest is not wanted; a question at its end is put all the same."""
    if talk.ending is not None and talk.ending.mic:
        return go_on(replace(talk, rest=talk.rest[-1:]))
    said = replace(closing(mic=True), text=words("enough"))
    return said, replace(quiet(talk), said=said)
