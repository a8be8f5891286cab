"""The account's settings: all, or none, or a clear error."""

import dataclasses

import pytest

from community.config import Secret, Settings
from community.errors import ConfigError
from connectors.wechat.account import NEEDED, account_of
from connectors.wechat.sim.simulator import Simulator
from tests.connectors.wechat.account import ACCOUNT, KEY, settings_of


def settings(clock, **changes):
    whole = settings_of(Simulator(clock), "https://api.example")
    return dataclasses.replace(Settings(), **whole | changes)


def test_without_any_there_is_no_account():
    assert account_of(Settings()) is None


def test_whole_settings_make_an_account_that_shows_no_secret(clock):
    account = account_of(settings(clock))
    assert (account.original_id, account.api_url) == (ACCOUNT, "https://api.example")
    for secret in (KEY, Simulator(clock).secret, "token-of-the-official-account"):
        assert secret not in repr(account)


@pytest.mark.parametrize("name", NEEDED)
def test_one_that_is_missing_is_named(clock, name):
    with pytest.raises(ConfigError) as refused:
        account_of(settings(clock, **{name: Secret("")}))
    assert refused.value.problems == [f"LINSHENG_{name.upper()}: WeChat needs this one too"]


def test_two_keys_serve_while_one_is_changed_and_a_broken_one_is_refused(clock):
    other = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"
    assert account_of(settings(clock, wechat_aes_keys=Secret(f"{other}, {KEY}"))) is not None
    with pytest.raises(ConfigError):
        account_of(settings(clock, wechat_aes_keys=Secret("short")))
