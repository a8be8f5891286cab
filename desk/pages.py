"""Pages: the templates, and what every page is given."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
from aiohttp import web

from community.labels import label
from community.times import SHANGHAI, Clock, date_words, local
from desk import masking, words
from desk.context import DESK, STAFF

HERE = Path(__file__).parent
STATIC = HERE / "static"


def environment(clock: Clock) -> jinja2.Environment:
    """Templates that escape everything and refuse unknown names."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., str]] = {
        "moment": date_words,
        "clock_time": lambda at: f"{local(at):%H:%M}",
        "day": lambda at: date_words(at).split(" ")[0],
        "since": lambda at: duration_words((clock.now() - at).total_seconds()),
        "until": lambda at: duration_words((at - clock.now()).total_seconds()),
        "form_time": lambda at: f"{local(at):%Y-%m-%dT%H:%M}",
        "mask_name": masking.mask_name,
        "mask_number": masking.mask_number,
    }
    made.filters.update(filters)
    made.globals |= {
        "label": label,
        "said": words.group,
        "hidden": masking.HIDDEN,
        "now": clock.now,
        "new_key": lambda: secrets.token_hex(12),
        "version": static_version(),
    }
    return made


def static_version() -> str:
    """Part of static addresses; changes when any file does, so no browser runs old scripts."""
    digest = hashlib.sha256()
    for file in sorted(STATIC.rglob("*")):
        if file.is_file():
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def duration_words(seconds: float) -> str:
    """`刚刚`, `12 分钟`, `3 小时`, `2 天`."""
    minutes = int(abs(seconds) // 60)
    if minutes < 1:
        return words.words("durations.now")
    if minutes < 60:
        return words.words("durations.minutes", n=minutes)
    if minutes < 24 * 60:
        return words.words("durations.hours", n=minutes // 60)
    return words.words("durations.days", n=minutes // (24 * 60))


def render(request: web.Request, name: str, *, status: int = 200, **values: Any) -> web.Response:
    """A page for whoever is signed in."""
    desk = request.app[DESK]
    person = request.get(STAFF)
    text = desk.templates.get_template(name).render(
        staff=person, here=request.path_qs, section=request.path.split("/")[1], **values
    )
    return web.Response(text=text, status=status, content_type="text/html")


def from_form(text: str) -> datetime | None:
    """The moment in a `datetime-local` field, on a wall clock in China; None when it is not one."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    except ValueError:
        return None


def path_of(address: str) -> str:
    """The path and query of one of our own addresses, safe to go to; `/` for anything else."""
    parts = urlsplit(address)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"
