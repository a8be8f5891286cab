"""Secrets: random at the first start, kept in one private file, never a default."""

from __future__ import annotations

import json
import os
import re
import secrets
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from community.config import PREFIX, Secret
from community.errors import ConfigError

FILE = "secrets.json"
FIRST_CLIENT = "app"
"Name of the open channel's client that is made at the first start"

_CLIENT_NAME = re.compile(r"[A-Za-z0-9_-]{1,32}")
_SHORTEST = 16


@dataclass(frozen=True)
class Secrets:
    """What a process needs to sign, to hash and to know its clients."""

    cookie_key: Secret
    "Signs session cookies"
    pepper: Secret
    "Key under which household codes are hashed"
    api_clients: dict[str, Secret]
    "Token of each client of the open channel, by its name"


def load_secrets(data_dir: Path, *, api_clients: str = "") -> Secrets:
    """Read the secrets of `data_dir`, made now if there are none.

    `api_clients`, as `name:token` pairs with commas between, replaces the file's clients when it
    is not empty. Raises ConfigError for a file that others may read or that is not whole.
    """
    file = data_dir / FILE
    try:
        if not file.exists():
            _make(file)
        found = _read(file)
    except OSError as error:
        raise ConfigError([f"{file}: {error.strerror}"]) from error
    if api_clients:
        found["api_clients"] = _pairs(api_clients)
    return _checked(file, found)


def _make(file: Path) -> None:
    """Write a whole private file; when another process was first, theirs stands."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = {
        "cookie_key": secrets.token_urlsafe(32),
        "pepper": secrets.token_urlsafe(32),
        "api_clients": {FIRST_CLIENT: secrets.token_urlsafe(32)},
    }
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{FILE}")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as writing:
            json.dump(fresh, writing, indent=2)
            writing.flush()
            os.fsync(writing.fileno())
        os.link(name, file)
    except FileExistsError:
        return
    finally:
        os.unlink(name)


def _read(file: Path) -> dict[str, Any]:
    mode = stat.S_IMODE(file.stat().st_mode)
    if mode & 0o077:
        raise ConfigError([f"{file}: others may read it (mode {mode:o}); run chmod 600 on it"])
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ConfigError([f"{file}: not a JSON file"]) from error
    if not isinstance(found, dict):
        raise ConfigError([f"{file}: a JSON object is expected"])
    return found


def _pairs(written: str) -> dict[str, str]:
    pairs = [pair.strip().partition(":") for pair in written.split(",") if pair.strip()]
    return {name: token for name, _, token in pairs}


def _checked(file: Path, found: dict[str, Any]) -> Secrets:
    problems = [
        f"{file}: {name} must be a text of at least {_SHORTEST} characters"
        for name in ("cookie_key", "pepper")
        if not _strong(found.get(name))
    ]
    clients = found.get("api_clients")
    if not isinstance(clients, dict):
        problems.append(f"{file}: api_clients must map names to tokens")
        clients = {}
    for name, token in clients.items():
        if not _CLIENT_NAME.fullmatch(name):
            problems.append(
                f"{PREFIX}API_CLIENTS: a client's name has 1 to 32 letters, digits, - or _"
            )
        elif not _strong(token):
            problems.append(
                f"{PREFIX}API_CLIENTS: the token of {name} needs at least {_SHORTEST} characters"
            )
    if problems:
        raise ConfigError(problems)
    return Secrets(
        Secret(found["cookie_key"]),
        Secret(found["pepper"]),
        {name: Secret(token) for name, token in clients.items()},
    )


def _strong(value: object) -> bool:
    return isinstance(value, str) and len(value) >= _SHORTEST
