"""What residents say for an intent: its training sentences and the held-out ones, without marks."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[3]
_MARK = re.compile(r"\[([^\[\]]+)\]\(\w+\)")


def said(stem: str, intent: str) -> list[str]:
    return [
        _MARK.sub(r"\1", line.strip()[2:])
        for folder in ("nlu_data/nlu", "tests/nlu")
        for block in yaml.safe_load((ROOT / folder / f"{stem}.yml").read_text("utf-8"))["nlu"]
        if block.get("intent") == intent
        for line in block["examples"].splitlines()
        if line.strip()
    ]
