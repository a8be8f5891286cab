"""How often a medicine is taken: 早饭后, 一天三回, 每八小时, 隔天, 礼拜一三五; and how much at a time.

Words become clock times by the defaults below, which are said back and can be changed. Nothing here
knows a medicine or judges a dose. Not read, so that it is asked, are months, lunar, odd and even days,
days off, doses that change and what is only taken when something hurts.
"""

from __future__ import annotations

import re
from dataclasses import replace

from language.clean import fold
from language.clock import MIDNIGHT, Part, minute_of_day, read_clock, read_part
from language.mealtimes import MEALS, any_meal, meal_times
from language.numerals import NUMBER, parse_number
from language.schedules import Regimen

__all__ = ["Regimen", "change_regimen", "parse_regimen"]

_OFTEN: dict[int, tuple[int, ...]] = {
    1: (480,), 2: (480, 1200), 3: (480, 750, 1110), 4: (480, 720, 960, 1200),
}  # fmt: skip
"Times for so many a day"
_WEEKLY = {1: (0,), 2: (0, 3), 3: (0, 2, 4)}
"Weekdays for so many a week, Monday is 0"
_BEFORE_BREAKFAST = 420

_N = f"(?P<n>{NUMBER})"
_TIMES = "(?:次|回|遍|顿|道|趟|时候|支|换)"
_DAY = "(?:一昼夜|一[天日]|每[天日]|[天日]日?|全天)"
_PER_DAY = re.compile(
    rf"{_DAY}(?:里头?|就|要|得|吃|用|滴|各|共|日天|也就|是|里)?{_N}个?{_TIMES}?(?P<what>[片粒颗丸袋包滴勺])?"
)
_LATIN = {"qd": (480,), "bid": _OFTEN[2], "tid": _OFTEN[3], "qid": _OFTEN[4], "qn": (1260,)}
_LATIN_WORD = re.compile("(?<![a-z])(?:qd|bid|tid|qid|qn)(?![a-z])", re.IGNORECASE)
_HOURLY = re.compile(
    rf"(?:每|隔|间隔)?(?:{NUMBER})个?(?:小时|钟头|钟)(?!前|后|以前|以后|之前|之后|左右)"
)
_EACH = re.compile(f"[每隔]|{_TIMES}|才能|[一半两][片粒颗丸袋包滴勺喷支]")
_GAP_WEEKS = re.compile(rf"隔(?:{_N}|一)?个?(?:周|礼拜|星期)(?![一二三四五六日天](?![次回针趟]))")
_GAP_DAYS = re.compile(rf"隔(?:{_N}|一)?[天日](?!前)|隔[天日]")
_EVERY_WEEK = re.compile(
    "每(?:周|个?礼拜|个?星期)(?:吃|打|贴|用)?(?P<m>[一两二三])?(?:[次回趟]|(?<![两二三])[片粒针])"
)
_IN_DAYS = re.compile(
    rf"{_N}(?P<unit>天|日|周|个?礼拜|个?星期)(?:吃|打|用|就)?(?P<m>{NUMBER}){_TIMES}"
)
_ONE_DAY = "[一二三四五六日天](?![天月年顿回次片粒颗])"
_WEEKDAYS = re.compile(
    "(?<![到至])每?(?:逢|个)?(?:周|礼拜|星期)"
    f"(?P<days>{_ONE_DAY}(?:[、，,和跟搭到 ]*(?:周|礼拜|星期)?{_ONE_DAY})*)"
)
_WEEKDAY = {c: i % 7 for i, c in enumerate("一二三四五六日")} | {"天": 6}
_BARE_DAYS = re.compile("一三五|二四六(?!七)")
_WEEKEND, _WORKDAYS = re.compile("周末|双休"), re.compile("工作日|上班的?日子|平时上班")
_FOR_DAYS = re.compile(
    rf"(?:吃|用|打|提醒|满|够|一共|共|连|只|疗程|先)(?:吃|用|提醒)?(?:满|够)?{_N}个?"
    rf"(?P<unit>天|周|礼拜|星期|月)(?![一二三四五六日天\d]?{_TIMES})(?![，, ]?停)"
)
_BEDTIME = re.compile(
    "(?:晚上|黑了|夜里|黑地|每晚|晚)?"
    "(?:(?<!午)(?:(?:临睡|睡觉?|困觉|瞓觉|睡下|上床)(?:[以之]?[前钱]头?|的时候)|临睡))"
    f"(?P<away>半个?(?:小时|钟头)|(?:{NUMBER})个?(?:小时|钟头)|(?:{NUMBER})分钟?)?"
)
_BED = 1260
_BOTH = re.compile(
    "一早一晚|早[、和跟同搭]?晚(?![饭餐上])|早[、和]?[夜黑](?![饭餐])|早晚|朝早同夜晚|早浪搭夜里"
)
_THRICE = re.compile("早[、]?[中午][、]?晚(?![饭餐])")
_PART_WORDS = (
    (0, "半夜|下半夜"),
    (480, "大?清早|清起来?|一大?早|大早[上晨]?|清晨|朝早|起早|天一?亮|五更|早起|早上|早晨头?|早间"),
    (480, "早浪向?|早桑|丧午|每早|早尚|早(?=[各吃一半两\\d](?!点))"),
    (600, "上午|头晌|上半天|上昼|午前"),
    (750, "中午头?|晌午头?|正午|中浪向?|晏昼|午间|宗午"),
    (900, "下午|午后|后半?晌|下半天|下昼|夏午"),
    (1140, "傍晚|黄昏|挨黑|天擦黑|新闻联播(?!完)"),
    (1170, "新闻联播完"),
    (1200, "晚上头?|晚间|晚黑|黑了|黑地|夜头|夜到|夜晚|每晚|今晚|夜里[头厢]?|下晚儿?|每夜|晚桑"),
    (1200, "(?<=[早，,、 ])晚|[晚黑](?=[各吃一半两\\d](?!点))"),
)
_PARTS = tuple((re.compile(words), minutes) for minutes, words in _PART_WORDS)
_EMPTY = re.compile("空腹|空着?肚子|空心肚")
_ONLY_PART = re.compile(r"^[^a-z]{0,3}(?:早|晚|中|午)[吃吧的各。，]?$")
_SINGLE = {"早": 480, "中": 750, "午": 750, "晚": 1200}
_NOT = re.compile("不是|别|莫|不要|莫要|不用")
_DENIED = re.compile("不是[^，,。、是]{1,8}(?=[，, ]*(?:而?是|改|[，,]))")
_TURN = re.compile(
    "(?:改|换|挪|推迟|提前|延|调|定|搬|移)(?:早点|晚点)?(?:吃|用)?[成到为至做在]了?|不对(?:不对)?"
    "|哦?不(?=[，,])|应该是|是说|错了(?:我说错了)?|往后挪|改(?=[早晚上下中一二三四五六七八九十\\d])"
)
_WHOLE_HOURS = {2, 3, 4, 6, 8, 12, 24}
_FROM_TO = re.compile("[点半刻分时][^，,。]{0,2}[到至]")
LONGEST_GAP_DAYS = 366
_UNREAD = re.compile(
    "每个?月|月[初底]|半个?月(?:一|吃一|打)|[一二两三六]个?月(?:一[次回针]|[吃打][一两]?[次回针])|[单双](?:号|日子?|数)"
    r"|初[一五六十](?!起)|十五[别叫贴吃]|(?:吃|用)[^，,。]{1,4}[天周]?停[一二两三几\d]+[天周]|[一每]?(?:周|星期|礼拜)(?:吃|用)?[四五六]天"
    "|必要(?:时|的时候)|(?:疼|痛|烧|晕|难受|不舒服|犯病|发作|喘)(?:了|的时候|起来|得厉害)*(?:再|才|的时候|时)[吃用喷含]?|想起来"
)
"How often is said in a way that no regimen holds"


