"""The acts in an action's `custom` payload: what the gateway takes from it, and what it leaves."""

from __future__ import annotations

from typing import Any

import pytest

from bot.messages import REASON_MAX_CHARACTERS, Alarm, Handoff, read_act


@pytest.mark.parametrize(
    ("custom", "act"),
    [
        ({"act": {"name": "handoff"}}, Handoff("asked")),
        (
            {"act": {"name": "handoff", "reason": "rule", "slots": {"楼": 3}, "words": "漏水"}},
            Handoff("rule", {"楼": "3"}, "漏水"),
        ),
        ({"act": {"name": "handoff", "slots": ["楼"]}}, Handoff("asked")),
        ({"act": {"name": "handoff", "reason": "r" * 99}}, Handoff("r" * REASON_MAX_CHARACTERS)),
        ({"act": {"name": "alarm"}}, Alarm()),
        ({"act": {"name": "alarm", "kind": "gas", "place": "厨房"}}, Alarm("gas", "厨房")),
        ({"act": {"name": "alarm", "kind": "", "place": None}}, Alarm()),
        ({}, None),
        ({"act": None}, None),
        ({"act": "handoff"}, None),
        ({"act": []}, None),
        ({"act": {"name": "format_disk"}}, None),
        ({"act": {}}, None),
        ({"name": "alarm"}, None),
    ],
)
def test_act_is_read_from_the_payload(custom: dict[str, Any], act: object) -> None:
    assert read_act(custom) == act
