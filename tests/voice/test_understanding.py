"""What tells an echo from words, how sure words are, and when two utterances were one."""

import pytest

from language import voice_commands
from voice.device import Duplex
from voice.joining import Joining
from voice.patience import Completeness, Patience
from voice.recogniser import Transcript, Word
from voice.talk import Habits
from voice.understanding import Language, Uttered, is_echo, stands_apart
from voice.utterance import Heard

SAID = "今天下午停水，请提前接水。"


@pytest.mark.parametrize(
    ("text", "duplex", "echo"),
    [
        ("今天下午停水", Duplex.LEAKY, True),
        ("今天下午停水", Duplex.CLEAN, True),
        ("今天下午停水", Duplex.HALF, False),
        ("停水", Duplex.LEAKY, True),
        ("停水", Duplex.CLEAN, False),
        ("我家灯坏了", Duplex.LEAKY, False),
        ("", Duplex.LEAKY, False),
    ],
)
def test_an_echo_is_what_a_device_of_that_kind_lets_through(text, duplex, echo):
    assert is_echo(text, SAID, duplex) is echo


@pytest.mark.parametrize(
    ("text", "said", "apart"),
    [
        ("停", "今天停水，请提前接水。", True),
        ("好", "吃了就好。", True),
        ("好", "好，我说慢一点。", False),
        ("挺好", "好的，停好。", False),
        ("今天下午", "今天下午两点停水。", False),
    ],
)
def test_a_word_stands_apart_unless_it_is_a_whole_clause(text, said, apart):
    assert stands_apart(text, said) is apart


def test_nothing_said_gives_no_echo():
    assert not is_echo("今天下午停水", "", Duplex.LEAKY)


def test_confidence_is_the_mean_of_the_words():
    words = (Word("水管", 0.9, 0.0, 0.5), Word("漏水", 0.3, 0.5, 1.0))
    assert Transcript("水管漏水", words).confidence(untold=1.0) == pytest.approx(0.6)
    assert Transcript("水管漏水").confidence(untold=1.0) == 1.0


def uttered(text, began_s, ended_s, key="k"):
    heard = Heard(Transcript(text), began_s=began_s, ended_s=ended_s)
    return Uttered(key, Transcript(text), heard)


def joining():
    words = Completeness(voice_commands.is_complete, voice_commands.is_open)
    patience = Patience(Habits(senior=False), words)
    return Joining(patience, Language()), patience


@pytest.mark.parametrize(
    ("gap_s", "answered_s", "joined"),
    [
        (1.5, None, True),
        (3.9, None, True),
        (4.1, None, False),
        (2.0, 12.0, True),
        (2.0, 10.6, True),
        (2.0, 10.4, False),
    ],
)
def test_two_utterances_are_one_when_the_second_came_before_the_answer_had_begun(
    gap_s, answered_s, joined
):
    one, patience = joining()
    one.handed_over(uttered("我家水管", 8.0, 10.0, "first"))
    if answered_s is not None:
        one.answering(answered_s)
    both = one.joined(uttered("漏水了", 10.0 + gap_s, 13.0, "second"))
    assert (both.text, both.continues) == (
        ("我家水管漏水了", "first") if joined else ("漏水了", "")
    )
    assert patience.end_s == pytest.approx(1.5 if joined else 1.2)


def test_text_is_never_joined():
    one, _ = joining()
    one.handed_over(Uttered("first", Transcript("我家水管")))
    assert one.joined(uttered("漏水了", 1.0, 2.0)).continues == ""
