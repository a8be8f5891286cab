"""The configured official account, or none: what the channel needs before it may open."""

from __future__ import annotations

from dataclasses import dataclass

from community.config import Secret, Settings
from connectors.wechat.crypto import Cipher
from connectors.wechat.token import Credentials


@dataclass(frozen=True)
class Account:
    """An account in safe mode. `original_id` is its gh_ id, to which every push is addressed."""

    original_id: str
    cipher: Cipher
    credentials: Credentials
    api_url: str


def account_of(settings: Settings) -> Account | None:
    """The account of the settings; None without an appid: the channel is off then.

    That it is whole was checked when the settings were read. Raises ConfigError for a part that
    cannot be used.
    """
    if not settings.wechat_appid:
        return None
    keys = [Secret(key.strip()) for key in settings.wechat_aes_keys.reveal().split(",")]
    return Account(
        settings.wechat_account,
        Cipher(settings.wechat_token, keys, settings.wechat_appid),
        Credentials(settings.wechat_appid, settings.wechat_secret),
        settings.wechat_api_url,
    )
