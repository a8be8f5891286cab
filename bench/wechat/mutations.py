"""Bodies that WeChat would never send, made from ones that it does: each rightly or wrongly sealed."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.wechat.account import TOKEN, Fields, message, tap, text, view
from connectors.wechat import xml
from connectors.wechat.crypto import Cipher
from connectors.wechat.xml import Written

WHEN = {"timestamp": "1700000000", "nonce": "12345"}
READER = "oMutation-0000000000000000001"
SEEDS: list[Fields] = [
    text("厨房水管漏水了，能来看看吗？😀", 23000000001),
    [*text("报修", 23000000002), ("bizmsgmenuid", "12-1")],
    [("MsgType", "image"), ("PicUrl", "http://mmbiz.qpic.cn/1"), ("MediaId", "m"), ("MsgId", 3)],
    [("MsgType", "voice"), ("MediaId", "m"), ("Format", "amr"), ("MediaId16K", "n"), ("MsgId", 4)],
    [
        ("MsgType", "location"), ("Location_X", "31.2"), ("Location_Y", "121.4"), ("Scale", 15),
        ("Label", ""), ("MsgId", 5),
    ],
    [("MsgType", "link"), ("Title", "题"), ("Description", ""), ("Url", "http://x"), ("MsgId", 6)],
    [("MsgType", "event"), ("Event", "subscribe"), ("EventKey", "qrscene_1"), ("Ticket", "t")],
    [
        ("MsgType", "event"), ("Event", "LOCATION"), ("Latitude", "31.2"),
        ("Longitude", "121.4"), ("Precision", "30"),
    ],
    [
        ("MsgType", "event"), ("Event", "TEMPLATESENDJOBFINISH"), ("MsgID", 7),
        ("Status", "success"),
    ],
    tap("我要报修"),
    view("http://x"),
]  # fmt: skip
_INJECTED = (
    b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', b"&e;", b"<!ENTITY a 'b'>",
    b"<?xml-stylesheet href='x'?>", b"<![CDATA[", b"]]>", b"<xml>", b"</xml>", b"<a b='c'/>",
    b"<!--", b"-->", b"&#0;", b"&#x10FFFF;", b"&#xD800;", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf",
    b"\xed\xa0\x80", b"{", b"}", b'"', b"\\u0000", b"\\ud83d", b"null", b"NaN", b"1e999", b"-0",
    b"[[[[[[[[[[[[[[[[[[[[", b"9" * 400, b"<MsgId>9</MsgId>", b'"MsgType":{},', b"\r\n", b" " * 70,
)  # fmt: skip
"Parts that parsers have stumbled on"
_VALUES: tuple[Written, ...] = (
    "", " ", "x", "0", "-1", "1e5", "1.5", "NaN", "91", "９", "\ud800", "text", "event", "CLICK",
    "qrscene_", "9" * 25, "文" * 500, 2**80, "subscribe_msg_popup_event", "kf_switch_session",
    [("List", "x")], [("List", [("TemplateId", "t")]), ("List", [("TemplateId", "")])],
)  # fmt: skip
_LOOSE: tuple[Any, ...] = (
    None,
    True,
    0.5,
    [],
    {},
    [[]],
    [{"TemplateId": "t"}],
    {"List": []},
    -0.0,
    10**30,
)
_SIGNS = b"0123456789abcdefABCDEF.-_ "


@dataclass(frozen=True)
class Case:
    """A body, and the signature that comes with it."""

    body: bytes
    msg_signature: str


def seeds() -> list[bytes]:
    """Whole pushes in XML, and in JSON as the account's setting may have it."""
    written = [message(READER, fields, 1_700_000_000) for fields in SEEDS]
    head = {"ToUserName": "gh_measured", "FromUserName": READER, "CreateTime": 1_700_000_000}
    return written + [
        json.dumps(head | dict(fields), ensure_ascii=False).encode() for fields in SEEDS
    ]


def mutated(dice: random.Random, data: bytes, others: list[bytes]) -> bytes:
    """The data after one to four changes, most often one."""
    for _ in range(dice.choice((1, 1, 1, 2, 4))):
        data = dice.choice(_CHANGES)(dice, data, others)
    return data


def _flip(dice: random.Random, data: bytes, others: list[bytes]) -> bytes:
    if not data:
        return data
    at = dice.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1 :]


def _write_over(dice: random.Random, data: bytes, others: list[bytes]) -> bytes:
    """Other letters or digits, which most often leaves the whole readable."""
    at, signs = dice.randint(0, len(data)), bytes(dice.choices(_SIGNS, k=dice.randint(1, 3)))
    return data[:at] + signs + data[at + len(signs) :]


