"""What is said to every arrangement: fixed, half plain and half actions, and in the training data."""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path

import yaml

from bench import script

ROOT = Path(__file__).resolve().parents[2]
ANNOTATION = re.compile(r"\[([^\[\]]+)\]\(\w+\)")


def sentences() -> list[str]:
    kinds = yaml.safe_load((ROOT / "bench/script.yml").read_text(encoding="utf-8"))
    spoken = [*kinds["plain"], *kinds["actions"], kinds["first"]]
    return [sentence for kind in spoken for sentence in kind["say"]]


def test_a_seed_gives_the_same_conversation_again() -> None:
    assert list(islice(script.talk(7), 60)) == list(islice(script.talk(7), 60))


def test_another_seed_gives_another_conversation() -> None:
    assert list(islice(script.talk(7), 60)) != list(islice(script.talk(8), 60))


def test_every_other_turn_of_a_conversation_is_an_action() -> None:
    kinds = yaml.safe_load((ROOT / "bench/script.yml").read_text(encoding="utf-8"))
    plain = {sentence for kind in kinds["plain"] for sentence in kind["say"]}
    said = [turn.text in plain for turn in islice(script.talk(3), 20)]
    assert said == [True, False] * 10


def test_a_cycle_has_ten_turns_so_that_turn_10_100_and_1000_say_the_same() -> None:
    assert len(script.cycle()) == 10


def test_sentences_stand_in_the_training_data_so_that_all_understand_them_alike() -> None:
    known = {
        ANNOTATION.sub(r"\1", line.strip().removeprefix("- "))
        for file in (ROOT / "nlu_data/nlu").glob("*.yml")
        for line in file.read_text(encoding="utf-8").splitlines()
    }
    assert [sentence for sentence in sentences() if sentence not in known] == []


def test_an_answer_is_recognised_by_the_domains_words_with_values_filled_in() -> None:
    turn = script.Turn("查账单", ("utter_fee_owed",))
    assert turn.is_answered_by(["您家费用还有3笔没交，一共128.50元。", "更多"])
    assert not turn.is_answered_by(["没太明白，您再说一遍？"])
    assert not turn.is_answered_by([])


def test_answers_are_responses_of_the_domain() -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    named = {name for turn in islice(script.talk(0), 10) for name in turn.answers}
    named |= set(script.first().answers)
    assert named <= set(domain["responses"])
