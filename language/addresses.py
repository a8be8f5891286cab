"""House addresses as residents say them: building, unit, room."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from language.clean import fold
from language.corrections import is_denied
from language.found import Found
from language.numerals import ONE_WORD, digits, parse_number


@dataclass(frozen=True)
class Room:
    """A home, or as much of its address as was said; at least one part is there."""

    building: int | None = None
    """Number of the building (楼, 栋, 幢), 1 to 999; None: not said."""
    unit: int | None = None
    """Number of the unit (单元, 门, 梯), 1 to 99; None: not said, or the building has none."""
    room: str | None = None
    """Door number without leading zeros, perhaps with a letter: "501", "1203", "501A", "15C"; or
    the side where doors have no number: "6楼东户"; None: not said."""

    @property
    def label(self) -> str:
        """As staff write it: 3号楼2单元501; parts not said are left out."""
        building = "" if self.building is None else f"{self.building}号楼"
        unit = "" if self.unit is None else f"{self.unit}单元"
        return building + unit + (self.room or "")


_SAID = "零一二三四五六七八九两幺"
_COUNT = rf"(?:\d{{1,3}}|[{_SAID}十百廿卅]{{1,4}})"
_NOT_INSIDE = rf"(?<![\d{_SAID}十百千万.#-])"
_GAP = "(?:[ ,，、的…吧呀啊哈嘛]|嗯|呃|那个){0,3}"
_DASH = "(?: ?[-—_] ?|杠|之)"
_ANY_DASH = "(?: ?[-—_/~] ?|杠|之| )"
_SPOKEN = f"(?:(?!{ONE_WORD})[{_SAID}洞灵腰拐勾])"
_DOOR = rf"(?:(?!00)\d{{3,4}}(?!\d)|{_SPOKEN}(?: ?{_SPOKEN}){{2,3}}(?!{_SPOKEN}))"

_SLIPS = {
    **dict.fromkeys("山伞", 3),
    **dict.fromkeys("武舞午", 5),
    **dict.fromkeys("留刘流", 6),
    **dict.fromkeys("气期妻", 7),
    **dict.fromkeys("巴爸", 8),
    **dict.fromkeys("久酒", 9),
    **dict.fromkeys("依衣医", 1),
    **dict.fromkeys("儿尔", 2),
    **dict.fromkeys("石时实", 10),
}
"""Misheard numerals, believed only when nothing but 号楼 or 单元 follows."""
_SLIP = f"[{''.join(_SLIPS)}]"

_TOWER = (
    "(?: ?[号耗浩毫] ?(?:楼|[搂娄喽篓漏露](?![水了台]))[栋座]?"
    "| ?号?(?:[栋幢](?![栋幢])|座(?!的?[桥山塔沙位]))|[冻撞]|动(?!不)|#楼?"
    rf"|[楼号](?=第?{_COUNT}单元)|号(?={_DOOR}(?:室|房|$|[,，。 ]))|洞(?=第?{_COUNT}单元|{_DOOR})"
    rf"|{_DASH}(?={_DOOR}(?![-—_]))|{_ANY_DASH}(?=\d{{1,2}}{_ANY_DASH}{_DOOR}|{_COUNT}[杠之]{_DOOR}))"
)
_TWO = rf"两 ?[栋幢座](?!第?{_COUNT}单元|{_DOOR})"  # how many, not which
_BUILDING = (
    rf"(?:{_NOT_INSIDE}第?(?!{_TWO})(?P<building>{_COUNT}|{_SLIP}(?=[号耗浩])){_TOWER}"
    rf"(?:{_DASH}(?={_COUNT}(?:{_ANY_DASH}{_DOOR}|单元)|{_DOOR}))?)"
)
_NO_BOOK = "(?<!课本)(?<!语文)(?<!数学)(?<!英语)"
_LESSON = "的?(?:测|考|课|单词|生词|生字|词语|作业|练习|复习|卷|听写)|没考"
_UNIT = (
    rf"(?:{_NOT_INSIDE.replace('#-', '')}(?!\d{{3}}[-—_/~ ]){_NO_BOOK}(?:第|(?<!第))"
    rf"(?P<unit>{_COUNT}|{_SLIP}(?=单))"
    rf"(?: ?[单丹担但蛋弹胆] ?[元圆员园源原缘](?!{_LESSON})|[门梯](?={_GAP}{_DOOR})"
    rf"|(?(building){_ANY_DASH}|(?!))(?={_DOOR})))"
)
_FLOOR = (
    rf"(?:{_NOT_INSIDE}(?P<floor>{_COUNT})[楼层](?:(?P<side>[东西南北中])[户边门]"
    rf"|(?P<door>{_COUNT})(?:[户室房]|号(?![楼梯电会教诊窗桌机柜线]))))"
)
_ROOM = (
    rf"(?:(?<![\d{_SAID}十百千万.])(?P<room>{_DOOR}(?:[A-Da-d](?![A-Za-z]))?"
    rf"|[{_SAID}]百[{_SAID}十]{{1,4}}|[{_SAID}]千[{_SAID}十百]{{1,6}}|[二三四]?十[{_SAID}]?零[{_SAID}])"
    r"(?P<suffix>号?(?:室|房间?|户)|号(?!楼))?"
    r"(?![\d元块个点分米平斤度年月日秒人次只多%％:十百千万-]|天(?![花线然台天井窗])|路(?!由)|\.\d|会议|教室|活动|办公|诊室|病房))"
)
_SHORT = (
    rf"(?:(?P<short>(?:\d{{1,2}}|[{_SAID}十]{{1,3}})(?=号?[室户]|号房|号(?:$|[ ,，。.!！?？家]))"
    r"|\d{1,2}[A-Ha-h](?![A-Za-z\d]))(?:号?[室户房]|号)?)"
)
_HEAD = rf"(?=[第\d{_SAID}十百廿卅洞灵腰拐勾{''.join(_SLIPS)}])"  # for speed only
_ADDRESS = re.compile(
    rf"{_HEAD}(?:{_BUILDING}{_GAP})?(?:{_UNIT}{_GAP})?(?:{_FLOOR}|{_ROOM}|{_SHORT})?", re.IGNORECASE
)
_CUE = re.compile(
    r"(?:住|家|是|在|改成?|换成|不对|错了|就|房号|门牌|地址|单元|楼|栋|幢)[ ,，、:。…]*$"
)
_MEASURED = re.compile(
    "(?:[费钱价金资压率重码数量年天]|尾号|预算|温度|气温|IP)(?:是|就|改成?|换成)[ ,，、:。…]*$"
)
_OVER = re.compile(r"/\d{1,2}(?!\d)")
_HOTLINES = {"110", "114", "119", "120", "122"}
_WHOLE = re.compile(rf"(?:我家?|就|是|住|在){{0,3}}(?P<building>{_COUNT})号[吧呀啊的呢了]?")


def parse_room(text: str) -> Room | None:
    """The first address in the text, whole or in part (就三号楼, 501); None when there is none.

    Meant for an answer to "which home?", so a number that could be a door counts, and a bare 三号
    is a building; `find_rooms` is stricter.
    """
    found = find_rooms(text) or _loose(text)
    return found[0].value if found else None


def find_rooms(text: str) -> list[Found[Room]]:
    """All addresses in the text, left to right, the denied ones too.

    A door number alone counts only when 室 or the like follows or words such as 住 come before.
    A part that was not said stays None; nothing is taken over from the address before.
    """
    said = fold(text)
    return [
        found
        for found, sure in _scan(said)
        if sure or _is_cued(said[max(0, found.start - 6) : found.start])
    ]


def _is_cued(before: str) -> bool:
    """Whether the words before a bare number say that it is a door, not a price or the like."""
    return _CUE.search(before) is not None and _MEASURED.search(before) is None


def final_room(text: str) -> Room | None:
    """The address that is meant after all corrections; None when there is none.

    Denied addresses are dropped (不是三号楼，是十三号楼), and each later one overrides the parts it
    names (三号楼二单元…不对 一单元五零一 is 3/1/501).
    """
    said = fold(text)
    meant: Room | None = None
    for found in find_rooms(text) or _loose(text):
        if not is_denied(said, found.start, found.end):
            meant = found.value if meant is None else merge(meant, found.value)
    return meant


def merge(old: Room, new: Room) -> Room:
    """The new address, with the parts that it leaves open filled from the old one."""
    return Room(
        building=old.building if new.building is None else new.building,
        unit=old.unit if new.unit is None else new.unit,
        room=old.room if new.room is None else new.room,
    )


def _loose(text: str) -> list[Found[Room]]:
    said = fold(text)
    found = [found for found, _ in _scan(said)]
    whole = _WHOLE.fullmatch(said.strip(" ，。,."))
    if not found and whole and (building := _count(whole["building"])):
        found.append(Found(0, len(said), Room(building=building)))
    return found


def _scan(said: str) -> Iterator[tuple[Found[Room], bool]]:
    """Each address with whether it is surely one, not just a number of three or four digits."""
    for match in _ADDRESS.finditer(said):
        building, unit = _count(match["building"]), _count(match["unit"])
        room = _door(match)
        named = building is not None or unit is not None
        if match["short"] and not named:
            continue
        if not named and (room is None or (not match["suffix"] and _is_other(said, match))):
            continue
        sure = named or bool(match["suffix"] or match["floor"])
        start, end = match.span()
        end -= len(match.group()) - len(match.group().rstrip(" ,，、的…吧呀啊哈嘛嗯呃那个-—_"))
        yield Found(start, end, Room(building, unit, room)), sure


def _is_other(said: str, match: re.Match[str]) -> bool:
    """Whether a bare number is a hotline, round (300), the end of 400-820-8820 or over another."""
    number = match["room"] or ""
    ends_code = said[max(0, match.start() - 1) : match.start()] == "-"
    is_over = _OVER.match(said, match.end()) is not None
    return number in _HOTLINES or number.endswith("00") or ends_code or is_over


def _door(match: re.Match[str]) -> str | None:
    if match["side"]:
        level = _count(match["floor"])
        return f"{level}楼{match['side']}户" if level else None
    if match["floor"]:
        return _on_floor(_count(match["floor"]), _count(match["door"]))
    said = (match["room"] or match["short"] or "").replace(" ", "")
    if not said:
        return None
    letter = said[-1].upper() if said[-1].isascii() and said[-1].isalpha() else ""
    number = said[:-1] if letter else said
    if (plain := digits(number)) is not None:
        return plain.lstrip("0") + letter
    floor, zero, last = number.partition("零")
    if "百" not in number and "千" not in number and zero:
        return _on_floor(_count(floor), _count(last))
    value = parse_number(number)
    return None if value is None else f"{value}"


def _on_floor(floor: int | None, door: int | None) -> str | None:
    if not floor or not door:
        return None
    return str(door) if door > 99 else f"{floor}{door:02d}"


def _count(said: str | None) -> int | None:
    """A building, unit or floor number; None when nothing was said or it is no whole number."""
    if not said:
        return None
    if said in _SLIPS:
        return _SLIPS[said]
    value = parse_number(said)
    return value if isinstance(value, int) and value > 0 else None