_Days = tuple[int, tuple[int, ...]]
"Every so many days, and the weekdays"
_EACH_DAY = re.compile("每[天日]|天天|一[天日]|[天日]日|每日")


def parse_regimen(text: str) -> Regimen | None:
    """The regimen that is meant, after a correction or a change; None when none was said.

    改成晚上八点 is 20:00; 下午四点，哦不，四点半 is 16:30. A dose alone is no regimen.
    """
    times, days, said = _read(text)
    return _made(times or _OFTEN[1], days or (1, ()), said) if times or days else None


def change_regimen(text: str, old: Regimen) -> Regimen | None:
    """`old` with what the words change; what they do not name stays. None when they name nothing.

    What is taken once a week and moved to the evening is not taken every evening.
    """
    times, days, said = _read(text)
    if not times and not days:
        return None
    if days is None:
        days = (1, ()) if _EACH_DAY.search(said) else (old.every_days, old.weekdays)
    made = _made(times or old.times, days, said)
    return made and replace(made, for_days=made.for_days or old.for_days)


def _read(text: str) -> tuple[tuple[int, ...], _Days | None, str]:
    """(times, days, the folded words); neither where nothing was said or no regimen holds it."""
    said = _DENIED.sub(lambda found: "■" * len(found[0]), fold(text))
    if _UNREAD.search(said):
        return (), None, said
    turned = [match.end() for match in _TURN.finditer(said)]
    for at in reversed(turned):
        tail = said[at:]
        times = _times(tail, _part_before(said[:at], tail))
        days = _days(tail)
        if times or days:
            return times or _times(said[:at], None), days or _days(said[:at]), said
    return ((), None, said) if _is_mixed(said) else (_times(said, None), _days(said), said)


