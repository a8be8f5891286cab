"""The mouth: the synthesiser of this machine; without one what is said is only shown."""

from __future__ import annotations

import logging

from language.reading import phonetic
from voice.espeak import EspeakSynthesiser
from voice.prompt_cache import PromptCache
from voice.synthesiser import Synthesiser, SynthesiserError

logger = logging.getLogger(__name__)


async def open_mouth() -> Synthesiser | None:
    """espeak-ng with the sentences that it said last kept; None when it is not installed."""
    try:
        voice = await EspeakSynthesiser.start(prepared=phonetic)
    except SynthesiserError as error:
        logger.warning("speech: nothing is said aloud: %s", error)
        return None
    return PromptCache(voice)
