"""SoundCard: the microphone and the loudspeaker of this machine, by PortAudio."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import sounddevice

from voice.resample import Resampler
from voice.speaker.card import FRAME_S, HEAR_BYTES, HEAR_HZ, PLAY_HZ, CardError

OTHER_RATES_HZ = (48_000, 44_100)
"Tried when a device does not know the rate that is wanted"
_FORMAT: dict[str, Any] = {"channels": 1, "dtype": "int16"}

logger = logging.getLogger(__name__)


class SoundCard:
    """A Card. Devices are named by a part of their name as `--devices` shows it; empty: the usual."""

    def __init__(self, microphone: str = "", loudspeaker: str = "") -> None:
        self._microphone = microphone or None
        self._loudspeaker = loudspeaker or None
        self._streams: list[Any] = []

    def open(
        self,
        heard: Callable[[bytes], None],
        wanted: Callable[[int], bytes],
        lost: Callable[[], None],
    ) -> None:
        loop = asyncio.get_running_loop()

        def finished() -> None:
            loop.call_soon_threadsafe(self._finished, lost)

        try:
            self._streams = [self._ear(heard, finished), self._mouth(wanted, finished)]
            for stream in self._streams:
                stream.start()
        except (sounddevice.PortAudioError, ValueError) as error:
            self.close()
            raise CardError(
                f"no sound: {error}; see the devices with `python -m voice.speaker --devices`"
            ) from error

    def close(self) -> None:
        streams, self._streams = self._streams, []
        for stream in streams:
            stream.close()

    def _finished(self, lost: Callable[[], None]) -> None:
        """A stream ends when it is closed, too, and that is no loss."""
        if self._streams:
            lost()

    def _ear(self, heard: Callable[[bytes], None], finished: Callable[[], None]) -> Any:
        rate_hz = _rate(HEAR_HZ, sounddevice.check_input_settings, self._microphone)
        resampler = Resampler(rate_hz, HEAR_HZ)
        loop, rest = asyncio.get_running_loop(), bytearray()

        def came(pcm: Any, frames: int, time: Any, status: Any) -> None:
            if status:
                logger.debug("microphone: %s", status)
            rest.extend(resampler.feed(bytes(pcm)))
            while len(rest) >= HEAR_BYTES:
                loop.call_soon_threadsafe(heard, bytes(rest[:HEAR_BYTES]))
                del rest[:HEAR_BYTES]

        return sounddevice.RawInputStream(
            samplerate=rate_hz, device=self._microphone, blocksize=int(rate_hz * FRAME_S),
            callback=came, finished_callback=finished, **_FORMAT,
        )  # fmt: skip

    def _mouth(self, wanted: Callable[[int], bytes], finished: Callable[[], None]) -> Any:
        rate_hz = _rate(PLAY_HZ, sounddevice.check_output_settings, self._loudspeaker)
        resampler, rest = Resampler(PLAY_HZ, rate_hz), bytearray()
        frame_bytes = int(PLAY_HZ * FRAME_S) * 2

        def is_due(out: Any, frames: int, time: Any, status: Any) -> None:
            while len(rest) < len(out):
                rest.extend(resampler.feed(wanted(frame_bytes)))
            out[:] = bytes(rest[: len(out)])
            del rest[: len(out)]

        return sounddevice.RawOutputStream(
            samplerate=rate_hz, device=self._loudspeaker, blocksize=int(rate_hz * FRAME_S),
            callback=is_due, finished_callback=finished, **_FORMAT,
        )  # fmt: skip


def _rate(wanted_hz: int, check: Callable[..., None], device: str | None) -> int:
    """A rate that the device knows. Raises PortAudioError, ValueError for no such device."""
    for rate_hz in (wanted_hz, *OTHER_RATES_HZ):
        try:
            check(device=device, samplerate=rate_hz, **_FORMAT)
        except sounddevice.PortAudioError as error:
            logger.info("%s: no %d Hz", device or "the usual device", rate_hz)
            last = error
        else:
            return rate_hz
    raise last


def devices() -> str:
    """The devices of this machine, one a line."""
    return str(sounddevice.query_devices())
