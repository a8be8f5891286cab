"""Identity: the device's key and secret, made at its first start and kept in one private file."""

from __future__ import annotations

import json
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from community.config import Secret
from community.errors import ConfigError
from voice.speaker.files import write_whole

FILE = "device.json"
_SHORTEST = 32


@dataclass(frozen=True)
class Identity:
    """As the gateway knows the device."""

    key: str
    secret: Secret


def load_identity(folder: Path) -> Identity:
    """Read the identity of a data folder, made now if there is none.

    Raises ConfigError for a file that others may read or that is not whole: another identity would
    be another device, to be bound to the home anew.
    """
    file = folder / FILE
    try:
        if not file.exists():
            _make(file)
        return _read(file)
    except OSError as error:
        raise ConfigError([f"{file}: {error.strerror}"]) from error


def _make(file: Path) -> None:
    fresh = {"key": f"box-{secrets.token_hex(8)}", "secret": secrets.token_urlsafe(48)}
    write_whole(file, json.dumps(fresh))


def _read(file: Path) -> Identity:
    mode = stat.S_IMODE(os.stat(file).st_mode)
    if mode & 0o077:
        raise ConfigError([f"{file}: others may read it (mode {mode:o}); run chmod 600 on it"])
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        key, secret = found["key"], found["secret"]
    except (ValueError, TypeError, KeyError) as error:
        raise ConfigError([f"{file}: no device's identity"]) from error
    if not (isinstance(key, str) and key and isinstance(secret, str) and len(secret) >= _SHORTEST):
        raise ConfigError([f"{file}: no device's identity"])
    return Identity(key, Secret(secret))
