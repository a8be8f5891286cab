"""How a transcript and a summary are put together, and how durations read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from conversation.messages import Message
from conversation.queue import Case, Lane
from desk import summary, thread
from desk.orders import OrderFilter
from desk.pages import duration_words, from_form, path_of
from desk.thread import Item

NOON = datetime(2025, 11, 3, 4, 0, tzinfo=UTC)


def item(kind: str, seconds: int, key: str) -> Item:
    return Item(kind, NOON + timedelta(seconds=seconds), key)


def test_notes_and_events_stand_between_messages_by_time_and_messages_by_number() -> None:
    said = [item("resident", 0, "m1"), item("bot", 5, "m2"), item("resident", 3, "m3")]
    others = [item("event", 0, "e1"), item("note", 4, "n1"), item("note", 9, "n2")]
    merged = thread._between(said, others)
    assert [one.key for one in merged] == ["m1", "e1", "n1", "m2", "m3", "n2"]


def test_what_a_message_caused_follows_it_and_the_answer_follows_that() -> None:
    said = [item("resident", 0, "m1"), item("bot", 0, "m2")]
    merged = thread._between(said, [item("event", 0, "e1")])
    assert [one.key for one in merged] == ["m1", "e1", "m2"]


CASE = Case(
    "case_1", 1001, "conv_1", Lane.NORMAL, "waiting", "asked", None, {}, None, NOON, None, None,
    None, None, None, None,
)  # fmt: skip
SAID = [
    Message(1, "resident", "厨房漏水", NOON),
    Message(2, "bot", "厨房哪里？", NOON),
    Message(3, "resident", "厨房水管", NOON),
]


@pytest.mark.parametrize(
    ("slots", "facts"),
    [
        ({"位置": "厨房"}, [("位置", "厨房", 3)]),
        ({"位置": "客厅"}, [("位置", "客厅", None)]),
        ([{"name": "位置", "value": "厨房", "seq": 1}], [("位置", "厨房", 1)]),
        ({"位置": None, "时间": ""}, []),
        (None, []),
    ],
)
def test_slots_lead_to_the_message_that_holds_them(slots: object, facts: object) -> None:
    read = summary.read(replace(CASE, summary={"slots": slots}), SAID)
    assert [(fact.name, fact.value, fact.seq) for fact in read.facts] == facts


def test_summary_is_in_words_throughout() -> None:
    told = {
        "words": "起不来", "seq": 3, "intent": "report_repair", "kind": "fall", "place": "花园",
        "facts": [{"fact": "false_alarm_said", "seq": 3}],
        "causes": [{"reason": "failed:engine_empty", "at": NOON.isoformat(), "seq": 1}],
    }  # fmt: skip
    read = summary.read(replace(CASE, summary=told, reason="emergency"), SAID)
    assert (read.reason, read.kind, read.intent) == ("紧急求助", "摔倒", "家里东西坏了，要报修")
    assert [remark.value for remark in read.remarks] == ["居民说是误报"]
    assert [cause.reason for cause in read.causes] == ["机器人出错"]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "刚刚"),
        (59, "刚刚"),
        (-720, "12 分钟"),
        (3599, "59 分钟"),
        (7200, "2 小时"),
        (200_000, "2 天"),
    ],
)
def test_durations_read_as_people_say_them(seconds: float, said: str) -> None:
    assert duration_words(seconds) == said


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/orders?state=all", "/orders?state=all"),
        ("http://desk/cases/1?pane=person", "/cases/1?pane=person"),
        ("//evil.example/x", "/x"),
        ("javascript:alert(1)", "/"),
        ("/\\evil.example", "/"),
        ("", "/"),
    ],
)
def test_ways_back_stay_at_home(address: str, path: str) -> None:
    assert path_of(address) == path


def test_form_times_are_wall_clocks_in_china() -> None:
    moment = from_form("2025-11-03T12:00")
    assert moment is not None
    assert moment.astimezone(UTC) == NOON
    assert from_form("tomorrow") is None


def test_order_filter_defaults_to_what_is_to_be_done() -> None:
    assert OrderFilter().state == "open"
