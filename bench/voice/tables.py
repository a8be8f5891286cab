"""V7, V8 and V9: the tables of the language: read aloud, written in figures, garbled names, cries."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from typing import Any

import jieba
import yaml

from bench.goal import Extent, Result, percentile
from bench.script import ROOT
from language.homophones import NameIndex
from language.reading import speakable
from language.reading.inverse import written
from language.voice_commands import Command, command

TABLES = ROOT / "tests/language"
READINGS, WRITINGS, PAIRS, UNRELATED, CRIES, NO_CRIES = 300, 200, 300, 1_000, 150, 300
"The least that each table must hold"
FOUND, TAKEN, RUNG = 0.95, 0.01, 0.02
CALL_MS = 5.0
NOT_HERE = "the tables are those of the tests, which are not here"
Measured = dict[str, float | int | str | None]


def v7(extent: Extent) -> Result:
    """Both tables, every case of them."""
    line = "≥ 300 readings and ≥ 200 writings, all as their tables say"
    if not TABLES.is_dir():
        return Result("V7", line, {}, True, NOT_HERE)
    readings, writings = _pairs("reading"), _pairs("inverse_reading")
    misread = sum(speakable(text) != _ended(spoken) for text, spoken in readings)
    miswritten = sum(written(text) != figures for text, figures in writings)
    measured: Measured = {
        "readings": len(readings), "misread": misread,
        "writings": len(writings), "miswritten": miswritten,
    }  # fmt: skip
    large = len(readings) >= READINGS and len(writings) >= WRITINGS
    return Result("V7", line, measured, large and misread == miswritten == 0)


def v8(extent: Extent) -> Result:
    """Names as recognisers and dialects garble them, and common words that are no names."""
    line = "≥ 95 % of ≥ 300 garbled names found; ≤ 1 % of 1,000 words taken for one; ≤ 1 ms a call"
    if not TABLES.is_dir():
        return Result("V8", line, {}, True, NOT_HERE)
    table = _table("confusions")
    pairs = [
        (kind, *pair.split("=")) for kind, block in table.items() for pair in block["heard"].split()
    ]
    indexes = {kind: NameIndex(block["names"].split()) for kind, block in table.items()}
    every = NameIndex(name for block in table.values() for name in block["names"].split())
    found = [indexes[kind].best(heard) for kind, heard, _ in pairs]
    right = sum(
        best is not None and best.name == meant
        for best, (_, _, meant) in zip(found, pairs, strict=True)
    )
    words = _unrelated(set(every.names), UNRELATED)
    took_ms, taken = [], 0
    for word in words:
        began = time.process_time()
        taken += every.best(word) is not None
        took_ms.append((time.process_time() - began) * 1000)
    measured: Measured = {
        "pairs": len(pairs), "found": right / len(pairs), "words": len(words),
        "taken_for_a_name": taken, "names": len(every.names),
        "processor_ms_p95": percentile(took_ms, 95),
    }  # fmt: skip
    holds = len(pairs) >= PAIRS and right >= FOUND * len(pairs) and taken <= TAKEN * len(words)
    return Result("V8", line, measured, holds, fast=percentile(took_ms, 95) <= 1.0)


def v9(extent: Extent) -> Result:
    """Cries as people and recognisers say them, and words of danger where there is none."""
    line = "every one of ≥ 150 cries heard; ≤ 2 % of ≥ 300 others ring; ≤ 5 ms a call"
    if not TABLES.is_dir():
        return Result("V9", line, {}, True, NOT_HERE)
    table = _table("voice_commands")
    cries, others = _said(table["cries"]), _said(table["not_cries"])
    took_ms: list[float] = []
    missed = sum(not _rings(words, took_ms) for words in cries)
    rung = sum(_rings(words, took_ms) for words in others)
    measured: Measured = {
        "cries": len(cries), "missed": missed, "others": len(others), "rung": rung,
        "processor_ms_p95": percentile(took_ms, 95),
    }  # fmt: skip
    large = len(cries) >= CRIES and len(others) >= NO_CRIES
    holds = large and missed == 0 and rung <= RUNG * len(others)
    return Result("V9", line, measured, holds, fast=percentile(took_ms, 95) <= CALL_MS)


def _rings(words: str, took_ms: list[float]) -> bool:
    began = time.process_time()
    rings = command(words) is Command.HELP
    took_ms.append((time.process_time() - began) * 1000)
    return rings


def _table(name: str) -> Any:
    return yaml.safe_load((TABLES / f"{name}.yml").read_text("utf-8"))


def _pairs(name: str) -> list[tuple[str, str]]:
    return [(str(one), str(other)) for rows in _table(name).values() for one, other in rows.items()]


def _said(block: str) -> list[str]:
    return [words for line in block.splitlines() for words in line.split("  ")]


def _ended(spoken: str) -> str:
    return spoken if not spoken or spoken[-1] in "。？！；" else f"{spoken}。"


def _unrelated(names: Iterable[str], count: int) -> list[str]:
    """Common words of the dictionary, spread over it, of two to five characters."""
    with jieba.get_dict_file() as lines:
        entries = [line.decode("utf-8").split() for line in lines]
    words = [
        entry[0] for entry in entries
        if int(entry[1]) >= 200 and re.fullmatch("[\u4e00-\u9fff]{2,5}", entry[0]) and entry[0] not in names
    ]  # fmt: skip
    return words[:: len(words) // count][:count]
