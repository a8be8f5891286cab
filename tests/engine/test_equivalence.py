"""The lean engine with bounded trackers says and does what Rasa does with whole ones."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.engine.support import ROOT, Project

REPLAY = str(ROOT / "tests" / "engine" / "replay.py")


def replay(project: Project, kind: str, dialogues: int, turns: int) -> list[dict[str, Any]]:
    """The turns that `replay.py` prints."""
    ended = project.run(REPLAY, kind, str(project.model), "1", str(dialogues), str(turns))
    return [json.loads(line) for line in ended.stdout.splitlines() if line.startswith('{"seed"')]


@pytest.mark.slow
def test_random_dialogues_go_as_with_stock_rasa(project: Project) -> None:
    with ThreadPoolExecutor() as both:
        stock, lean = both.map(lambda kind: replay(project, kind, 16, 30), ("stock", "lean"))
    assert len(lean) == 16 * 30
    for expected, found in zip(stock, lean, strict=True):
        assert found == expected
    visited = {name for turn in stock for name, _, _ in turn["actions"]}
    assert visited >= {
        "action_back",
        "action_deactivate_loop",
        "action_default_fallback",
        "action_fee_query",
        "action_repair_create",
        "repair_form",
        "utter_ask_human",
    }
    assert "/restart" in {turn["text"] for turn in stock}
