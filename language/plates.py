"""Number plates of vehicles as written and as spoken: 京A12345, 沪B D12345, 京诶幺二三四五."""

import re

from language.found import Found
from language.numerals import DIGITS, ONE_WORD
from language.phones import Spoken, as_written, spell_digits

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
"""The first characters of plates."""
_MISHEARD = {
    **dict.fromkeys("经惊井晶精景静净", "京"),
    **dict.fromkeys("户护互胡湖", "沪"),
    **dict.fromkeys("月越悦岳", "粤"),
    **dict.fromkeys("酥素速", "苏"),
    **dict.fromkeys("路陆录", "鲁"),
    **dict.fromkeys("鱼余于玉", "渝"),
    **dict.fromkeys("传穿船", "川"),
    **dict.fromkeys("进近金今", "津"),
    **dict.fromkeys("记季寄", "冀"),
    **dict.fromkeys("遇预雨", "豫"),
    **dict.fromkeys("晚万玩", "皖"),
    **dict.fromkeys("饿恶", "鄂"),
    **dict.fromkeys("鬼贵柜", "贵"),
    **dict.fromkeys("敏民", "闽"),
}
_LETTERS = {
    "A": "诶|欸|唉|埃",
    "B": "必|比|币|毕|逼",
    "C": "西|希|吸|稀",
    "D": "弟|迪|地|帝|第|低",
    "E": "伊|衣|易|意",
    "F": "艾弗|爱福|艾福|哎夫|夫",
    "G": "鸡|记|吉|季",
    "H": "艾尺|爱吃|艾取|诶曲|哎尺",
    "J": "杰|街|借|捷|勾丁",
    "K": "开|凯|楷|尅",
    "L": "艾勒|哎哦|艾欧|哎咯|爱乐",
    "M": "艾姆|爱木|艾母|哎姆",
    "N": "恩|嗯|摁",
    "P": "屁|批|皮|披",
    "Q": "球|丘|秋|扣|圈",
    "R": "阿尔|啊|阿|啊儿",
    "S": "艾斯|爱死|哎斯|爱思",
    "T": "踢|提|题|梯",
    "U": "优|由|油|游",
    "V": "微|威|维|喂",
    "W": "达不溜|大不溜|达布溜|打不溜|达波流",
    "X": "艾克斯|爱克斯|叉",
    "Y": "歪|外|崴",
    "Z": "贼|贼德|砸",
}
_SOUNDS = {sound: letter for letter, sounds in _LETTERS.items() for sound in sounds.split("|")}
_SPELT = "|".join(sorted(_SOUNDS, key=len, reverse=True))

_SEP = r"[ ·•・･.\-—]{0,2}"
_MARK = rf"(?:{_SPELT}|[\dA-Za-z{''.join(m for m in DIGITS if not m.isascii())}])"
_CITY = rf"(?:[A-HJ-NP-Za-hj-np-z]|{_SPELT})"
_PLATE = re.compile(
    rf"(?P<province>[{PROVINCES}{''.join(_MISHEARD)}]){_SEP}(?P<city>{_CITY})[,，、]?"
    rf"(?P<serial>(?:{_SEP}{_MARK}){{5,6}}|(?:{_SEP}{_MARK}){{4}}{_SEP}(?P<kind>[学警挂港澳领]))"
    r"|(?P<embassy>(?<![天大即驱假致迫行])使[ ·]?\d{3}[ ·]?\d{3}(?![\dA-Za-z]))"
)
_REPEATS = re.compile("[个個俩仨]")
_CUE = re.compile("车牌|车号|牌照|号牌|牌号")
_WORDS = {"陕西", "湘西", "鄂西", "粤西", "新开"}
"""A province and a city by its sound that are more often a word"""
_BUILDINGS = {*"栋座楼幢区口"}  # 京A12345 D栋
_NEXT = re.compile(rf"{ONE_WORD}|.[点号楼栋个位人月日天辆分]")
_MARKS = re.compile(_MARK)
_PETROL = re.compile(r"(?=.*\d)[\dA-HJ-NP-Z]{5}|[\dA-HJ-NP-Z]{4}[学警挂港澳领]")
_ELECTRIC = re.compile(r"[A-HJK][\dA-HJ-NP-Z]\d{4}|\d{5}[A-HJK]")


def find_plates(text: str) -> list[Found[str]]:
    """All plates in the text, their values as 京A12345 or, for new energy, 沪BD12345.

    A province misheard (经A12345) and letters spelt by sound (诶 for A) are put right, both at once
    only after 车牌; O and I in the serial are zero and one, as plates have no such letters.
    Of an embassy: 使123456.
    """
    found = _find(as_written(text))
    if _REPEATS.search(text):
        taken = [(plate.start, plate.end) for plate in found]
        for plate in _find(spell_digits(text)):
            if all(plate.end <= start or end <= plate.start for start, end in taken):
                found.append(plate)
    return sorted(found, key=lambda plate: plate.start)


def _find(spoken: Spoken) -> list[Found[str]]:
    found, at = [], 0
    while match := _PLATE.search(spoken.text, at):
        read = _read(match, spoken.text)
        at = read.end if read else match.start() + 1
        if read:
            found.append(Found(*spoken.span(read.start, read.end), read.value))
    return found


def normalise_plate(text: str) -> str | None:
    """The first plate in the text as 京A12345, without dot or space; None when there is none."""
    found = find_plates(text)
    return found[0].value if found else None


def _read(match: re.Match[str], said: str) -> Found[str] | None:
    if match["embassy"]:
        return Found(*match.span(), re.sub("[ ·]", "", match.group()))
    if not _is_trusted(match, said):
        return None
    province = _MISHEARD.get(match["province"], match["province"])
    city = _letter(match["city"])
    marks = list(_MARKS.finditer(said, match.start("serial"), match.end("serial")))
    serial = "".join(_mark(mark.group()) for mark in marks) + (match["kind"] or "")
    for length, pattern in ((6, _ELECTRIC), (5, _PETROL)):
        if len(serial) < length or not pattern.fullmatch(serial[:length]):
            continue
        end = match.end() if match["kind"] else marks[length - 1].end()
        if length == 6 and serial[5].isalpha() and said[end : end + 1] in _BUILDINGS:
            continue
        if _goes_on(said, end):
            continue
        return Found(match.start(), end, province + city + serial[:length])
    return None


def _is_trusted(match: re.Match[str], said: str) -> bool:
    """Whether these are a province and a city, not a word or two guesses by sound (户第)."""
    if match["city"].isascii() or _CUE.search(said, max(0, match.start() - 8), match.start()):
        return True
    return match["province"] in PROVINCES and match["province"] + match["city"] not in _WORDS


def _goes_on(said: str, end: int) -> bool:
    """Whether another mark stands right behind: the number is too long for a plate."""
    mark = said[end : end + 1]
    if mark in DIGITS and not mark.isascii():
        return (
            said[end - 1] in DIGITS and not said[end - 1].isascii() and not _NEXT.match(said, end)
        )
    return mark.isascii() and mark.isalnum()


def _letter(said: str) -> str:
    return _SOUNDS.get(said) or said.upper()


def _mark(said: str) -> str:
    if said in DIGITS:
        return str(DIGITS[said])
    return {"O": "0", "I": "1"}.get(letter := _letter(said), letter)
