"""A register: what a service has on one day, as a table that staff read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Register:
    """`columns` are headings; each of `rows` has a text for each of them, in the order of the day."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    "What staff must know of the whole book"
