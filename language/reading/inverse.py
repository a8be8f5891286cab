"""What a recogniser writes, in written form: 三号楼二单元五零一 is 3号楼2单元501, 三块五 3.5元.

For slots and captions; the engine is given the words as they were heard. Idioms stay (一起, 三心二意, 五金店),
and so do guesses (两三天).
"""

import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files

import yaml

from language.clean import fold
from language.found import Found
from language.numbers import parse_fen
from language.numerals import digits, parse_number
from language.phones import find_phones
from language.plates import find_plates

_ONES = "一二三四五六七八九两"
_GROUPED = f"(?:[{_ONES}](?=[十百千万亿])|十)[{_ONES}零十百千万亿]{{0,12}}"
_PLAIN = f"(?:{_GROUPED}|[{_ONES}])"
_ALONE = f"(?<![{_ONES}零幺十百千万亿几数])"
_AFTER_DAY = re.compile("(?:[午晚夜晨天]|[早晚]上)$")
_GUESS = re.compile(
    f"{_ALONE}(?:一二|[两二]三|三四|三五|四五|五六|六七|七八|八九)(?=[十百千万个天年岁块元次号点人度月份位斤里])[十百千万]?"
)
_RUN = re.compile("[零一二三四五六七八九幺]{3,}(?![十百千万亿])")
_MONEY = re.compile(
    f"{_ALONE}(?P<yuan>{_PLAIN})(?:块钱?|元)(?:零?[{_ONES}](?:[毛角](?:[{_ONES}]分?)?|分)|[{_ONES}](?![{_ONES}十百千万个次斤份片人位张度里]))?"
    f"|{_ALONE}[{_ONES}](?:毛|角)(?:钱|[{_ONES}]分?)?"
)
_DOSE = re.compile("[吃服药次天每早晚片粒颗改嚼吞]")
_PIECES = re.compile("[掉砖碎裂磕捎切][了过]?$")
_NO_MONEY = re.compile("[砖肉糖豆板布玻瓷木蛋香毛电手牌地里招石瓦屏]")
_NO_HOUR = (
    "意见|建议|要求|原因|问题|希望|说明|好处|理由|不同|水|儿|东西|小|事|钱|声|力|心|情况|也|都不"
)
_CLOCK = re.compile(
    rf"{_ALONE}(?P<hour>二?十[一二三四五六七八九]?|[{_ONES}])点"
    rf"(?:(?P<half>半)|(?P<quarter>[一三])刻|(?P<minute>零[{_ONES}]|[二三四五]?十[{_ONES[:-1]}]?)(?:分(?!钟))?|(?P<whole>钟|整)|"
    rf"(?!{_NO_HOUR}|[零{_ONES}]))"
)
_DECIMAL = re.compile(
    rf"{_ALONE}(?P<whole>零|{_PLAIN})点(?P<rest>[零{_ONES[:-1]}]{{1,4}})(?![十百])"
)
_DEGREE = re.compile(f"{_ALONE}(?P<whole>{_PLAIN})度(?P<rest>[{_ONES[:-1]}])(?![十百])")
_PERCENT = re.compile(
    f"百分之(?P<n>百|{_PLAIN}(?:点[零{_ONES[:-1]}]{{1,4}})?|零点[零{_ONES[:-1]}]{{1,4}})"
)
_FRACTION = re.compile(f"{_ALONE}(?P<bottom>{_PLAIN})分之(?P<top>{_PLAIN})")
_YEAR = re.compile("(?P<year>[一二][零九八][零一二三四五六七八九]{2})(?=年)")
_DATE = re.compile(f"(?P<month>{_PLAIN})月(?P<day>{_PLAIN})(?P<unit>[日号])")
_NTH = re.compile(f"第(?P<n>{_PLAIN})")
_PAIR = re.compile("(?P<pair>[俩仨])(?P<people>人)?")
_RANGE = re.compile(f"{_ALONE}(?P<n>{_PLAIN})(?=到{_PLAIN}[^{_ONES}零十百千万点])")
_BIG = re.compile(f"{_ALONE}(?P<n>{_GROUPED})(?![{_ONES}零十百千万亿几])")


def written(text: str) -> str:
    """The text with its numbers in figures, as a person would write them."""
    pieces = _kept().split(fold(text))
    return "".join(piece if at % 2 else _in_figures(piece) for at, piece in enumerate(pieces))


def _in_figures(said: str) -> str:
    said = _replaced(said, find_plates)
    said = _replaced(said, find_phones)
    said, guesses = _hidden(said)
    for pattern, write in _STEPS:
        said = pattern.sub(write, said)
    said = _counted().sub(_count, said)
    said = _BIG.sub(lambda match: _figure(match["n"]), said)
    return "".join(guesses.get(char, char) for char in said)


