"""Notices: when words cannot reach a resident otherwise, a template tells them that there are some.

Each notice has an id of its own, so a call whose outcome is not known is made again without being
shown twice; what became of it WeChat reports as an event. The words themselves stay held, and come
whole with the resident's next message.
Source: https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Template_Message_Interface.html
"""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.database import Database
from community.times import Clock, local
from connectors.wechat import notice_store as store
from connectors.wechat.account_file import Notice
from connectors.wechat.client import Client
from connectors.wechat.delivery import text_of
from connectors.wechat.errors import Action, NotReached, OutcomeUnknown, WeChatError
from connectors.wechat.notice_store import Waiting
from connectors.wechat.push import Consent
from connectors.wechat.store import Bundle
from connectors.wechat.words import words

STEP_S = 2.0
TRIES_APART_S = 60.0
TRIES_MAX = 5
"Within the ten minutes for which an id counts as the same"
SAME_FOR_S = 540.0
"Of WeChat's ten minutes, when the first call began; the rest is for the call itself"
UNCONFIRMED_AFTER_S = 3600.0
"WeChat's report of a notice is overdue after this"
LENGTHS = {"thing": 20, "phrase": 5, "character_string": 32, "const": 20}
"""Characters that a field takes, by the beginning of its name; others take any.

Source: https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/subscribe-message/sendMessage.html
"""
_COME_AGAIN = {Action.RETRY, Action.TOKEN, Action.PAGE_OPERATOR, Action.RATE_LIMITED}

logger = logging.getLogger(__name__)


class Notices:
    """Sends the notices of one account; without a template there are none."""

    def __init__(self, db: Database, clock: Clock, client: Client, notice: Notice | None) -> None:
        self._db = db
        self._clock = clock
        self._client = client
        self._notice = notice

    async def on_held(self, conn: AsyncConnection, bundle: Bundle) -> None:
        """Order a notice of words that are held; of an answer there is none, it was asked for now."""
        if self._notice is None or bundle.messages[0].turn_id is not None:
            return
        await store.order(
            conn, self._clock, secrets.token_hex(16), bundle.conversation_id, bundle.seqs[-1],
            self._notice.template,
        )  # fmt: skip

    async def step(self) -> None:
        """Send what is ordered."""
        async with self._db.read() as conn:
            waiting = await store.due(conn, self._clock)
        for one in waiting:
            await self._send(one)

    async def tidy(self) -> None:
        """What WeChat never reported on is no longer waited for."""
        async with self._db.write() as conn:
            before = self._clock.now() - timedelta(seconds=UNCONFIRMED_AFTER_S)
            await store.give_up_before(conn, before)

    async def finished(self, conn: AsyncConnection, openid: str, msg_id: int, status: str) -> None:
        """WeChat's report: `success`, `failed:user block` or `failed: system failed`."""
        known = await store.finish(
            conn, openid, msg_id, "delivered" if status == "success" else "failed",
            None if status == "success" else status.partition(":")[2].strip()[:64],
        )  # fmt: skip
        if not known:
            logger.warning("wechat notice: a report on one that is not known here")

    async def subscribed(self, conn: AsyncConnection, openid: str, report: Consent) -> None:
        """WeChat's report of a subscribe notice, which may name its template only."""
        is_done = report.error_code == "0"
        known = await store.finish(
            conn, openid, report.msg_id or 0, "delivered" if is_done else "failed",
            None if is_done else f"errcode {report.error_code}"[:64], template=report.template_id,
        )  # fmt: skip
        if not known:
            logger.warning("wechat notice: a report on one that is not known here")

    async def _send(self, one: Waiting) -> None:
        if self._notice is None or not self._may_be_sent(one, self._notice):
            state, reason = (
                ("failed", "no template") if self._notice is None
                else (store.UNKNOWN, "outcome unknown")
            )  # fmt: skip
            async with self._db.write() as conn:
                await store.end(conn, one.id, state, reason)
            return
        data = {name: _filled(name, source, one) for name, source in self._notice.fields.items()}
        async with self._db.write() as conn:
            await store.begin(conn, self._clock, one.id)
        msg_id: int | None = None
        try:
            if self._notice.kind == "template":
                msg_id = await self._client.send_template(
                    one.openid, one.template, data, client_msg_id=one.id
                )
            else:
                await self._client.subscribe_send(one.openid, one.template, data)
        except (WeChatError, NotReached, OutcomeUnknown) as error:
            logger.warning("wechat notice: %s (%s) id=%s", type(error).__name__, error, one.id)
            await self._failed(one, error)
            return
        async with self._db.write() as conn:
            await store.sent(conn, one.id, msg_id)

    def _may_be_sent(self, one: Waiting, notice: Notice) -> bool:
        """Whether the reader can not see it twice: after a call that a crash may have cut off.

        A template notice has an id, which counts for a while; a subscribe notice has none.
        """
        if one.tried_at is None:
            return True
        same_until = one.tried_at + timedelta(seconds=SAME_FOR_S)
        return notice.kind == "template" and self._clock.now() < same_until

    async def _failed(self, one: Waiting, error: WeChatError | NotReached | OutcomeUnknown) -> None:
        is_known = not isinstance(error, OutcomeUnknown)
        may_repeat = is_known or (self._notice is not None and self._notice.kind == "template")
        passes = not isinstance(error, WeChatError) or error.action in _COME_AGAIN
        async with self._db.write() as conn:
            if may_repeat and passes and one.attempts + 1 < TRIES_MAX:
                until = self._clock.now() + timedelta(seconds=TRIES_APART_S)
                await store.put_off(conn, one.id, until, known=is_known)
            else:
                state = "failed" if is_known else store.UNKNOWN
                await store.end(conn, one.id, state, str(error)[:64])


def _filled(name: str, source: str, one: Waiting) -> str:
    """One field: short enough for its kind, never empty, which WeChat refuses."""
    card = one.message.card or {}
    text = text_of((one.message,)).replace("\n", " ")
    values = {
        "title": str(card.get("title") or words("notice_title")),
        "state": str(card.get("state") or words("notice_state")),
        "text": text,
        "time": local(one.message.at).strftime("%Y-%m-%d %H:%M"),
    }
    longest = LENGTHS.get(name.rstrip("0123456789"))
    value = values[source]
    if longest is not None and len(value) > longest:
        value = f"{value[: longest - 1]}…"
    return value or words("notice_title")
