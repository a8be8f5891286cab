"""Lamp: a light that shows what the speaker does; one of the machine's own, or none."""

from __future__ import annotations

import enum
import logging
from pathlib import Path
from typing import Protocol

logger = logging.getLogger(__name__)


class Light(enum.Enum):
    IDLE = "idle"
    LISTENING = "listening"
    THINKING = "thinking"
    SPEAKING = "speaking"
    OFFLINE = "offline"
    BROKEN = "broken"
    "Its microphone or its loudspeaker is gone"


_TRIGGERS = {Light.OFFLINE: "timer", Light.BROKEN: "heartbeat"}


class Lamp(Protocol):
    def show(self, light: Light) -> None: ...


class NoLamp:
    def show(self, light: Light) -> None:
        """Nobody sees it."""


class LedLamp:
    """A light below /sys/class/leds: off at rest, blinking without a line, in pairs of flashes
    while it is broken, else on.

    Source: the kernel's Documentation/leds/leds-class.rst, ledtrig-timer.c and ledtrig-heartbeat.c
    in drivers/leds/trigger.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._told = False

    def show(self, light: Light) -> None:
        try:
            if light in _TRIGGERS:
                (self._folder / "trigger").write_text(_TRIGGERS[light])
            else:
                (self._folder / "trigger").write_text("none")
                (self._folder / "brightness").write_text("0" if light is Light.IDLE else "1")
        except OSError as error:
            if not self._told:
                logger.warning("the lamp does not light: %s", error.strerror)
            self._told = True
