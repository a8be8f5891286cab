"""The configured corporation, or none: what the channel needs before it may open."""

from __future__ import annotations

from dataclasses import dataclass

from community.config import Secret, Settings
from connectors.wechat.crypto import Cipher


@dataclass(frozen=True)
class Account:
    """A corporation whose customer service is answered through the API."""

    corpid: str
    cipher: Cipher
    secret: Secret
    "Of the app that may call the API of customer service"
    api_url: str


def account_of(settings: Settings) -> Account | None:
    """The account of the settings; None without a corpid: the channel is off then.

    That it is whole was checked when the settings were read. Raises ConfigError for a part that
    cannot be used.
    """
    if not settings.wecom_corpid:
        return None
    keys = [Secret(key.strip()) for key in settings.wecom_aes_keys.reveal().split(",")]
    return Account(
        settings.wecom_corpid,
        Cipher(settings.wecom_token, keys, settings.wecom_corpid),
        settings.wecom_secret,
        settings.wecom_api_url,
    )
