"""The account's settings: all, or none, or a clear error."""

import pytest

from community import config
from community.config import WECHAT_NEEDS, Settings
from community.errors import ConfigError
from connectors.wechat.account import account_of
from tests.connectors.wechat.account import ACCOUNT, KEY, TOKEN

OTHER_KEY = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"


def environment(sim, **changes):
    values = {
        "wechat_appid": sim.appid, "wechat_account": ACCOUNT, "wechat_token": TOKEN,
        "wechat_aes_keys": KEY, "wechat_secret": sim.secret,
    } | changes  # fmt: skip
    return {f"LINSHENG_{name.upper()}": value for name, value in values.items()}


def test_without_any_there_is_no_account():
    assert account_of(config.load({})) is None
    assert account_of(Settings()) is None


def test_whole_settings_make_an_account_that_shows_no_secret(sim):
    account = account_of(config.load(environment(sim)))
    assert (account.original_id, account.api_url) == (ACCOUNT, "https://api.weixin.qq.com")
    for secret in (KEY, sim.secret, TOKEN):
        assert secret not in repr(account)


@pytest.mark.parametrize("name", WECHAT_NEEDS)
def test_one_that_is_missing_is_named(sim, name):
    with pytest.raises(ConfigError) as refused:
        config.load(environment(sim, **{name: ""}))
    assert refused.value.problems == [f"LINSHENG_{name.upper()}: WeChat needs this one too"]


def test_two_keys_serve_while_one_is_changed_and_a_broken_one_is_refused(sim):
    changing = config.load(environment(sim, wechat_aes_keys=f"{OTHER_KEY}, {KEY}"))
    assert account_of(changing) is not None
    with pytest.raises(ConfigError) as refused:
        config.load(environment(sim, wechat_aes_keys="short"))
    assert refused.value.problems == [
        "LINSHENG_WECHAT_AES_KEYS: a key has 43 letters, digits, + or /"
    ]
