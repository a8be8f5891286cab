"""The allowance: five for a message, three for a tap, and three of the five for a person."""

from datetime import timedelta

import pytest

from connectors.wechat.ledger import Allowance, Grant, granted, shares, usable


def test_message_allows_five_of_which_the_bot_may_use_two(clock):
    fresh = granted(Grant.MESSAGE, clock.now(), "m1")
    assert fresh.usable(clock.now(), by_person=True) == 5
    assert fresh.usable(clock.now(), by_person=False) == 2


def test_tap_allows_three_and_keeps_none(clock):
    fresh = granted(Grant.TAP, clock.now(), "t1")
    assert fresh.usable(clock.now(), by_person=False) == 3


@pytest.mark.parametrize(
    ("grant", "lasts"), [(Grant.MESSAGE, timedelta(hours=48)), (Grant.TAP, timedelta(minutes=1))]
)
def test_window_ends_to_the_second(clock, grant, lasts):
    fresh = granted(grant, clock.now(), "m1")
    end = clock.now() + lasts
    assert fresh.until == end
    assert fresh.usable(end - timedelta(seconds=1), by_person=True) > 0
    assert fresh.usable(end, by_person=True) == 0


def test_tap_stands_beside_a_message_and_keeps_nothing_of_its_own_from_the_bot(clock):
    now = clock.now()
    both = [
        Allowance(Grant.MESSAGE, now + timedelta(hours=1), 3, "m1"), granted(Grant.TAP, now, "t1")
    ]  # fmt: skip
    assert usable(both, now, by_person=False) == 3
    assert usable(both, now, by_person=True) == 6
    assert usable(both, now + timedelta(minutes=1), by_person=False) == 0
    assert usable(both, now + timedelta(minutes=1), by_person=True) == 3


def test_what_ends_first_is_used_first(clock):
    now = clock.now()
    message, tap = granted(Grant.MESSAGE, now, "m1"), granted(Grant.TAP, now, "t1")
    assert shares([message, tap], now, 2) == [(tap, 2)]
    assert shares([message, tap], now, 4) == [(tap, 3), (message, 1)]
    assert shares([message, tap], now + timedelta(minutes=1), 2) == [(message, 2)]
