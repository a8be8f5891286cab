"""The gateway's own words: filled in whole, and a key without words is an error, not a blank."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.phrases import phrase, phrases

ROOT = Path(__file__).resolve().parents[2]
FILLED = {
    "handoff.queued": {"before"},
    "handoff.promised": {"until", "no"},
    "speaker.bound": {"home"},
    "speaker.given": {"name"},
    "staff.claimed": {"name"},
    "staff.boundary": {"by", "note"},
    "staff.boundary_promise": {"by", "note", "promise", "until"},
    "emergency.place_noted": {"place"},
    "parking.served": {"no", "space", "until"},
    "parking.ended": {"space"},
    "asking.order": {"no", "phone", "shop"},
    "asking.slip": {"no", "when", "items"},
}


def leaves(tree: Any, path: str = "") -> Iterator[tuple[str, str | list[str]]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


WORDS = dict(leaves(yaml.safe_load((ROOT / "bot/phrases.yml").read_text(encoding="utf-8"))))


def test_only_the_known_phrases_have_blanks_and_only_the_known_ones() -> None:
    blanks = {
        key: {name for _, name, _, _ in string.Formatter().parse(words) if name}
        for key, words in WORDS.items()
        if isinstance(words, str)
    }
    assert {key: names for key, names in blanks.items() if names} == FILLED


@pytest.mark.parametrize("key", FILLED)
def test_phrase_is_filled_in_whole(key: str) -> None:
    said = phrase(key, **dict.fromkeys(FILLED[key], "某某"))
    assert said.count("某某") == len(FILLED[key])
    assert not set("{}") & set(said)


def test_what_fills_a_phrase_is_not_read_as_a_blank() -> None:
    assert phrase("staff.claimed", name="{no}{0.__class__}") == "{no}{0.__class__}为您服务。"


@pytest.mark.parametrize("key", ["nothing", "errors.nothing", "errors.internal.more", ""])
def test_key_without_words_is_an_error(key: str) -> None:
    with pytest.raises((KeyError, TypeError)):
        phrase(key)


def test_list_is_read_as_a_list_and_a_sentence_is_none() -> None:
    assert len(phrases("staff.scores")) == 5
    with pytest.raises(KeyError):
        phrases("emoji_only")


def test_sentences_use_the_punctuation_of_chinese() -> None:
    sentences = [words for words in WORDS.values() if isinstance(words, str)]
    assert [words for words in sentences if re.search(r"[,?!;]", words)] == []
