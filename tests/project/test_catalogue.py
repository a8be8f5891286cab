"""The language data as a product: the catalogue's intents, their sentences, rules, actions, words."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FEWEST_EXAMPLES, FEWEST_HELD_OUT = 40, 5
RAISED_BY_CODE = {"nlu_fallback", "send_photo"}
ANNOTATION = re.compile(r"\[([^\[\]]+)\]\((\w+)\)")
EDGES = re.compile(r"[\s，。！？,.!?、~…]")


def load(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


DOMAIN = load(ROOT / "domain.yml")
INTENTS: dict[str, list[str] | None] = {}
for entry in DOMAIN["intents"]:
    if isinstance(entry, str):
        INTENTS[entry] = None
    else:
        [(name, options)] = entry.items()
        INTENTS[name] = options["use_entities"]
CATALOGUE = sorted(set(INTENTS) - RAISED_BY_CODE)


def sentences(folder: Path) -> list[tuple[str, str, str]]:
    """(stem, intent, annotated sentence) of every example below a folder."""
    return [
        (file.stem, block["intent"], line.strip()[2:])
        for file in sorted(folder.glob("*.yml"))
        for block in load(file)["nlu"]
        if "intent" in block
        for line in block["examples"].splitlines()
        if line.strip()
    ]


TRAINING = sentences(ROOT / "nlu_data/nlu")
TYPED = sentences(ROOT / "tests/nlu")
SPOKEN, CONFUSABLE = (sentences(ROOT / "tests/nlu" / each) for each in ("spoken", "confusable"))
HELD_OUT = TYPED + SPOKEN + CONFUSABLE
FEWEST_SPOKEN = 5


def plain(sentence: str) -> str:
    return EDGES.sub("", ANNOTATION.sub(r"\1", sentence))


def test_the_domain_has_the_65_intents_of_the_catalogue() -> None:
    assert len(CATALOGUE) == 65


@pytest.mark.parametrize("intent", CATALOGUE)
def test_an_intent_has_enough_training_and_held_out_sentences(intent: str) -> None:
    trained = sum(1 for _, name, _ in TRAINING if name == intent)
    held_out = sum(1 for _, name, _ in TYPED if name == intent)
    spoken = sum(1 for _, name, _ in SPOKEN if name == intent)
    assert trained >= FEWEST_EXAMPLES
    assert held_out >= FEWEST_HELD_OUT
    assert spoken >= FEWEST_SPOKEN


def test_every_sentence_is_of_a_known_intent_and_carries_only_its_entities() -> None:
    wrong = [
        (stem, intent, entity)
        for stem, intent, sentence in TRAINING + HELD_OUT
        for _, entity in ANNOTATION.findall(sentence)
        if intent not in CATALOGUE
        or entity not in DOMAIN["entities"]
        or (INTENTS[intent] is not None and entity not in (INTENTS[intent] or []))
    ]
    assert wrong == []


def test_no_sentence_stands_twice_in_the_training_data() -> None:
    counted = Counter(plain(sentence) for _, _, sentence in TRAINING)
    assert [text for text, times in counted.items() if times > 1] == []


def test_no_held_out_sentence_stands_in_two_sets() -> None:
    counted = Counter(plain(sentence) for _, _, sentence in HELD_OUT if len(plain(sentence)) > 8)
    assert [text for text, times in counted.items() if times > 1] == []


def test_no_long_held_out_sentence_is_trained_on() -> None:
    """Short ones (转人工) are what everybody says; a long one would have been copied."""
    trained = {plain(sentence) for _, _, sentence in TRAINING}
    copied = [plain(s) for _, _, s in HELD_OUT if len(plain(s)) > 8 and plain(s) in trained]
    assert copied == []


def rules() -> list[dict[str, Any]]:
    return [
        rule
        for file in sorted((ROOT / "nlu_data/rules").glob("*.yml"))
        for rule in load(file)["rules"]
    ]


def test_every_intent_has_a_rule() -> None:
    answered = {step["intent"] for rule in rules() for step in rule["steps"] if "intent" in step}
    assert set(INTENTS) - answered == set()


def classes() -> set[str]:
    """Action names that the classes of actions/ return or build."""
    found = set()
    for file in sorted((ROOT / "actions").glob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            value = node.value if isinstance(node, ast.Constant) else None
            if isinstance(value, str) and re.fullmatch(r"action_[a-z_]+", value):
                found.add(value)
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "stem":
                if not isinstance(node.value, ast.Constant):
                    continue
                found.add(f"validate_{node.value.value}_form")
    return found


def test_every_action_of_the_domain_has_a_class_and_every_class_an_entry() -> None:
    host = {
        "action_listen", "action_extract_slots", "action_session_start", "action_execution_rejected",
    }  # fmt: skip
    assert classes() - host == set(DOMAIN["actions"])


def used_responses() -> set[str]:
    used = set()
    for file in sorted((ROOT / "actions").glob("*.py")):
        used |= set(re.findall(r'"(utter_[a-z_]+)"', file.read_text(encoding="utf-8")))
    for rule in rules():
        used |= {
            step["action"]
            for step in rule["steps"]
            if str(step.get("action", "")).startswith("utter_")
        }
    return used


def test_every_response_is_used_and_every_used_one_exists() -> None:
    used = used_responses()
    have = set(DOMAIN["responses"])
    families = (
        "utter_error_",
        "utter_repair_state_",
        "utter_complaint_created",
        "utter_suggestion_created",
    )
    unused = {name for name in have - used if not name.startswith(families)}
    assert (used - have, unused) == (set(), {"utter_default"} & have)


def test_every_repair_state_has_words() -> None:
    labels = load(ROOT / "community/labels.yml")
    missing = [
        s for s in labels["repair_state"] if f"utter_repair_state_{s}" not in DOMAIN["responses"]
    ]
    assert missing == []


def texts() -> list[str]:
    return [variant["text"] for variants in DOMAIN["responses"].values() for variant in variants]


def test_replies_use_full_width_punctuation() -> None:
    wrong = [text for text in texts() if re.search(r"[\u4e00-\u9fff][,?!;:]", text)]
    assert wrong == []


def test_no_rule_announces_success_after_an_action_by_itself() -> None:
    """The action utters its own outcome; Rasa would announce it after a failure too."""
    wrong = [
        rule["rule"]
        for rule in rules()
        for before, after in zip(rule["steps"], rule["steps"][1:], strict=False)
        if str(before.get("action", "")).startswith("action_")
        and str(after.get("action", "")).startswith("utter_")
    ]
    assert wrong == []
