"""How pushes and their answers are written: in three modes of sealing and two formats.

Source: https://developers.weixin.qq.com/doc/subscription/guide/dev/push/encryption.html
"""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from connectors.wechat import xml
from connectors.wechat.crypto import Cipher, Refused
from connectors.wechat.fields import read_fields
from connectors.wechat.sim.answers import BadAnswer
from connectors.wechat.xml import Fields, Written

Elements = Sequence[tuple[str, Written]]

_DECIMALS = {"Location_X", "Location_Y", "Latitude", "Longitude", "Precision"}


class Mode(enum.Enum):
    """The account's setting for the sealing of pushes."""

    PLAIN = enum.auto()
    COMPAT = enum.auto()
    "Open and sealed side by side; the answer may be either"
    SAFE = enum.auto()


class Format(enum.Enum):
    """The account's setting for their format, with what begins a body and its content type."""

    XML = (b"<", "text/xml")
    JSON = (b"{", "application/json")

    @property
    def start(self) -> bytes:
        return self.value[0]

    @property
    def content_type(self) -> str:
        return self.value[1]

    def write(self, elements: Elements) -> bytes:
        """A body; in JSON numbers are numbers, and what occurs again is a list."""
        if self is Format.XML:
            return xml.write(elements)
        return json.dumps(_object(elements), ensure_ascii=False).encode()


SEALED_NAMES = {
    Format.XML: ("Encrypt", "TimeStamp", "Nonce", "MsgSignature"),
    Format.JSON: ("encrypt", "timestamp", "nonce", "msgsignature"),
}
"The names in a sealed answer: what is sealed, when, the nonce, the signature"


@dataclass(frozen=True)
class Wrapping:
    """What one account's pushes are signed and sealed with; `token` may be empty in safe mode."""

    account: str
    cipher: Cipher
    token: str
    mode: Mode
    format: Format

    def wrap(
        self, openid: str, elements: Elements, *, timestamp: str, nonce: str
    ) -> tuple[dict[str, str], bytes]:
        """Query and body of an attempt."""
        signed = self.signed(timestamp, nonce) | {"openid": openid}
        if self.mode is Mode.PLAIN:
            return signed, self.format.write(elements)
        outside = elements if self.mode is Mode.COMPAT else [("ToUserName", self.account)]
        query, encrypt = self.seal(self.format.write(elements), timestamp=timestamp, nonce=nonce)
        return signed | query, self.format.write([*outside, ("Encrypt", encrypt)])

    def seal(self, message: bytes, *, timestamp: str, nonce: str) -> tuple[dict[str, str], str]:
        """The query that vouches for a sealed message, and the message as `Encrypt` has it."""
        sealed = self.cipher.seal(message, timestamp=timestamp, nonce=nonce)
        query = {
            "encrypt_type": "aes",
            "timestamp": timestamp,
            "nonce": nonce,
            "msg_signature": sealed.signature,
        }
        return query, sealed.encrypt

    def signed(self, timestamp: str, nonce: str) -> dict[str, str]:
        """The query with the plain signature, which no body is covered by."""
        query = {"timestamp": timestamp, "nonce": nonce}
        if self.token:
            joined = "".join(sorted((self.token, timestamp, nonce))).encode()
            query["signature"] = hashlib.sha1(joined, usedforsecurity=False).hexdigest()
        return query

    def unwrap(self, answer: bytes) -> Fields:
        """The elements of an answer in the format of the push.

        Raises BadAnswer, also when its sealing is not that of the mode.
        """
        fields = self._read(answer)
        names = SEALED_NAMES[self.format]
        if names[0] not in fields:
            if self.mode is Mode.SAFE:
                raise BadAnswer("not sealed")
            return fields
        if self.mode is Mode.PLAIN:
            raise BadAnswer("sealed in plain mode")
        if set(fields) != set(names):
            raise BadAnswer(f"elements {sorted(fields)} around what is sealed")
        encrypt, timestamp, nonce, signature = (str(fields[name]) for name in names)
        try:
            opened = self.cipher.open(
                encrypt, timestamp=timestamp, nonce=nonce, msg_signature=signature
            )
        except Refused as error:
            raise BadAnswer(f"sealed wrongly: {error.cause}") from None
        return self._read(opened.message)

    def _read(self, body: bytes) -> Fields:
        if not body.startswith(self.format.start):
            raise BadAnswer(f"no {self.format.name}")
        try:
            return read_fields(body)
        except Refused as error:
            raise BadAnswer(f"no {self.format.name}: {error.cause}") from None


def _object(elements: Elements) -> dict[str, Any]:
    written: dict[str, Any] = {}
    for name, value in elements:
        one = _json_value(name, value)
        if name not in written:
            written[name] = one
        elif isinstance(written[name], list):
            written[name].append(one)
        else:
            written[name] = [written[name], one]
    return written


def _json_value(name: str, value: Written) -> Any:
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        return float(value) if name in _DECIMALS else xml.sanitised(value)
    return _object(value)
