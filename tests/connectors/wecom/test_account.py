"""The corporation's settings: all, or none, or a clear error."""

import pytest

from community import config
from community.config import WECOM_NEEDS, Settings
from community.errors import ConfigError
from connectors.wecom.account import account_of
from tests.connectors.wecom.account import KEY, TOKEN

OTHER_KEY = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"


def environment(sim, **changes):
    values = {
        "wecom_corpid": sim.corpid, "wecom_token": TOKEN, "wecom_aes_keys": KEY,
        "wecom_secret": sim.secret,
    } | changes  # fmt: skip
    return {f"LINSHENG_{name.upper()}": value for name, value in values.items()}


def test_without_any_there_is_no_account():
    assert account_of(config.load({})) is None
    assert account_of(Settings()) is None


def test_whole_settings_make_an_account_that_shows_no_secret(sim):
    account = account_of(config.load(environment(sim)))
    assert (account.corpid, account.api_url) == (sim.corpid, "https://qyapi.weixin.qq.com")
    for secret in (KEY, sim.secret, TOKEN):
        assert secret not in repr(account)


@pytest.mark.parametrize("name", WECOM_NEEDS)
def test_one_that_is_missing_is_named(sim, name):
    with pytest.raises(ConfigError) as refused:
        config.load(environment(sim, **{name: ""}))
    (problem,) = refused.value.problems
    assert problem.startswith(f"LINSHENG_{name.upper()}:")


def test_two_keys_serve_while_one_is_changed_and_a_broken_one_is_refused(sim):
    changing = config.load(environment(sim, wecom_aes_keys=f"{OTHER_KEY}, {KEY}"))
    assert account_of(changing) is not None
    with pytest.raises(ConfigError):
        config.load(environment(sim, wecom_aes_keys="short"))
