"""Ages: 五十岁, 两岁半, 十个月 as months of life."""

from __future__ import annotations

import re

from language.clean import fold
from language.numerals import NUMBER, parse_number

_AGE = re.compile(
    rf"(?P<years>{NUMBER}) ?(?:周?岁|出头)(?P<half>半)?"
    rf"(?:零?(?P<rest>{NUMBER})个月)?|(?<!\d)(?P<months>{NUMBER})个半?月(?!前|后|内)"
)
_BARE = re.compile(rf"^({NUMBER})(?:以下|以上|左右|多)?$")
_ELDEST, _YEAR = 120, 12


def find_age(text: str) -> int | None:
    """The first age in the text, in months; a text of one bare number is of years.

    None when there is none, or when nobody is so old.
    """
    said = fold(text).strip()
    match, bare = _AGE.search(said), _BARE.match(said)
    months: float | None = None
    if match is not None and match["years"]:
        months = _value(match["years"]) * _YEAR + (6 if match["half"] else 0)
        months += _value(match["rest"]) if match["rest"] else 0
    elif match is not None:
        months = _value(match["months"])
    elif bare is not None:
        months = _value(bare[1]) * _YEAR
    return int(months) if months is not None and 0 < months <= _ELDEST * _YEAR else None


def _value(said: str) -> float:
    """A number in words or figures; 0, which is no age, for a guess."""
    return parse_number(said) or 0
