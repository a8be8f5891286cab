"""Commands of a spoken conversation: each of its ways is heard, and nothing else is taken for one."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from language.voice_commands import Command, command, cry, goes_on, is_complete, is_open

TABLE = yaml.safe_load((Path(__file__).parent / "voice_commands.yml").read_text("utf-8"))


def said(block: str) -> list[str]:
    return [words for line in block.splitlines() for words in line.split("  ")]


CRIES, NOT_CRIES, OTHERS = (said(TABLE[name]) for name in ("cries", "not_cries", "others"))
WAYS = [
    (Command(name), words) for name, block in TABLE["commands"].items() for words in said(block)
]


@pytest.mark.parametrize("words", CRIES)
def test_a_cry_is_heard_however_it_was_recognised(words):
    assert command(words) == Command.HELP


@pytest.mark.parametrize(("means", "words"), WAYS)
def test_a_command_is_heard_in_all_its_ways(means, words):
    assert command(words) == means


@pytest.mark.parametrize("words", said(TABLE["complete"]))
def test_a_whole_answer_is_complete(words):
    assert (is_complete(words), is_open(words)) == (True, False)


@pytest.mark.parametrize("words", said(TABLE["open"]))
def test_words_that_want_more_are_open(words):
    assert (is_complete(words), is_open(words)) == (False, True)


@pytest.mark.parametrize("words", [*said(TABLE["neither"]), "", "。"])
def test_an_ordinary_sentence_is_neither_complete_nor_open(words):
    assert (is_complete(words), is_open(words)) == (False, False)


# --- how good it is


def test_tables_are_large_and_have_no_words_twice():
    for words, least in ((CRIES, 150), (NOT_CRIES, 300), (OTHERS, 150)):
        assert len(words) == len(set(words)) >= least
    for kind in set(Command) - {Command.HELP}:
        ways = [words for means, words in WAYS if means == kind]
        assert len(ways) == len(set(ways)) >= 25


def test_at_most_two_in_a_hundred_words_of_danger_ring_without_any():
    rung = [words for words in NOT_CRIES if command(words) == Command.HELP]
    assert len(rung) <= len(NOT_CRIES) * 0.02, rung


def test_at_most_one_in_a_hundred_sentences_of_other_business_is_taken_for_a_command():
    taken = [words for words in [*OTHERS, *NOT_CRIES] if command(words) not in (None, Command.HELP)]
    assert len(taken) <= len([*OTHERS, *NOT_CRIES]) * 0.01, taken


def test_at_most_one_in_a_hundred_sentences_of_residents_is_taken_for_a_command():
    """Sentences by another hand, which no word here was written for."""
    texts = [text for intent, text in residents() if intent not in CONVERSATIONAL]
    taken = [text for text in texts if command(text) not in (None, Command.HELP)]

    assert len(texts) > 1000
    assert len(taken) <= len(texts) * 0.01, taken


CONVERSATIONAL = {
    "sos", "repeat", "speak_differently", "ask_human", "help_menu", "cancel_flow", "affirm", "deny",
}  # fmt: skip
"What commands are for"


def residents() -> Iterator[tuple[str, str]]:
    """(intent, sentence) of all held-out sentences of the engine."""
    for file in sorted((Path(__file__).parents[1] / "nlu").rglob("*.yml")):
        for block in (yaml.safe_load(file.read_text("utf-8")) or {}).get("nlu", []):
            for line in block["examples"].splitlines():
                yield block["intent"], ANNOTATED.sub(r"\1", line.strip()[2:])


ANNOTATED = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


# --- each guard is needed


@pytest.mark.parametrize("words", ["别打120", "小说里有人喊救命", "快来人多了"])
def test_a_cry_that_is_denied_or_told_of_is_none(words):
    assert command(words) is None


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("抓小头", "help"),
        ("哪位好心人帮帮我呀", "help"),
        ("厨房着火了", "fire"),
        ("有生命危险快来", "help"),
        ("小说里有人喊救命", None),
        ("停", None),
        ("", None),
    ],
)
def test_a_cry_is_told_with_its_kind(words, kind):
    assert (cry(words).sos, cry(words).kind) == (kind is not None, kind)


def test_a_cry_beside_a_denied_one_is_heard():
    assert command("不用打120了，我妈又晕倒了叫不醒") == Command.HELP


@pytest.mark.parametrize("words", ["灯一下", "满一点", "照人工"])
def test_a_word_that_only_sounds_like_a_command_is_none(words):
    assert command(words) is None


def test_a_short_word_is_a_command_only_as_it_is_written():
    assert command("轻点") == Command.QUIETER
    assert command("清点") is None


def test_who_says_more_than_a_command_has_other_business():
    assert command("知道了" * 3) == Command.ACKNOWLEDGE
    assert command("知道了" * 9) is None


@pytest.mark.parametrize("words", ["", " ", "。", "😀", "\ud800", "停" * 10_000, "a" * 10_000])
def test_nothing_said_is_no_command(words):
    assert command(words) is None


@pytest.mark.parametrize(
    ("words", "more"),
    [
        ("继续", True),
        ("继续说吧。", True),
        ("请接着念", True),
        ("往下说", True),
        ("说下去", True),
        ("我还要听", True),
        ("后面呢", True),
        ("继续报修", False),
        ("听戏", False),
        ("不用继续了", False),
        ("", False),
    ],
)
def test_more_is_wanted_only_when_that_is_all_that_is_said(words, more):
    assert goes_on(words) is more


def test_marks_spaces_and_width_do_not_count():
    assert command(" 请再说 一遍！") == command("請再說一遍。") == Command.REPEAT
