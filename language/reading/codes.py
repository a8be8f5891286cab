"""Numbers that are said digit by digit: telephones, hotlines, plates, numbers of orders; and letters."""

import re

from language.phones import find_phones
from language.plates import find_plates
from language.reading.figures import in_groups, one_by_one
from language.reading.words import words

_MASKED = re.compile(r"(?P<head>\d*)[ -]?\*{2,}[ -]?(?P<tail>\d{2,})(?P<x>[Xx]?)")
_NAME_MASKED = re.compile(r"(?<=[\u4e00-\u9fff])\*{1,3}(?!\d)")
_CODE = re.compile(
    r"(?<![A-Za-z\d])(?P<letters>[A-Za-z]{1,6})[-—]?(?P<first>\d{3,})(?P<rest>(?:-\d{1,20}){0,6})(?![A-Za-z\d.%℃])"
)
_RUNS = re.compile(r"(?<![\d.-])\d{2,}(?:-\d{2,20}){2,8}(?![\d-])")
_IDENTITY = re.compile(r"(?<!\d)(\d{6})(\d{8})(\d{3})([\dXx])(?![\dA-Za-z])")
_EXTENSION = re.compile(r"(?<=[零幺二三四五六七八九])[转-](\d{1,5})(?!\d)")
_HOTLINE = re.compile(
    r"(?<![\d.\-~])(?<!单元)(?<![号楼栋幢座率压糖共约达到第])"
    r"(?:1(?:10|14|19|20|22)|12\d{3}|100\d{2}|95\d{3}|96\d{3,4})(?![\d.%\-~])"
)
_CODE_CUE = re.compile(
    r"(?:编号|单号|回执号?|号码|[券卡码]号?|尾号|密码|户号|验证码)(?:是|为|:|：| ){0,2}$"
)
_LONG = re.compile(r"(?<![\d.,])\d{5,}(?![\d.]*\d)")
_DATED = re.compile(r"(20\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(\d{1,8})")
_LETTERS = re.compile(r"[A-Za-z]+(?:-[A-Za-z]{1,20}){0,6}")


def read_masked(text: str) -> str:
    """138****8000 as 幺三八开头，尾号八零零零: before Markdown is looked for, which has stars too."""
    return _MASKED.sub(_masked, text)


def read_codes(text: str) -> str:
    """All of them in folded text as words, groups apart: 幺三八，零零幺三，八零零零."""
    text = _IDENTITY.sub(_identity, text)
    text = _NAME_MASKED.sub(lambda m: "某" * len(m.group()), text)
    text = _plates(text)
    text = _phones(text)
    return _CODE.sub(_code, text)


def read_hotlines(text: str) -> str:
    """110 and 12345 as 幺幺零 and 幺二三四五; not before a unit (120元) or in 编号120."""
    counted = re.compile(
        rf" ?(?:{words().unit}(?![A-Za-z])|{words().measures}|{words().ranks}|以[上下内]|左右|[室房])"
    )

    def said(match: re.Match[str]) -> str:
        cued = _CODE_CUE.search(text, max(0, match.start() - 8), match.start())
        if counted.match(text, match.end()) or cued:
            return match.group()
        return one_by_one(match.group(), one="幺")

    return _HOTLINE.sub(said, text)


def read_long(text: str) -> str:
    """What is left of long runs of digits: 482913 is 四八二，九幺三; not before a unit."""
    counted = re.compile(rf" ?(?:{words().unit}(?![A-Za-z])|{words().measures}|以[上下内]|左右)")

    def said(match: re.Match[str]) -> str:
        round_sum = match.group().endswith("000") and not match.group().startswith("0")
        if counted.match(text, match.end()) or round_sum:
            return match.group()
        dated = _DATED.fullmatch(match.group())  # the number of an order begins with its day
        return "，".join(map(in_groups, dated.groups() if dated else [match.group()]))

    text = _RUNS.sub(lambda m: "，".join(map(_run, m.group().split("-"))), text)
    return _LONG.sub(said, text)


def read_letters(text: str) -> str:
    """Letters one by one (A P P), known words as they are said (无线网)."""
    return _LETTERS.sub(_spelt, text)


def _spelt(match: re.Match[str]) -> str:
    said = match.group()
    known = words().letters.get(said.lower())
    if known:
        return known
    return " ".join(letter for letter in said.upper() if letter.isalpha())


def _identity(match: re.Match[str]) -> str:
    place, birth, order, check = match.groups()
    last = one_by_one(order, one="幺") + (
        check.upper() if check in "Xx" else one_by_one(check, one="幺")
    )
    return "，".join((in_groups(place), in_groups(birth), last))


def _masked(match: re.Match[str]) -> str:
    tail = one_by_one(match["tail"], one="幺") + match["x"].upper()
    head = one_by_one(match["head"], one="幺")
    return f"{head}开头，尾号{tail}" if head else f"尾号{tail}"


def _plates(text: str) -> str:
    for plate in reversed(find_plates(text)):
        if not re.search(r"\d", text[plate.start : plate.end]):
            continue
        city, serial = plate.value[:2], plate.value[2:]
        if plate.value[0] == "使":
            city, serial = "使", plate.value[1:]
        said = re.sub(r"\d", lambda m: one_by_one(m.group(), one="幺"), serial)
        text = f"{text[: plate.start]}{city}，{said}{text[plate.end :]}"
    return text


def _phones(text: str) -> str:
    """Telephone numbers in their groups: mobiles 3-4-4, landlines after their area code."""
    for phone in reversed(find_phones(text)):
        if not any(char.isdigit() for char in text[phone.start : phone.end]):
            continue
        text = text[: phone.start] + _phone(phone.value) + text[phone.end :]
    return _EXTENSION.sub(lambda m: f"，转{one_by_one(m[1], one='幺')}", text)


def _phone(number: str) -> str:
    if number.startswith("0"):
        area = 3 if re.match("0(?:10|2)", number) else 4
        return f"{one_by_one(number[:area], one='幺')}，{in_groups(number[area:])}"
    return in_groups(number)


def _code(match: re.Match[str]) -> str:
    """WX20240501-007 as W X，二零二四，零五零一，零零七; A12 and A4 are left for others."""
    letters = " ".join(match["letters"].upper())
    runs = [match["first"], *match["rest"].split("-")[1:]]
    apart = "，" if len(match["letters"]) > 1 or len(match["first"]) > 4 or match["rest"] else ""
    return letters + apart + "，".join(map(_run, runs))


def _run(figures: str) -> str:
    return in_groups(figures, one="一")
