"""The little XML that WeChat speaks: read strictly, written so that no text can break out of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias
from xml.parsers import expat

from community.errors import CommunityError
from connectors.wechat.crypto import Cause, Refused

Value: TypeAlias = "str | Fields | list[Value]"
"A text, a container, or all elements of one name in their order"
Fields: TypeAlias = "dict[str, Value]"
Written: TypeAlias = "str | int | Sequence[tuple[str, Written]]"
"What an element is written with: text, a number, or elements in their order"

BLANK = " \t\r\n"
"What is stripped from around a text: not the wide blank, which a resident may have typed"
READ_MAX_BYTES = 64 * 1024
DEPTH_MAX = 8
"Elements within one another, the root among them"
FIELDS_MAX = 512

_ROOT = "xml"
_ILLEGAL = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class Unreadable(Refused):
    """What should be a message is none, or lacks what each message has."""


def read(data: bytes) -> Fields:
    """The elements inside `<xml>`, their texts without blanks around them.

    An element that occurs again makes a list of its name. Attributes and comments are passed over.
    Raises Unreadable for anything but small, well-formed UTF-8 without document type, entities of
    its own and processing instructions.
    """
    if len(data) > READ_MAX_BYTES:
        raise Unreadable(Cause.TOO_LARGE)
    return _parsed(data, strip=True)


def write(elements: Sequence[tuple[str, Written]]) -> bytes:
    """`<xml>` with these elements, each text as `sanitised` leaves it.

    Raises CommunityError when what was written does not read as what was meant.
    """
    document = f"<{_ROOT}>{_inside(elements)}</{_ROOT}>".encode()
    if _parsed(document, strip=False) != _meant(elements):
        raise CommunityError("written XML reads otherwise")
    return document


def sanitised(text: str) -> str:
    """The text with all that XML cannot hold dropped, and line feeds for its line ends.

    Two halves of a character that follow each other become that character; a lone one is dropped.
    """
    if _SURROGATE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _inside(elements: Sequence[tuple[str, Written]]) -> str:
    return "".join(f"<{name}>{_content(value)}</{name}>" for name, value in elements)


def _content(value: Written) -> str:
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return f"<![CDATA[{sanitised(value).replace(']]>', ']]]]><![CDATA[>')}]]>"
    return _inside(value)


def _meant(elements: Sequence[tuple[str, Written]]) -> Fields:
    fields: Fields = {}
    for name, value in elements:
        if not _NAME.fullmatch(name):
            raise CommunityError("not a name of an element")
        if isinstance(value, str):
            _add(fields, name, sanitised(value))
        else:
            _add(fields, name, str(value) if isinstance(value, int) else _meant(value))
    return fields


def _add(fields: Fields, name: str, value: Value) -> None:
    there = fields.get(name)
    if there is None:
        fields[name] = value
    elif isinstance(there, list):
        there.append(value)
    else:
        fields[name] = [there, value]


def _parsed(data: bytes, *, strip: bool) -> Fields:
    if b"\0" in data:  # the parser would take it as UTF-16, whatever it is told
        raise Unreadable(Cause.SYNTAX)
    tree = _Tree(strip=strip)
    parser = expat.ParserCreate(encoding="utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.text
    parser.StartDoctypeDeclHandler = _forbidden
    parser.EntityDeclHandler = _forbidden
    parser.ProcessingInstructionHandler = _forbidden
    try:
        parser.Parse(data.decode(), True)
    except (UnicodeDecodeError, expat.ExpatError):
        raise Unreadable(Cause.SYNTAX) from None
    return tree.fields


def _forbidden(*_declared: object) -> None:
    raise Unreadable(Cause.FORBIDDEN)


class _Tree:
    """Takes the parser's events; `fields` holds what is inside the root at the end."""

    def __init__(self, *, strip: bool) -> None:
        self.fields: Fields = {}
        self._strip = strip
        self._count = 0
        self._open: list[tuple[str, Fields, list[str]]] = []

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        if not self._open and name != _ROOT:
            raise Unreadable(Cause.SYNTAX)
        self._count += 1
        if self._count > FIELDS_MAX or len(self._open) == DEPTH_MAX:
            raise Unreadable(Cause.TOO_LARGE)
        self._open.append((name, {}, []))

    def text(self, text: str) -> None:
        self._open[-1][2].append(text)

    def end(self, _name: str) -> None:
        name, inside, texts = self._open.pop()
        text = "".join(texts)
        stripped = text.strip(BLANK)
        is_container = bool(inside) or not self._open
        if is_container and stripped:
            raise Unreadable(Cause.SYNTAX)
        if not self._open:
            self.fields = inside
        elif is_container:
            _add(self._open[-1][1], name, inside)
        else:
            _add(self._open[-1][1], name, stripped if self._strip else text)
