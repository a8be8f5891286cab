"""The guard: whatever is typed, the engine reads visible words and never a raw intent."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import guard

SLASHES = "/／∕⁄"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("水管漏了", "水管漏了"),
        ("  水管\n\n漏了\t", "水管 漏了"),
        ("水\u200b管\u200d漏\ufeff了", "水管漏了"),
        ("水\x00管\x1b[31m漏了", "水管[31m漏了"),
        ("水\ue000管\U000f0000漏了", "水管漏了"),
        ("/restart", "restart"),
        ("／restart", "restart"),
        ("//／ /restart", "restart"),
        (" \u200b/\u2060restart", "restart"),
        ('/greet{"a": 1}', 'greet{"a": 1}'),
        ("1/2", "1/2"),
        ("3号楼/2单元", "3号楼/2单元"),
        ("𠮷野家👨‍👩‍👧", "𠮷野家👨👩👧"),
        ("", ""),
        ("\u200b\x07", ""),
    ],
)
def test_words_are_cleaned_without_changing_what_they_say(text: str, clean: str) -> None:
    assert guard.clean(text) == clean


def test_engine_reads_the_first_thousand_characters() -> None:
    assert guard.clean("水" * 1001) == "水" * 1000
    assert guard.clean("水" * 999 + "  漏") == "水" * 999
    assert guard.visible("水" * 1001) == "水" * 1001


@settings(deadline=None)
@given(st.text(alphabet=st.one_of(st.sampled_from(SLASHES + " \u200b\n水a"), st.characters())))
def test_no_text_reaches_the_engine_as_a_raw_intent_or_with_hidden_characters(text: str) -> None:
    clean = guard.clean(text)
    assert not clean.strip(SLASHES) or clean[0] not in SLASHES
    assert all(c == " " or unicodedata.category(c)[0] != "C" for c in clean)
    assert len(clean) <= guard.MAX_CHARACTERS
    assert guard.clean(clean) == clean


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("水", True), ("a", True), ("7", True), ("½", True), ("嗯😀", True),
        ("", False), (" ", False), ("😀👍🏻", False), ("。！？…", False), ("///", False), ("❤️", False),
    ],
)  # fmt: skip
def test_letters_and_digits_are_words_and_nothing_else_is(text: str, words: bool) -> None:
    assert guard.has_words(text) is words