def _replaced(said: str, find: Callable[[str], list[Found[str]]]) -> str:
    for found in reversed(find(said)):
        said = said[: found.start] + found.value + said[found.end :]
    return said


def _hidden(said: str) -> tuple[str, dict[str, str]]:
    """The text with each guess (两三, 七八十) as one private sign, and what the signs stand for."""
    guesses: dict[str, str] = {}

    def sign(match: re.Match[str]) -> str:
        mark = chr(0xE000 + len(guesses))
        guesses[mark] = match.group()
        return mark

    return _GUESS.sub(sign, said), guesses


def _figure(said: str) -> str:
    """One number in figures; round ones of 万 keep it: 3万."""
    value = parse_number(said)
    if value is None:
        return said
    if isinstance(value, int) and value >= 10_000 and value % 10_000 == 0:
        return f"{value // 10_000}万" if value < 100_000_000 else f"{value / 100_000_000:g}亿"
    return f"{value}"


def _money(match: re.Match[str]) -> str:
    fen = parse_fen(match.group())
    around = _NO_MONEY.match(match.string, match.end()) or _PIECES.search(
        match.string[: match.start()]
    )
    if fen is None or around or match.group() == "一块":
        return match.group()
    if match["yuan"] and fen % 1_000_000 == 0:
        return f"{fen // 1_000_000}万元"
    return f"{fen / 100:.2f}".rstrip("0").rstrip(".") + "元"


def _clock(match: re.Match[str]) -> str:
    hour = parse_number(match["hour"])
    if match["half"]:
        return f"{hour}:30"
    if match["quarter"]:
        return f"{hour}:{15 * int(parse_number(match['quarter']) or 0)}"
    if match["minute"]:
        return f"{hour}:{int(parse_number(match['minute'].lstrip('零')) or 0):02d}"
    if hour == 1 and not match["whole"] and not _AFTER_DAY.search(match.string[: match.start()]):
        return match.group()  # 大声一点
    return f"{hour}点"


def _decimal(match: re.Match[str]) -> str:
    whole = "0" if match["whole"] == "零" else _figure(match["whole"])
    return f"{whole}.{digits(match['rest'])}"


def _percent(match: re.Match[str]) -> str:
    said = match["n"]
    return "100%" if said == "百" else f"{parse_number(said)}%"


def _pair(match: re.Match[str]) -> str:
    return ("2" if match["pair"] == "俩" else "3") + "个" + (match["people"] or "")


def _count(match: re.Match[str]) -> str:
    if match["of_one"]:
        is_dose = match["of_one"] not in "片粒颗丸" or _DOSE.search(match.string[: match.start()])
        return ("1" if is_dose else "一") + match["of_one"]
    return _figure(match["n"]) + match["counter"]


_STEPS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_YEAR, lambda m: digits(m["year"]) or ""),
    (_PERCENT, _percent),
    (_FRACTION, lambda m: f"{_figure(m['top'])}/{_figure(m['bottom'])}"),
    (_RUN, lambda m: digits(m.group()) or ""),
    (_DATE, lambda m: f"{_figure(m['month'])}月{_figure(m['day'])}{m['unit']}"),
    (_CLOCK, _clock),
    (_MONEY, _money),
    (_DEGREE, lambda m: f"{_figure(m['whole'])}.{digits(m['rest'])}度"),
    (_DECIMAL, _decimal),
    (_NTH, lambda m: f"第{_figure(m['n'])}"),
    (_PAIR, _pair),
    (_RANGE, lambda m: _figure(m["n"])),
)
"""What is written how; the first that fits takes the numeral."""


@cache
def _words() -> dict[str, list[str]]:
    text = (files("language") / "data" / "inverse_reading.yml").read_text("utf-8")
    return {name: words.split() for name, words in yaml.safe_load(text).items()}


@cache
def _kept() -> re.Pattern[str]:
    """Words in which a numeral stays a word; one group, for `split`."""
    words = sorted(_words()["kept"], key=len, reverse=True)
    return re.compile(f"({_ALONE}(?:{'|'.join(words)}))")


@cache
def _counted() -> re.Pattern[str]:
    """A number before what it counts; 一 only before some."""
    many, one = (
        "|".join(_longest_first(_words()[name])) for name in ("counters", "counters_of_one")
    )
    return re.compile(
        rf"{_ALONE}(?:(?P<n>{_GROUPED}|[{_ONES[1:]}])(?P<counter>{many})|一(?P<of_one>{one}))"
    )


def _longest_first(words: list[str]) -> list[str]:
    return sorted(map(re.escape, words), key=len, reverse=True)
