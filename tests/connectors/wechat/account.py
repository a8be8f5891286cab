"""The official account of the tests: its settings, and pushes to a gateway that has them."""

from community.config import Secret
from connectors.wechat.crypto import Cipher
from connectors.wechat.sim.pushes import Pushes

TOKEN = "token-of-the-official-account"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
ACCOUNT = "gh_0123456789ab"


def settings_of(sim, api_url):
    return {
        "wechat_appid": sim.appid,
        "wechat_account": ACCOUNT,
        "wechat_token": Secret(TOKEN),
        "wechat_aes_keys": Secret(KEY),
        "wechat_secret": Secret(sim.secret),
        "wechat_api_url": api_url,
    }


def pushes_to(gateway, sim, session, *, token=TOKEN, account=ACCOUNT, appid=None):
    cipher = Cipher(Secret(token), [Secret(KEY)], appid or sim.appid)
    url = str(gateway.server.make_url("/wechat"))
    return Pushes(sim, session, url, account, cipher, apart_s=0)
