"""Numbers as people say them, and what is counted with them: money, scores, doses, portions.

Plain numerals are in `numerals` and given on from here; clock times are in `times`.
"""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from language.clean import fold
from language.numerals import (
    DIGIT,
    DIGITS,
    NUMBER,
    PAIRS,
    SAID,
    WRITTEN,
    digits,
    find_numbers,
    parse_number,
)

__all__ = [
    "Amount",
    "digits",
    "find_numbers",
    "parse_amount",
    "parse_fen",
    "parse_number",
    "parse_score",
]

_YUAN = re.compile(
    r"(?<![几数好])(?!(?<=在)一块)"
    rf"(?:[¥￥] ?(?P<sign>{WRITTEN})|(?P<yuan>{NUMBER}) ?(?:块钱|[块元圆蚊]))"
    "(?![儿去来走吃玩住回砖瓷玻地板布肉豆木铁石瓦墙抹香块糖蛋红屏招]|毛[巾毯]|手[表机帕]|电[池板视]|牌子|一次方程|[里桥])"
)
_PER = "个度斤吨次份平方米立升小时张位人袋瓶盒只条件户家页包桶杯碗顿餐趟回辆台部本支片粒"
"""What a price is for; 三块一斤 is no 三块一."""
_JIAO = "(?:毛(?!不拔|[巾毯衣线病])|角(?![形债星梅落度铁])|毫(?![升克米]))"
_AFTER_YUAN = re.compile(
    rf"零?(?P<jiao>{DIGIT}){_JIAO}(?:零?(?P<fen>{DIGIT})分?)?"
    rf"|(?P<zero>[零0])?(?P<last>{DIGIT}|半)(?P<unit>分)?"
    rf"(?![\d{SAID.replace('一', '')}十百千万月号年天点楼栋.{_PER}]|一(?![{_PER}]))"
)
_SMALL = re.compile(
    rf"(?<![几数好块])(?<!块儿)(?:(?P<jiao>{DIGIT}){_JIAO}(?:零?(?P<fen>{DIGIT})分?)?"
    rf"|(?P<cents>{NUMBER})分钱)"
)


def parse_fen(text: str) -> int | None:
    """Read the first sum of money in the text, in fen: 十块八毛 is 1080, 三块五 is 350.

    A currency word or sign must be there, so a bare number is None; so is a guess (几十块, 十来块).
    """
    said = fold(text)
    match = _YUAN.search(said)
    if match is None:
        return _small_change(said)
    value = parse_number(match["sign"] or match["yuan"])
    if value is None:
        return None
    fen = int((Decimal(str(value)) * 100).to_integral_value(ROUND_HALF_UP))
    rest = _AFTER_YUAN.match(said, match.end())
    if rest is None or match["sign"]:
        return fen
    if rest["jiao"]:
        return fen + _fen(rest["jiao"], rest["fen"])
    if rest["last"] == "半":
        return fen + 50
    return fen + DIGITS[rest["last"]] * (1 if rest["zero"] or rest["unit"] else 10)


def _small_change(said: str) -> int | None:
    match = _SMALL.search(said)
    if match is None:
        return None
    if match["jiao"]:
        return _fen(match["jiao"], match["fen"])
    cents = parse_number(match["cents"])
    return cents if isinstance(cents, int) else None


def _fen(jiao: str, fen: str | None) -> int:
    return DIGITS[jiao] * 10 + (DIGITS[fen] if fen else 0)


_SCORE = re.compile(
    rf"(?P<cue>[给打评]个?)?(?P<number>{NUMBER})"
    "(?:[颗个粒]?[星⭐🌟★](?!手机|电视|冰箱|空调|洗衣机|红旗)|分(?![钟钱之货饱裤熟])) ?(?!半)"
    "|(?P<full>满[分星昏粉])"
)
_REFUSED = re.compile(
    r"(?:不[给打是值够]?|别[给打]?|没有?|不[了到]|扣掉?|减|负|[\d一二三四][到至~-])个?$"
)
_SCALE = re.compile(r"满分(?:是|为|就)?(?:[五5十]|10|一?百|100)分?")
_STARS = re.compile("[⭐🌟★]️?")
_BARE = re.compile(rf"[给打就我]{{0,3}}({NUMBER})[分份粉星心颗]?[吧呀啊哦啦嘛了]{{0,2}}")


def parse_score(text: str) -> int | None:
    """Read a score of 1 to 5: 给五分, 满分, 三颗星, ⭐⭐⭐, or a bare 5; the last one said counts.

    零分 is 1; ten or a hundred given (打一百分) is 5. None for judgements without a number (不满意,
    十分满意), for halves, and for 6 to 9, whose scale is unknown.
    """
    said = fold(text)
    score = None
    scaled = _SCALE.sub("", said)
    for match in _SCORE.finditer(scaled if _SCORE.search(scaled) else said):
        if _REFUSED.search(match.string[max(0, match.start() - 4) : match.start()]):
            continue
        value = 5 if match["full"] else parse_number(match["number"])
        score = _out_of_five(value, given=bool(match["cue"])) or score
    if score is None and (stars := len(_STARS.findall(said))):
        return min(stars, 5)
    bare = _BARE.fullmatch(said.strip(" ，。！!,."))
    if score is None and bare:
        return _out_of_five(parse_number(bare[1]), given=True)
    return score


def _out_of_five(value: float | None, *, given: bool) -> int | None:
    if value in (10, 100) and given:
        return 5
    if value in (0, 1, 2, 3, 4, 5):
        return max(1, int(value))
    return None


class Amount(NamedTuple):
    """How much of something: a value above 0 and its measure word, as in (0.5, "片"), or ""."""

    value: int | float
    unit: str


_MEASURES = (
    "毫升|毫克|微克|公斤|单位|瓶盖|ml|mg|kg|片|粒|颗|丸|支|袋|包|瓶|滴|克|g|勺|匙|格|喷|贴|帖|杯|口"
    "|份|碗|碟|盒|客|个|只|块|条|根|盘|斤|两|升|桶|笼|串"
)
_AMOUNT = re.compile(
    rf"(?<![几数])(?P<number>[½¼]|{NUMBER}(?:/\d|分之{NUMBER})?)(?:[大小满人]|个(?=单位))?"
    rf"(?P<unit>{_MEASURES})(?![a-z网]|半?(?:小时|钟头|月|礼拜|星期))(?P<half>半)?"
    "|(?P<pair>[俩仨])|(?P<piece>半拉)",
    re.IGNORECASE,
)
_FRACTIONS = {"½": 0.5, "¼": 0.25}


def parse_amount(text: str) -> Amount | None:
    """Read the first dose or portion in the text: 半片, 两粒, 一片半 (1.5 片), 俩 (2 个), 1/2片.

    A text that is only a number has no unit: (2, ""). None when there is none, or only a guess
    (两三片, 几粒).
    """
    for match in _AMOUNT.finditer(fold(text)):
        if match["pair"]:
            return Amount(PAIRS[match["pair"]], "个")
        if match["piece"]:
            return Amount(0.5, "个")
        value = _part(match["number"])
        if value:
            return Amount(value + 0.5 if match["half"] else value, match["unit"].lower())
    alone = parse_number(text)
    return Amount(alone, "") if alone and alone > 0 else None


def _part(said: str) -> float | None:
    if said in _FRACTIONS:
        return _FRACTIONS[said]
    below, over, above = said.partition("分之")
    if not over:
        above, over, below = said.partition("/")
    if not over:
        return parse_number(said)
    top, bottom = parse_number(above), parse_number(below)
    return top / bottom if top and bottom else None
