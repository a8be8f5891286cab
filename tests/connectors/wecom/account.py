"""The corporation of the tests: its settings, and callbacks to a gateway that has them."""

from community.config import Secret
from connectors.wechat.crypto import Cipher
from connectors.wecom.sim.callbacks import Callbacks

TOKEN = "token-of-the-corporation"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


def settings_of(sim, api_url):
    return {
        "wecom_corpid": sim.corpid,
        "wecom_token": Secret(TOKEN),
        "wecom_aes_keys": Secret(KEY),
        "wecom_secret": Secret(sim.secret),
        "wecom_api_url": api_url,
    }


def callbacks_to(gateway, sim, session, *, token=TOKEN, corpid=None):
    cipher = Cipher(Secret(token), [Secret(KEY)], corpid or sim.corpid)
    return Callbacks(sim, session, str(gateway.server.make_url("/wecom")), cipher)
