"""Whether a request is DuerOS's own: a certificate of its host signs the raw body.

Source: https://dueros.baidu.com/didp/doc/dueros-bot-platform/dbp-custom/authentication_markdown
"""

from __future__ import annotations

import base64
import binascii
import posixpath
import re
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1

from connectors.refusals import Refused

HOST, FOLDER = "duer.bdstatic.com", "/saiya/flow/"
NAME = "dueros-api.baidu.com"
"Among the alternative names of the certificate"
TOLERANCE_S = 180.0
"How far the request's time may be from ours"
_SHORTEST_KEY = 1024
_MOST_CERTIFICATES = 5
_PLAIN = re.compile(r"[A-Za-z0-9:/._~-]{1,512}")


@dataclass(frozen=True)
class Trusted:
    """The key of a certificate that was found good."""

    key: RSAPublicKey
    until: datetime
    "When the certificate ends"


def certificate_path(url: str) -> str:
    """The path under DuerOS's own host that the address names. Raises Refused for any other address."""
    if not _PLAIN.fullmatch(url):
        raise Refused("certificate address")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Refused("certificate address") from None
    path = posixpath.normpath(parts.path)
    if parts.scheme.lower() != "https" or parts.netloc.lower().partition(":")[0] != HOST:
        raise Refused("certificate host")
    if port not in {None, 443}:
        raise Refused("certificate port")
    if not path.startswith(FOLDER):
        raise Refused("certificate path")
    return path


def trusted(pem: bytes, now: datetime) -> Trusted:
    """The key of a certificate. Raises Refused for one that is not DuerOS's, or not now."""
    try:
        chain = x509.load_pem_x509_certificates(pem)
        names = (
            chain[0]
            .extensions.get_extension_for_class(x509.SubjectAlternativeName)
            .value.get_values_for_type(x509.DNSName)
        )
        key = chain[0].public_key()
    except (ValueError, TypeError, x509.ExtensionNotFound, x509.DuplicateExtension):
        raise Refused("certificate not read") from None
    if NAME not in names or len(chain) > _MOST_CERTIFICATES:
        raise Refused("certificate of another")
    if not isinstance(key, RSAPublicKey) or key.key_size < _SHORTEST_KEY:
        raise Refused("certificate key")
    if not all(one.not_valid_before_utc <= now <= one.not_valid_after_utc for one in chain):
        raise Refused("certificate not valid now")
    if not all(_issued(one, issuer) for one, issuer in pairwise(chain)):
        raise Refused("certificate chain")
    return Trusted(key, min(one.not_valid_after_utc for one in chain))


def check(key: RSAPublicKey, signature: str, body: bytes) -> None:
    """Raises Refused unless the base64 `signature` is the key's over these very bytes."""
    try:
        key.verify(
            base64.b64decode(signature, validate=True), body, PKCS1v15(),
            SHA1(),  # noqa: S303 - the platform signs so
        )  # fmt: skip
    except (InvalidSignature, binascii.Error, ValueError):
        raise Refused("signature") from None


def check_time(timestamp_s: float | None, now: datetime) -> None:
    """Raises Refused for a request that was made too long ago, or is yet to be made."""
    if timestamp_s is None or abs(now.timestamp() - timestamp_s) > TOLERANCE_S:
        raise Refused("time")


def _issued(one: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        one.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True
