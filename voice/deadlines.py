"""Deadlines: a recogniser that is late did not do its work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from voice.recogniser import RecogniserError

HEAR_S = 10.0
"Longest that a recogniser may take for one step of a stream"


@asynccontextmanager
async def heard_within(seconds: float = HEAR_S) -> AsyncIterator[None]:
    """Raises RecogniserError when what is inside takes longer."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise RecogniserError("the recogniser is late") from error
