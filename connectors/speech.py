"""Speech: the ears of the model that the settings choose, and the mouth of this machine."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from community.config import Settings
from community.errors import ConfigError
from language.reading import phonetic
from voice.engines import OpenRecogniser, open_recogniser
from voice.espeak import EspeakSynthesiser
from voice.models import chosen
from voice.prompt_cache import PromptCache
from voice.recogniser import RecogniserError
from voice.synthesiser import Synthesiser, SynthesiserError

logger = logging.getLogger(__name__)


async def open_ears(settings: Settings) -> OpenRecogniser | None:
    """Load the model, which takes seconds, or a minute for a large one; the caller closes it.

    None without a model. Raises ConfigError when one is chosen and cannot be loaded.
    """
    folder = chosen(settings.voice_model, settings.data_dir)
    if folder is None:
        return None
    try:
        return await open_recogniser(folder, threads=settings.voice_threads)
    except RecogniserError as error:
        raise ConfigError([f"LINSHENG_VOICE_MODEL: {error}"]) from error


@asynccontextmanager
async def open_mouth() -> AsyncIterator[Synthesiser | None]:
    """espeak-ng with the sentences that it said last kept; None when it cannot speak here."""
    espeak = EspeakSynthesiser(prepared=phonetic)
    try:
        yield PromptCache(espeak) if await _speaks(espeak) else None
    finally:
        await espeak.close()


async def _speaks(espeak: EspeakSynthesiser) -> bool:
    try:
        await espeak.start()
    except SynthesiserError as error:
        logger.debug("no mouth: %s", error)
        return False
    return True


def log_speech(settings: Settings, ears: OpenRecogniser | None, mouth: Synthesiser | None) -> None:
    """Say what is heard and said with, once all else is well."""
    folder = chosen(settings.voice_model, settings.data_dir)
    if ears is None or folder is None:
        logger.info("speech: no model, so that residents' voices are there for people only")
    else:
        logger.info("speech: heard with %s", folder.resolve().name)
    if mouth is None:
        logger.info("speech: nothing is said aloud, espeak-ng does not speak here")
