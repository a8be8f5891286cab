"""A closed question's answers in the model's words, and when they are believed."""

import json

import pytest

from voice.grammar import chosen, segmented, written
from voice.recogniser import Transcript, Word

KNOWN = {"三", "号楼", "号", "三号", "是", "不", "不是", "楼", "AB", "BC", "A"}


def heard(text, confidence=1.0):
    return Transcript(text, (Word(text, confidence, 0.0, 0.3),)) if text else Transcript("")


@pytest.mark.parametrize(
    ("phrase", "words"),
    [
        ("三号楼", ["三", "号楼"]),
        ("不是", ["不是"]),
        ("ABC", ["A", "BC"]),
        ("二号楼", None),
        ("", []),
    ],
)
def test_phrase_is_cut_into_the_fewest_known_words(phrase, words):
    assert segmented(phrase, KNOWN.__contains__) == words


def test_grammar_is_json_with_its_characters_as_they_are():
    text, dropped = written(["三号楼", "不 是", "二号楼", ""], KNOWN.__contains__)
    assert text == '["三 号楼", "不是", "[unk]"]'
    assert json.loads(text) == ["三 号楼", "不是", "[unk]"]
    assert dropped == ("二号楼", "")


def test_no_grammar_is_made_of_no_known_phrase():
    assert written(["二号楼"], KNOWN.__contains__) == (None, ("二号楼",))


@pytest.mark.parametrize(
    ("narrow", "free", "unknown", "believed"),
    [
        (heard("不是"), heard("不四"), False, "不是"),
        (heard("不是"), heard(""), False, "不是"),
        (heard("不是", 0.4), heard("不四"), False, "不四"),
        (heard("不是"), heard("不四"), True, "不四"),
        (heard("不是"), heard("不是三号楼"), False, "不是三号楼"),
        (heard("是是"), heard("救命"), False, "救命"),
        (heard(""), heard("救命"), False, "救命"),
    ],
)
def test_grammar_is_believed_for_one_sure_answer_and_nothing_more(narrow, free, unknown, believed):
    assert chosen(narrow, free, ["是", "不 是"], unknown=unknown).text == believed
