"""Ears: the recogniser of the model that the settings choose; without a model there is none."""

from __future__ import annotations

import logging

from community.config import Settings
from community.errors import ConfigError
from voice.engines import OpenRecogniser, open_recogniser
from voice.models import chosen
from voice.recogniser import RecogniserError

logger = logging.getLogger(__name__)


async def open_ears(settings: Settings) -> OpenRecogniser | None:
    """Load the model, which takes seconds, or a minute for a large one; the caller closes it.

    Raises ConfigError when one is chosen and cannot be loaded.
    """
    folder = chosen(settings.voice_model, settings.data_dir)
    if folder is None:
        logger.info("speech: no model, so that residents' voices are there for people only")
        return None
    try:
        ears = await open_recogniser(folder, threads=settings.voice_threads)
    except RecogniserError as error:
        raise ConfigError([f"LINSHENG_VOICE_MODEL: {error}"]) from error
    logger.info("speech: heard with %s", folder.resolve().name)
    return ears
