"""WeChat's API as this account calls it: messages, notices, media, menu and login."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import aiohttp

from community.errors import UnsupportedMedia
from connectors.wechat.caller import Caller, Request
from connectors.wechat.errors import Action, OutcomeUnknown, WeChatError
from connectors.wechat.token import Credentials, TokenBroker
from connectors.wechat.wire import API_URL, Answer, Breaker, exchange, json_body

MEDIA_MAX_BYTES = 10 * 1024 * 1024
NO_MENU = 46003
CHECK_TIMEOUT_S = 20.0


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
class Reach:
    """How WeChat finds the address that it pushes to."""

    addresses: tuple[str, ...]
    "What its name leads to; empty when that is not known"
    echoes: bool
    "Whether packets came back; a firewall may drop them and let pushes through"


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
        credentials: Credentials,
        *,
        base_url: str = API_URL,
        timeout_s: float = 5.0,
        media_timeout_s: float = 30.0,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._caller = Caller(session, broker, base_url=base_url, timeout_s=timeout_s, pause=pause)
        self._session = session
        self._credentials = credentials
        self._base_url = base_url
        self._timeout_s = timeout_s
        self._media_timeout_s = media_timeout_s
        self._clock = broker.clock
        self._login_breaker = Breaker(broker.clock)

    async def send_text(self, openid: str, text: str) -> None:
        """A message of at most 2048 bytes; costs one of the reader's allowance.

        There is no idempotency key: after OutcomeUnknown the reader may have it already.
        """
        await self._send(openid, "text", {"content": text})

    async def send_image(self, openid: str, media_id: str) -> None:
        """An uploaded picture; costs as much as a text, and has no key either."""
        await self._send(openid, "image", {"media_id": media_id})

    async def _send(self, openid: str, kind: str, content: Mapping[str, str]) -> None:
        body = {"touser": openid, "msgtype": kind, kind: content}
        await self._caller.call("message/custom/send", Request(json_body(body)))

    async def typing(self, openid: str) -> None:
        """Show that an answer is being written, until it is there.

        Not made again while WeChat is busy: it would come after the answer.
        """
        body = {"touser": openid, "command": "Typing"}
        try:
            await self._caller.call("message/custom/typing", Request(json_body(body)), backoff_s=())
        except WeChatError as error:
            if error.action is not Action.IGNORE:
                raise

    async def send_template(
        self, openid: str, template_id: str, data: Mapping[str, str], *, client_msg_id: str
    ) -> int:
        """A notice; returns the id that its TEMPLATESENDJOBFINISH event has as MsgID.

        The same `client_msg_id` to the same reader is one notice within 10 minutes, so this may
        be called again after OutcomeUnknown.
        """
        body = {
            "touser": openid,
            "template_id": template_id,
            "client_msg_id": client_msg_id,
            "data": _values(data),
        }
        answer = await self._caller.call("message/template/send", Request(json_body(body)))
        return _whole_number(answer, "msgid")

    async def subscribe_send(self, openid: str, template_id: str, data: Mapping[str, str]) -> None:
        """A notice that the reader agreed to; a one-time consent is used up by it."""
        body = {"touser": openid, "template_id": template_id, "data": _values(data)}
        await self._caller.call("message/subscribe/bizsend", Request(json_body(body)))

    async def upload_image(self, jpeg: bytes) -> str:
        """Keep a picture of at most 10 MB for three days; returns its media id.

        Source: https://developers.weixin.qq.com/doc/offiaccount/Asset_Management/New_temporary_materials.html
        """
        answer = await self._caller.call(
            "media/upload", image_upload(jpeg), timeout_s=self._media_timeout_s
        )
        return text_field(answer, "media_id")

    async def get_media(self, media_id: str, *, max_bytes: int = MEDIA_MAX_BYTES) -> Media:
        """A file of the last three days.

        Raises TooLarge over `max_bytes`, UnsupportedMedia for a video, which WeChat gives as a
        link only.
        """
        request = Request(params={"media_id": media_id}, max_bytes=max_bytes)
        answer = await self._caller.call("media/get", request, timeout_s=self._media_timeout_s)
        if answer.is_media:
            return Media(answer.content_type, answer.body)
        if "video_url" in answer.fields():
            raise UnsupportedMedia("video")
        raise OutcomeUnknown("neither a file nor an error")

    async def create_menu(self, buttons: Sequence[Mapping[str, Any]]) -> None:
        """Replace the whole menu: at most three buttons with at most five below each.

        Source: https://developers.weixin.qq.com/doc/offiaccount/Custom_Menus/Creating_Custom-Defined_Menu.html
        """
        await self._caller.call("menu/create", Request(json_body({"button": list(buttons)})))

    async def menu(self) -> list[dict[str, Any]]:
        """The buttons of the menu that was created here; empty when there is none.

        Source: https://developers.weixin.qq.com/doc/offiaccount/Custom_Menus/Getting_Custom_Menu_Configurations.html
        """
        try:
            answer = await self._caller.call("menu/get", Request())
        except WeChatError as error:
            if error.errcode != NO_MENU:
                raise
            return []
        menu = answer.fields().get("menu")
        buttons = menu.get("button") if isinstance(menu, dict) else None
        if not isinstance(buttons, list):
            raise OutcomeUnknown("no menu")
        return buttons

    async def create_qr(self, scene: str, *, expires_s: int | None = None) -> str:
        """The address to put into a QR code whose scan brings `scene` (1 to 64 characters).

        For good, of which an account has 100 000, or for `expires_s` seconds, at most 30 days.
        Source: https://developers.weixin.qq.com/doc/offiaccount/Account_Management/Generating_a_Parametric_QR_Code.html
        """
        body: dict[str, Any] = {
            "action_name": "QR_STR_SCENE" if expires_s else "QR_LIMIT_STR_SCENE",
            "action_info": {"scene": {"scene_str": scene}},
        }
        if expires_s:
            body["expire_seconds"] = expires_s
        return text_field(await self._caller.call("qrcode/create", Request(json_body(body))), "url")

    async def oauth_token(self, code: str) -> Login:
        """Whose login code (scope snsapi_base) this is; each code serves once, for five minutes.

        WeChat takes the secret in the address here, and has no other way.
        Source: https://developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/Wechat_webpage_authorization.html
        """
        self._login_breaker.check()
        answer = await exchange(
            self._session,
            "GET",
            f"{self._base_url}/sns/oauth2/access_token",
            timeout_s=self._timeout_s,
            params={
                "appid": self._credentials.appid,
                "secret": self._credentials.secret.reveal(),
                "code": code,
                "grant_type": "authorization_code",
            },
        )
        if answer.errcode:
            raise self._login_refused(answer.errcode)
        is_snapshot = answer.fields().get("is_snapshotuser") == 1
        return Login(text_field(answer, "openid"), is_snapshot)

    def _login_refused(self, errcode: int) -> WeChatError:
        """The refusal of a login; logins rest when it asks for that."""
        error = WeChatError(errcode)
        rest_s = error.rest_s(self._clock.now())
        if rest_s is not None:
            self._login_breaker.open(partial(WeChatError, errcode), rest_s)
        return error

    async def getcallbackip(self) -> list[str]:
        """The addresses and networks that WeChat pushes from."""
        addresses = (await self._caller.call("getcallbackip", Request())).fields().get("ip_list")
        if not isinstance(addresses, list):
            raise OutcomeUnknown("no ip_list")
        return [str(address) for address in addresses]

    async def check_callback(self) -> Reach:
        """How WeChat finds the address that it is told to push to. Takes some seconds.

        Source: https://developers.weixin.qq.com/doc/offiaccount/Basic_Information/Network_Detection.html
        """
        request = Request(json_body({"action": "all", "check_operator": "DEFAULT"}))
        answer = await self._caller.call("callback/check", request, timeout_s=CHECK_TIMEOUT_S)
        named, echoed = (answer.fields().get(name, []) for name in ("dns", "ping"))
        try:
            addresses = tuple(str(one["ip"]) for one in named)
            losses = [str(one["package_loss"]) for one in echoed]
        except (TypeError, KeyError):
            raise OutcomeUnknown("no dns and ping") from None
        return Reach(addresses, any(loss != "100%" for loss in losses))


def image_upload(jpeg: bytes) -> Request:
    """An upload as WeChat and WeCom take it: a form with the file as `media`."""
    boundary = secrets.token_hex(16)
    head = (
        f"--{boundary}\r\n"
        'Content-Disposition: form-data; name="media"; filename="photo.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    )
    body = head.encode() + jpeg + f"\r\n--{boundary}--\r\n".encode()
    return Request(body, f"multipart/form-data; boundary={boundary}", {"type": "image"})


def _values(data: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {name: {"value": value} for name, value in data.items()}


def text_field(answer: Answer, name: str) -> str:
    """Raises OutcomeUnknown for an answer without it."""
    value = answer.fields().get(name)
    if not isinstance(value, str) or not value:
        raise OutcomeUnknown(f"no {name}")
    return value


def _whole_number(answer: Answer, name: str) -> int:
    value = answer.fields().get(name)
    if not isinstance(value, int):
        raise OutcomeUnknown(f"no {name}")
    return value
