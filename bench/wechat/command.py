"""`scripts/bench wechat`: measures the goals one after the other and prints them as one table.

A further goal is a function that takes an Extent and returns a Result, and a line in GOALS.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.errors import BenchError
from bench.wechat.allowance import g8
from bench.wechat.bindings import g14
from bench.wechat.clips import g11
from bench.wechat.goal import Extent, Result, table, tell
from bench.wechat.gone import g13
from bench.wechat.injection import g10
from bench.wechat.kills import g4
from bench.wechat.late import g6
from bench.wechat.order import g7
from bench.wechat.repeats import g3
from bench.wechat.rush import g5
from bench.wechat.sealing import g1
from bench.wechat.strangers import g2
from bench.wechat.tokens import g9
from bench.wechat.told import g12

GOALS: dict[str, Callable[[Extent], Result]] = {
    "G1": g1, "G2": g2, "G3": g3, "G4": g4, "G5": g5, "G6": g6, "G7": g7, "G8": g8, "G9": g9,
    "G10": g10, "G11": g11, "G12": g12, "G13": g13, "G14": g14,
}  # fmt: skip


def add_to(commands: Any) -> None:
    """The subcommand's options."""
    parser = commands.add_parser("wechat", help="the goals of the WeChat channel")
    parser.add_argument("--quick", action="store_true", help="each goal in seconds, for a test")
    parser.add_argument(
        "--only", action="append", choices=list(GOALS), metavar="GOAL",
        help=f"measure this one; may be given again ({', '.join(GOALS)})",
    )  # fmt: skip
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the results there")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> None:
    """Measure and report. Raises BenchError when a goal is not reached."""
    logging.getLogger().addHandler(logging.NullHandler())  # the gateway's own lines are no results
    results = []
    for name in given.only or GOALS:
        tell(f"{name} …")
        results.append(GOALS[name](Extent(given.quick)))
    report(results, given.json)


def report(results: Sequence[Result], file: Path | None) -> None:
    """Print the table and one line of JSON, which the file gets too. Raises BenchError as `run`."""
    print(table(results))
    written = json.dumps([result.written() for result in results], ensure_ascii=False)
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(written + "\n", encoding="utf-8")
    print(written, flush=True)
    missed = [result.goal for result in results if not result.ok]
    if missed:
        raise BenchError(f"not reached: {', '.join(missed)}")
