"""What the platform tells us: an opened push, XML or JSON, as one typed record.

Fields that are not named here are passed over; a record without what its kind must have is refused.

Source: developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_standard_messages.html
and Receiving_event_pushes.html beside it
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import quote

from connectors.wechat.crypto import Cause, Refused
from connectors.wechat.fields import (
    decimal,
    degrees,
    is_json,
    maybe_empty,
    moment_s,
    optional,
    read_fields,
    text,
    whole,
)
from connectors.wechat.xml import Fields, Unreadable, Value

KEY_MAX_CHARACTERS = 160

_QR_PREFIX = "qrscene_"


@dataclass(frozen=True)
class Envelope:
    """What is read of a request's body before it is authenticated: nothing else of it is."""

    account: str
    "ToUserName as written outside, which no signature covers"
    encrypt: str
    is_json: bool
    "What the account pushes in, and is answered in"


@dataclass(frozen=True, repr=False)
class Head:
    """What each push has."""

    account: str
    "ToUserName: our own gh_ id"
    openid: str
    "FromUserName: the resident on this account"
    created_s: int
    "Seconds since 1970; the same in each retry"
    msg_id: int | None = None
    "Not unique between residents; None for events"
    article: str | None = None
    "MsgDataId of the article that the message was sent from"
    article_index: str | None = None
    "Idx: which article of that post, from 1"


@dataclass(frozen=True, repr=False)
class Text:
    head: Head
    content: str
    menu_id: str | None
    "Id of the item tapped in a menu that we sent as a message"


@dataclass(frozen=True, repr=False)
class Image:
    head: Head
    media_id: str


@dataclass(frozen=True, repr=False)
class Voice:
    head: Head
    media_id: str
    "8000 Hz"
    media_id_16k: str | None
    "16 000 Hz, absent in old pushes"
    format: str | None
    "What the platform says; the bytes may tell otherwise"


@dataclass(frozen=True, repr=False)
class Video:
    head: Head
    media_id: str
    thumb_media_id: str | None
    is_short: bool


@dataclass(frozen=True, repr=False)
class Location:
    head: Head
    latitude: float
    "Degrees, GCJ-02"
    longitude: float
    scale: str | None
    label: str
    "The address as the map words it; may be empty"


@dataclass(frozen=True, repr=False)
class Link:
    head: Head
    title: str
    description: str
    url: str
    "Never fetched"


@dataclass(frozen=True, repr=False)
class Subscribed:
    """`subscribe`: by a code when `scene` is not None."""

    scene: str | None
    ticket: str | None


@dataclass(frozen=True, repr=False)
class Scanned:
    """`scan`: a follower scanned one of our codes."""

    scene: str
    ticket: str | None


@dataclass(frozen=True, repr=False)
class Clicked:
    """`click`: `key` is what the menu item was made with."""

    key: str


@dataclass(frozen=True, repr=False)
class Located:
    """`location`: where the phone is while a chat is open; it never enters the dialogue."""

    latitude: float
    longitude: float
    precision_m: float | None


@dataclass(frozen=True, repr=False)
class TemplateSent:
    """`templatesendjobfinish`: what became of a template message."""

    msg_id: int
    status: str
    "success, failed:user block or failed: system failed"


@dataclass(frozen=True, repr=False)
class Consent:
    """One template of a `subscribe_msg_*_event`."""

    template_id: str
    status: str | None
    "accept or reject; None in the report of a sent notice"
    msg_id: int | None
    "Of the sent notice"
    error_code: str | None
    "“0” when the notice was sent"


@dataclass(frozen=True, repr=False)
class Consents:
    """`subscribe_msg_popup_event`, `subscribe_msg_change_event`, `subscribe_msg_sent_event`."""

    items: tuple[Consent, ...]


@dataclass(frozen=True, repr=False)
class SeatSession:
    """`kf_create_session`, `kf_close_session`, `kf_switch_session`."""

    seat: str
    "The platform's own seat that has the session now, or had it"
    previous_seat: str | None
    "Only of a switch"


About: TypeAlias = (
    Subscribed | Scanned | Clicked | Located | TemplateSent | Consents | SeatSession | None
)


@dataclass(frozen=True, repr=False)
class Event:
    head: Head
    name: str
    "In small letters"
    key: str
    "EventKey as it came, empty when there is none"
    about: About
    "None for events that have nothing of their own that we use"


@dataclass(frozen=True, repr=False)
class Unknown:
    """A kind that is not known here: acknowledged, never an error."""

    head: Head
    kind: str


Push: TypeAlias = Text | Image | Voice | Video | Location | Link | Event | Unknown


def envelope(body: bytes) -> Envelope:
    """The encrypted part of a request's body, and nothing else of it.

    Raises Refused, for a body that is not encrypted too.
    """
    fields = read_fields(body)
    if not fields.get("Encrypt"):
        raise Refused(Cause.PLAIN)
    return Envelope(text(fields, "ToUserName"), text(fields, "Encrypt"), is_json(body))


def parse(opened: bytes) -> Push:
    """The push inside an opened `Encrypt`.

    Raises Unreadable, which is no sign of a stranger here: acknowledge it and look at the log.
    """
    fields = read_fields(opened)
    head = _head(fields)
    kind = text(fields, "MsgType").lower()
    if kind == "event":
        return _event(head, fields)
    return _message(head, kind, fields)


