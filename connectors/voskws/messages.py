"""Messages: what a client of vosk-server sends beside sound, read as JSON and not by its spaces.

Source: https://github.com/alphacep/vosk-server, websocket/asr_server.py
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from community.errors import BadInput, TooLarge
from voice.rates import HIGHEST_HZ, LOWEST_HZ

MAX_CHARACTERS = 64 * 1024
PHRASES_AT_MOST = 200
_LONGEST_PHRASE = 60
_UNKNOWN = "[unk]"


@dataclass(frozen=True)
class Config:
    """How a client speaks, and what it wants to know."""

    rate_hz: int = 8_000
    "vosk-server's own default"
    phrases: tuple[str, ...] = ()
    words: bool = True
    "Whether each word is told with its time"
    alternatives: bool = False
    "Whether the answer has the form of alternatives; there is but one"


@dataclass(frozen=True)
class Eof:
    """There is no more sound; the last answer follows, and the line closes."""


@dataclass(frozen=True)
class Reset:
    """The utterance is over; the line stays open."""


def read(text: str, before: Config) -> Config | Eof | Reset:
    """One text message; what a configuration does not name stays as `before`.

    The model of another, which `model` asks for, is passed over: it would be everybody's. Raises
    BadInput for what is none of these, TooLarge.
    """
    if len(text) > MAX_CHARACTERS:
        raise TooLarge("too long a message")
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput("not JSON") from error
    if body == "eof":
        return Eof()
    if not isinstance(body, dict):
        raise BadInput("not an object")
    if "config" in body:
        return _config(body["config"], before)
    if body.get("eof"):
        return Eof()
    if body.get("reset"):
        return Reset()
    raise BadInput("neither config, eof nor reset")


def _config(said: Any, before: Config) -> Config:
    if not isinstance(said, dict):
        raise BadInput("config is no object")
    return Config(
        _rate(said.get("sample_rate", before.rate_hz)),
        _phrases(said["phrase_list"]) if "phrase_list" in said else before.phrases,
        bool(said.get("words", before.words)),
        _count(said["max_alternatives"]) > 0 if "max_alternatives" in said else before.alternatives,
    )


def _rate(said: Any) -> int:
    rate = _number(said, "sample_rate")
    if not LOWEST_HZ <= rate <= HIGHEST_HZ:
        raise BadInput("no sample_rate of a voice")
    return int(rate)


def _count(said: Any) -> float:
    return _number(said, "max_alternatives")


def _number(said: Any, name: str) -> float:
    """A number, or a text that is one: vosk-server takes both."""
    if isinstance(said, bool) or not isinstance(said, int | float | str):
        raise BadInput(f"no {name}")
    try:
        return float(said)
    except (ValueError, OverflowError) as error:
        raise BadInput(f"no {name}") from error


def _phrases(said: Any) -> tuple[str, ...]:
    if not isinstance(said, list) or not all(isinstance(one, str) for one in said):
        raise BadInput("no phrase_list")
    plain = [one.replace(" ", "") for one in said if one.strip() and one != _UNKNOWN]
    return tuple(one for one in plain if len(one) <= _LONGEST_PHRASE)[:PHRASES_AT_MOST]
