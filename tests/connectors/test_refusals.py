"""Refusals in the log: soon, by cause, and no more of them for a flood."""

import logging

import pytest

from connectors.refusals import Refusals, Refused


@pytest.fixture
def told(caplog):
    """The lines so far."""
    caplog.set_level(logging.WARNING)
    return lambda: [record.getMessage() for record in caplog.records]


def test_first_of_each_cause_and_field_is_told_at_once(clock, told):
    refusals = Refusals("wechat", clock)
    refusals.note(Refused("padding"))
    refusals.note(Refused("missing", "Encrypt"))
    assert told() == [
        "wechat: refused padding, count=1",
        "wechat: refused missing Encrypt, count=1",
    ]


def test_flood_is_a_line_a_minute_with_its_count(clock, told):
    refusals = Refusals("wechat", clock)
    for _ in range(3):
        for _ in range(1000):
            refusals.note(Refused("signature"))
        clock.advance(59.9)
        refusals.note(Refused("signature"))
        clock.advance(0.1)
    refusals.note(Refused("signature"))
    assert told() == [
        "wechat: refused signature, count=1",
        "wechat: refused signature, count=1001",
        "wechat: refused signature, count=1001",
        "wechat: refused signature, count=1001",
    ]


def test_clock_that_is_set_back_keeps_nothing_untold(clock, told):
    refusals = Refusals("wechat", clock)
    refusals.note(Refused("signature"))
    clock.advance(-3600)
    refusals.note(Refused("signature"))
    assert told() == ["wechat: refused signature, count=1"] * 2
