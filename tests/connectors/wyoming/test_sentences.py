"""Sentences: spoken as soon as they end, and none too long for one breath."""

import pytest

from connectors.wyoming.sentences import LONGEST, finished, sentences


@pytest.mark.parametrize(
    ("text", "ended", "rest"),
    [
        ("", [], ""), ("您好", [], "您好"), ("您好。", ["您好。"], ""),
        ("好的。已经报修", ["好的。"], "已经报修"), ("他说：“好。”然后", ["他说：“好。”"], "然后"),
        ("一！二？三\n四", ["一！", "二？", "三"], "四"), ("。。\n\n", ["。。"], ""),
        ("水费38.5元", [], "水费38.5元"), ("Hi. 好", ["Hi."], " 好"),
    ],
)  # fmt: skip
def test_sentences_end_where_they_end(text, ended, rest):
    assert finished(text) == (ended, rest)


def test_a_text_is_told_whole():
    assert sentences(" 好的。已经报修 ") == ["好的。", "已经报修"]
    assert sentences("\n \n") == []


@pytest.mark.parametrize("text", ["长" * 1000, "长，" * 500, "长 " * 500 + "。"])
def test_no_sentence_is_too_long_and_nothing_is_lost(text):
    said = sentences(text)
    assert max(map(len, said)) <= LONGEST
    assert "".join(said).replace(" ", "") == text.replace(" ", "").strip()
