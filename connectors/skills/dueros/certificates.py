"""DuerOS's certificates: fetched once, kept for a while, never from another host.

Anybody may name an address in a header, so few are fetched in a minute, small and without redirects.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

import aiohttp
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from community.times import Clock
from connectors.refusals import Refused
from connectors.skills.dueros.signature import Trusted, certificate_path, trusted

FETCH_S = 1.0
MAX_BYTES = 64 * 1024
MOST_KEPT = 16
KEPT_FOR = timedelta(hours=24)
"After this a certificate is fetched anew; while that fails it is good until its own end"
FETCHES, PER = 10, timedelta(minutes=1)


@dataclass(frozen=True)
class _Kept:
    trusted: Trusted
    fresh_until: datetime


class Certificates:
    """The keys of DuerOS's certificates by their address."""

    def __init__(self, session: aiohttp.ClientSession, clock: Clock, base_url: str) -> None:
        self._session = session
        self._clock = clock
        self._base_url = base_url.rstrip("/")
        self._kept: dict[str, _Kept] = {}
        self._fetching: dict[str, asyncio.Task[Trusted]] = {}
        self._fetched_at: deque[datetime] = deque(maxlen=FETCHES)

    async def key(self, url: str) -> RSAPublicKey:
        """The key of the certificate at this address. Raises Refused when there is none to trust."""
        path, now = certificate_path(url), self._clock.now()
        kept = self._kept.get(path)
        if kept is not None and now <= min(kept.fresh_until, kept.trusted.until):
            return kept.trusted.key
        try:
            return (await self._fetched(path)).key
        except Refused:
            if kept is not None and now <= kept.trusted.until:
                return kept.trusted.key
            raise

    async def close(self) -> None:
        tasks = list(self._fetching.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _fetched(self, path: str) -> Trusted:
        """One fetch of an address at a time; who comes meanwhile gets the same."""
        task = self._fetching.get(path)
        if task is None:
            self._count()
            task = asyncio.create_task(self._fetch(path), name="dueros-certificate")
            self._fetching[path] = task
            task.add_done_callback(lambda _: self._fetching.pop(path, None))
        return await asyncio.shield(task)

    def _count(self) -> None:
        now = self._clock.now()
        if len(self._fetched_at) == FETCHES and now - self._fetched_at[0] < PER:
            raise Refused("too many certificates")
        self._fetched_at.append(now)

    async def _fetch(self, path: str) -> Trusted:
        found = trusted(await self._download(path), self._clock.now())
        if len(self._kept) >= MOST_KEPT and path not in self._kept:
            del self._kept[min(self._kept, key=lambda one: self._kept[one].fresh_until)]
        self._kept[path] = _Kept(found, self._clock.now() + KEPT_FOR)
        return found

    async def _download(self, path: str) -> bytes:
        try:
            async with self._session.get(
                f"{self._base_url}{path}",
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=FETCH_S),
            ) as response:
                if response.status != 200:
                    raise Refused("certificate not found")
                data = b""
                async for piece in response.content.iter_chunked(4096):
                    data += piece
                    if len(data) > MAX_BYTES:
                        raise Refused("certificate too large")
                return data
        except (TimeoutError, aiohttp.ClientError):
            raise Refused("certificate not fetched") from None
