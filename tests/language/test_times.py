"""Periods as residents say them, fixed on the calendar and said back.

Now is Monday, 24 November 2025, 10:20 in Shanghai.
"""

from datetime import UTC, datetime, timedelta

import pytest

from language.found import Found
from language.times import SHANGHAI, Period, find_periods, parse_period, say_period

NOW = datetime(2025, 11, 24, 10, 20, tzinfo=SHANGHAI)


def at(written: str) -> datetime:
    """ "25 13:00" is of November 2025, "12-03" midnight of that day, "2026-01-03 9:00" in full."""
    day, _, clock = written.partition(" ")
    year_month_day = [int(part) for part in day.split("-")]
    whole = [2025, 11, *year_month_day][-3:] if len(year_month_day) == 1 else year_month_day
    year, month, of_month = whole if len(whole) == 3 else [2025, *whole]
    hour, _, minute = clock.partition(":")
    moment = datetime(year, month, of_month, tzinfo=SHANGHAI)
    return moment + timedelta(hours=int(hour or 0), minutes=int(minute or 0))


def span(start: str, end: str) -> Period:
    return Period(at(start), at(end))


def point(moment: str) -> Period:
    return Period(at(moment), at(moment))


def days(first: str, last: str | None = None) -> Period:
    """Whole days, the last itself included."""
    return Period(at(first), at(last or first) + timedelta(days=1), all_day=True)


def after(start: str, end: str) -> Period:
    return Period(at(start), at(end), bound="start")


def before(end: str, start: str = "24 10:20") -> Period:
    return Period(at(start), at(end), bound="end")


ANYTIME = Period(NOW, NOW + timedelta(days=7), bound="none")
AT_ONCE = Period(NOW, NOW)

DAYS = [
    ("今天", days("24")),
    ("今儿", days("24")),
    ("今儿个", days("24")),
    ("今朝", days("24")),
    ("京天", days("24")),
    ("明天", days("25")),
    ("明儿", days("25")),
    ("明儿个", days("25")),
    ("明个儿", days("25")),
    ("明朝", days("25")),
    ("听日", days("25")),
    ("聽日", days("25")),
    ("名天", days("25")),
    ("后天", days("26")),
    ("后儿个", days("26")),
    ("后田", days("26")),
    ("大后天", days("27")),
    ("外后天", days("27")),
    ("大大后天", days("28")),
    ("明后天", days("25", "26")),
    ("昨天", days("23")),
    ("昨儿", days("23")),
    ("夜儿个", days("23")),
    ("前天", days("22")),
    ("大前天", days("21")),
    ("这两天", days("24", "25")),
    ("这几天", days("24", "26")),
    ("呢几日", days("24", "26")),
    ("过两天", days("26")),
    ("过几天", days("27")),
    ("三天后", days("27")),
    ("三天前", days("21")),
    ("两个星期后", days("12-08")),
    ("一个月后", days("12-24")),
    ("周三", days("26")),
    ("礼拜三", days("26")),
    ("星期三", days("26")),
    ("里拜三", days("26")),
    ("礼拜天", days("30")),
    ("星期日", days("30")),
    ("周7", days("30")),
    ("礼拜两", days("25")),
    ("周一", days("24")),
    ("这周三", days("26")),
    ("下周三", days("12-03")),
    ("下礼拜三", days("12-03")),
    ("下个星期三", days("12-03")),
    ("下下周一", days("12-08")),
    ("上周五", days("21")),
    ("周末", days("29", "30")),
    ("这周末", days("29", "30")),
    ("周六周日都行", days("29", "30")),
    ("这周", days("24", "30")),
    ("呢个礼拜", days("24", "30")),
    ("下礼拜", days("12-01", "12-07")),
    ("上周", days("17", "23")),
    ("11月28号", days("28")),
    ("十一月二十八号", days("28")),
    ("11月28", days("28")),
    ("11月1日", days("1")),
    ("1月3号", days("2026-01-03")),
    ("2026年1月3日", days("2026-01-03")),
    ("26年1月3号", days("2026-01-03")),
    ("明年3月5号", days("2026-03-05")),
    ("2025-12-01", days("12-01")),
    ("2025/12/1", days("12-01")),
    ("28号", days("28")),
    ("二十八号", days("28")),
    ("3号", days("12-03")),
    ("31号", days("12-31")),
    ("十三日", days("12-13")),
    ("这个月二十号", days("20")),
    ("下个月五号", days("12-05")),
    ("月底", days("25", "30")),
    ("月中", days("11", "20")),
    ("下月初", days("12-01", "12-10")),
    ("下个号头", days("12-01", "12-31")),
    ("12月底", days("12-25", "12-31")),
    ("一月初", days("2026-01-01", "2026-01-10")),
    ("上个月", days("10-01", "10-31")),
    ("三月份", days("2026-03-01", "2026-03-31")),
    ("去年十月", days("2024-10-01", "2024-10-31")),
    ("去年下半年", days("2024-07-01", "2024-12-31")),
    ("三季度", days("7-01", "9-30")),
    ("上季度", days("7-01", "9-30")),
    ("今年", days("1-01", "12-31")),
    ("年底", days("12-01", "12-31")),
    ("元旦", days("2026-01-01")),
    ("国庆", days("2026-10-01", "2026-10-07")),
    ("明天到后天", days("25", "26")),
    ("周一到周五", days("24", "28")),
    ("下周一到周五", days("12-01", "12-05")),
    ("周六到周二", days("29", "12-02")),
    ("11月1号到5号", days("1", "5")),
    ("28号到3号", days("28", "12-03")),
    ("从去年十月到现在", days("2024-10-01", "24")),
    ("明天全天", days("25")),
    ("后天一整天", days("26")),
    ("明天随时都行", days("25")),
]

