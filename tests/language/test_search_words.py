"""Words to search by: parts of long words too, no fillers, the same however they are written."""

from __future__ import annotations

import pytest

from language.search_words import search_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("身份证丢了怎么办", ["身份", "身份证", "丢"]),
        ("我想问一下低保", ["低保"]),
        ("ＡＰＰ上 办 居住证", ["app", "居住", "居住证"]),
        ("怎么办呢？", []),
        ("", []),
    ],
)
def test_words_of_a_question(text: str, words: list[str]) -> None:
    assert search_words(text) == words
