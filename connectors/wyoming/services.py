"""Services: what a Wyoming server may offer here, and how it tells a client of them.

Source: https://github.com/OHF-Voice/wyoming, wyoming/info.py
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from connectors.wyoming.framing import Event
from voice.recogniser import StreamingRecogniser
from voice.synthesiser import Synthesiser

LANGUAGE = "zh"
_NAME = "linsheng"
_VERSION = "1"


@dataclass(frozen=True)
class Asked:
    """Words that a client wants an answer to."""

    text: str
    context: Mapping[str, str]
    """What the client says of where they come from, as far as it is text: Home Assistant gives
    `conversation_id`, and `device_id` and `satellite_id` when it knows them.
    """


@dataclass(frozen=True)
class Answered:
    """What is said in return."""

    text: str
    handled: bool = True
    "Whether it was understood; either way the client says the text"


class Handle(Protocol):
    async def __call__(self, asked: Asked) -> Answered:
        """Answer in the conversation that the words belong to. Raises CommunityError."""
        ...


@dataclass(frozen=True)
class Services:
    """What is offered; None for what is not."""

    ears: StreamingRecogniser | None = None
    voice: Synthesiser | None = None
    handle: Handle | None = None

    def info(self) -> Event:
        """The answer to `describe`."""
        told: dict[str, list[dict[str, Any]]] = {
            name: [] for name in ("asr", "tts", "handle", "intent", "wake", "mic", "snd")
        }
        if self.ears is not None:
            told["asr"] = [
                _artifact()
                | {
                    "models": [_artifact(languages=True)],
                    "supports_transcript_streaming": False,
                    "requires_external_vad": True,
                    "prefers_auto_gain_enabled": True,
                    "prefers_noise_reduction_enabled": True,
                }
            ]
        if self.voice is not None:
            told["tts"] = [
                _artifact()
                | {"voices": [_artifact(languages=True)], "supports_synthesize_streaming": True}
            ]
        if self.handle is not None:
            told["handle"] = [
                _artifact()
                | {
                    "models": [_artifact(languages=True)],
                    "supports_handled_streaming": False,
                    "supports_home_control": False,
                }
            ]
        return Event("info", told)


def _artifact(*, languages: bool = False) -> dict[str, Any]:
    spoken = {"languages": [LANGUAGE]} if languages else {}
    return {
        "name": _NAME, "attribution": {"name": "Linsheng", "url": ""}, "installed": True,
        "description": "邻声", "version": _VERSION, **spoken,
    }  # fmt: skip