PARTS = [
    ("明天下午", span("25 13:00", "25 18:00")),
    ("下午明天", span("25 13:00", "25 18:00")),
    ("明天的下午", span("25 13:00", "25 18:00")),
    ("明天（周二）下午", span("25 13:00", "25 18:00")),
    ("明天，嗯，下午", span("25 13:00", "25 18:00")),
    ("今儿一早", span("24 06:00", "24 08:30")),
    ("清早", span("25 06:00", "25 08:30")),
    ("明早", span("25 06:00", "25 09:00")),
    ("周六早", span("29 06:00", "29 09:00")),
    ("上午", span("24 08:00", "24 12:00")),
    ("头晌", span("24 08:00", "24 12:00")),
    ("明朝上半日", span("25 08:00", "25 12:00")),
    ("明天丧午", span("25 08:00", "25 12:00")),
    ("晌午", span("24 11:00", "24 13:00")),
    ("晌午头", span("24 11:00", "24 13:00")),
    ("今天宗午", span("24 11:00", "24 13:00")),
    ("下午", span("24 13:00", "24 18:00")),
    ("后晌", span("24 13:00", "24 18:00")),
    ("下半晌", span("24 13:00", "24 18:00")),
    ("聽日下晝", span("25 13:00", "25 18:00")),
    ("傍晚", span("24 17:00", "24 19:00")),
    ("擦黑", span("24 17:00", "24 19:00")),
    ("下晚儿", span("24 17:00", "24 19:00")),
    ("晚上", span("24 18:00", "24 22:00")),
    ("今晚", span("24 18:00", "24 22:00")),
    ("听晚", span("25 18:00", "25 22:00")),
    ("夜里", span("24 22:00", "25 00:00")),
    ("礼拜五夜里", span("28 22:00", "29 00:00")),
    ("凌晨", span("25 00:00", "25 06:00")),
    ("白天", span("24 08:00", "24 18:00")),
    ("早饭后", span("25 07:30", "25 09:00")),
    ("吃完晌午饭", span("24 12:30", "24 14:00")),
    ("晚饭后", span("24 18:30", "24 20:30")),
    ("周三的午餐", span("26 11:30", "26 12:30")),
    ("睡觉前", span("24 21:00", "24 22:30")),
    ("下班后", span("24 18:00", "24 21:00")),
    ("昨晚", span("23 18:00", "23 22:00")),
    ("周末上午", span("29 08:00", "30 12:00")),
    ("上午到下午", span("24 08:00", "24 18:00")),
    ("12/3下午", span("12-03 13:00", "12-03 18:00")),
]

