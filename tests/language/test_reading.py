"""What is written is read as a person would read it, and nothing unspeakable is left."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from language.reading import phonetic, sentences, speakable

ROOT = Path(__file__).resolve().parents[2]
TABLE: dict[str, dict[str, str]] = yaml.safe_load(
    (Path(__file__).parent / "reading.yml").read_text("utf-8")
)
CASES = [(str(written), spoken) for rows in TABLE.values() for written, spoken in rows.items()]
SPOKEN = re.compile("(?:[\u3400-\u9fff\U00020000-\U0003134f]|[A-Z](?![A-Z])| (?=[A-Z])|[，、；。？！](?![，、；。？！]))*")


def ended(spoken: str) -> str:
    return spoken if not spoken or spoken[-1] in "。？！；" else f"{spoken}。"


@pytest.mark.parametrize(("written", "spoken"), CASES)
def test_what_is_written_is_said_as_a_person_would(written, spoken):
    assert speakable(written) == ended(spoken)


def test_table_of_readings_is_large():
    assert len(CASES) >= 300


@pytest.mark.parametrize("spoken", sorted({ended(spoken) for _, spoken in CASES}))
def test_what_is_speakable_stays_as_it_is(spoken):
    assert speakable(spoken) == spoken
