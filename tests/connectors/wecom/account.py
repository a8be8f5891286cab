"""The corporation of the tests: its settings, callbacks to a gateway that has them, what it is known to do."""

import asyncio

from sqlalchemy import select

from community.config import Secret
from community.store.schema import wechat_answer
from connectors.wechat.crypto import Cipher
from connectors.wechat.ways import Way
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


async def silenced(gateway):
    """Wait until a turn is known to be a seat's to answer."""
    async with asyncio.timeout(10):
        while not await _silent_turns(gateway):  # noqa: ASYNC110 - it is another's work
            await asyncio.sleep(0.02)


async def _silent_turns(gateway):
    async with gateway.db.read() as conn:
        is_silent = wechat_answer.c.way == Way.SILENT
        return (await conn.execute(select(wechat_answer.c.turn_id).where(is_silent))).all()