POINTS = [
    ("下午三点", point("24 15:00")),
    ("三点", point("24 15:00")),
    ("三点钟", point("24 15:00")),
    ("两点半", point("24 14:30")),
    ("三点一刻", point("24 15:15")),
    ("四点三刻", point("24 16:45")),
    ("三点二十", point("24 15:20")),
    ("三点零五分", point("24 15:05")),
    ("三点过五分", point("24 15:05")),
    ("差五分三点", point("24 14:55")),
    ("差一刻三点", point("24 14:45")),
    ("十四点", point("24 14:00")),
    ("14:30", point("24 14:30")),
    ("１４：３０", point("24 14:30")),
    ("3:00", point("24 15:00")),
    ("03:00", point("25 03:00")),
    ("早上三点", point("25 03:00")),
    ("早六点", point("25 06:00")),
    ("中午一点", point("24 13:00")),
    ("中午十二点半", point("24 12:30")),
    ("晚上八点", point("24 20:00")),
    ("晚上十二点", point("25 00:00")),
    ("半夜两点", point("25 02:00")),
    ("明天夜里一点", point("26 01:00")),
    ("零点", point("25 00:00")),
    ("五点来钟", point("24 17:00")),
    ("三点过", point("24 15:00")),
    ("八点", point("24 20:00")),
    ("八点半", point("24 20:30")),
    ("九点", point("25 09:00")),
    ("今天九点", point("24 21:00")),
    ("十点", point("25 10:00")),
    ("十点半", point("24 10:30")),
    ("七点", point("24 19:00")),
    ("明天七点", point("25 07:00")),
    ("下午一点", point("24 13:00")),
    ("一点", point("24 13:00")),
    ("一点半", point("24 13:30")),
    ("明天9:00", point("25 09:00")),
    ("周三三点", point("26 15:00")),
    ("周一九点", point("24 21:00")),
    ("周一早上九点", point("12-01 09:00")),
    ("周六20点", point("29 20:00")),
    ("下周二十点", point("12-02 10:00")),
    ("听晚八点", point("25 20:00")),
    ("后天上午9点30分", point("26 09:30")),
    ("2025年12月1号下午3点", point("12-01 15:00")),
    ("半个钟头后", point("24 10:50")),
    ("一个半小时后", point("24 11:50")),
    ("过十分钟", point("24 10:30")),
    ("两个钟后", point("24 12:20")),
]

RANGES = [
    ("两点到四点", span("24 14:00", "24 16:00")),
    ("下午两点半到四点", span("24 14:30", "24 16:00")),
    ("下午三到五点", span("24 15:00", "24 17:00")),
    ("3-5点", span("24 15:00", "24 17:00")),
    ("9:00-11:00", span("25 09:00", "25 11:00")),
    ("周日下午三点到五点", span("30 15:00", "30 17:00")),
    ("九点到三点", span("25 09:00", "25 15:00")),
    ("十一点到一点", span("24 11:00", "24 13:00")),
    ("明天上午十点到下午三点", span("25 10:00", "25 15:00")),
    ("六点到十点", span("24 18:00", "24 22:00")),
    ("晚上十点到十二点", span("24 22:00", "25 00:00")),
    ("晚上十点到早上六点", span("24 22:00", "25 06:00")),
    ("明天下午三点到后天上午九点", span("25 15:00", "26 09:00")),
    ("明天下午到后天上午", span("25 13:00", "26 12:00")),
]

OPEN = [
    ("明天下午三点以后", after("25 15:00", "25 18:00")),
    ("上午九点半以后", after("25 09:30", "25 12:00")),
    ("三点以后", after("24 15:00", "25 00:00")),
    ("今晚十点后", after("24 22:00", "25 00:00")),
    ("晌午过后", after("24 13:00", "25 00:00")),
    ("后天以后都行", Period(at("26"), at("12-03"), all_day=True, bound="start")),
    ("明天起", Period(at("25"), at("12-02"), all_day=True, bound="start")),
    ("下个月起", Period(at("12-01"), at("12-08"), all_day=True, bound="start")),
    ("下周开始", Period(at("12-01"), at("12-08"), all_day=True, bound="start")),
    ("国庆后", Period(at("2026-10-08"), at("2026-10-15"), all_day=True, bound="start")),
    ("三点以前", before("24 15:00")),
    ("明天三点之前", before("25 15:00", "25")),
    ("明天上午十点前", before("25 10:00", "25")),
    ("最晚三点", before("24 15:00")),
    ("后天之前", before("26")),
    ("周五前", before("28")),
    ("最晚周五", Period(at("24"), at("29"), all_day=True, bound="end")),
    ("月底前", Period(at("24"), at("12-01"), all_day=True, bound="end")),
    ("三天内", Period(at("24"), at("28"), all_day=True, bound="end")),
    ("24小时内", before("25 10:20")),
    ("随时", ANYTIME),
    ("都行", ANYTIME),
    ("啥时候都可以", ANYTIME),
    ("什么时候都得", ANYTIME),
    ("随便", ANYTIME),
    ("随便哪天", ANYTIME),
    ("几时都得", ANYTIME),
    ("哪天都有空", ANYTIME),
    ("都可以的。", ANYTIME),
    ("现在", AT_ONCE),
    ("马上", AT_ONCE),
    ("越快越好", AT_ONCE),
    ("而家", AT_ONCE),
    ("现在就来", AT_ONCE),
    ("马上派人", AT_ONCE),
    ("赶紧来人", AT_ONCE),
    ("一会儿", Period(NOW, NOW + timedelta(hours=2))),
]

