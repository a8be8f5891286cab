"""Devices: which speakers belong to a household, and how a new one comes to belong to one.

A new speaker says six digits; whoever the household trusts enters them, and it is theirs.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from community.config import Secret
from community.errors import BadInput, NotFound, TooMany
from community.times import Clock

ACTIVATION_S = 30 * 60
"How long the six digits are good"
WAITING_AT_MOST = 1_000
"Speakers that wait to be activated; anybody may ask for digits"
_DEVICE_ID = re.compile(r"[A-Za-z0-9:._-]{6,64}")
_CLIENT_ID = re.compile(r"[A-Za-z0-9._-]{16,64}")


@dataclass(frozen=True)
class Ids:
    """What a speaker says it is."""

    device_id: str
    "Its MAC address, in small letters; no secret"
    client_id: str
    "A random UUID that it keeps until it is erased; proves that it is the speaker it was"


@dataclass(frozen=True)
class Known:
    """A speaker that belongs to a household."""

    ids: Ids
    key: Secret
    "Its own, under which its tokens are signed; never empty"


@dataclass(frozen=True)
class Activation:
    """A speaker waits to belong to somebody."""

    code: str
    "Six digits that no other waiting speaker has"
    challenge: str
    "Random; a speaker with a serial number gives it back signed"


class Devices(Protocol):
    async def find(self, device_id: str) -> Known | None:
        """The speaker of this id; None when it belongs to no household."""
        ...

    async def begin_activation(self, ids: Ids) -> Activation:
        """The activation that waits already, or a new one for ACTIVATION_S.

        A speaker that is known under another client id may begin one: it was erased, and what it
        was is void once it is bound again. Raises TooMany.
        """
        ...

    async def waiting(self, ids: Ids) -> Activation | None:
        """The activation that waits; None when there is none, or its time is over."""
        ...


def ids_of(device_id: str, client_id: str) -> Ids:
    """Raises BadInput for what cannot be ids."""
    if not (_DEVICE_ID.fullmatch(device_id) and _CLIENT_ID.fullmatch(client_id)):
        raise BadInput("ids of the device")
    return Ids(device_id.lower(), client_id.lower())


@dataclass
class MemoryDevices:
    """The shipped fake, which forgets all when the process ends."""

    clock: Clock
    at_most: int = WAITING_AT_MOST
    known: dict[str, Known] = field(default_factory=dict)
    _waiting: dict[Ids, tuple[Activation, datetime]] = field(default_factory=dict)

    async def find(self, device_id: str) -> Known | None:
        return self.known.get(device_id)

    async def begin_activation(self, ids: Ids) -> Activation:
        found = await self.waiting(ids)
        if found is not None:
            return found
        if len(self._waiting) >= self.at_most:
            raise TooMany("too many speakers wait to be activated", retry_after_s=ACTIVATION_S)
        taken = {activation.code for activation, _ in self._waiting.values()}
        code = next(code for code in iter(_digits, "") if code not in taken)
        activation = Activation(code, secrets.token_hex(16))
        until = self.clock.now() + timedelta(seconds=ACTIVATION_S)
        self._waiting[ids] = (activation, until)
        return activation

    async def waiting(self, ids: Ids) -> Activation | None:
        now = self.clock.now()
        self._waiting = {one: kept for one, kept in self._waiting.items() if kept[1] > now}
        kept = self._waiting.get(ids)
        return kept[0] if kept else None

    def bind(self, code: str) -> Known:
        """Somebody entered the digits. Raises NotFound for digits that no speaker says."""
        for ids, (activation, _) in self._waiting.items():
            if secrets.compare_digest(activation.code, code):
                del self._waiting[ids]
                self.known[ids.device_id] = Known(ids, Secret(secrets.token_hex(32)))
                return self.known[ids.device_id]
        raise NotFound("no such code")


def _digits() -> str:
    return f"{secrets.randbelow(1_000_000):06d}"
