"""What the login pages look like: the form and the notices, each value escaped."""

from __future__ import annotations

from functools import cache
from html import escape
from importlib import resources
from string import Template
from typing import Any

import yaml
from aiohttp import web

_HERE = resources.files("connectors.wechat.login")


def form(*, home: str | None, told: str | None = None, status: int = 200) -> web.Response:
    """The question for the household's code. What was typed before is never shown again.

    `home` names the home that is bound already; `told` is a key of the words for a refusal.
    """
    said = _words()["form"]
    body = _template("form.html").substitute(
        lead=escape(said["bound"].format(home=home) if home else said["new"]),
        told=escape(_words()["told"][told]) if told else "",
        invalid="true" if told else "false",
    )
    return _page(said["title"], body, status)


def notice(name: str, *, status: int) -> web.Response:
    """A page of a few sentences, by their key. Raises KeyError for a key without words."""
    said = _words()["notices"][name]
    parts = [f"    <p>{escape(line)}</p>" for line in said["lines"]]
    if "button" in said:
        parts.append(f'    <p><a class="act" href="/wechat/bind">{escape(said["button"])}</a></p>')
    return _page(said["title"], "\n".join(parts), status)


def _page(title: str, body: str, status: int) -> web.Response:
    text = _template("page.html").substitute(title=escape(title), body=body)
    return web.Response(text=text, status=status, content_type="text/html")


@cache
def _template(name: str) -> Template:
    return Template(_HERE.joinpath(name).read_text(encoding="utf-8"))


@cache
def _words() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(_HERE.joinpath("words.yml").read_text(encoding="utf-8"))
    return loaded
