"""Passwords: argon2id, checked in a thread, the same work whether or not the user exists."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

CHECKED_AT_ONCE = 2
"Each check takes 64 MB"
MIN_CHARACTERS = 8
MAX_CHARACTERS = 256


class Passwords:
    """Hashes and checks. `hasher` may be a weaker one in tests; production takes the default."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash("nobody has this password")
        self._checking = asyncio.Semaphore(CHECKED_AT_ONCE)

    def hash(self, password: str) -> str:
        return self._hasher.hash(password)

    async def fits(self, password: str, stored: str | None) -> bool:
        """Whether the password is the one that was hashed; None (no such user) never fits."""
        async with self._checking:
            return await asyncio.to_thread(self._fits, password, stored)

    def _fits(self, password: str, stored: str | None) -> bool:
        try:
            self._hasher.verify(stored or self._nobody, password[:MAX_CHARACTERS])
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None