MEANT = [
    ("明天不对后天下午", span("26 13:00", "26 18:00")),
    ("说错了是明天下午", span("25 13:00", "25 18:00")),
    ("不是明天，是后天下午", span("26 13:00", "26 18:00")),
    ("明天上午不在，改后天", days("26")),
    ("明天下午不行，后天呢", days("26")),
    ("今天不行明天也不行后天吧", days("26")),
    ("明天下午三点，不对，四点", point("25 16:00")),
    ("明天下午不是三点是四点", point("25 16:00")),
    ("明天下午三点，改到后天", point("26 15:00")),
    ("明天下午两点，还是上午吧", span("25 08:00", "25 12:00")),
    ("那就礼拜六，不，礼拜天吧", days("30")),
    ("后天下午，推到大后天", span("27 13:00", "27 18:00")),
    ("三点吧，明天", point("25 15:00")),
    ("后天下午我在，三点以后", after("26 15:00", "26 18:00")),
    ("上午不在，下午三点", point("24 15:00")),
    ("下周来吧，周三下午", span("12-03 13:00", "12-03 18:00")),
    ("昨天就坏了明天上午来修", span("25 08:00", "25 12:00")),
    ("这个月都坏三次了，明天来", days("25")),
    ("明天上午或者后天下午", span("25 08:00", "25 12:00")),
    ("是不是明天", days("25")),
    ("现在不行，明天吧", days("25")),
    ("除了周三都行", ANYTIME),
    ("周三不行其他都行", ANYTIME),
    ("后天出门去女儿家", days("26")),
    ("我八十二了，明天下午来", span("25 13:00", "25 18:00")),
    ("住三号楼二单元五零一，明天下午三点", point("25 15:00")),
    ("😀明天😀", days("25")),
]

NONE = [
    "",
    "   ",
    "你好",
    "明天不行",
    "不是明天",
    "快一点",
    "再亮一点",
    "早一点",
    "提两点意见",
    "漏水都好几天了",
    "每次都得修",
    "门怎么都关不严",
    "随便乱扔垃圾",
    "墙皮随时会掉",
    "现在厨房漏水",
    "马上要掉下来了",
    "漏了一会儿了",
    "找老周三楼的",
    "我今年八十二了",
    "都三天了",
    "两个小时",
    "一天三次",
    "一日三次",
    "一个星期一次",
    "每周四晚上",
    "每天早饭后",
    "每个月一号",
    "每日朝早八点",
    "初八",
    "年初八",
    "初八晌午头",
    "冬至那天上午",
    "三十晚上",
    "2月30号",
    "13月1号",
    "25:70",
    "三十点",
    "3号楼",
    "2号电梯",
    "五楼一号",
    "三号楼二单元五零一",
    "二单元三号",
    "13800138000",
    "调到十八点五度",
    "时间候点号日月年",
    "点" * 10_000,
    "一" * 10_000,
    "3" * 10_000,
    "周" * 10_000,
    "😀" * 10_000,
]


@pytest.mark.parametrize(("text", "period"), DAYS + PARTS + POINTS + RANGES + OPEN + MEANT)
def test_parse_period_reads_what_is_meant(text, period):
    assert parse_period(text, NOW) == period


@pytest.mark.parametrize("text", NONE)
def test_parse_period_is_none_when_no_time_to_come_is_said(text):
    assert parse_period(text, NOW) is None


PAST = [
    ("周三", days("19")),
    ("周一", days("24")),
    ("11月28号", days("2024-11-28")),
    ("6月18号", days("6-18")),
    ("28号", days("10-28")),
    ("三月份", days("3-01", "3-31")),
    ("国庆", days("10-01", "10-07")),
    ("下午", span("23 13:00", "23 18:00")),
    ("三点", point("23 15:00")),
    ("九点", point("24 09:00")),
    ("昨天下午三点", point("23 15:00")),
    ("昨天报的，前天坏的", days("23")),
    ("从上个月开始", Period(at("10-01"), at("25"), all_day=True, bound="start")),
    ("今年以来", Period(at("1-01"), at("25"), all_day=True, bound="start")),
]


@pytest.mark.parametrize(("text", "period"), PAST)
def test_parse_period_looks_back_when_told_so(text, period):
    assert parse_period(text, NOW, past=True) == period


