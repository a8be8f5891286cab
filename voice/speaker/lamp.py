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


class Lamp(Protocol):
    def show(self, light: Light) -> None: ...


class NoLamp:
    def show(self, light: Light) -> None:
        """Nobody sees it."""


class LedLamp:
    """A light below /sys/class/leds: off at rest, blinking without a line, else on.

    Source: the kernel's Documentation/leds/leds-class.rst and drivers/leds/trigger/ledtrig-timer.c.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._told = False

    def show(self, light: Light) -> None:
        try:
            if light is Light.OFFLINE:
                (self._folder / "trigger").write_text("timer")
            else:
                (self._folder / "trigger").write_text("none")
                (self._folder / "brightness").write_text("0" if light is Light.IDLE else "1")
        except OSError as error:
            if not self._told:
                logger.warning("the lamp does not light: %s", error.strerror)
            self._told = True
