"""`scripts/bench voice`: measures the goals one after the other and prints them as one table.

A further goal is a function that takes an Extent and returns a Result, and a line in GOALS.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
from bench.wechat.command import report
from bench.wechat.goal import Extent, Result, tell

GOALS: dict[str, Callable[[Extent], Result]] = {
    "V1": v1, "V2": v2, "V3": v3, "V4": v4, "V5": v5, "V6": v6, "V7": v7, "V8": v8, "V9": v9,
    "V10": v10, "V11": v11, "V13": v13, "V14": v14, "V15": v15, "V16": v16, "V17": v17, "VH": vh,
}  # fmt: skip


def add_to(commands: Any) -> None:
    """The subcommand's options."""
    parser = commands.add_parser("voice", help="the goals of speech")
    parser.add_argument("--quick", action="store_true", help="each goal in seconds, for a test")
    parser.add_argument(
        "--only", action="append", choices=list(GOALS), metavar="GOAL",
        help=f"measure this one; may be given again ({', '.join(GOALS)})",
    )  # fmt: skip
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the results there")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> None:
    """Measure and report. Raises BenchError when a goal is not reached."""
    results = []
    for name in given.only or GOALS:
        tell(f"{name} …")
        results.append(GOALS[name](Extent(given.quick)))
    report(results, given.json)
