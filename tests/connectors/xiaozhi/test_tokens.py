"""Tokens: one device, one installation, one year; anything else is refused."""

import pytest

from community.config import Secret
from connectors.xiaozhi.tokens import GOOD_FOR_S, SKEW_S, is_good, issue

KEY = Secret("k" * 32)
GOLDEN = "juRQRPjPn3CmlwQvgkBxK_Z5-MvHRuJ-0nMZOka1O4s.1762149900"
DEVICE, CLIENT = "02:00:00:aa:bb:cc", "7b94d69a-9808-4c59-9c9b-704333b38aff"


def test_a_token_is_golden(clock):
    token = issue(KEY, DEVICE, CLIENT, clock.now()).reveal()
    assert token == GOLDEN
    assert str(issue(KEY, DEVICE, CLIENT, clock.now())) == "******"


def test_a_token_is_good_for_its_device_until_its_time_is_over(clock):
    token = issue(KEY, DEVICE, CLIENT, clock.now()).reveal()
    assert is_good(token, KEY, DEVICE, CLIENT, clock.now())
    clock.advance(GOOD_FOR_S)
    assert is_good(token, KEY, DEVICE, CLIENT, clock.now())
    clock.advance(1)
    assert not is_good(token, KEY, DEVICE, CLIENT, clock.now())


def test_a_token_from_the_future_is_refused_beyond_the_skew_of_clocks(clock):
    now = clock.now()
    clock.advance(SKEW_S)
    assert is_good(issue(KEY, DEVICE, CLIENT, clock.now()).reveal(), KEY, DEVICE, CLIENT, now)
    clock.advance(1)
    assert not is_good(issue(KEY, DEVICE, CLIENT, clock.now()).reveal(), KEY, DEVICE, CLIENT, now)


@pytest.mark.parametrize(
    ("key", "device", "client"),
    [(Secret("x" * 32), DEVICE, CLIENT), (KEY, DEVICE + "0", CLIENT), (KEY, DEVICE, CLIENT + "0")],
    ids=["another key", "another device", "another client"],
)
def test_a_token_of_another_is_refused(clock, key, device, client):
    token = issue(KEY, DEVICE, CLIENT, clock.now()).reveal()
    assert not is_good(token, key, device, client, clock.now())


@pytest.mark.parametrize(
    "token", ["", ".", "a.b", "a.1", "汉.1762150000", "x" * 200, ".²", "a." + "9" * 80]
)
def test_what_is_no_token_is_refused(clock, token):
    assert not is_good(token, KEY, DEVICE, CLIENT, clock.now())


def test_each_changed_letter_is_noticed(clock):
    token = issue(KEY, DEVICE, CLIENT, clock.now()).reveal()
    changed = [
        token[:at] + ("A" if sign != "A" else "B") + token[at + 1 :]
        for at, sign in enumerate(token)
    ]
    assert [one for one in changed if is_good(one, KEY, DEVICE, CLIENT, clock.now())] == []


def test_nothing_is_signed_with_an_empty_key(clock):
    with pytest.raises(ValueError, match="no key"):
        issue(Secret(""), DEVICE, CLIENT, clock.now())
    with pytest.raises(ValueError, match="no key"):
        is_good("a.1", Secret(""), DEVICE, CLIENT, clock.now())
