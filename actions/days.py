"""Days that no calendar has: 2月31号 is asked again, never taken for another day."""

from __future__ import annotations

import re

from language.numerals import NUMBER, parse_number

_DATE = re.compile(rf"(?P<month>{NUMBER})月(?:份)?(?P<day>{NUMBER})[号日]?")
_OF_MONTH = re.compile(rf"(?:(?<=这个月)|(?<=本月)|(?<=下个月)|(?<=下月))(?P<day>{NUMBER})[号日]")
_LONGEST = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}


def no_such_day(words: str) -> bool:
    """Whether the words name a day that is in no year."""
    dates = [(parse_number(m["month"]), parse_number(m["day"])) for m in _DATE.finditer(words)]
    days = [parse_number(m["day"]) for m in _OF_MONTH.finditer(words)]
    return any(
        month is not None
        and day is not None
        and not (1 <= month <= 12 and 1 <= day <= _LONGEST.get(int(month), 31))
        for month, day in dates
    ) or any(day is not None and not 1 <= day <= 31 for day in days)
