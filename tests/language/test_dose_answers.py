"""What is said of a dose; nothing is taken that nobody said, and every sentence we know is listed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from language.dose_answers import act_of

ROOT = Path(__file__).parents[2]
TABLE: dict[str, list[str]] = yaml.safe_load(
    Path(__file__).with_name("dose_answers.yml").read_text("utf-8")
)
_ENTITY = re.compile(r"\[([^\]]*)\]\([^)]*\)")


@pytest.mark.parametrize(
    ("words", "act"), [(words, act) for act, listed in TABLE.items() for words in listed]
)
def test_words_say_one_thing_of_a_dose(words: str, act: str) -> None:
    assert act_of(words) == act


@pytest.mark.parametrize("file", ["nlu_data/nlu/medication.yml", "tests/nlu/medication.yml"])
def test_every_sentence_of_the_intent_is_in_the_table(file: str) -> None:
    blocks = yaml.safe_load((ROOT / file).read_text("utf-8"))["nlu"]
    said = {
        _ENTITY.sub(r"\1", line.removeprefix("- "))
        for block in blocks
        if block["intent"] == "confirm_medication"
        for line in block["examples"].splitlines()
    }
    assert said <= {words for listed in TABLE.values() for words in listed}
