"""`scripts/bench language`: the processor time that one sentence costs in the pure functions of `language`.

Processor time, not time on the wall, so that other work on the machine does not count. Names are made of
common family and given names, denser than any community's: many sound alike.
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from language.homophones import NameIndex
from language.reading import phonetic, speakable
from language.reading.inverse import written
from language.voice_commands import command, is_complete, is_open


@dataclass(frozen=True)
class Cost:
    """What one call costs, in milliseconds of the processor."""

    what: str
    mean_ms: float
    p95_ms: float
    goal_ms: float
    "What the mean may be"


def add_to(commands: Any) -> None:
    """The subcommand's options."""
    parser = commands.add_parser("language", help="processor time of reading, commands and names")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the results there")
    parser.add_argument("--rounds", type=int, default=5, help="over all sentences (5)")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> None:
    results = measure(rounds=given.rounds, sizes=(1_000, 10_000))
    print(table(results))
    if given.json:
        given.json.write_text(json.dumps([asdict(one) for one in results], indent=2) + "\n")


def measure(*, rounds: int, sizes: Iterable[int]) -> list[Cost]:
    """One row for each function, and for each size of a list of names."""
    stock = yaml.safe_load((files("bench") / "words.yml").read_text("utf-8"))
    said, texts = stock["said"], stock["texts"]
    costs = [
        _cost("command", command, said * rounds, 5.0),
        _cost("is_complete, is_open", lambda text: (is_complete(text), is_open(text)), said * rounds, 5.0),
        _cost("speakable", speakable, texts * rounds, 5.0),
        _cost("phonetic", phonetic, texts * rounds, 5.0),
        _cost("written", written, said * rounds, 5.0),
    ]  # fmt: skip
    for size in sizes:
        index = NameIndex(itertools.islice(_names(stock), size))
        heard = stock["heard"] * rounds
        costs.append(
            _cost(f"best of {size:,} names", index.best, heard, 1.0 if size <= 1000 else 5.0)
        )
    return costs


def table(results: Iterable[Cost]) -> str:
    rows = [f"{'CPU ms a call':<24}{'mean':>8}{'p95':>8}{'goal':>8}"]
    rows += [
        f"{one.what:<24}{one.mean_ms:>8.2f}{one.p95_ms:>8.2f}{'≤ ' + format(one.goal_ms, 'g'):>8}"
        for one in results
    ]
    return "\n".join(rows)


def _cost(what: str, call: Callable[[str], object], texts: list[str], goal_ms: float) -> Cost:
    call(texts[0])  # reads what it needs
    spent = []
    for text in texts:
        began = time.process_time()
        call(text)
        spent.append((time.process_time() - began) * 1000)
    spent.sort()
    return Cost(what, sum(spent) / len(spent), spent[int(len(spent) * 0.95)], goal_ms)


def _names(stock: dict[str, Any]) -> Iterable[str]:
    """Family and given names and what shops are called, in an order that mixes them."""
    given = ["".join(pair) for pair in itertools.permutations(stock["given"], 2)]
    for place, name in enumerate(given):
        for turn, family in enumerate(stock["family"]):
            shop = stock["shops"][(place + turn) % len(stock["shops"])] if turn % 4 == 0 else ""
            yield f"{family}{name}{shop}"
