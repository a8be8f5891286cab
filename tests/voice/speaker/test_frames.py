"""Frames of the gateway: what is whole is read, what is odd is left out."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime

import pytest

from voice.door import State
from voice.speaker.frames import (
    AGENDA_MAX,
    Agenda,
    Due,
    Hello,
    Hush,
    Noted,
    Refused,
    Saying,
    StateNow,
    Stored,
    Understood,
    Volume,
    read,
)

AT = datetime(2025, 11, 3, 0, 5, tzinfo=UTC)
ITEM = {"key": "k", "at": AT.isoformat(), "text": "该吃药了"}


@pytest.mark.parametrize(
    ("told", "frame"),
    [
        ({"type": "hello", "rate_hz": 22050, "home": "3-2-501", "help_phones": ["120"], "pace": 2},
         Hello(22050, "3-2-501", ("120",), 2)),
        ({"type": "hello", "rate_hz": 16000, "home": None}, Hello(16000, None, (), 3)),
        ({"type": "hello", "rate_hz": 22050, "help_phones": [1, "", "9" * 99, "110"], "pace": 9},
         Hello(22050, None, ("110",), 3)),
        ({"type": "state", "state": "thinking"}, StateNow(State.THINKING)),
        ({"type": "heard", "text": "x", "final": True}, Understood()),
        ({"type": "saying", "text": "x"}, Saying()),
        ({"type": "hush"}, Hush()),
        ({"type": "volume", "level": 0}, Volume(0)),
        ({"type": "stored", "id": "c-1"}, Stored("c-1")),
        ({"type": "noted", "key": "k"}, Noted("k")),
        ({"type": "refused", "code": "x"}, Refused(None)),
        ({"type": "agenda", "items": [ITEM]}, Agenda((Due("k", AT, "该吃药了"),))),
        ({"type": "agenda", "items": [ITEM | {"at": "2025-11-03T08:05"}, 1, {}, ITEM | {"at": 5}]},
         Agenda(())),
        ({"type": "agenda"}, Agenda(())),
        ({"type": "heard", "text": "x", "final": False}, None),
        ({"type": "state", "state": "dancing"}, None),
        ({"type": "volume", "level": 101}, None),
        ({"type": "volume", "level": True}, None),
        ({"type": "stored"}, None),
        ({"type": "hello", "rate_hz": "22050"}, None),
        ({"type": "weather"}, None),
    ],
)  # fmt: skip
def test_a_frame_is_what_it_says(told, frame):
    assert read(json.dumps(told)) == frame


def test_an_agenda_is_sorted_and_bounded():
    items = [
        ITEM | {"key": str(n), "at": f"2025-11-03T{n % 24:02}:00:00+08:00"} for n in range(500)
    ]
    found = read(json.dumps({"type": "agenda", "items": items})).items
    assert len(found) == AGENDA_MAX
    assert [one.at for one in found] == sorted(one.at for one in found)


def test_mutated_frames_never_raise():
    random.seed(7)
    whole = json.dumps({"type": "agenda", "items": [ITEM]}) + json.dumps(
        {"type": "volume", "level": 4}
    )
    for _ in range(3_000):
        chars = list(whole)
        for _ in range(random.randrange(1, 8)):
            chars[random.randrange(len(chars))] = random.choice('{}[]",:0-9eE\\u\0汉')
        read("".join(chars[: random.randrange(len(chars))]))
