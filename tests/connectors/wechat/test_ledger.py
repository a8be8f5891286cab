"""The allowance: five for a message, three for a tap, and three of the five for a person."""

from datetime import timedelta

import pytest

from connectors.wechat.ledger import Allowance, Grant, renewed


def test_message_allows_five_of_which_the_bot_may_use_two(clock):
    fresh = renewed(None, Grant.MESSAGE, clock.now())
    assert fresh.usable(clock.now(), by_person=True) == 5
    assert fresh.usable(clock.now(), by_person=False) == 2


def test_tap_allows_three_and_keeps_none(clock):
    fresh = renewed(None, Grant.TAP, clock.now())
    assert fresh.usable(clock.now(), by_person=False) == 3


@pytest.mark.parametrize(
    ("grant", "lasts"), [(Grant.MESSAGE, timedelta(hours=48)), (Grant.TAP, timedelta(minutes=1))]
)
def test_window_ends_to_the_second(clock, grant, lasts):
    fresh = renewed(None, grant, clock.now())
    end = clock.now() + lasts
    assert fresh.until == end
    assert fresh.usable(end - timedelta(seconds=1), by_person=True) > 0
    assert fresh.usable(end, by_person=True) == 0


def test_newest_grant_counts_but_a_tap_takes_nothing_from_a_message(clock):
    now = clock.now()
    used = Allowance(Grant.MESSAGE, now + timedelta(hours=1), 1)
    assert renewed(used, Grant.TAP, now) == used
    assert renewed(used, Grant.MESSAGE, now) == Allowance(
        Grant.MESSAGE, now + timedelta(hours=48), 5
    )
    spent = Allowance(Grant.MESSAGE, now + timedelta(hours=1), 0)
    assert renewed(spent, Grant.TAP, now) == Allowance(Grant.TAP, now + timedelta(minutes=1), 3)
    over = Allowance(Grant.MESSAGE, now, 4)
    assert renewed(over, Grant.TAP, now).grant is Grant.TAP
