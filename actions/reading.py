"""Readings that several forms share: a time window, a telephone, a yes or no, a home's address."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from actions.hearing import Hearing
from language import addresses, phones, times


def window(heard: Hearing) -> dict[str, Any] | None:
    """The time that is meant: {text, start, end, said, past}; None when none was said."""
    now = heard.now  # once: 现在 is over a moment later
    period = times.parse_period(heard.words, now)
    if period is None:
        return None
    return {
        "start": period.start.isoformat(),
        "end": period.end.isoformat(),
        "said": times.say_period(period, now),
        "past": period.is_past(now),
    }


_FILLER = re.compile(
    "改成|换成|改到|换到|以后|之后|左右|前后|大概|差不多|可以|那就|就|在|那|吧|呢|吗|嘛|啊|哦|的|了|是|要|想|我|您|你|有|行|好|对|不|"
    r"[\s，。！？,.!?、~]"
)


def beside_time(heard: Hearing) -> str | None:
    """What stands in the words beside the times that they say; None when they say none.

    改成后天下午吧 leaves nothing, 今天食堂吃啥 leaves 食堂吃啥.
    """
    found = times.find_periods(heard.words, heard.now)
    if not found:
        return None
    rest, at = "", 0
    for one in found:
        rest, at = rest + heard.words[at : one.start], one.end
    return _FILLER.sub("", rest + heard.words[at:])


def moments(field: dict[str, Any] | None) -> tuple[datetime, datetime] | None:
    """A stored window as two aware datetimes."""
    if not field or not field.get("start"):
        return None
    return datetime.fromisoformat(field["start"]), datetime.fromisoformat(field["end"])


def phone(heard: Hearing) -> str | None:
    """The last telephone in the words, digits only."""
    found = phones.find_phones(heard.words)
    return found[-1].value if found else None


def room(heard: Hearing, old: dict[str, Any] | None = None) -> dict[str, Any] | None:
    """A home's address, parts left open taken from `old`; None when none was said."""
    said = addresses.final_room(heard.words)
    if said is None:
        return None
    if old:
        said = addresses.merge(addresses.Room(old["building"], old["unit"], old["room"]), said)
    return {"building": said.building, "unit": said.unit, "room": said.room, "said": said.label}


def is_whole(address: dict[str, Any] | None) -> bool:
    """Whether building, unit and room are all known."""
    return address is not None and all(address[part] for part in ("building", "unit", "room"))


def yes_or_no(heard: Hearing) -> bool | None:
    """The answer to a yes-or-no question; None when the words are neither."""
    return {"affirm": True, "deny": False}.get(heard.intent)