def key(push: Push) -> str:
    """What all retries of one push have in common and no other push has, in ASCII.

    At most KEY_MAX_CHARACTERS; what would be longer is hashed, and what is not holds the openid.
    """
    head = push.head
    parts: list[object] = [head.account, head.openid, head.created_s]
    match push:
        case Event(name=name, key=event_key, about=about):
            parts += ["event", name, event_key, *_told_apart_by(about)]
        case Unknown(kind=kind) if head.msg_id is None:
            parts += ["unknown", kind]
        case _:
            parts += [head.msg_id]
    written = "/".join(quote(str(part), safe="") for part in parts)
    if len(written) <= KEY_MAX_CHARACTERS:
        return written
    return f"sha256:{hashlib.sha256(written.encode()).hexdigest()}"


def _told_apart_by(about: About) -> list[object]:
    """What two events of one second may differ in, beyond name and key."""
    match about:
        case TemplateSent(msg_id=msg_id):
            return [msg_id]
        case Consents(items=items):
            return [f"{item.template_id} {item.msg_id} {item.status}" for item in items]
        case SeatSession(seat=seat, previous_seat=previous):
            return [seat, previous]
        case _:
            return []


def _head(fields: Fields) -> Head:
    return Head(
        account=text(fields, "ToUserName"),
        openid=text(fields, "FromUserName"),
        created_s=moment_s(fields, "CreateTime"),
        msg_id=whole(fields, "MsgId") if fields.get("MsgId") else None,
        article=optional(fields, "MsgDataId"),
        article_index=optional(fields, "Idx"),
    )


def _message(head: Head, kind: str, fields: Fields) -> Push:
    if kind in _MESSAGES and head.msg_id is None:
        raise Unreadable(Cause.MISSING, "MsgId")
    match kind:
        case "text":
            return Text(head, maybe_empty(fields, "Content"), optional(fields, "bizmsgmenuid"))
        case "image":
            return Image(head, text(fields, "MediaId"))
        case "voice":
            return Voice(
                head,
                text(fields, "MediaId"),
                optional(fields, "MediaId16K"),
                optional(fields, "Format"),
            )
        case "video" | "shortvideo":
            media_id, thumb = text(fields, "MediaId"), optional(fields, "ThumbMediaId")
            return Video(head, media_id, thumb, kind == "shortvideo")
        case "location":
            return Location(
                head,
                degrees(fields, "Location_X", 90),
                degrees(fields, "Location_Y", 180),
                optional(fields, "Scale"),
                optional(fields, "Label") or "",
            )
        case "link":
            title, about = optional(fields, "Title"), optional(fields, "Description")
            return Link(head, title or "", about or "", text(fields, "Url"))
        case _:
            return Unknown(head, kind)


_MESSAGES = {"text", "image", "voice", "video", "shortvideo", "location", "link"}


def _event(head: Head, fields: Fields) -> Event:
    name = text(fields, "Event").lower()
    return Event(head, name, optional(fields, "EventKey") or "", _about(name, fields))


def _about(name: str, fields: Fields) -> About:
    match name:
        case "subscribe":
            return _subscribed(fields)
        case "scan":
            return Scanned(text(fields, "EventKey"), optional(fields, "Ticket"))
        case "click":
            return Clicked(text(fields, "EventKey"))
        case "location":
            precise = decimal(fields, "Precision") if fields.get("Precision") else None
            latitude = degrees(fields, "Latitude", 90)
            return Located(latitude, degrees(fields, "Longitude", 180), precise)
        case "templatesendjobfinish":
            return TemplateSent(whole(fields, "MsgID"), text(fields, "Status"))
        case _ if name in _CONSENTS:
            return _consents(_CONSENTS[name], fields)
        case "kf_create_session" | "kf_close_session":
            return SeatSession(text(fields, "KfAccount"), None)
        case "kf_switch_session":
            return SeatSession(text(fields, "ToKfAccount"), text(fields, "FromKfAccount"))
        case _:
            return None


_CONSENTS = {
    "subscribe_msg_popup_event": "SubscribeMsgPopupEvent",
    "subscribe_msg_change_event": "SubscribeMsgChangeEvent",
    "subscribe_msg_sent_event": "SubscribeMsgSentEvent",
}


def _subscribed(fields: Fields) -> Subscribed:
    event_key = optional(fields, "EventKey") or ""
    scene = event_key.removeprefix(_QR_PREFIX) if event_key.startswith(_QR_PREFIX) else None
    return Subscribed(scene, optional(fields, "Ticket"))


def _consents(container: str, fields: Fields) -> Consents:
    """One element is a container, several are a list; JSON has the list without its container."""
    inside = fields.get(container, fields)
    listed = inside.get("List") if isinstance(inside, dict) else None
    items = listed if isinstance(listed, list) else [listed]
    return Consents(tuple(_consent(item) for item in items))


def _consent(item: Value | None) -> Consent:
    if not isinstance(item, dict):
        raise Unreadable(Cause.MISSING, "List")
    return Consent(
        text(item, "TemplateId"),
        optional(item, "SubscribeStatusString"),
        whole(item, "MsgID") if item.get("MsgID") else None,
        optional(item, "ErrorCode"),
    )
