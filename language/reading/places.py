"""Where somebody lives or a car stands as words: 3-2-501 is 三号楼二单元五零一, B1层 地下一层."""

import re

from language.reading.figures import cardinal, one_by_one

_NOT_INSIDE = r"(?<![\d.A-Za-z:/-])"
_DOOR = r"(?P<door>(?!00)\d{3,4})(?P<letter>[A-Da-d]?)"
_NO_UNIT = r"(?![\d:/%.-]|[A-Za-z]|(?:元|块|天|个|人|岁|年|月|平|米|分|小时|户|次|度))"
_HOME = re.compile(
    rf"{_NOT_INSIDE}(?P<building>\d{{1,2}})#?-(?P<unit>\d{{1,2}})-{_DOOR}(?:室|号|户)?{_NO_UNIT}"
)
_SHORT_HOME = re.compile(
    rf"{_NOT_INSIDE}(?P<building>\d{{1,2}})#?-{_DOOR}(?P<suffix>室|号|户)?{_NO_UNIT}"
)
_HASH = re.compile(r"(?<![\dA-Za-z])(\d{1,3})#(楼|栋|幢)?")
_INNER_DASH = re.compile(r"(?<=[楼栋幢座元])-(?=\d)")
_AFTER_HOUSE = re.compile(
    r"(?<=[楼栋幢座元])(?P<room>\d{3,4})(?P<letter>[A-Za-z]?)(?!\d)(?![平元人户个天])"
)
_ROOM = re.compile(
    r"(?<![\d.:第-])(?P<room>\d{3,4})(?P<letter>[A-Za-z]?)(?=号?(?:室|房|病房|教室|包间|会议室)|号(?!楼|线|文)|路|门牌)"
)
_LETTERED = re.compile(r"(?<![\d.A-Za-z])(?P<room>\d{3,4})(?P<letter>[A-Da-d])(?![A-Za-z\d])")
_BELOW = re.compile(
    r"(?:(?<![A-Za-z\d])[Bb]-?|(?<![\d~到至-])-|负|地下)(?P<level>[1-9])(?P<word>层|楼|F|f)(?![A-Za-z])"
)
_ABOVE = re.compile(
    r"(?<![A-Za-z\d.])(?:(?P<level>\d{1,2})[Ff]|[Ff](?P<same>\d{1,2}))(?![A-Za-z\d])"
)
_PARKING = re.compile(
    r"(?<![A-Za-z\d])(?P<zone>[A-Za-z])(?P<level>\d?)-(?P<space>\d{1,4})(?![\dA-Za-z.-])"
)


def read_places(text: str) -> str:
    """All homes, rooms, floors and parking spaces in folded text as words."""
    text = _HOME.sub(
        lambda m: (
            f"{cardinal(m['building'])}号楼{cardinal(m['unit'])}单元{_door(m['door'], m['letter'])}"
        ),
        text,
    )
    text = _SHORT_HOME.sub(
        lambda m: (
            f"{cardinal(m['building'])}号楼{_door(m['door'], m['letter'])}{m['suffix'] or ''}"
        ),
        text,
    )
    text = _HASH.sub(lambda m: f"{cardinal(m[1])}号{m[2] or '楼'}", text)
    text = _INNER_DASH.sub("", text)
    text = _PARKING.sub(_parking, text)
    text = _BELOW.sub(lambda m: f"地下{cardinal(m['level'])}层", text)
    text = _ABOVE.sub(lambda m: f"{cardinal(m['level'] or m['same'])}楼", text)
    for pattern in (_AFTER_HOUSE, _ROOM, _LETTERED):
        text = pattern.sub(lambda m: _door(m["room"], m["letter"]), text)
    return text


def _door(figures: str, letter: str) -> str:
    return one_by_one(figures) + letter.upper()


def _parking(match: re.Match[str]) -> str:
    level = cardinal(match["level"]) if match["level"] else ""
    space = match["space"]
    number = one_by_one(space) if len(space) > 2 or space.startswith("0") else cardinal(space)
    return f"{match['zone'].upper()}{level}，{number}"
