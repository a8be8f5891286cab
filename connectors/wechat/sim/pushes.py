"""Everything a resident can do in WeChat, each as the push that the account gets of it.

What it changes on WeChat's side (allowance, following, files, consents) is changed as well.
Source: https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_standard_messages.html
and Receiving_event_pushes.html beside it
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.wechat.sim.answers import BadAnswer
from connectors.wechat.sim.line import SERVICE_FAULT, Line
from connectors.wechat.sim.modes import Format
from connectors.wechat.xml import Written

__all__ = ["SERVICE_FAULT", "BadAnswer", "Pushes"]

FIRST_MSG_ID = 23_000_000_000
MENU_ID = 439_342_175


@dataclass
class Pushes(Line):
    """What residents do at the other end of the line.

    Each method pushes once and returns what the resident sees at once: words, a media id, or None.
    All of them raise as `push` does.
    """

    async def say(self, openid: str, text: str, *, msg_id: int | None = None) -> str | None:
        """A text."""
        return await self._message(openid, "text", ("Content", text), msg_id=msg_id)

    async def tap_choice(self, openid: str, id_: str, label: str) -> str | None:
        """A line of a msgmenu: a text, which yet allows no more than a tap on the menu does."""
        self.sim.user_tapped(openid)
        elements: list[tuple[str, Written]] = [
            ("MsgType", "text"), ("Content", label), ("MsgId", self._msg_id()),
            ("bizmsgmenuid", id_),
        ]  # fmt: skip
        return await self.push(openid, elements)

    async def send_image(self, openid: str, picture: bytes) -> str | None:
        media_id = self.sim.user_sent_media("image", picture)
        address = f"http://mmbiz.qpic.cn/sim/{media_id}/0"
        return await self._message(openid, "image", ("PicUrl", address), ("MediaId", media_id))

    async def send_voice(
        self, openid: str, clip: bytes, *, clip_16k: bytes | None = None, format: str = "amr"
    ) -> str | None:
        """A recording, 8000 Hz and 16 000 Hz; the same bytes for both when only one is given."""
        return await self._message(
            openid,
            "voice",
            ("MediaId", self.sim.user_sent_media("voice", clip)),
            ("Format", format),
            ("MediaId16K", self.sim.user_sent_media("voice", clip_16k or clip)),
        )

    async def send_video(
        self, openid: str, film: bytes, *, thumb: bytes = b"", is_short: bool = False
    ) -> str | None:
        """A film with its first picture; `is_short` when it was taken in the chat itself."""
        return await self._message(
            openid,
            "shortvideo" if is_short else "video",
            ("MediaId", self.sim.user_sent_media("video", film)),
            ("ThumbMediaId", self.sim.user_sent_media("thumb", thumb)),
        )

    async def send_location(
        self, openid: str, latitude: float, longitude: float, *, label: str = "", scale: int = 16
    ) -> str | None:
        """A place on the map, in degrees."""
        return await self._message(
            openid,
            "location",
            ("Location_X", f"{latitude:.6f}"),
            ("Location_Y", f"{longitude:.6f}"),
            ("Scale", scale),
            ("Label", label),
        )

    async def send_link(self, openid: str, title: str, about: str, url: str) -> str | None:
        return await self._message(
            openid, "link", ("Title", title), ("Description", about), ("Url", url)
        )

    async def follow(self, openid: str) -> str | None:
        self.sim.user_followed(openid)
        return await self._event(openid, "subscribe", ("EventKey", ""))

    async def unfollow(self, openid: str) -> None:
        """Whatever the account answers, they are gone."""
        self.sim.user_left(openid)
        await self._event(openid, "unsubscribe", ("EventKey", ""), is_answered=False)

    async def scan(self, openid: str, ticket: str) -> str | None:
        """A QR code of the account's; who does not follow yet follows by it.

        Raises Refused when there is no such code, or none any more.
        """
        code = self.sim.codes.find(ticket)
        follows = self.sim.meet(openid).follows
        if follows:
            self.sim.user_scanned(openid)
        else:
            self.sim.user_followed(openid)
        name, key = ("SCAN", code.scene) if follows else ("subscribe", f"qrscene_{code.scene}")
        return await self._event(openid, name, ("EventKey", key), ("Ticket", code.ticket))

    async def tap_menu(self, openid: str, key: str) -> str | None:
        """A menu entry of the type click."""
        self.sim.user_tapped(openid)
        return await self._event(openid, "CLICK", ("EventKey", key))

    async def scan_from_menu(
        self, openid: str, key: str, result: str, *, waits: bool
    ) -> str | None:
        """A menu entry that opens the scanner; with `waits` the resident waits for what you say."""
        self.sim.user_tapped(openid)
        return await self._event(
            openid,
            "scancode_waitmsg" if waits else "scancode_push",
            ("EventKey", key),
            ("ScanCodeInfo", [("ScanType", "qrcode"), ("ScanResult", result)]),
        )

    async def view(self, openid: str, url: str) -> str | None:
        """A menu entry that opens a page; it allows no answer through the API."""
        return await self._event(openid, "VIEW", ("EventKey", url), ("MenuId", MENU_ID))

    async def locate(
        self, openid: str, latitude: float, longitude: float, *, precision_m: float = 30.0
    ) -> str | None:
        """Where the phone is while the chat is open, in degrees."""
        return await self._event(
            openid,
            "LOCATION",
            ("Latitude", f"{latitude:.6f}"),
            ("Longitude", f"{longitude:.6f}"),
            ("Precision", f"{precision_m:.6f}"),
        )

    async def agree(self, openid: str, templates: Mapping[str, bool]) -> str | None:
        """The answers to one question for consent, by template id; each consent serves once."""
        for template_id in (name for name, accepted in templates.items() if accepted):
            self.sim.user_agreed(openid, template_id)
        items = [[*_consent(*one), ("PopupScene", 2)] for one in templates.items()]
        return await self._consents(openid, "popup", items)

    async def refuse_notices(self, openid: str, template_ids: Sequence[str]) -> str | None:
        """Consents taken back in the settings of the account."""
        for template_id in template_ids:
            self.sim.notices.withdraw(openid, template_id)
        items = [_consent(template_id, accepted=False) for template_id in template_ids]
        return await self._consents(openid, "change", items)

    async def report_notices(self) -> None:
        """What became of the notices sent since: an event for each of both kinds."""
        for finished in self.sim.take_finished():
            told: list[tuple[str, Written]] = [
                ("MsgID", finished.msg_id), ("Status", finished.status),
            ]  # fmt: skip
            await self._event(finished.openid, "TEMPLATESENDJOBFINISH", *told, is_answered=False)
        for sent in self.sim.notices.take_sent():
            item: list[tuple[str, Written]] = [
                ("TemplateId", sent.template_id), ("MsgID", str(sent.msg_id)),
                ("ErrorCode", 0), ("ErrorStatus", "success"),
            ]  # fmt: skip
            await self._consents(sent.openid, "sent", [item], is_answered=False)

    async def open_seat(self, openid: str, seat: str) -> None:
        """One of WeChat's own seats, a kf_account, took the resident."""
        await self._event(openid, "kf_create_session", ("KfAccount", seat), is_answered=False)

    async def close_seat(self, openid: str, seat: str) -> None:
        await self._event(
            openid, "kf_close_session", ("KfAccount", seat), ("CloseType", "KF"), is_answered=False
        )

    async def switch_seat(self, openid: str, seat: str, to: str) -> None:
        await self._event(
            openid,
            "kf_switch_session",
            ("FromKfAccount", seat),
            ("ToKfAccount", to),
            is_answered=False,
        )

    async def _message(
        self, openid: str, kind: str, *elements: tuple[str, Written], msg_id: int | None = None
    ) -> str | None:
        self.sim.user_said(openid)
        number = ("MsgId", msg_id or self._msg_id())
        return await self.push(openid, [("MsgType", kind), *elements, number])

    async def _event(
        self, openid: str, name: str, *elements: tuple[str, Written], is_answered: bool = True
    ) -> str | None:
        return await self.push(
            openid, [("MsgType", "event"), ("Event", name), *elements], is_answered=is_answered
        )

    async def _consents(
        self,
        openid: str,
        what: str,
        items: Sequence[Sequence[tuple[str, Written]]],
        *,
        is_answered: bool = True,
    ) -> str | None:
        """XML has a container around the list, and JSON has none."""
        listed: list[tuple[str, Written]] = [("List", item) for item in items]
        if self.format is Format.XML:
            listed = [(f"SubscribeMsg{what.capitalize()}Event", listed)]
        name = f"subscribe_msg_{what}_event"
        return await self._event(openid, name, *listed, is_answered=is_answered)

    def _msg_id(self) -> int:
        return FIRST_MSG_ID + next(self._numbers)


def _consent(template_id: str, accepted: bool) -> list[tuple[str, Written]]:
    status = "accept" if accepted else "reject"
    return [("TemplateId", template_id), ("SubscribeStatusString", status)]
