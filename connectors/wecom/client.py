"""WeCom's API as customer service calls it: pulls, messages, states of a session, media."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from community.times import Clock
from connectors.wechat.caller import Caller, Request
from connectors.wechat.client import MEDIA_MAX_BYTES, Media, image_upload, text_field
from connectors.wechat.errors import OutcomeUnknown
from connectors.wechat.token import Ask, TokenBroker
from connectors.wechat.wire import Answer, exchange, json_body
from connectors.wecom.account import Account
from connectors.wecom.errors import ACTIONS, WeComError

PULL_LIMIT = 200
"Items of one pull; WeCom would give 1000, of up to 12 kB each"
PULL_MAX_BYTES = 8 * 1024 * 1024
_KEY = re.compile(r"[0-9A-Za-z_-]{1,32}")
_AMR = 0


class ServiceState(enum.IntEnum):
    """Who has a session. Through the API one may speak in NEW and BOT only.

    Source: https://developer.work.weixin.qq.com/document/path/94669
    """

    NEW = 0
    BOT = 1
    POOL = 2
    "Waits for one of WeCom's own seats"
    SEAT = 3
    ENDED = 4


@dataclass(frozen=True)
class Page:
    """One answer to a pull; `items` are as they came."""

    items: list[object] = field(repr=False)
    next_cursor: str
    has_more: bool


def gettoken(session: aiohttp.ClientSession, account: Account, *, timeout_s: float = 5.0) -> Ask:
    """Asks for the app's token, the same for each asker until it expires.

    WeCom takes the secret in the address, and has no other way.
    Source: https://developer.work.weixin.qq.com/document/path/91039
    """

    async def ask() -> Answer:
        return await exchange(
            session,
            "GET",
            f"{account.api_url}/cgi-bin/gettoken",
            timeout_s=timeout_s,
            params={"corpid": account.corpid, "corpsecret": account.secret.reveal()},
        )

    return ask


def broker_of(session: aiohttp.ClientSession, clock: Clock, account: Account) -> TokenBroker:
    """The broker of the app's token, which WeCom does not renew before its end."""
    ask = gettoken(session, account)
    return TokenBroker(clock, ask, error=WeComError, name="wecom", refresh_before_s=0.0)


class Client:
    """Every method raises WeComError, NotReached and OutcomeUnknown, as `wechat.client.Client`.

    A message's `key` is 1 to 32 of [0-9A-Za-z_-] and never used for another one: sent again under
    it, a message is shown once, so after OutcomeUnknown it may be sent again.
    That WeCom took a message does not say that it arrives: see `messages.SendFailed`.
    """

    def __init__(self, caller: Caller, *, media_timeout_s: float = 30.0) -> None:
        self._caller = caller
        self._media_timeout_s = media_timeout_s

    async def sync_msg(self, open_kfid: str, *, cursor: str, token: str | None) -> Page:
        """What is new at an account since `cursor`; an empty one begins three days ago.

        `token` is a callback's; without one WeCom allows few pulls.
        Source: https://developer.work.weixin.qq.com/document/path/94670
        """
        body: dict[str, Any] = {
            "open_kfid": open_kfid, "limit": PULL_LIMIT, "voice_format": _AMR,
        }  # fmt: skip
        body |= {"cursor": cursor} if cursor else {}
        body |= {"token": token} if token else {}
        request = Request(json_body(body), max_bytes=PULL_MAX_BYTES)
        fields = (await self._caller.call("kf/sync_msg", request)).fields()
        items, next_cursor = fields.get("msg_list", []), fields.get("next_cursor", "")
        if not isinstance(items, list) or not isinstance(next_cursor, str):
            raise OutcomeUnknown("no page in the answer")
        return Page(items, next_cursor, fields.get("has_more") == 1)

    async def send_text(self, open_kfid: str, external_userid: str, text: str, *, key: str) -> None:
        """A message of at most 2048 bytes; costs one of the five.

        Raises ValueError for a key of a wrong form.
        Source: https://developer.work.weixin.qq.com/document/path/94677
        """
        await self._send(open_kfid, external_userid, "text", {"content": text}, key=key)

    async def send_image(
        self, open_kfid: str, external_userid: str, media_id: str, *, key: str
    ) -> None:
        """An uploaded picture; as `send_text`."""
        await self._send(open_kfid, external_userid, "image", {"media_id": media_id}, key=key)

    async def _send(
        self, open_kfid: str, external_userid: str, kind: str, content: dict[str, str], *, key: str
    ) -> None:
        if not _KEY.fullmatch(key):
            raise ValueError("not the form of a key")
        body = {
            "touser": external_userid,
            "open_kfid": open_kfid,
            "msgid": key,
            "msgtype": kind,
            kind: content,
        }
        await self._caller.call("kf/send_msg", Request(json_body(body)), is_done=_is_sent)

    async def upload_image(self, jpeg: bytes) -> str:
        """Keep a picture of at most 10 MB for three days; returns its media id.

        Source: https://developer.work.weixin.qq.com/document/path/90253
        """
        answer = await self._caller.call(
            "media/upload", image_upload(jpeg), timeout_s=self._media_timeout_s
        )
        return text_field(answer, "media_id")

    async def send_msg_on_event(self, code: str, text: str) -> None:
        """The one message that an event's code is good for; costs none of the five.

        Source: https://developer.work.weixin.qq.com/document/path/95122
        """
        body = {"code": code, "msgtype": "text", "text": {"content": text}}
        await self._caller.call("kf/send_msg_on_event", Request(json_body(body)), backoff_s=())

    async def service_state(self, open_kfid: str, external_userid: str) -> ServiceState:
        """Who has the session now."""
        body = {"open_kfid": open_kfid, "external_userid": external_userid}
        answer = await self._caller.call("kf/service_state/get", Request(json_body(body)))
        state = answer.fields().get("service_state")
        if state not in list(ServiceState):
            raise OutcomeUnknown("no service_state")
        return ServiceState(state)

    async def get_media(self, media_id: str, *, max_bytes: int = MEDIA_MAX_BYTES) -> Media:
        """A file of the last three days. Raises TooLarge over `max_bytes`."""
        request = Request(params={"media_id": media_id}, max_bytes=max_bytes)
        answer = await self._caller.call("media/get", request, timeout_s=self._media_timeout_s)
        if not answer.is_media:
            raise OutcomeUnknown("neither a file nor an error")
        return Media(answer.content_type, answer.body)


def _is_sent(answer: Answer) -> bool:
    """Taken now, or before under the same key.

    WeCom refuses a msgid that it knows, and does not document with which errcode. Its words then
    name the msgid, and ours is never of a wrong form.
    """
    if answer.errcode == 0:
        return True
    said = str(answer.fields().get("errmsg", "")).partition("hint")[0].lower()
    return "msgid" in said and answer.errcode not in ACTIONS
