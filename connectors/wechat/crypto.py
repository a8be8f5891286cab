"""The account's seal: who signed a push, what is inside it, and how an answer is closed again.

A push is opened only after its signature was checked, so nothing of it is decrypted for a stranger.
Every refusal is one error with the same words for the outside; its cause is for the operator's log.

Source: developers.weixin.qq.com/doc/subscription/guide/dev/push/encryption.html
"""

from __future__ import annotations

import base64
import binascii
import enum
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.ciphers import Cipher as BlockCipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from community.config import Secret
from community.errors import ConfigError
from connectors import refusals

SKEW_MAX_S = 600
"Seconds between a push's timestamp and our clock that are taken as usual"

_BLOCK_BYTES = 16
_PAD_BLOCK_BYTES = 32
"The platform pads to 32 although the cipher's own block is 16"
_RANDOM_BYTES = 16
_HEAD_BYTES = _RANDOM_BYTES + 4
_KEY = re.compile(r"[A-Za-z0-9+/]{43}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)


class Cause(enum.StrEnum):
    """Why something was refused: for the operator's log, never for the caller."""

    SIGNATURE = "signature"
    "Not signed with our token, or changed on its way"
    PLAIN = "plain"
    "Not encrypted, although safe mode is the only one that is taken"
    BASE64 = "base64"
    LENGTH = "length"
    "No whole number of cipher blocks, or a length inside that exceeds what is there"
    PADDING = "padding"
    "No key of ours closes like this: most often a wrong EncodingAESKey"
    RECEIVER = "receiver"
    "Sealed for another account"
    TOO_LARGE = "too_large"
    FORBIDDEN = "forbidden"
    "A document type, an entity or a processing instruction"
    SYNTAX = "syntax"
    MISSING = "missing"
    VALUE = "value"
    "Not a number or text of the kind that the field holds"


class Refused(refusals.Refused):
    """A request that is not answered, for one of the causes above."""

    cause: Cause

    def __init__(self, cause: Cause, field: str = "") -> None:
        super().__init__(cause, field)


@dataclass(frozen=True, repr=False)
class Opened:
    """What was inside a push, and which of the account's keys fitted: its answer is sealed with it."""

    message: bytes
    key: int
    "Its place among the keys, from 0"


@dataclass(frozen=True)
class Sealed:
    """An encrypted answer and what the platform checks it by."""

    encrypt: str
    signature: str
    timestamp: str
    nonce: str


class Cipher:
    """Checks, opens and seals for one account.

    `keys` holds one EncodingAESKey, or two while the key is being changed: each push is opened
    with the one that fits, and its answer must be sealed with the same. `receive_id` is the appid.
    `random_bytes` must be a cryptographic source.
    """

    def __init__(
        self,
        token: Secret,
        keys: Sequence[Secret],
        receive_id: str,
        *,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        """Raises ConfigError when a part is empty or a key is not 43 characters of base64."""
        problems = []
        if not token.reveal():
            problems.append("WeChat token: it is empty")
        if not receive_id:
            problems.append("WeChat appid: it is empty")
        if not 1 <= len(keys) <= 2:
            problems.append("WeChat EncodingAESKey: one is needed, two at most")
        if not all(_KEY.fullmatch(key.reveal()) for key in keys):
            problems.append("WeChat EncodingAESKey: it has 43 letters, digits, + or /")
        if problems:
            raise ConfigError(problems)
        self._token = token
        self._receive_id = receive_id.encode()
        self._blocks = [_block_cipher(key) for key in keys]
        self._random_bytes = random_bytes

    def verify_url(self, *, timestamp: str, nonce: str, signature: str) -> None:
        """Check the signature of the URL verification, which covers no body: never trust one by it.

        Raises Refused.
        """
        self._verify(signature, timestamp, nonce)

    def url_signature(self, timestamp: str, nonce: str) -> str:
        """The signature that `verify_url` checks, to ask our own address as WeChat would."""
        return self._signature(timestamp, nonce)

    def open(self, encrypt: str, *, timestamp: str, nonce: str, msg_signature: str) -> Opened:
        """What is inside a push's `Encrypt`, after its signature was checked.

        Raises Refused.
        """
        self._verify(msg_signature, timestamp, nonce, encrypt)
        sealed = _from_base64(encrypt)
        if len(sealed) < 2 * _BLOCK_BYTES or len(sealed) % _BLOCK_BYTES:
            raise Refused(Cause.LENGTH)
        cause = Cause.PADDING
        for key, block in enumerate(self._blocks):
            decryptor = block.decryptor()
            opened = self._unpacked(decryptor.update(sealed) + decryptor.finalize())
            if isinstance(opened, bytes):
                return Opened(opened, key)
            # The wrong key of two fails by its padding; what the right one says weighs more.
            cause = opened if opened is not Cause.PADDING else cause
        raise Refused(cause)

    def seal(self, message: bytes, key: int = 0, /, *, timestamp: str, nonce: str) -> Sealed:
        """Encrypt an answer and sign it; `nonce` and `key` are those of the push it answers."""
        packed = b"".join(
            (
                self._random_bytes(_RANDOM_BYTES),
                len(message).to_bytes(4, "big"),
                message,
                self._receive_id,
            )
        )
        pad = _PAD_BLOCK_BYTES - len(packed) % _PAD_BLOCK_BYTES
        encryptor = self._blocks[key].encryptor()
        sealed = encryptor.update(packed + bytes([pad]) * pad) + encryptor.finalize()
        encrypt = base64.b64encode(sealed).decode()
        return Sealed(encrypt, self._signature(timestamp, nonce, encrypt), timestamp, nonce)

    def _verify(self, signature: str, *signed: str) -> None:
        expected = self._signature(*signed)
        if not hmac.compare_digest(expected.encode(), _bytes(signature)):
            raise Refused(Cause.SIGNATURE)

    def _signature(self, *signed: str) -> str:
        parts = sorted(map(_bytes, (self._token.reveal(), *signed)))
        return hashlib.sha1(b"".join(parts), usedforsecurity=False).hexdigest()

    def _unpacked(self, packed: bytes) -> bytes | Cause:
        """The message, or what speaks against it."""
        pad = packed[-1]
        if not 1 <= pad <= _PAD_BLOCK_BYTES or packed[-pad:] != bytes([pad]) * pad:
            return Cause.PADDING
        content = packed[:-pad]
        end = _HEAD_BYTES + int.from_bytes(content[_RANDOM_BYTES:_HEAD_BYTES], "big")
        if len(content) < end:
            return Cause.LENGTH
        if not hmac.compare_digest(content[end:], self._receive_id):
            return Cause.RECEIVER
        return content[_HEAD_BYTES:end]


def is_skewed(timestamp: str, now: datetime) -> bool:
    """Whether a request's timestamp is no number or more than SKEW_MAX_S away from `now`.

    Only reported, never a reason to refuse: clocks go wrong, and a retry's timestamp is undocumented.
    """
    if not _TIMESTAMP.fullmatch(timestamp):
        return True
    return abs(now.timestamp() - int(timestamp)) > SKEW_MAX_S


def _block_cipher(key: Secret) -> BlockCipher[CBC]:
    raw = base64.b64decode(key.reveal() + "=")
    return BlockCipher(AES(raw), CBC(raw[:_BLOCK_BYTES]))


def _from_base64(encrypt: str) -> bytes:
    try:
        return base64.b64decode(encrypt, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(Cause.BASE64) from None


def _bytes(text: str) -> bytes:
    """Any text at all, halves of characters too: what was not signed must fail, not break."""
    return text.encode("utf-8", "surrogatepass")