FOUND = [
    ("", []),
    ("明天上午不在，改后天", [Found(0, 4, span("25 08:00", "25 12:00")), Found(8, 10, days("26"))]),
    ("周二周四", [Found(0, 2, days("25")), Found(2, 4, days("27"))]),
    ("礼拜三下午三点以后来", [Found(0, 9, after("26 15:00", "26 18:00"))]),
    ("３點", [Found(0, 2, point("24 15:00"))]),
    ("随时，马上也行", [Found(0, 2, ANYTIME), Found(3, 5, AT_ONCE)]),
    ("明天（周二）下午", [Found(0, 8, span("25 13:00", "25 18:00"))]),
    ("每周四晚上", []),
    ("后天后天", [Found(0, 4, days("26"))]),
]


@pytest.mark.parametrize(("text", "found"), FOUND)
def test_find_periods_gives_each_period_and_where_it_stands(text, found):
    assert find_periods(text, NOW) == found


SAID = [
    (days("24"), "今天全天"),
    (days("26"), "后天全天"),
    (days("28"), "11月28日（周五）全天"),
    (days("2026-01-03"), "2026年1月3日（周六）全天"),
    (days("29", "30"), "11月29日（周六）到11月30日（周日）"),
    (days("23"), "昨天全天"),
    (days("12-31"), "12月31日（周三）全天"),
    (days("7-01"), "2025年7月1日（周二）全天"),
    (days("12-25", "12-31"), "12月25日（周四）到12月31日（周三）"),
    (days("10-31", "26"), "10月31日（周五）到后天（周三）"),
    (span("12-31 13:00", "12-31 18:00"), "12月31日（周三）下午"),
    (span("25 13:00", "25 18:00"), "明天（周二）下午"),
    (span("24 18:00", "24 22:00"), "今天晚上"),
    (span("24 14:30", "24 16:00"), "今天下午2点半到4点"),
    (span("25 10:00", "25 15:00"), "明天（周二）上午10点到下午3点"),
    (span("24 20:00", "25 00:00"), "今天晚上8点到12点"),
    (span("24 15:00", "25 00:00"), "今天下午3点到晚上12点"),
    (span("25 15:00", "26 09:00"), "明天（周二）下午3点到后天（周三）上午9点"),
    (point("29 10:00"), "11月29日（周六）上午10点"),
    (point("24 15:05"), "今天下午3点05分"),
    (point("24 12:30"), "今天中午12点半"),
    (point("25 00:00"), "今天晚上12点"),
    (point("25 00:30"), "明天（周二）凌晨0点半"),
    (AT_ONCE, "现在"),
    (ANYTIME, "随时"),
    (after("25 15:00", "25 18:00"), "明天（周二）下午3点以后"),
    (before("24 15:00"), "今天下午3点以前"),
    (before("28"), "11月28日（周五）以前"),
    (Period(at("24"), at("29"), all_day=True, bound="end"), "最晚11月28日（周五）"),
    (Period(at("26"), at("12-03"), all_day=True, bound="start"), "后天（周三）起"),
]


@pytest.mark.parametrize(("period", "words"), SAID)
def test_say_period_is_what_one_would_say(period, words):
    assert say_period(period, NOW) == words


@pytest.mark.parametrize(("period", "words"), SAID)
def test_what_is_said_back_is_read_as_the_same_period(period, words):
    assert parse_period(words, NOW) == period


@pytest.mark.parametrize(
    ("period", "is_past"),
    [(days("23"), True), (days("24"), False), (point("24 10:19"), True), (AT_ONCE, False)],
)
def test_is_past_when_all_of_it_lies_before_now(period, is_past):
    assert period.is_past(NOW) is is_past


@pytest.mark.parametrize(("period", "anytime"), [(ANYTIME, True), (days("24"), False)])
def test_anytime_is_known_from_the_period(period, anytime):
    assert period.anytime is anytime


def test_now_in_another_zone_is_taken_to_shanghai():
    late = datetime(2025, 11, 24, 17, 0, tzinfo=UTC)  # 1:00 of the 25th in Shanghai
    assert parse_period("明天", late) == days("26")
    assert say_period(days("26"), late) == "明天全天"


def test_now_without_zone_is_refused():
    with pytest.raises(ValueError, match="aware"):
        parse_period("明天", datetime(2025, 11, 24))  # noqa: DTZ001


def test_leap_day_of_a_year_without_one_is_no_day():
    assert parse_period("2月29号", NOW) is None
