"""Every code has words, and every word group is complete."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from bot.phrases import phrase
from community.errors import Code
from community.labels import group

ROOT = Path(__file__).resolve().parents[2]
MARKS = re.compile(r"https?:|www\.|[|#*_<>\[\]【】\t]")
"What nobody can say aloud: links, tables, markup"
LONGEST_SENTENCE, LONGEST_REPLY = 50, 100
"Characters, before names and numbers are filled in"


def test_every_code_has_words() -> None:
    assert [code for code in Code if not phrase(f"errors.{code}").strip()] == []


def test_every_emergency_kind_has_a_safety_sentence_and_a_label() -> None:
    phrases = yaml.safe_load((ROOT / "bot/phrases.yml").read_text(encoding="utf-8"))["emergency"]
    said_otherwise = {"where", "place_noted", "again", "false_alarm"}
    assert set(phrases) - said_otherwise == set(group("emergency"))


def test_every_intent_that_can_be_offered_has_a_label() -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    names = {entry if isinstance(entry, str) else next(iter(entry)) for entry in domain["intents"]}
    assert set(group("intent")) - names == set()


def test_every_reply_can_be_read_aloud_to_a_senior() -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))["responses"]
    said = [
        (name, re.sub(r"{\w+}", "某", one["text"])) for name, each in domain.items() for one in each
    ]
    assert [name for name, text in said if MARKS.search(text) or len(text) > LONGEST_REPLY] == []
    sentences = [(name, part) for name, text in said for part in re.split("[。？！；\n]", text)]
    assert [name for name, part in sentences if len(part) > LONGEST_SENTENCE] == []
