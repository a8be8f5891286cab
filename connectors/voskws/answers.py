"""Answers: JSON byte for byte as Vosk writes it, two spaces deep, keys sorted, six decimals.

Words stand apart by spaces in a result, as in Vosk's; a partial has none between Han characters.
Source: https://github.com/alphacep/vosk-api, src/json.h `dump` and src/recognizer.cc
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors.voskws.messages import Config
from voice.recogniser import Transcript, Word

_ESCAPES = str.maketrans(
    {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
)

Value = str | float | Sequence["Value"] | Mapping[str, "Value"]


def partial(text: str) -> str:
    """What is heard by now."""
    return dump({"partial": text})


def nothing(config: Config) -> str:
    """The answer when no sound came at all; Vosk has it as a text of its own."""
    if config.alternatives:
        return '{"alternatives" : [{"text": "", "confidence" : 1.0}] }'
    return '{"text": ""}'


def result(heard: Transcript, config: Config, begun_s: float) -> str:
    """One utterance, which began so many seconds after the stream."""
    text = " ".join(word.text for word in heard.words) or heard.text
    told: dict[str, Value] = {"text": text}
    if config.words and heard.words:
        told["result"] = [
            _word(word, begun_s, with_confidence=not config.alternatives) for word in heard.words
        ]
    if config.alternatives:
        sure = heard.confidence(untold=1.0)  # Vosk's own likelihood means nothing outside it
        return dump({"alternatives": [told | {"confidence": sure}]})
    return dump(told)


def _word(word: Word, begun_s: float, *, with_confidence: bool) -> dict[str, Value]:
    told: dict[str, Value] = {
        "word": word.text, "start": begun_s + word.start_s, "end": begun_s + word.end_s,
    }  # fmt: skip
    return told | {"conf": word.confidence} if with_confidence else told


def dump(value: Value, depth: int = 1) -> str:
    """A value as Vosk's JSON writes it."""
    if isinstance(value, str):
        return f'"{value.translate(_ESCAPES)}"'
    if isinstance(value, float):
        return f"{value:.6f}"
    if isinstance(value, Mapping):
        pad = "  " * depth
        fields = [f'{pad}"{key}" : {dump(value[key], depth + 1)}' for key in sorted(value)]
        return "{\n" + ",\n".join(fields) + "\n" + "  " * (depth - 1) + "}"
    return f"[{', '.join(dump(one, depth + 1) for one in value)}]"
