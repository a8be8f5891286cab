"""The normalisers on tables of residents' words: what must be read, with its value, and what must not."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from language.addresses import final_room, find_rooms
from language.found import Found
from language.numbers import parse_fen, parse_number, parse_score
from language.periods import SHANGHAI, Period
from language.phones import find_phones, normalise_phone
from language.plates import find_plates, normalise_plate
from language.times import parse_period

TABLES = Path(__file__).parent / "tables"
NOW = datetime(2025, 11, 24, 10, 20, tzinfo=SHANGHAI)


def one_or_all(found: list[Found[str]]) -> str | list[str] | None:
    """Nothing, the only value, or all values: as a table writes them."""
    values = [one.value for one in found]
    return values if len(values) > 1 else values[0] if values else None


def room_answered(said: str) -> str | None:
    room = final_room(said)
    return room.label if room else None


def rooms_found(said: str) -> str | list[str] | None:
    return one_or_all([Found(one.start, one.end, one.value.label) for one in find_rooms(said)])


def past(said: str) -> Period | None:
    return parse_period(said, NOW, past=True)


def ahead(said: str) -> Period | None:
    return parse_period(said, NOW)


READERS: dict[tuple[str, str], Callable[[str], Any]] = {
    ("addresses", "answers"): room_answered,
    ("addresses", "sentences"): rooms_found,
    ("phones", "answers"): normalise_phone,
    ("phones", "sentences"): lambda said: one_or_all(find_phones(said)),
    ("plates", "answers"): normalise_plate,
    ("plates", "sentences"): lambda said: one_or_all(find_plates(said)),
    ("numbers", "numbers"): parse_number,
    ("numbers", "money"): parse_fen,
    ("numbers", "scores"): parse_score,
    ("periods", "past"): past,
    ("periods", "ahead"): ahead,
}


def day(written: str, *, last: bool) -> datetime:
    """Midnight of the first or the last day of 2025-10-05, of 2025-10 or of 2025."""
    year, month, date = (*(int(part) for part in written.split("-")), 0, 0)[:3]
    if date:
        return datetime(year, month, date, tzinfo=SHANGHAI)
    if not last:
        return datetime(year, month or 1, 1, tzinfo=SHANGHAI)
    after = datetime(year + (month in {0, 12}), month % 12 + 1, 1, tzinfo=SHANGHAI)
    return after - timedelta(days=1)


def days(written: str | None) -> Period | None:
    if written is None:
        return None
    first, _, last = written.partition(":")
    end = day(last or first, last=True) + timedelta(days=1)
    return Period(day(first, last=False), end, all_day=True)


def cases() -> Iterator[Any]:
    for table, section in READERS:
        for case in yaml.safe_load((TABLES / f"{table}.yml").read_text("utf-8"))[section]:
            means = days(case["means"]) if table == "periods" else case["means"]
            yield pytest.param(
                READERS[table, section], case["said"], means, id=f"{section}-{case['said']}"
            )


@pytest.mark.parametrize(("read", "said", "means"), list(cases()))
def test_words_are_read_as_the_table_says(read, said, means):
    assert read(said) == means


@pytest.mark.parametrize("table", sorted({table for table, _ in READERS}))
def test_table_is_large_even_and_without_repeats(table):
    sections = yaml.safe_load((TABLES / f"{table}.yml").read_text("utf-8"))
    count = Counter((section, case["said"]) for section, rows in sections.items() for case in rows)
    read = sum(case["means"] is not None for rows in sections.values() for case in rows)

    assert [said for said, times in count.items() if times > 1] == []
    assert count.total() >= 300
    assert 0.4 < read / count.total() < 0.6
