"""Whether a caller is AliGenie: it signs nothing, so it must know an address that nobody can guess.

With a private key of ours the body must be sealed for it besides. The block size and padding
(PKCS#1 v1.5) are those of the vendor's own kit.
Source: https://www.aligenie.com/doc/357834/hm2sf5
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from community.config import PREFIX, Secret
from community.errors import ConfigError
from connectors.refusals import Refused
from connectors.skills.errors import Unreadable
from connectors.skills.fields import read_object, text_at
from connectors.skills.secrecy import same

HEADER = "X-Linsheng-Token"
"Named in the console among the webhook's own headers"
MOST_BLOCKS = 128
"Of a sealed body: some 15 kB, more than any request"


@dataclass(frozen=True)
class Expected:
    """What a caller must know."""

    path: Secret
    token: Secret
    "Empty when the console sends no header"
    key: RSAPrivateKey | None
    "Opens bodies that are sealed; with it, others are refused"


def load_key(file: str) -> RSAPrivateKey | None:
    """The key in a PEM file; None without a file. Raises ConfigError."""
    if not file:
        return None
    name = f"{PREFIX}ALIGENIE_KEY_FILE"
    try:
        key = load_pem_private_key(Path(file).read_bytes(), password=None)
    except OSError as error:
        raise ConfigError([f"{name}: {error.strerror}"]) from error
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ConfigError([f"{name}: a private RSA key in PEM, without a password"]) from None
    if not isinstance(key, RSAPrivateKey):
        raise ConfigError([f"{name}: the key must be one of RSA"])
    return key


def check(expected: Expected, path: str, token: str) -> None:
    """Raises Refused; both are looked at, so that time tells nothing."""
    knows_path = same(path, expected.path.reveal())
    knows_token = same(token, expected.token.reveal())
    if not (knows_path and (knows_token or not expected.token.reveal())):
        raise Refused("address or token")


def opened(key: RSAPrivateKey, body: bytes) -> bytes:
    """What is sealed in a body, block by block. Raises Refused for anything else."""
    try:
        sealed = base64.b64decode(text_at(read_object(body), "securityQuery"), validate=True)
    except (Unreadable, binascii.Error, ValueError):
        raise Refused("body not sealed") from None
    size = key.key_size // 8
    if not sealed or len(sealed) % size or len(sealed) > size * MOST_BLOCKS:
        raise Refused("body not sealed")
    try:
        plain = b"".join(
            key.decrypt(sealed[start : start + size], PKCS1v15())
            for start in range(0, len(sealed), size)
        )
        read_object(plain)
    except (ValueError, Unreadable):
        raise Refused("body not sealed for us") from None
    return plain
