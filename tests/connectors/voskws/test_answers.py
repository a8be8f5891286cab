"""Answers: the bytes that Vosk itself would write."""

import pytest

from connectors.voskws.answers import dump, nothing, partial, result
from connectors.voskws.messages import Config
from voice.recogniser import Transcript, Word

HEARD = Transcript("我要报修", (Word("我要", 1.0, 0.3, 0.6), Word("报修", 0.5, 0.6, 1.02)))


def test_a_partial_is_golden():
    assert partial("我要") == '{\n  "partial" : "我要"\n}'
    assert partial("") == '{\n  "partial" : ""\n}'


def test_a_result_with_words_is_golden():
    assert result(HEARD, Config(), 2.0) == (
        '{\n  "result" : [{\n      "conf" : 1.000000,\n      "end" : 2.600000,\n'
        '      "start" : 2.300000,\n      "word" : "我要"\n    }, {\n      "conf" : 0.500000,\n'
        '      "end" : 3.020000,\n      "start" : 2.600000,\n      "word" : "报修"\n    }],\n'
        '  "text" : "我要 报修"\n}'
    )


def test_a_result_without_words_is_golden():
    golden = '{\n  "text" : "我要 报修"\n}'
    assert result(HEARD, Config(words=False), 0.0) == golden
    assert result(Transcript("我要报修"), Config(), 0.0) == '{\n  "text" : "我要报修"\n}'
    assert result(Transcript(""), Config(), 0.0) == '{\n  "text" : ""\n}'


def test_alternatives_are_golden():
    assert result(HEARD, Config(alternatives=True), 0.0) == (
        '{\n  "alternatives" : [{\n      "confidence" : 0.750000,\n      "result" : [{\n'
        '          "end" : 0.600000,\n          "start" : 0.300000,\n          "word" : "我要"\n'
        '        }, {\n          "end" : 1.020000,\n          "start" : 0.600000,\n'
        '          "word" : "报修"\n        }],\n      "text" : "我要 报修"\n    }]\n}'
    )
    assert result(Transcript("好"), Config(alternatives=True, words=False), 0.0) == (
        '{\n  "alternatives" : [{\n      "confidence" : 1.000000,\n      "text" : "好"\n    }]\n}'
    )


@pytest.mark.parametrize(
    ("config", "golden"),
    [
        (Config(), '{"text": ""}'),
        (Config(alternatives=True), '{"alternatives" : [{"text": "", "confidence" : 1.0}] }'),
    ],
)
def test_the_answer_to_no_sound_is_golden(config, golden):
    assert nothing(config) == golden


def test_signs_are_escaped():
    assert dump('a"b\\c\nd\te\rf') == '"a\\"b\\\\c\\nd\\te\\rf"'
