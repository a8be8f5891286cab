"""Deadlines: late is an error of the recogniser, and its own errors stay what they are."""

import asyncio

import pytest

from voice.deadlines import heard_within
from voice.recogniser import Overloaded, RecogniserError


async def test_a_recogniser_that_is_late_did_not_do_its_work():
    with pytest.raises(RecogniserError, match="late"):
        async with heard_within(0):
            await asyncio.Event().wait()


async def test_its_own_error_stays_what_it_is():
    with pytest.raises(Overloaded):
        async with heard_within():
            raise Overloaded("too much")