def _made(times: tuple[int, ...], days: _Days, said: str) -> Regimen | None:
    every, weekdays = days
    if every > LONGEST_GAP_DAYS:
        return None
    return Regimen(times, every, weekdays, _course(said))


def _is_mixed(said: str) -> bool:
    """Whether some weekdays have other times than others: 一三五早上，二四六晚上."""
    groups = [_weekdays(match[0]) for match in _BARE_DAYS.finditer(said)]
    groups += [_weekdays(match["days"]) for match in _WEEKDAYS.finditer(said)]
    return any(set(one).isdisjoint(other) for one in groups for other in groups)


def _course(said: str) -> int | None:
    match = _FOR_DAYS.search(said)
    count = parse_number(match["n"]) if match else None
    if match is None or count is None or not float(count).is_integer() or not 1 <= count <= 366:
        return None
    return int(count) * {"天": 1, "月": 30}.get(match["unit"], 7)


def _days(said: str) -> _Days | None:
    """(every so many days, weekdays); None when only each day can be meant."""
    if _WEEKEND.search(said):
        return 1, (5, 6)
    if _WORKDAYS.search(said):
        return 1, (0, 1, 2, 3, 4)
    if match := _WEEKDAYS.search(said):
        return 1, _weekdays(match["days"])
    if match := _BARE_DAYS.search(said):
        return 1, _weekdays(match[0])
    if match := _GAP_WEEKS.search(said):
        return 7 * (int(parse_number(match["n"] or "一") or 1) + 1), ()
    if match := _GAP_DAYS.search(said):
        return int(parse_number(match["n"] or "一") or 1) + 1, ()
    for match in _IN_DAYS.finditer(said):
        count, times = parse_number(match["n"]), parse_number(match["m"])
        if count is None or times is None or count < 1 or times < 1:
            continue
        if match["unit"] in "天日":
            if count > 1:
                return int(count), ()
        elif count == 1 and times in _WEEKLY:
            return (7, ()) if times == 1 else (1, _WEEKLY[int(times)])
        elif times == 1:
            return 7 * int(count), ()
    if match := _EVERY_WEEK.search(said):
        times = int(parse_number(match["m"] or "一") or 1)
        return (1, _WEEKLY[times]) if times in {2, 3} else (7, ())
    return None


def _weekdays(said: str) -> tuple[int, ...]:
    named = [_WEEKDAY[char] for char in said if char in _WEEKDAY and char != "到"]
    if "到" in said and len(named) == 2 and named[0] < named[1]:
        return tuple(range(named[0], named[1] + 1))
    return tuple(sorted(set(named)))


def _part_before(head: str, tail: str) -> str | None:
    """The part of the day that a corrected time takes over: 下午四点，不，四点半."""
    if read_part(tail.lstrip("，, 是"), 0):
        return None
    for at in range(len(head) - 1, -1, -1):
        if read_part(head, at):
            return head[at:]
    return None


def _times(said: str, inherited: str | None) -> tuple[int, ...]:
    clocks = _clocks(said, inherited)
    by_clock = sorted({minutes % MIDNIGHT for minutes in clocks})
    hourly = _every_hours(said)
    if hourly:
        if len(by_clock) == 2 and _FROM_TO.search(said):
            return tuple(range(by_clock[0], by_clock[1] + 1, hourly * 60))
        first = by_clock[0] if by_clock else (360 if hourly in {6, 8} else 480)
        return tuple(sorted((first + step) % MIDNIGHT for step in range(0, MIDNIGHT, hourly * 60)))
    if by_clock and not _is_limit(said):
        return tuple(by_clock)
    return tuple(sorted(_of_words(said)))


