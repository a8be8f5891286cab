"""Every scenario of the YAML files beside this one, word for word against the real engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

HERE = Path(__file__).parent
SCENARIOS = [
    pytest.param(scenario, id=f"{file.stem}: {scenario['name']}")
    for file in sorted(HERE.glob("*.yml"))
    for scenario in yaml.safe_load(file.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_dialogue(talk: Any, scenario: dict[str, Any]) -> None:
    begun = await talk(scenario.get("bound"))
    heard = None
    for step in scenario["turns"]:
        if "tap" in step:
            heard = await begun.tap(step["tap"], heard)
        elif "staff" in step:
            heard = await begun.reply_to_complaint(step["staff"])
        else:
            heard = await begun.say(step["say"])
        where = f"after {next(iter(step.values()))!r}: {heard.text!r} ({heard.intent})"
        if "outcome" in step:
            assert heard.outcome == step["outcome"], where
        for words in step.get("hears", []):
            assert words in heard.text, where
        for words in step.get("never", []):
            assert words not in heard.text, where
        if "choices" in step:
            assert [c.label for one in heard.said for c in one.choices] == step["choices"], where
