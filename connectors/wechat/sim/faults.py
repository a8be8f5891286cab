"""Faults to order for the simulator's API: refusals, cut connections and late answers."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True)
class Refuse:
    """The call is not done and answered with this errcode."""

    errcode: int


@dataclass(frozen=True)
class Reset:
    """The connection is cut without an answer, before or after the call is done."""

    done: bool = False


@dataclass(frozen=True)
class Delay:
    """The call is done at once and answered after this many real seconds."""

    seconds: float


Fault = Refuse | Reset | Delay


class Faults:
    """A queue of faults for each API; a call takes the first."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Fault]] = {}

    def add(self, api: str, fault: Fault, times: int) -> None:
        """`times` further calls of this API meet the fault."""
        self._waiting.setdefault(api, deque()).extend([fault] * times)

    def take(self, api: str) -> Fault | None:
        """The fault of this call."""
        waiting = self._waiting.get(api)
        return waiting.popleft() if waiting else None

    def clear(self) -> None:
        """No call meets a fault any more."""
        self._waiting.clear()