def _is_limit(said: str) -> bool:
    """Whether the only clock time is told as one that does not suit: 别八点喊."""
    return bool(re.search("(?:别|莫|不要)[^，,。]{0,3}[点时]", said)) and said.count("点") == 1


def _part(word: str) -> Part | None:
    found = read_part(word, 0)
    return found[0] if found else None


def _clocks(said: str, inherited: str | None) -> list[int]:
    found: list[int] = []
    at, led, part = 0, False, _part(inherited) if inherited else None
    while at < len(said):
        named = read_part(said, at)
        if named and not said[at : named[1]].endswith(("前", "后")):
            part, at, led = named[0], named[1], True
            continue
        if said[at] in "早晚" and not named and read_clock(said, at + 1, led=True):
            part, at, led = _part(said[at] + "上"), at + 1, True
        clock = read_clock(said, at, led=led)
        if clock is None:
            at, led = at + 1, False
            continue
        wanted = part
        if wanted is None and 5 <= clock[0].hour <= 6:
            wanted = _part("早上")
        denied = _NOT.search(said[max(0, at - 6) : at]) is not None
        if not denied:
            found.append(minute_of_day(clock[0], wanted))
        at, led = clock[1], False
    return found


def _every_hours(said: str) -> int | None:
    for match in _HOURLY.finditer(said):
        number = re.search(NUMBER, match[0])
        count = parse_number(number[0]) if number else None
        around = said[max(0, match.start() - 1) : match.end() + 4]
        if count in _WHOLE_HOURS and _EACH.search(around):
            return int(count or 0)
    return None


def _of_words(said: str) -> set[int]:
    """Times by meals and parts of the day, else by how many a day."""
    rest, found = meal_times(said)
    if bedtime := _BEDTIME.search(rest):
        found.add(_BED - _minutes_before(bedtime["away"]))
        rest = _BEDTIME.sub("睡", rest)
    if _THRICE.search(rest):
        return found | set(_OFTEN[3])
    if _BOTH.search(rest):
        found |= set(_OFTEN[2])
        rest = _BOTH.sub("", rest)
    for pattern, minutes in _PARTS:
        if pattern.search(rest):
            found.add(minutes)
            rest = pattern.sub("", rest)
    if not found and any_meal(said) is None and _ONLY_PART.match(rest.strip()):
        found |= {_SINGLE[char] for char in rest if char in _SINGLE}
    often = _per_day(said)
    side = any_meal(said)
    if side is not None and not found:
        wanted = {1: MEALS[:1], 2: (MEALS[0], MEALS[2])}.get(often or 3, MEALS)
        return {at + side for _, at in wanted}
    if often in _OFTEN and len(found) < often:
        return found | set(_OFTEN[often]) if not found else _filled(found, often)
    if match := _LATIN_WORD.search(said):
        found |= set(_LATIN[match[0].lower()])
    if found <= {_OFTEN[1][0]} and _EMPTY.search(said):
        return {_BEFORE_BREAKFAST}
    if not found and re.search("(?:每[天日](?!的)|天天|一天一)", said) and often is None:
        return {480} if re.search("每[天日](?:吃|打|用|都|一|要)|天天|一[天日]一", said) else set()
    return found


def _minutes_before(words: str | None) -> int:
    """How long before going to bed: 半小时, 一个钟头, 二十分钟."""
    if not words:
        return 0
    number = re.match(NUMBER, words)
    count = 0.5 if words.startswith("半") else float(parse_number(number[0]) or 0) if number else 0
    return int(count * (1 if "分" in words else 60))


def _filled(found: set[int], often: int) -> set[int]:
    """早饭后一天两次 is one named time and the usual other; 睡前一天一次 is the named one."""
    more = [at for at in _OFTEN[often] if all(abs(at - one) > 150 for one in found)]
    return found | set(more[: often - len(found)])


def _per_day(said: str) -> int | None:
    for match in _PER_DAY.finditer(said):
        if re.search(f"(?:隔|{NUMBER})$", said[: match.start()]):
            continue  # 隔天一次, 两天一次
        count = parse_number(match["n"])
        counted = said[match.end("n") : match.end()]
        if count in _OFTEN and re.search(_TIMES, counted):
            return int(count or 0)
        if count == 1 and match["what"]:
            return 1
    return None
