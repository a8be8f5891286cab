"""How much of something as words: money, percents, fractions, units, ranges, counts, plain numbers."""

import re
from functools import cache

from language.reading.figures import FIGURES, cardinal, counted, one_by_one, ordinal
from language.reading.words import words

_N = rf"(?<![\d.,])(?P<n>{FIGURES})"
_RANGE = r"\s*(?:-|~|—|至|到)\s*"
_FROM = rf"(?<![\d.,A-Za-z])(?P<from>{FIGURES}){_RANGE}"
_YUAN = "(?:元整|元钱|元|块钱|块(?![儿去来砖]))"
_PER = "小时|工作日|平方米|平米|m2|㎡|天|日|月|年|季度|季|周|次|人次|人|户|份|吨|度|方|辆|个|位|顿|餐|晚|升|L|公里|km|kWh|斤|kg"
_MONEY = re.compile(
    rf"(?P<minus>(?<![\d元块到至~])-)?(?:[¥￥]\s*(?P<sign>{FIGURES})(?P<of_sign>[万亿])?(?:\s*元)?|{_N}(?P<of>[万亿千百])?\s*(?P<unit>{_YUAN}))"
    rf"(?:\s*/\s*(?P<per>{_PER}))?"
)
_MONEY_RANGE = re.compile(
    rf"[¥￥]?\s*{_FROM}[¥￥]?(?P<to>{FIGURES})(?P<of>[万亿千百])?\s*(?:{_YUAN})(?:\s*/\s*(?P<per>{_PER}))?"
    rf"|[¥￥]\s*(?P<low>{FIGURES}){_RANGE}[¥￥]?(?P<high>{FIGURES})"
)
_SMALL = re.compile(rf"{_N}\s*(?P<unit>毛钱?|角|分钱)")
_PERCENT = re.compile(rf"(?P<minus>(?<![\d%])-)?(?:{_FROM})?{_N}\s*(?P<sign>[%‰])")
_PERCENT_RANGE = re.compile(rf"{_N}\s*(?P<sign>[%‰]){_RANGE}(?P<to>{FIGURES})\s*(?P=sign)")
_PRESSURE = re.compile(
    r"(?<![\d/])(?P<high>[6-9]\d|[12]\d\d)/(?P<low>[3-9]\d|1[0-4]\d)(?![\d/])\s*(?:mmHg|毫米汞柱)?"
)
_FRACTION = re.compile(
    r"(?<![\d/.])(?P<top>\d{1,3}(?:,\d{3}){0,3})/(?P<bottom>\d{1,3}(?:,\d{3}){0,3})(?![\d/.])"
)
_SIGNS = {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3"}
_RATIO = re.compile(r"(?<![\d:.])(\d{1,3}):(\d{1,3})(?![\d:])")
_COLD = re.compile(
    rf"(?<![\d.\w])-(?P<n>{FIGURES})(?:(?P<sep>\s*(?:-{{1,2}}|~|至|到)\s*)(?P<minus>-)?(?P<to>{FIGURES}))?\s*(?P<unit>℃|°C|°|度|摄氏度)"
)
_TIMES = re.compile(rf"(?<=\d)\s*[×xX*]\s*(?={FIGURES})")
_DISCOUNT = re.compile(r"(?<![\d.])(\d)\.?(\d)折")
_NTH = re.compile(rf"(?:第|(?<![A-Za-z])[Nn][Oo]\.?)\s*(?P<n>\d+)(?:{_RANGE}(?P<to>\d+))?")
_VERSION = re.compile(r"(?<![\d.])\d+(?:\.\d{1,6}){2,6}(?![\d.])")
_MINUS = re.compile(rf"(?<![\d.\w)-])-(?=\s?{FIGURES})")
_CODE_CUE = "(?:编号|单号|回执号?|尾号|卡号|户号|房号|号码|密码|[客行证]码)"
_BARE = re.compile(
    rf"(?<![\d.])(?P<cue>{_CODE_CUE}(?:是|为|号)?(?=\s?\d{{3}})|共|约|达|满|超|超过|不到|大约|将近|不足|共有|剩|至少|最多|率是?|[压糖]是?|温度)?\s?(?P<n>\d+(?:\.\d+)?)(?P<after>以[上下内]|左右|多)?"
)


def read_amounts(text: str) -> str:
    """All amounts in folded text as words, and last whatever figures are left."""
    for sign, written in _SIGNS.items():
        text = text.replace(sign, written)
    text = _MONEY_RANGE.sub(_money_range, text)
    text = _MONEY.sub(_money, text)
    text = _SMALL.sub(lambda m: counted(m["n"]) + m["unit"], text)
    text = _PERCENT_RANGE.sub(
        lambda m: f"{_percent(m['n'], m['sign'])}到{_percent(m['to'], m['sign'])}", text
    )
    text = _PERCENT.sub(_percents, text)
    text = _COLD.sub(_cold, text)
    text = _PRESSURE.sub(lambda m: f"高压{cardinal(m['high'])}，低压{cardinal(m['low'])}", text)
    text = _FRACTION.sub(_fraction, text)
    text = _RATIO.sub(lambda m: f"{cardinal(m[1])}比{cardinal(m[2])}", text)
    text = _VERSION.sub(lambda m: "点".join(map(cardinal, m.group().split("."))), text)
    text = _DISCOUNT.sub(lambda m: one_by_one(m[1] + m[2]) + "折", text)
    text = _NTH.sub(_nth, text)
    text = _TIMES.sub("乘", text)
    text = _same_unit().sub(r"\1到", text)
    text = _measured().sub(_with_unit, text)
    text = re.sub(
        rf"{_FROM}(?P<to>\d{{1,2}})(?!\d)",
        lambda m: f"{cardinal(m['from'])}到{cardinal(m['to'])}",
        text,
    )
    text = _MINUS.sub("负", text)
    return _BARE.sub(_bare, text)


@cache
def _measured() -> re.Pattern[str]:
    """A number, or from one to another, with the unit or measure word that follows."""
    known = words()
    return re.compile(
        rf"(?:{_FROM})?(?P<minus>(?<![\w)])-)?{_N}\s*"
        rf"(?:(?P<unit>{known.unit})(?![A-Za-z\d])|(?P<rank>{known.ranks})|(?P<measure>{known.measures}))"
        "(?:/(?P<per>h|小时|s|min|分钟|分|天|日|周|次|L|l))?"
    )


@cache
def _same_unit() -> re.Pattern[str]:
    """The first unit of 20㎡-30㎡, with what stands for 到."""
    known = words()
    return re.compile(rf"(?<=\d)({known.unit}(?![A-Za-z])|{known.measures})\s*[-~—]\s*(?=\d)")


def _with_unit(match: re.Match[str]) -> str:
    rank = match["rank"]
    say = cardinal if rank else counted
    if rank in ("层", "楼层") and re.search("[共有]$", match.string[: match.start()]):
        say = counted
    figures, start = match["n"], match["from"]
    unit = rank or match["measure"] or words().units[match["unit"]]
    if rank and re.match("月|日|号|级|期|层|楼|组|单元|栋|年级", rank):
        figures = figures.lstrip("0") or "0"
    if unit.startswith("两") or match.string[match.end() : match.end() + 1] == "两":
        say = cardinal
    minus = "负" if match["minus"] else ""
    said = (f"{say(start)}到" if start else "") + minus + say(figures)
    per = {"h": "小时", "s": "秒", "min": "分钟", "分": "分钟", "L": "升", "l": "升"}.get(
        match["per"] or "", match["per"]
    )
    return (f"每{per}" if per else "") + said + unit


def _yuan(figures: str, unit: str = "元") -> str:
    """38.5 as 三十八块五, 0.5 as 五毛, 38.05 as 三十八块零五分, 1,280.00 as 一千二百八十元."""
    whole, _, fraction = figures.replace(",", "").partition(".")
    jiao, fen = tuple(fraction + "00")[:2]
    whole = whole.lstrip("0")
    if len(fraction) > 2 and fraction[2:].strip("0"):
        return cardinal(figures) + "元"
    if jiao == fen == "0":
        return (counted(whole) if whole else "零") + unit
    said = counted(whole) + "块" if whole else ""
    if jiao != "0":
        gap = "零" if whole.endswith("00") else ""
        plain = bool(whole) and fen == "0" and not gap
        said += gap + (cardinal(jiao) if whole else counted(jiao)) + ("" if plain else "毛")
        return said + (cardinal(fen) if fen != "0" else "")
    return said + ("零" if whole else "") + (cardinal(fen) if whole else counted(fen)) + "分"


def _money(match: re.Match[str]) -> str:
    figures, scale = match["sign"] or match["n"], match["of"] or match["of_sign"]
    unit = (match["unit"] or "元").replace("元整", "元").replace("元钱", "元")
    said = counted(figures) + scale + unit if scale else _yuan(figures, unit)
    return _per(match["per"]) + ("负" if match["minus"] else "") + said


def _money_range(match: re.Match[str]) -> str:
    low, high = match["from"] or match["low"], match["to"] or match["high"]
    scale = match["of"] or ""
    if scale:
        return f"{_per(match['per'])}{counted(low)}到{counted(high)}{scale}元"
    start = _yuan(low, "") if "." not in low else _yuan(low)
    return f"{_per(match['per'])}{start}到{_yuan(high)}"


def _per(unit: str | None) -> str:
    if not unit:
        return ""
    return "每" + ("个" if unit == "月" else "") + words().units.get(unit, unit).removeprefix("每")


def _percent(figures: str, sign: str) -> str:
    return ("百分之" if sign == "%" else "千分之") + cardinal(figures)


def _percents(match: re.Match[str]) -> str:
    start = _percent(match["from"], match["sign"]) + "到" if match["from"] else ""
    end = cardinal(match["n"]) if start else _percent(match["n"], match["sign"])
    return start + ("负" if match["minus"] else "") + end


def _cold(match: re.Match[str]) -> str:
    unit = "度" if match["unit"] in "°度" else "摄氏度"
    said = "零下" + cardinal(match["n"])
    if match["to"]:
        said += "到" + ("零下" if match["minus"] else "") + cardinal(match["to"])
    return said + unit


def _fraction(match: re.Match[str]) -> str:
    top, bottom = (match[name].replace(",", "") for name in ("top", "bottom"))
    if int(bottom) == 0:
        return f"{cardinal(top)}，{cardinal(bottom)}"
    if (top, bottom) == ("1", "2") and re.match(
        rf"\s*{words().measures}", match.string[match.end() :]
    ):
        return "半"
    if int(top) >= int(bottom):
        return f"{cardinal(top)}，{cardinal(bottom)}"
    return f"{cardinal(bottom)}分之{cardinal(top)}"


def _nth(match: re.Match[str]) -> str:
    return f"第{ordinal(match['n'])}" + (f"到{ordinal(match['to'])}" if match["to"] else "")


def _bare(match: re.Match[str]) -> str:
    """Three or four digits with nothing beside them are a door or a code, unless they are round."""
    figures = match["n"]
    cue, after = match["cue"] or "", match["after"] or ""
    is_code = len(figures) > 2 and figures.isdigit() and not figures.endswith("00")
    if re.match(_CODE_CUE, cue):
        return cue + one_by_one(figures) + after
    if (is_code and not cue and not after) or (
        figures.isdigit() and figures[0] == "0" and len(figures) > 1
    ):
        return cue + one_by_one(figures) + after
    return cue + cardinal(figures) + after
