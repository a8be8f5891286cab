"""The official account of the tests: its settings, and pushes to a gateway that has them."""

import asyncio

from aiohttp import web

from community.config import Secret
from connectors.wechat.crypto import Cipher
from connectors.wechat.sim.modes import SEALED_NAMES, Mode
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


class StandIn:
    """An account that keeps what it is pushed and answers as a test tells it.

    `answers` are taken one by one and the last of them again and again: bytes, or a status that is
    not 200. While `gate` is cleared, nothing is answered.
    """

    def __init__(self):
        self.answers = [b"success"]
        self.gate = asyncio.Event()
        self.gate.set()
        self.taken = []
        "Query and body of each attempt"

    async def take(self, request):
        self.taken.append((dict(request.query), await request.read()))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        await self.gate.wait()
        if isinstance(answer, int):
            return web.Response(status=answer, headers={"Location": str(request.url)})
        return web.Response(body=answer)


def reply(pushes, openid, *elements, account=ACCOUNT, at=1700000000):
    """A passive answer as the mode and the format of the pushes ask for it."""
    head = [("ToUserName", openid), ("FromUserName", account), ("CreateTime", at)]
    written = pushes.format.write([*head, *elements])
    return written if pushes.mode is Mode.PLAIN else sealed_reply(pushes, written)


def sealed_reply(pushes, written):
    sealed = pushes.cipher.seal(written, timestamp="1700000000", nonce="n")
    values = (sealed.encrypt, sealed.timestamp, sealed.nonce, sealed.signature)
    return pushes.format.write(list(zip(SEALED_NAMES[pushes.format], values, strict=True)))
