"""`python -m voice.speaker`: the speaker client; composition root, the only reader of its environment."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import aiohttp

from community import log
from community.errors import ConfigError
from voice.engines import open_recogniser
from voice.recogniser import RecogniserError
from voice.speaker.assembly import Box, line_to
from voice.speaker.buttons import EnterKey, InputKey
from voice.speaker.card import CardError
from voice.speaker.lamp import LedLamp, NoLamp
from voice.speaker.mouth import open_mouth
from voice.speaker.settings import ENTER, Settings, load

FAILED, BAD_START = 1, 2
FILE = Path("speaker.toml")


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until a signal; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m voice.speaker", description=__doc__)
    parser.add_argument(
        "--config", type=Path, help=f"file of settings (default: {FILE}, if it is there)"
    )
    parser.add_argument("--devices", action="store_true", help="list the sound devices, and end")
    given = parser.parse_args(arguments)
    try:
        if given.devices:
            print(_audio().devices())
            return 0
        settings = load(given.config or (FILE if FILE.exists() else None), os.environ)
        log.configure("speaker", level=settings.log_level)
        asyncio.run(_serve(settings))
    except ConfigError as error:
        return _refuse(BAD_START, *error.problems)
    except RecogniserError as error:
        return _refuse(BAD_START, f"model: {error}")
    except CardError as error:
        return _refuse(FAILED, str(error))
    except OSError as error:
        return _refuse(FAILED, f"{error.filename or 'cannot start'}: {error.strerror or error}")
    return 0


def _refuse(code: int, *problems: str) -> int:
    print("\n".join(f"speaker: {one}" for one in problems), file=sys.stderr)
    return code


def _audio() -> ModuleType:
    """The module of the sound card; PortAudio is looked for when it is loaded."""
    try:
        from voice.speaker import audio
    except ImportError as error:
        raise CardError("the package sounddevice is missing: pip install sounddevice") from error
    except OSError as error:
        raise CardError("PortAudio is missing: apt-get install libportaudio2") from error
    return audio


async def _serve(settings: Settings) -> None:
    serving = asyncio.current_task()
    if serving is None:
        raise RuntimeError("no task")
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, serving.cancel)
    card = _audio().SoundCard(settings.microphone, settings.loudspeaker)
    ears = None
    if settings.model:
        ears = await open_recogniser(settings.model_folder, threads=settings.threads)
    lamp = LedLamp(Path(settings.led)) if settings.led else NoLamp()
    async with aiohttp.ClientSession() as http, open_mouth() as voice:
        line = line_to(http, settings.url, settings.folder)
        box = Box(settings.folder, line, card, lamp, voice, ears, wakes=settings.wakes)
        button = _button(settings, box)
        try:
            if button is not None:
                button.open()
            with suppress(asyncio.CancelledError):
                await box.run()
        finally:
            if button is not None:
                button.close()
            if ears is not None:
                ears.close()


def _button(settings: Settings, box: Box) -> EnterKey | InputKey | None:
    if settings.button == ENTER:
        return EnterKey(box.client) if sys.stdin.isatty() else None
    return InputKey(settings.button, box.client) if settings.button else None


if __name__ == "__main__":
    sys.exit(main())
