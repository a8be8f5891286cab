"""The simulated customer service, held by the hand of a test: what residents and seats do, see, and what breaks."""

from __future__ import annotations

import itertools
import secrets
from collections import Counter
from typing import Any

from community.times import Clock
from connectors.wechat.sim.faults import Fault, Faults
from connectors.wechat.sim.media import Shelf
from connectors.wecom.client import ServiceState
from connectors.wecom.sim.history import LIMIT, History
from connectors.wecom.sim.refusals import REPEATED_MSGID, Refused
from connectors.wecom.sim.sessions import Seen, Session
from connectors.wecom.sim.tokens import Tokens

_RESIDENT, _SYSTEM, _SEAT = 3, 4, 5


class Simulator:
    """A corporation with the customer-service account `open_kfid`; pages hold `page` items."""

    def __init__(
        self,
        clock: Clock,
        *,
        corpid: str = "ww0123456789abcdef",
        secret: str = "0123456789abcdef0123456789abcdef0123456789a",  # noqa: S107 - of no app
        open_kfid: str = "wkAJ2GCAAASSm4FhToWMFea0xAFfd3Q",
        page: int = LIMIT,
    ) -> None:
        self.clock = clock
        self.corpid = corpid
        self.secret = secret
        self.open_kfid = open_kfid
        self.tokens = Tokens(clock)
        self.history = History(clock, page=page)
        self.faults = Faults()
        self.calls: Counter[str] = Counter()
        "Requests so far by API, the failed ones too"
        self.sessions: dict[str, Session] = {}
        "Everyone whom the account ever met, by external_userid"
        self.shelf = Shelf(clock)
        "Files of both sides, for three days, judged as the official account's are"
        self.lost: int | None = None
        "`fail_type` of the messages that are taken from now on and never arrive"
        self._msgids: set[str] = set()
        # From the clock, for a gateway may know the numbers of one that ran before.
        self._numbers = itertools.count(int(clock.now().timestamp() * 1_000_000))

    def says(self, user: str, text: str, *, menu_id: str = "") -> str:
        """A text of a resident; returns its msgid."""
        self.session(user).said()
        content = {"content": text} | ({"menu_id": menu_id} if menu_id else {})
        return self._happened(user, _RESIDENT, "text", content)

    def sends(self, user: str, kind: str, content: dict[str, Any]) -> str:
        """A message of another kind; returns its msgid."""
        self.session(user).said()
        return self._happened(user, _RESIDENT, kind, content)

    def sends_file(self, user: str, kind: str, data: bytes) -> str:
        """A file of a resident; returns its media id."""
        media_id = self.shelf.keep(kind, data).media_id
        self.sends(user, kind, {"media_id": media_id})
        return media_id

    def seat_says(self, user: str, text: str) -> None:
        """A text of one of WeCom's own seats."""
        self._happened(user, _SEAT, "text", {"content": text})
        self.session(user).see("text", text, "")

    def enters(self, user: str) -> str:
        """A resident opens the conversation; returns the welcome code, when there is one."""
        code = self.session(user).entered()
        self.event("enter_session", user, {"welcome_code": code} if code else {})
        return code

    def seat_takes(self, user: str) -> None:
        """One of WeCom's own seats takes the session."""
        self.session(user).state = ServiceState.SEAT
        self.event("session_status_change", user, {"change_type": 1})

    def seat_ends(self, user: str) -> None:
        """The seat ends the session."""
        self.session(user).state = ServiceState.ENDED
        self.event("session_status_change", user, {"change_type": 3})

    def sent(self, user: str, msgid: str, kind: str, content: str) -> str:
        """A message of ours; returns its msgid. Raises Refused."""
        if msgid in self._msgids:
            raise Refused(REPEATED_MSGID, "msgid repeated")
        session = self.known(user)
        session.spend()
        msgid = msgid or secrets.token_hex(16)
        self._msgids.add(msgid)
        if self.lost is None:
            session.see(kind, content, msgid)
        else:
            self.event("msg_send_fail", user, {"fail_msgid": msgid, "fail_type": self.lost})
        return msgid

    def welcomed(self, code: str, content: str) -> None:
        """A message on an event. Raises Refused 40058."""
        for session in self.sessions.values():
            if session.has_code(code):
                session.use(code)
                session.see("text", content, "")
                return
        raise Refused(40058, "invalid code")

    def known(self, user: str) -> Session:
        """Raises Refused 40096 for somebody whom this account never met."""
        if user not in self.sessions:
            raise Refused(40096)
        return self.sessions[user]

    def session(self, user: str) -> Session:
        return self.sessions.setdefault(user, Session(self.clock))

    def screen(self, user: str) -> list[str]:
        """What this resident sees of others, oldest first."""
        return [seen.content for seen in self.seen(user)]

    def seen(self, user: str) -> list[Seen]:
        return self.sessions[user].screen if user in self.sessions else []

    def inject(self, api: str, fault: Fault, times: int = 1) -> None:
        """The next `times` calls of `api` (the address after /cgi-bin/) meet a fault."""
        self.faults.add(api, fault, times)

    def _happened(self, user: str, origin: int, kind: str, content: dict[str, Any]) -> str:
        msgid = f"from_msgid_{next(self._numbers)}"
        self.history.add(
            {
                "msgid": msgid,
                "open_kfid": self.open_kfid,
                "external_userid": user,
                "origin": origin,
                "msgtype": kind,
                kind: content,
            }
        )
        return msgid

    def event(self, name: str, user: str, fields: dict[str, Any]) -> None:
        about = {"event_type": name, "open_kfid": self.open_kfid, "external_userid": user}
        self.history.add(
            {
                "msgid": f"event_{next(self._numbers)}",
                "origin": _SYSTEM,
                "msgtype": "event",
                "event": about | fields,
            }
        )
