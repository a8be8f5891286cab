"""The configured official account, or none: what the channel needs before it may open."""

from __future__ import annotations

from dataclasses import dataclass

from community.config import PREFIX, Secret, Settings
from community.errors import ConfigError
from connectors.wechat.crypto import Cipher
from connectors.wechat.token import Credentials

NEEDED = ("wechat_appid", "wechat_account", "wechat_token", "wechat_aes_keys", "wechat_secret")


@dataclass(frozen=True)
class Account:
    """An account in safe mode. `original_id` is its gh_ id, to which every push is addressed."""

    original_id: str
    cipher: Cipher
    credentials: Credentials
    api_url: str


def account_of(settings: Settings) -> Account | None:
    """The account of the settings; None when none of NEEDED is set: the channel is off then.

    Raises ConfigError when only some are set, or one cannot be used.
    """
    values = {name: str.__str__(getattr(settings, name)) for name in NEEDED}
    missing = [name for name, value in values.items() if not value]
    if len(missing) == len(NEEDED):
        return None
    if missing:
        raise ConfigError(
            [f"{PREFIX}{name.upper()}: WeChat needs this one too" for name in missing]
        )
    keys = [Secret(key.strip()) for key in values["wechat_aes_keys"].split(",")]
    return Account(
        values["wechat_account"],
        Cipher(settings.wechat_token, keys, values["wechat_appid"]),
        Credentials(values["wechat_appid"], settings.wechat_secret),
        settings.wechat_api_url,
    )