def _truncate(dice: random.Random, data: bytes, others: list[bytes]) -> bytes:
    at = dice.randint(0, len(data))
    return data[:at] if dice.random() < 0.5 else data[at:]


def _splice(dice: random.Random, data: bytes, others: list[bytes]) -> bytes:
    other = dice.choice(others)
    return data[: dice.randint(0, len(data))] + other[dice.randint(0, len(other)) :]


def _repeat(dice: random.Random, data: bytes, others: list[bytes]) -> bytes:
    start = dice.randint(0, len(data))
    piece = data[start : start + dice.randint(1, 60)]
    return data[:start] + piece * dice.choice((2, 3, 10)) + data[start:]


def _inject(dice: random.Random, data: bytes, others: list[bytes]) -> bytes:
    at = dice.randint(0, len(data))
    return data[:at] + dice.choice(_INJECTED) + data[at:]


def _noise(dice: random.Random, data: bytes, others: list[bytes]) -> bytes:
    at = dice.randint(0, len(data))
    return data[:at] + dice.randbytes(dice.randint(1, 24)) + data[at:]


_CHANGES: tuple[Callable[[random.Random, bytes, list[bytes]], bytes], ...] = (
    _flip, _write_over, _write_over, _truncate, _splice, _repeat, _inject, _noise,
)  # fmt: skip


def outer(dice: random.Random, cipher: Cipher, whole: list[bytes]) -> Case:
    """A sealed push whose body was changed on its way."""
    sealed = cipher.seal(dice.choice(whole), **WHEN)
    bodies = [_wrapped_xml(sealed.encrypt), _wrapped_json(sealed.encrypt)]
    return Case(mutated(dice, dice.choice(bodies), whole), sealed.signature)


def inner(dice: random.Random, cipher: Cipher, whole: list[bytes]) -> Case:
    """A changed message, rightly sealed: its sender has our token and key."""
    sealed = cipher.seal(mutated(dice, dice.choice(whole), whole), **WHEN)
    return Case(_wrapped_xml(sealed.encrypt), sealed.signature)


def shaped(dice: random.Random, cipher: Cipher, whole: list[bytes]) -> Case:
    """A well-formed message with fields that are missing, doubled or of another kind."""
    fields: Fields = [("ToUserName", "gh_measured"), ("FromUserName", READER), ("CreateTime", 1)]
    fields += dice.choice(SEEDS)
    for _ in range(dice.choice((0, 1, 1, 2))):
        at = dice.randrange(len(fields))
        name = dice.choice([fields[at][0], *(other[0] for other in dice.choice(SEEDS))])
        if dice.random() < 0.5:
            fields[at] = (name, dice.choice(_VALUES))
        elif dice.random() < 0.5:
            fields.insert(at, (name, dice.choice(_VALUES)))
        else:
            fields = fields[:at] + fields[at + 1 :] or fields
    if dice.random() < 0.5:
        written = xml.write(fields)
    else:
        loose = {
            name: dice.choice(_LOOSE) if dice.random() < 0.1 else value for name, value in fields
        }
        written = json.dumps(loose, ensure_ascii=dice.random() < 0.5).encode("utf-8", "replace")
    sealed = cipher.seal(written, **WHEN)
    return Case(_wrapped_xml(sealed.encrypt), sealed.signature)


def ciphertext(dice: random.Random, cipher: Cipher, whole: list[bytes]) -> Case:
    """A changed ciphertext, rightly signed: its sender has our token and not the key."""
    raw = base64.b64decode(cipher.seal(dice.choice(whole), **WHEN).encrypt)
    changed = mutated(dice, raw, [raw, dice.randbytes(64)])
    kept = changed[: len(changed) // 16 * 16] if dice.random() < 0.7 else changed
    encrypt = base64.b64encode(kept).decode()
    if dice.random() < 0.1:
        encrypt = mutated(dice, encrypt.encode(), whole).decode("ascii", "ignore")
    return Case(_wrapped_json(encrypt), _signed(encrypt))


def _wrapped_xml(encrypt: str) -> bytes:
    return xml.write([("ToUserName", "gh_measured"), ("Encrypt", encrypt)])


def _wrapped_json(encrypt: str) -> bytes:
    return json.dumps({"ToUserName": "gh_measured", "Encrypt": encrypt}).encode()


def _signed(encrypt: str) -> str:
    joined = "".join(sorted([TOKEN, *WHEN.values(), encrypt]))
    return hashlib.sha1(joined.encode(), usedforsecurity=False).hexdigest()
