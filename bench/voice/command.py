"""`scripts/bench voice`: its goals.

A further goal is a function that takes an Extent and returns a Result, and a line in GOALS.
"""

from __future__ import annotations

from typing import Any

from bench import goals
from bench.voice.broken import v13
from bench.voice.crowd import v11
from bench.voice.endings import v1, v2
from bench.voice.first_sound import v3
from bench.voice.hearing import vh
from bench.voice.ladders import v16
from bench.voice.matrix import v10
from bench.voice.reminders import v17
from bench.voice.speaking import v6, v15
from bench.voice.stopping import v4, v5
from bench.voice.tables import v7, v8, v9
from bench.voice.webhooks import v14

GOALS: goals.Goals = {
    "V1": v1, "V2": v2, "V3": v3, "V4": v4, "V5": v5, "V6": v6, "V7": v7, "V8": v8, "V9": v9,
    "V10": v10, "V11": v11, "V13": v13, "V14": v14, "V15": v15, "V16": v16, "V17": v17, "VH": vh,
}  # fmt: skip


def add_to(commands: Any) -> None:
    """The subcommand."""
    goals.add(commands, "voice", "the goals of speech", GOALS)
