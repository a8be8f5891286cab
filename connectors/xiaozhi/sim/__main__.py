"""`python -m connectors.xiaozhi.sim URL`: a speaker to try the gateway with, by a WAV file.

URL   http(s)://…/xiaozhi/ota/ starts as a real one does and says its six digits until
      somebody binds it; ws(s)://…/xiaozhi/v1/ connects at once, with --token
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import wave
from collections.abc import Sequence
from pathlib import Path

import aiohttp

from connectors.xiaozhi.messages import Mode
from connectors.xiaozhi.sim.boot import Boot
from connectors.xiaozhi.sim.errors import Crashed, Refused
from connectors.xiaozhi.sim.speaker import FRAME_BYTES, Doing, Speaker
from connectors.xiaozhi.sim.tools import SimTools
from voice.clips import wav
from voice.door import FRAME_MS
from voice.rates import ToVoice

POLL_S = 3.0
FAILED = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m connectors.xiaozhi.sim", description=__doc__)
    parser.add_argument("url", help="of /xiaozhi/ota/ or of /xiaozhi/v1/")
    parser.add_argument("--say", type=Path, help="WAV file to speak, 16-bit mono")
    parser.add_argument("--type", dest="typed", help="words to type instead")
    parser.add_argument("--record", type=Path, help="WAV file for what is answered")
    parser.add_argument("--mode", choices=[mode.value for mode in Mode], default="auto")
    parser.add_argument("--protocol", type=int, choices=[1, 2, 3], default=1)
    parser.add_argument("--device-id", default="02:00:00:00:00:01")
    parser.add_argument("--client-id", default="00000000-0000-4000-8000-000000000001")
    parser.add_argument("--token", default="")
    parser.add_argument("--wait", type=float, default=20.0, help="seconds to wait for an answer")
    given = parser.parse_args(arguments)
    try:
        return asyncio.run(_try(given))
    except (Refused, Crashed, OSError, aiohttp.ClientError, wave.Error, ValueError) as error:
        print(f"speaker: {error}", file=sys.stderr)
        return FAILED


async def _try(given: argparse.Namespace) -> int:
    said = _sound(given.say) if given.say else b""
    async with aiohttp.ClientSession() as session:
        url, token = given.url, given.token
        if url.startswith("http"):
            url, token = await _start(Boot(session, url, given.device_id, given.client_id))
        speaker = Speaker(
            session, given.device_id, given.client_id, version=given.protocol, tools=SimTools()
        )
        await speaker.connect(url, token)
        try:
            await _talk(speaker, Mode(given.mode), said, given.typed, given.wait)
        finally:
            await speaker.hang_up()
    for message in speaker.told:
        print(message)
    print(f"played {len(speaker.played) / 32000:.1f} s, dropped {speaker.dropped} frames")
    if given.record:
        given.record.write_bytes(wav(bytes(speaker.played)))
    return 0 if speaker.played else FAILED


async def _start(boot: Boot) -> tuple[str, str]:
    config = await boot.check_version()
    while config.code is not None:
        print(f"speaker: {config.message}", file=sys.stderr)
        while not await boot.activate():  # noqa: ASYNC110 - as the firmware does
            await asyncio.sleep(POLL_S)
        config = await boot.check_version()
    return config.url, config.token


async def _talk(
    speaker: Speaker, mode: Mode, said: bytes, typed: str | None, wait_s: float
) -> None:
    if typed:
        await speaker.detect(typed)
    else:
        await speaker.listen(mode)
        for at in range(0, len(said), FRAME_BYTES):
            await speaker.speak(said[at : at + FRAME_BYTES])
            await asyncio.sleep(FRAME_MS / 1000)
        if mode is Mode.MANUAL:
            await speaker.stop_listening()
    hush = asyncio.create_task(_room(speaker, mode))
    try:
        await speaker.wait_for(
            lambda: speaker.played and speaker.doing is not Doing.SPEAKING, deadline_s=wait_s
        )
    except (TimeoutError, ConnectionError) as error:
        print(f"speaker: no whole answer: {error}", file=sys.stderr)
    finally:
        hush.cancel()


async def _room(speaker: Speaker, mode: Mode) -> None:
    """The silence of the room, as long as the microphone is on."""
    while mode is not Mode.MANUAL:
        if speaker.doing is Doing.LISTENING:
            await speaker.speak(b"")
        await asyncio.sleep(FRAME_MS / 1000)


def _sound(file: Path) -> bytes:
    with wave.open(str(file), "rb") as reading:
        if (reading.getnchannels(), reading.getsampwidth()) != (1, 2):
            raise ValueError(f"{file}: 16-bit mono is expected")
        return ToVoice(reading.getframerate()).take(reading.readframes(reading.getnframes()))


if __name__ == "__main__":
    sys.exit(main())
