"""`scripts/bench turn`: our engine, all of ours, and stock Rasa answer the same turns on this machine.

Each round starts the arrangements one after the other on new data, measures, and ends them, so that
nothing else of ours runs while one is measured. How it is done and what came out: docs/bench.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import arrangements, client, processes, report, site, training
from bench.arrangements import Arrangement, Running
from bench.client import Target
from bench.history import TURNS, Histories
from bench.load import Load, in_own_process
from bench.report import CONNECTIONS, Rounds
from bench.site import Site

NAMES = ("ours_engine", "ours_whole", "stock")
WARM_UP_S = 5.0
BETWEEN_S = 1.0
"Warm-up at each number of connections"
CONVERSATIONS_EACH = 200
"For each number of connections; when all have been used the first goes on"
BIND_AT_ONCE = 4
MIB = 1024 * 1024


@dataclass(frozen=True)
class Extent:
    """How much is measured."""

    seconds: float
    rounds: int
    histories: int
    "Conversations that are taken to each of 10, 100 and 1,000 turns"


def say(words: str) -> None:
    """Progress, for the person who waits."""
    print(f"bench: {words}", file=sys.stderr, flush=True)


def add_to(commands: Any) -> None:
    """The subcommand's options."""
    parser = commands.add_parser("turn", help="turns per second, memory, start and training")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the results there")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each window (10)")
    parser.add_argument("--only", choices=NAMES, help="measure one arrangement")
    parser.add_argument(
        "--stock-model",
        type=Path,
        metavar="FILE",
        help="use this model; trained if it is not there",
    )
    parser.add_argument(
        "--stock-epochs",
        type=int,
        default=training.EPOCHS,
        metavar="N",
        help=f"train the stock model for fewer ({training.EPOCHS})",
    )
    parser.add_argument("--quick", action="store_true", help="one round of short windows")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> None:
    """Train what is not trained, measure, print, and write the file. Raises BenchError."""
    extent = Extent(2.0, 1, 1) if given.quick else Extent(given.seconds, 3, 5)
    names = [given.only] if given.only else list(NAMES)
    rounds, ways = _train(names, given.stock_model, given.stock_epochs)
    histories: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="linsheng-bench-") as folder:
        for n in range(extent.rounds):
            for name in names:
                say(f"round {n + 1} of {extent.rounds}: {name}")
                place = site.make(
                    Path(folder) / f"{n}-{name}", CONVERSATIONS_EACH * (len(CONNECTIONS) + 1)
                )
                with arrangements.running(ways[name](place), place) as up:
                    _measure(rounds[name], up, place, extent.seconds)
                    if name == "ours_whole" and n == extent.rounds - 1:
                        say("taking conversations to their 1,000th turn")
                        histories = _histories(up.target, place, extent.histories)
    results: dict[str, Any] = {name: rounds[name].result() for name in names}
    if histories:
        results["history_ms"] = {turn: round(ms, 2) for turn, ms in histories.items()}
    print(report.table(results))
    written = json.dumps(results)
    if given.json:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        given.json.write_text(written + "\n", encoding="utf-8")
    print(written, flush=True)


def _train(
    names: list[str], stock_model: Path | None, stock_epochs: int
) -> tuple[dict[str, Rounds], dict[str, Arrangement]]:
    rounds: dict[str, Rounds] = {}
    ways: dict[str, Arrangement] = {}
    if names != ["stock"]:
        took_s = training.ours(say)
        rounds |= {name: Rounds(took_s) for name in names}
        ways |= {"ours_engine": arrangements.ours_engine(), "ours_whole": arrangements.ours_whole()}
    if "stock" in names:
        trained, stock_took_s = training.stock(stock_model, say, stock_epochs)
        rounds["stock"] = Rounds(stock_took_s)
        ways["stock"] = arrangements.stock(trained)
    return rounds, ways


def _measure(rounds: Rounds, up: Running, place: Site, seconds: float) -> None:
    """One round of one arrangement."""
    rounds.start_s.append(up.start_s)
    conversations = _conversations(up.target, place)
    for n, connections in enumerate((4, *CONNECTIONS)):
        first = n * CONVERSATIONS_EACH
        plan = Load(
            target=up.target,
            conversations=conversations[first : first + CONVERSATIONS_EACH],
            seed=first,
            connections=connections,
            warm_up_s=BETWEEN_S if n else 0.0,
            seconds=seconds if n else min(seconds, WARM_UP_S),
            watched=up.pids,
        )
        measured = in_own_process(plan)
        if n == 0:
            continue
        rounds.add(connections, measured["seconds"], measured["latencies_ms"], measured["cpu_ms"])
        _tell(connections, measured)
    rounds.rss_mb.append(processes.rss_bytes(processes.tree(up.pids)) / MIB)
    say(f"  started in {up.start_s:.1f} s, {rounds.rss_mb[-1]:.0f} MiB")


def _tell(connections: int, measured: dict[str, Any]) -> None:
    turns, strange = len(measured["latencies_ms"]), measured["strange"]
    say(
        f"  {connections} connections: {turns / measured['seconds']:.1f} turns/s, "
        f"{measured['cpu_ms'] / max(1, turns):.1f} ms of CPU each"
    )
    if strange:
        say(f"  {len(strange)} turns were not understood: {', '.join(sorted(set(strange))[:5])}")


def _conversations(target: Target, place: Site) -> list[str]:
    """The bound conversations; over the open channel its users are bound first, as a client would."""
    if target.door == "rest":
        return place.conversations
    users = [f"user-{n}" for n in range(len(place.conversations))]
    asyncio.run(_bind(target, users, place.codes))
    return users


async def _bind(target: Target, users: list[str], codes: list[str]) -> None:
    at_once = asyncio.Semaphore(BIND_AT_ONCE)

    async with client.session() as session:

        async def bind(n: int) -> None:
            async with at_once:
                await target.bind(session, users[n], codes[n % len(codes)])

        async with asyncio.TaskGroup() as everybody:
            for n in range(len(users)):
                everybody.create_task(bind(n))


def _histories(target: Target, place: Site, histories: int) -> dict[str, float]:
    users = [f"historian-{n}" for n in range(histories * len(TURNS))]
    asyncio.run(_bind(target, users, place.codes))
    return in_own_process(Histories(target, users))
