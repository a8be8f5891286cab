"""WeChat's API as this account calls it: messages, notices, media, menu and login."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import aiohttp

from community.errors import UnsupportedMedia
from community.times import Clock
from connectors.wechat.errors import (
    API_URL,
    JSON_ANSWER_MAX_BYTES,
    Action,
    Answer,
    Breaker,
    OutcomeUnknown,
    WeChatError,
    action_of,
    exchange,
    hold_s,
    json_body,
)
from connectors.wechat.token import Credentials, TokenBroker

logger = logging.getLogger(__name__)

BACKOFF_S = (1.0, 2.0, 4.0)
"Pauses before a call that WeChat was too busy for is made again"
MEDIA_MAX_BYTES = 10 * 1024 * 1024
MEDIA_TYPES = {"image": "image/jpeg", "voice": "audio/mpeg"}
"What is uploaded, and the type it is declared as"


@dataclass(frozen=True)
class Media:
    """A file that a resident sent; its own first bytes are better evidence than `content_type`."""

    content_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Login:
    """Who came with a login code. A snapshot user is virtual and must not be bound to a home."""

    openid: str = field(repr=False)
    is_snapshot: bool


@dataclass(frozen=True)
class Request:
    """All of a call but its access token."""

    body: bytes | None = field(default=None, repr=False)
    content_type: str = "application/json"
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    max_bytes: int = JSON_ANSWER_MAX_BYTES

    @property
    def method(self) -> str:
        return "GET" if self.body is None else "POST"


class Client:
    """Calls the API at `base_url`; each request has `timeout_s`, one with a file `media_timeout_s`.

    Every method raises
    - WeChatError: refused, nothing was done. `action` says what to do; while an API rests after a
      limit, the same error comes at once and nothing is sent;
    - NotReached: nothing was done;
    - OutcomeUnknown: it may have been done.
    A call is made at most once more with a new token, and at most three times more while WeChat
    is busy. None of the errors holds a token, an openid or anyone's words.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        broker: TokenBroker,
        clock: Clock,
        credentials: Credentials,
        *,
        base_url: str = API_URL,
        timeout_s: float = 5.0,
        media_timeout_s: float = 30.0,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._session = session
        self._broker = broker
        self._clock = clock
        self._credentials = credentials
        self._base_url = base_url
        self._timeout_s = timeout_s
        self._media_timeout_s = media_timeout_s
        self._pause = pause
        self._breakers: dict[str, Breaker] = {}

    async def send_text(self, openid: str, text: str, *, kf_account: str | None = None) -> None:
        """A message of at most 2048 bytes; costs one of the reader's allowance, as all `send_`.

        There is no idempotency key: after OutcomeUnknown the reader may have it already.
        `kf_account` is the member of staff who is shown as its author.
        """
        await self._send(openid, "text", {"content": text}, kf_account)

    async def send_image(
        self, openid: str, media_id: str, *, kf_account: str | None = None
    ) -> None:
        """An uploaded picture."""
        await self._send(openid, "image", {"media_id": media_id}, kf_account)

    async def send_voice(
        self, openid: str, media_id: str, *, kf_account: str | None = None
    ) -> None:
        """An uploaded recording."""
        await self._send(openid, "voice", {"media_id": media_id}, kf_account)

    async def send_msgmenu(
        self,
        openid: str,
        head: str,
        options: Sequence[tuple[str, str]],
        tail: str = "",
        *,
        kf_account: str | None = None,
    ) -> None:
        """Words and lines to tap, each an (id, label); the id returns with the tap."""
        menu = {
            "head_content": head,
            "list": [{"id": id_, "content": label} for id_, label in options],
            "tail_content": tail,
        }
        await self._send(openid, "msgmenu", menu, kf_account)

    async def typing(self, openid: str, *, on: bool) -> None:
        """Show that an answer is being written, or no longer.

        Not made again while WeChat is busy: it would come after the answer.
        """
        body = {"touser": openid, "command": "Typing" if on else "CancelTyping"}
        try:
            await self._call("message/custom/typing", Request(json_body(body)), backoff_s=())
        except WeChatError as error:
            if error.action is not Action.IGNORE:
                raise

    async def send_template(
        self,
        openid: str,
        template_id: str,
        data: Mapping[str, str],
        *,
        client_msg_id: str,
        url: str = "",
    ) -> int:
        """A notice; returns the id that its TEMPLATESENDJOBFINISH event has as MsgID.

        The same `client_msg_id` to the same reader is one notice within 10 minutes, so this may
        be called again after OutcomeUnknown.
        """
        body = {
            "touser": openid,
            "template_id": template_id,
            "url": url,
            "client_msg_id": client_msg_id,
            "data": _values(data),
        }
        answer = await self._call("message/template/send", Request(json_body(body)))
        return _whole_number(answer, "msgid")

    async def subscribe_send(
        self, openid: str, template_id: str, data: Mapping[str, str], *, page: str = ""
    ) -> None:
        """A notice that the reader agreed to; a one-time consent is used up by it."""
        body = {"touser": openid, "template_id": template_id, "page": page, "data": _values(data)}
        await self._call("message/subscribe/bizsend", Request(json_body(body)))

    async def upload_media(self, kind: str, data: bytes) -> str:
        """Keep a file of a kind in MEDIA_TYPES for three days; returns its media id."""
        body, content_type = _multipart(kind, data)
        request = Request(body, content_type, {"type": kind})
        answer = await self._call("media/upload", request, timeout_s=self._media_timeout_s)
        return _text(answer, "media_id")

    async def get_media(self, media_id: str, *, max_bytes: int = MEDIA_MAX_BYTES) -> Media:
        """A file of the last three days.

        Raises TooLarge over `max_bytes`, UnsupportedMedia for a video, which WeChat gives as a
        link only.
        """
        request = Request(params={"media_id": media_id}, max_bytes=max_bytes)
        answer = await self._call("media/get", request, timeout_s=self._media_timeout_s)
        if answer.is_media:
            return Media(answer.content_type, answer.body)
        if "video_url" in answer.fields():
            raise UnsupportedMedia("video")
        raise OutcomeUnknown("neither a file nor an error")

    async def create_menu(self, buttons: Sequence[Mapping[str, Any]]) -> None:
        """Replace the whole menu: at most three buttons with at most five below each.

        Source: https://developers.weixin.qq.com/doc/offiaccount/Custom_Menus/Creating_Custom-Defined_Menu.html
        """
        await self._call("menu/create", Request(json_body({"button": list(buttons)})))

    async def oauth_token(self, code: str) -> Login:
        """Whose login code (scope snsapi_base) this is; each code serves once, for five minutes.

        WeChat takes the secret in the address here, and has no other way.
        Source: https://developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/Wechat_webpage_authorization.html
        """
        api = "sns/oauth2/access_token"
        breaker = self._breaker(api)
        breaker.check()
        answer = await exchange(
            self._session,
            "GET",
            f"{self._base_url}/{api}",
            timeout_s=self._timeout_s,
            params={
                "appid": self._credentials.appid,
                "secret": self._credentials.secret.reveal(),
                "code": code,
                "grant_type": "authorization_code",
            },
        )
        self._judge(api, breaker, answer)
        is_snapshot = answer.fields().get("is_snapshotuser") == 1
        return Login(_text(answer, "openid"), is_snapshot)

    async def getcallbackip(self) -> list[str]:
        """The addresses and networks that WeChat pushes from."""
        addresses = (await self._call("getcallbackip", Request())).fields().get("ip_list")
        if not isinstance(addresses, list):
            raise OutcomeUnknown("no ip_list")
        return [str(address) for address in addresses]

    async def _send(
        self, openid: str, kind: str, content: Mapping[str, Any], kf_account: str | None
    ) -> None:
        body: dict[str, Any] = {"touser": openid, "msgtype": kind, kind: content}
        if kf_account is not None:
            body["customservice"] = {"kf_account": kf_account}
        await self._call("message/custom/send", Request(json_body(body)))

    async def _call(
        self,
        api: str,
        request: Request,
        *,
        timeout_s: float | None = None,
        backoff_s: Sequence[float] = BACKOFF_S,
    ) -> Answer:
        """Make a call until it is settled: once more for a token, more often for a busy WeChat."""
        breaker = self._breaker(api)
        breaker.check()
        token, renewed, pauses = await self._broker.token(), False, iter(backoff_s)
        while True:
            answer = await exchange(
                self._session,
                request.method,
                f"{self._base_url}/cgi-bin/{api}",
                timeout_s=timeout_s or self._timeout_s,
                params={"access_token": token.value.reveal(), **request.params},
                body=request.body,
                content_type=request.content_type,
                max_bytes=request.max_bytes,
            )
            action = action_of(answer.errcode)
            if action is Action.TOKEN and not renewed:
                token, renewed = await self._broker.renew(token), True
            elif action is Action.RETRY and (pause_s := next(pauses, None)) is not None:
                await self._pause(pause_s)
            else:
                break
        if action is Action.TOKEN:
            self._broker.refused(token, answer.errcode)
        self._judge(api, breaker, answer)
        return answer

    def _breaker(self, api: str) -> Breaker:
        return self._breakers.setdefault(api, Breaker(self._clock))

    def _judge(self, api: str, breaker: Breaker, answer: Answer) -> None:
        """Raise WeChatError unless the answer is good; let the API rest when it asks for that."""
        errcode = answer.errcode
        if errcode == 0:
            return
        rest_s = hold_s(errcode, self._clock.now())
        if rest_s is not None:
            breaker.open(partial(WeChatError, errcode), rest_s)
            pages = action_of(errcode) is Action.PAGE_OPERATOR
            level = logging.ERROR if pages else logging.WARNING
            logger.log(level, "wechat %s rests for %.0f s: errcode %d", api, rest_s, errcode)
        raise WeChatError(errcode)


def _values(data: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {name: {"value": value} for name, value in data.items()}


def _text(answer: Answer, name: str) -> str:
    value = answer.fields().get(name)
    if not isinstance(value, str) or not value:
        raise OutcomeUnknown(f"no {name}")
    return value


def _whole_number(answer: Answer, name: str) -> int:
    value = answer.fields().get(name)
    if not isinstance(value, int):
        raise OutcomeUnknown(f"no {name}")
    return value


def _multipart(kind: str, data: bytes) -> tuple[bytes, str]:
    """A form with the file as `media`: body and content type."""
    boundary = secrets.token_hex(16)
    suffix = MEDIA_TYPES[kind].partition("/")[2]
    head = (
        f"--{boundary}\r\n"
        f'Content-Disposition: form-data; name="media"; filename="{kind}.{suffix}"\r\n'
        f"Content-Type: {MEDIA_TYPES[kind]}\r\n\r\n"
    )
    body = head.encode() + data + f"\r\n--{boundary}--\r\n".encode()
    return body, f"multipart/form-data; boundary={boundary}"
