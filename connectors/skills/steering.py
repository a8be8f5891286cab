"""Steering: what needs no dialogue, for it is about what was said already, or about nothing said."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from connectors.skills.commands import Command
from connectors.skills.composing import closing, go_on, is_offered, owed, say
from connectors.skills.exchange import Spoken
from connectors.skills.store import Talk
from connectors.skills.words import several, words

OFFERED_FOR = timedelta(minutes=2)
"So long a plain yes or no is about the reading"
READ_FOR = timedelta(minutes=10)
"So long what was read is gone on with, or read once more; later another may be listening"


def steer(command: Command | None, talk: Talk, now: datetime) -> tuple[Spoken, Talk] | None:
    """What is said to a command, and the talk after it; None when it is none here."""
    talk = replace(talk, fruitless=0)
    spoken_ago = now - talk.at if talk.at is not None else None
    since = spoken_ago if talk.rest else None
    match command:
        case Command.MORE if since is not None and since <= READ_FOR:
            return go_on(talk)
        case Command.AGREED if since is not None and since <= OFFERED_FOR and is_offered(talk):
            return go_on(talk)
        case Command.ENOUGH if since is not None and since <= OFFERED_FOR and is_offered(talk):
            return _cut_short(talk)
        case Command.REPEAT if spoken_ago is not None and spoken_ago <= READ_FOR and talk.said:
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
    """The talk with nothing left to read but what is owed."""
    return replace(talk, rest=owed(talk), fruitless=0)


def into_silence(talk: Talk, *, in_danger: bool) -> tuple[Spoken, Talk]:
    """The next rung of the ladder: no sentence twice, and at its top the microphone closes.

    `in_danger` says that an emergency of this resident is open: they are not told good-bye.
    """
    choices = talk.said.choices if talk.said else ()
    key = "silent_danger" if in_danger else "silent_choices" if choices else "silent"
    rungs = several(key)
    rung = min(talk.fruitless, len(rungs) - 1)
    is_top = rung == len(rungs) - 1
    text = rungs[rung].replace("{choices}", talk.said.reprompt if talk.said else "")
    if is_top:
        return Spoken(text, mic=False, leaves=not in_danger), replace(talk, fruitless=0)
    said = replace(closing(mic=True, choices=choices), text=text)
    return said, replace(talk, fruitless=talk.fruitless + 1)


def _cut_short(talk: Talk) -> tuple[Spoken, Talk]:
    """The rest is not wanted; a question at its end is put all the same."""
    last = talk.rest[-1]
    if last.ending is not None and last.ending.mic:
        return go_on(replace(talk, rest=(last,)))
    said = say(words("enough"), mic=True)
    return said, replace(talk, rest=(), said=said)
