"""Goals: measured one after the other, printed as one table and written as JSON."""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bench.errors import BenchError
from bench.goal import Extent, Result, table, tell

Goals = Mapping[str, Callable[[Extent], Result]]
"Goals by name, in the order in which they are measured"


def add(commands: Any, name: str, about: str, goals: Goals) -> None:
    """The subcommand `name` of `scripts/bench`, which measures these goals."""
    parser = commands.add_parser(name, help=about)
    parser.add_argument("--quick", action="store_true", help="each goal in seconds, for a test")
    parser.add_argument(
        "--only", action="append", choices=list(goals), metavar="GOAL",
        help=f"measure this one; may be given again ({', '.join(goals)})",
    )  # fmt: skip
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the results there")
    parser.set_defaults(run=partial(_run, goals))


def _run(goals: Goals, given: argparse.Namespace) -> None:
    """Measure and report. Raises BenchError when a goal is not reached."""
    logging.getLogger().addHandler(logging.NullHandler())  # the gateway's own lines are no results
    results = []
    for name in given.only or goals:
        tell(f"{name} …")
        results.append(goals[name](Extent(given.quick)))
    _report(results, given.json)


def _report(results: Sequence[Result], file: Path | None) -> None:
    """Print the table and one line of JSON, which the file gets too."""
    print(table(results))
    written = json.dumps([result.written() for result in results], ensure_ascii=False)
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(written + "\n", encoding="utf-8")
    print(written, flush=True)
    missed = [result.goal for result in results if not result.ok]
    if missed:
        raise BenchError(f"not reached: {', '.join(missed)}")
