"""`scripts/bench wechat`: its goals.

A further goal is a function that takes an Extent and returns a Result, and a line in GOALS.
"""

from __future__ import annotations

from typing import Any

from bench import goals
from bench.wechat.allowance import g8
from bench.wechat.bindings import g14
from bench.wechat.clips import g11
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

GOALS: goals.Goals = {
    "G1": g1, "G2": g2, "G3": g3, "G4": g4, "G5": g5, "G6": g6, "G7": g7, "G8": g8, "G9": g9,
    "G10": g10, "G11": g11, "G12": g12, "G13": g13, "G14": g14,
}  # fmt: skip


def add_to(commands: Any) -> None:
    """The subcommand."""
    goals.add(commands, "wechat", "the goals of the WeChat channel", GOALS)
