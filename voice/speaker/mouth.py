"""The mouth of a speaker: what it says without a line, by espeak-ng or else by pyttsx3."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from language.reading import phonetic
from voice.absent import Mute
from voice.espeak import EspeakSynthesiser
from voice.prompt_cache import PromptCache
from voice.pyttsx3_speech import Pyttsx3Synthesiser
from voice.synthesiser import Synthesiser, SynthesiserError

_PROBE = "你好"

logger = logging.getLogger(__name__)


@asynccontextmanager
async def open_mouth() -> AsyncIterator[Synthesiser]:
    """The first that speaks; without any the speaker is mute while its line is down."""
    espeak = EspeakSynthesiser(prepared=phonetic)
    try:
        yield await _first_that_speaks(espeak)
    finally:
        await espeak.close()


async def _first_that_speaks(espeak: EspeakSynthesiser) -> Synthesiser:
    try:
        await espeak.start()
        return PromptCache(espeak)
    except SynthesiserError as error:
        logger.info("espeak-ng: %s", error)
    desktop = Pyttsx3Synthesiser(prepared=phonetic)
    try:
        await desktop.speak(_PROBE)
    except SynthesiserError as error:
        logger.warning("nothing can be said without a line: %s", error)
        return Mute()
    return PromptCache(desktop)
