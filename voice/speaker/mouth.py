"""The mouth of a speaker: what it says without a line, by espeak-ng or else by pyttsx3."""

from __future__ import annotations

import logging

from language.reading import phonetic
from voice.absent import Mute
from voice.espeak import EspeakSynthesiser
from voice.prompt_cache import PromptCache
from voice.pyttsx3_speech import Pyttsx3Synthesiser
from voice.synthesiser import Synthesiser, SynthesiserError

_PROBE = "你好"

logger = logging.getLogger(__name__)


async def open_mouth() -> Synthesiser:
    """The first that speaks; without any the speaker is mute while its line is down."""
    try:
        return PromptCache(await EspeakSynthesiser.start(prepared=phonetic))
    except SynthesiserError as error:
        logger.info("espeak-ng: %s", error)
    desktop = Pyttsx3Synthesiser(prepared=phonetic)
    try:
        await desktop.speak(_PROBE)
    except SynthesiserError as error:
        logger.warning("nothing can be said without a line: %s", error)
        return Mute()
    return PromptCache(desktop)
