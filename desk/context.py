"""The parts of the one desk process, and the keys under which aiohttp carries them."""

from __future__ import annotations

from dataclasses import dataclass

import jinja2
from aiohttp import web

from community.config import Secret, Settings
from community.context import Context
from community.store.database import Database
from community.times import Clock
from conversation.photos import Photos
from desk.live import Live
from desk.passwords import Passwords
from desk.staff import Staff


@dataclass(frozen=True)
class Desk:
    """Built once by `desk.app.build_app`."""

    settings: Settings
    db: Database
    clock: Clock
    live: Live
    photos: Photos
    passwords: Passwords
    templates: jinja2.Environment

    @property
    def services(self) -> Context:
        """What a service of `community` receives; the desk never reads a household code."""
        return Context(self.db, self.clock, Secret(""), self.settings.pay_url)


DESK = web.AppKey("desk", Desk)
STAFF = web.RequestKey("staff", Staff)
"Set by `desk.sessions.signed_in` when the request carries a live session"


def parts(request: web.Request) -> tuple[Desk, Staff]:
    """The desk and who is asking, for a view that needs somebody signed in."""
    return request.app[DESK], request[STAFF]
