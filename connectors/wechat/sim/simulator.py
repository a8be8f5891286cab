"""The simulated account and its readers, held by the hand of a test: what they do, see, and what breaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from community.times import Clock
from connectors.wechat.sim.codes import Codes
from connectors.wechat.sim.faults import Fault, Faults
from connectors.wechat.sim.ledger import Trigger
from connectors.wechat.sim.limits import PER_DAY
from connectors.wechat.sim.logins import Logins
from connectors.wechat.sim.media import Shelf
from connectors.wechat.sim.notices import Finished, Notices
from connectors.wechat.sim.quota import Quota
from connectors.wechat.sim.refusals import Refused
from connectors.wechat.sim.tickets import Tickets
from connectors.wechat.sim.tokens import Tokens
from connectors.wechat.sim.users import Seen, User

CALLBACK_ADDRESSES = ("203.0.113.0/25", "203.0.113.200")


class Simulator:
    """A verified service account with its own `appid` and `secret`.

    `templates` maps template ids to the names of their fields, for both kinds of notices.
    `allowed` are the addresses that may call the API, None for all; `login_domain` is the host
    that logins may return to, without which none is let in.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        appid: str = "wx0123456789abcdef",
        secret: str = "0123456789abcdef0123456789abcdef",  # noqa: S107 - of no account
        templates: Mapping[str, Sequence[str]] | None = None,
        kf_accounts: Sequence[str] = (),
        allowed: Collection[str] | None = None,
        login_domain: str = "",
    ) -> None:
        self.clock = clock
        self.appid = appid
        self.secret = secret
        self.kf_accounts = frozenset(kf_accounts)
        self.allowed = allowed
        self.login_domain = login_domain
        self.tokens = Tokens(clock)
        self.tickets = Tickets(clock)
        self.codes = Codes(clock)
        self.shelf = Shelf(clock)
        self.logins = Logins(clock)
        fields = {name: frozenset(names) for name, names in (templates or {}).items()}
        self.notices = Notices(clock, fields)
        self.faults = Faults()
        self._quotas = {
            api: Quota(clock, most, daily=True) for api, most in PER_DAY.items() if most
        }
        self.calls: Counter[str] = Counter()
        "Requests so far by API, the failed ones too"
        self.found_at: Sequence[str] = ("203.0.113.9",)
        "What WeChat takes the name of the push address to lead to"
        self.package_loss = "0%"
        "Of the packets that it sends there"
        self.menu: list[dict[str, Any]] = []
        "The buttons of the menu as it was last created"
        self.users: dict[str, User] = {}
        "Everyone whom the account ever met, by openid"

    def user_said(self, openid: str) -> None:
        """A message to the account: five answers within 48 hours."""
        self.meet(openid).did(Trigger.MESSAGE)

    def user_tapped(self, openid: str) -> None:
        """A menu entry or a line of a msgmenu: three answers within a minute."""
        self.meet(openid).did(Trigger.CLICK)

    def user_followed(self, openid: str) -> None:
        """A new follower: three answers within a minute."""
        self.meet(openid).did(Trigger.FOLLOW)

    def user_scanned(self, openid: str) -> None:
        """A QR code of the account: three answers within a minute."""
        self.meet(openid).did(Trigger.SCAN)

    def user_left(self, openid: str) -> None:
        """No follower any more: nothing can be sent."""
        self.meet(openid).leave()

    def user_blocked_notices(self, openid: str) -> None:
        """Template notices are taken by WeChat and reported as blocked."""
        self.meet(openid).blocks_notices = True

    def user_agreed(self, openid: str, template_id: str) -> None:
        """Consent to one subscribe notice."""
        self.notices.consent(openid, template_id)

    def user_sent_media(self, kind: str, data: bytes) -> str:
        """A file from a reader, whatever it holds; returns its media id."""
        return self.shelf.keep(kind, data).media_id

    def login_code(self, openid: str, *, is_snapshot: bool = False) -> str:
        """The code that the login page returns with."""
        return self.logins.code(openid, is_snapshot=is_snapshot)

    def revoke_tokens(self) -> None:
        """All access tokens are refused from now on."""
        self.tokens.revoke()

    def inject(self, api: str, fault: Fault, times: int = 1) -> None:
        """The next `times` calls of `api` (the address after /cgi-bin/) meet a fault.

        Raises ValueError for an API that is not simulated.
        """
        if api not in PER_DAY:
            raise ValueError(f"no API {api!r}")
        self.faults.add(api, fault, times)

    def check_address(self, address: str) -> None:
        """Raises Refused 40164 for an address that may not call."""
        if self.allowed is not None and address not in self.allowed:
            raise Refused(40164, f"invalid ip {address} ipv6 ::ffff:{address}, not in whitelist")

    def count(self, api: str) -> None:
        """One call that is let through. Raises Refused 45009 when it is one too many today."""
        if api in self._quotas and not self._quotas[api].take():
            raise Refused(45009)

    def transcript(self, openid: str) -> list[Seen]:
        """What this reader got from the account, at once or through the API, oldest first."""
        return list(self.users[openid].screen) if openid in self.users else []

    def seen(self) -> Counter[str]:
        """How many things of each kind all readers got; `fault` is the service fault."""
        return Counter(one.kind for user in self.users.values() for one in user.screen)

    def sees_typing(self, openid: str) -> bool:
        """Whether this reader is shown that an answer is being written."""
        return openid in self.users and self.users[openid].sees_typing

    def take_finished(self) -> list[Finished]:
        """The TEMPLATESENDJOBFINISH events to push, each once."""
        return self.notices.take_finished()

    def meet(self, openid: str) -> User:
        """The reader with this openid; a follower when it is a new one."""
        return self.users.setdefault(openid, User(self.clock))
