"""Engines: the recogniser that a model's folder is for; a library is loaded only for a model of it."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from voice.model_folder import engine_of
from voice.recogniser import StreamingRecogniser


class OpenRecogniser(StreamingRecogniser, Protocol):
    """One that holds a model and threads."""

    def close(self) -> None:
        """Hear no more."""
        ...


async def open_recogniser(folder: Path, *, threads: int = 0) -> OpenRecogniser:
    """Load the model of a folder that `model_folder.problems` has nothing against.

    `threads`: 0 takes one for each processor. Raises RecogniserError.
    """
    if engine_of(folder) == "sherpa":
        from voice.sherpa_recogniser import SherpaRecogniser

        return await SherpaRecogniser.load(folder, threads=threads)
    from voice.vosk_recogniser import VoskRecogniser

    return await VoskRecogniser.load(folder, threads=threads)
