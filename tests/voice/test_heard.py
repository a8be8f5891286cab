"""Words become text as it is written, and breath is no word."""

import pytest

from voice.heard import joined, transcript, without_ghosts
from voice.recogniser import Transcript, Word

LOUD, QUIET = 2_000.0, 50.0


def word(text, confidence=1.0):
    return Word(text, confidence, 0.0, 0.1)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("三 号楼 漏水", "三号楼漏水"),
        ("打开 wifi 开关", "打开wifi开关"),
        ("good morning", "good morning"),
        ("", ""),
        ("[unk] 三 <unk> 号楼 !SIL", "三号楼"),
    ],
)
def test_spaces_stay_only_between_words_that_are_not_chinese(words, text):
    assert joined(words) == text


def test_what_stands_for_no_word_is_left_out_of_the_words_too():
    assert transcript([word("三"), word("[unk]"), word("<unk>")]) == Transcript("三", (word("三"),))


@pytest.mark.parametrize(
    ("heard", "loudest", "expected", "text"),
    [
        (Transcript("嗯", (word("嗯"),)), LOUD, (), "嗯"),
        (Transcript("嗯", (word("嗯"),)), QUIET, (), ""),
        (Transcript("嗯", (word("嗯", 0.5),)), LOUD, (), ""),
        (Transcript("嗯", (word("嗯", 0.5),)), LOUD, ("嗯", "不"), "嗯"),
        (Transcript("啊"), LOUD, (), ""),
        (Transcript("嗯啊呃", (word("嗯"), word("啊"), word("呃"))), LOUD, (), ""),
        (Transcript("停", (word("停", 0.3),)), QUIET, (), "停"),
        (Transcript("嗯好", (word("嗯", 0.4), word("好"))), QUIET, (), "嗯好"),
        (Transcript(""), QUIET, (), ""),
    ],
)
def test_lone_breath_that_is_quiet_or_doubtful_was_not_said(heard, loudest, expected, text):
    assert without_ghosts(heard, loudest, expected).text == text
