"""Buttons: the key Enter of a terminal, or any key of an input device of Linux."""

from __future__ import annotations

import asyncio
import logging
import os
import struct
import sys
from collections.abc import Callable
from typing import Protocol

_EVENT = struct.Struct("llHHi")
"struct input_event: seconds, microseconds, type, code, value; the kernel's Documentation/input/input.rst"
_EV_KEY = 1
_RELEASED, _PRESSED = 0, 1
_READ_BYTES = 64 * _EVENT.size
AGAIN_S = 2.0
"Between two looks whether a button that was pulled out is back"

logger = logging.getLogger(__name__)


class Presses(Protocol):
    """Who is told; called from the event loop."""

    def pressed(self) -> None: ...

    def released(self) -> None: ...


class EnterKey:
    """A line on standard input is one short press: a terminal does not tell when a key is let go."""

    def __init__(self, presses: Presses) -> None:
        self._presses = presses

    def open(self) -> None:
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), self._read)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())

    def _read(self) -> None:
        if not os.read(sys.stdin.fileno(), 1024):
            self.close()
            return
        self._presses.pressed()
        self._presses.released()


class InputKey:
    """Every key of /dev/input/event…, such as a button on a USB cable or on a Raspberry Pi's pins
    by `dtoverlay=gpio-key`. One that was pulled out is opened again when it is back.
    """

    def __init__(self, path: str, presses: Presses, *, again_s: float = AGAIN_S) -> None:
        self._path = path
        self._presses = presses
        self._again_s = again_s
        self._handle: int | None = None
        self._again: asyncio.TimerHandle | None = None

    def open(self) -> None:
        """Raises OSError."""
        self._handle = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK)
        asyncio.get_running_loop().add_reader(self._handle, self._read, self._handle)

    def close(self) -> None:
        """May be called twice."""
        if self._again is not None:
            self._again.cancel()
            self._again = None
        if self._handle is not None:
            asyncio.get_running_loop().remove_reader(self._handle)
            os.close(self._handle)
            self._handle = None

    def _read(self, handle: int) -> None:
        try:
            found = os.read(handle, _READ_BYTES)
        except BlockingIOError:
            return
        except OSError as error:
            self._gone(error.strerror)
            return
        for event in keys(found):
            event(self._presses)
        if not found:
            self._gone("it has ended")

    def _gone(self, why: str | None) -> None:
        """Whoever held it holds it no more."""
        logger.error("the button is gone: %s", why)
        self.close()
        self._presses.released()
        self._open_later()

    def _open_later(self) -> None:
        self._again = asyncio.get_running_loop().call_later(self._again_s, self._open_again)

    def _open_again(self) -> None:
        try:
            self.open()
        except OSError:
            self._open_later()
        else:
            logger.info("the button is back")


def keys(found: bytes) -> list[Callable[[Presses], None]]:
    """What a stream of whole input events says of keys; a key that repeats is still pressed."""
    does = []
    for at in range(0, len(found) // _EVENT.size * _EVENT.size, _EVENT.size):
        _, _, kind, _, value = _EVENT.unpack_from(found, at)
        if kind == _EV_KEY and value == _PRESSED:
            does.append(lambda presses: presses.pressed())
        elif kind == _EV_KEY and value == _RELEASED:
            does.append(lambda presses: presses.released())
    return does
