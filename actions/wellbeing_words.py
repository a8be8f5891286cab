"""What words about oneself mean: well, not quite, away until when, back, or a wish to be asked daily."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from language import times
from language.clock import MIDNIGHT
from language.found import Found
from language.numerals import NUMBER, parse_number
from language.periods import Period, at_minute, say_period
from language.regimens import parse_regimen

_DAILY = re.compile(
    "每[天日][^，,。]{0,6}(?:问|打个招呼|喊我一声|叫我一声|看看我)|每日(?:平安)?问候|天天问"
)
_NO_DAILY = re.compile(
    "(?:不用|别|莫|不要|取消|关|不想)[^，,。]{0,6}(?:每[天日]|天天|问候)|问候[^，,。]{0,6}(?:停|关|取消|不要)"
    "|(?:别|莫|甭|勿要|唔好|不用|不要|不必|不想(?:让)?你?)(?:再|老|总|一直|来)*(?:问(?:我|俺)?(?:好不好|身体|平安)?(?:了|啦|咯|哈|吧)?$|问(?:我|俺)[了啦])"
    "|(?:[问候]+|打招呼)(?:的事)?(?:就)?(?:算了|免了|停了吧?)"
)
_BACK = re.compile(
    "(?:我|俺|已经|刚|提前|昨晚|才)[^，,。]{0,10}(?:回来了|到家了|回家了|转来了|返嚟了)|(?:回来|到家)了|到的家|恢复(?:吧|了|关注)|可以恢复"
)
_STAYS = re.compile("才回|再回|[号天三四五六日初周]回|刚才|没听|遛弯")
_AWAY = re.compile(
    "[别莫甭勿]?(?:不|唔使)?(?:用)?[找赵寻揾]我|不在[家屋]|没在家|家里(?:没|无|呒没)人|屋[里企头](?:没|冇|呒没)?人|出[门们](?!.{0,4}买)|外出|住院|出差|旅游|旅行|回老家|返乡下|不着家|不回家|没人应门"
    "|不在屋|勿勒海|陪床|陪护|(?:去|到|克|住|在|搁)[^，,。]{0,6}(?:[儿女]|闺女|姑娘|囡|妮|崽|孙|妹|姐|哥|弟|姨|亲戚|老家|外地)[^，,。]{0,5}(?:家|那|这|屋|过|住|耍|来)"
    "|团建|看病去|房子空着|白相去|去三亚|串门子|去庙|返乡|不转去|接到我这|搬去|小住|勿念|敲门没人|高铁上|坐动车|火车上|[才先]回|几天转来|月底回|天不在|晚一天回|在我这"
)
_SHORT = re.compile("遛弯|买菜|楼下|花园|公园|澡堂|散步")
_UNWELL = re.compile(
    "不舒服|不得劲|不适|不自在|不舒坦|勿适意|唔舒服|难受|疼|痛|晕|昏|发烧|低烧|低热|咳|感冒|赶冒|拉(?:肚子|稀|西|了)|没(?:劲|力|精神|得精神)|没力气|冇点?劲|冇厘神气|没睡[好着]|睡不[好着]|困勿着|瞓得唔好"
    "|胃口不好|吃不下|恰不下|吃坏|心慌|心头慌|堵得慌|腿软|肿|酸背|腰酸|腰闪|手抖|发飘|忘事|盗汗|噩梦|哑|犯困|喘得|泛酸|烧得慌|血压有点高|耳鸣|发蔫|脑壳闷|头(?:有点)?沉|跑(?:厕所|茅房)|上火|崴|摔了|懵|慌慌|凉飕|冒凉|瘦了|没味道|不太爱说话|头云|胀|落枕|心跳有点快|有点闷"
)
_FINE_AFTER = re.compile(
    "不疼了|不晕了|好多了|不难受|没有?(?:不舒服|啥不舒|哪儿不)|快好了|烧退了|不是不舒服|没啥不舒|没什么不舒|无不适|好多|正常|没哪"
)
_LASTING = re.compile(
    rf"(?P<half>半)个?(?P<unit_of_half>月|天)|(?P<n>{NUMBER}|十来|几)个?(?P<unit>天|日|宿|晚|周|礼拜|里拜|星期|月)(?!号|[一二三四五六日])"
)
_DAYS = {"天": 1, "日": 1, "宿": 1, "晚": 1, "周": 7, "礼拜": 7, "里拜": 7, "星期": 7, "月": 30}
_SOME = 3
"Days that 几天 means"
_RETURNS = re.compile("^(?![^，,。]{0,2}[不唔没])[^，,。]{0,3}(?:回|转来|返|到家|见)")
_UNTIL = re.compile("(?:到|至|待到|住到|得)$")
_OPEN_END = re.compile("起|开始|以后$")


def meaning_of(words: str) -> str:
    """daily, no_daily, back, away, unwell or well."""
    if _NO_DAILY.search(words):
        return "no_daily"
    if _DAILY.search(words):
        return "daily"
    if _BACK.search(words) and not _STAYS.search(words):
        return "back"
    if _AWAY.search(words) and not _SHORT.search(words):
        return "away"
    if _UNWELL.search(words) and not _FINE_AFTER.search(words):
        return "unwell"
    return "well"


def asked_minute(words: str) -> int | None:
    """The minute of the day at which somebody wishes to be asked; None when none was said."""
    regimen = parse_regimen(words)
    return regimen.times[0] if regimen and re.search("点|早|上午|中午|下午|晚", words) else None


def absence_of(words: str, now: datetime, *, answers: bool = False) -> dict[str, Any] | None:
    """From when until when somebody is away: {start, end, said}; None when the end is not known.

    `answers`: the words answer the question until when, so that a bare day is the last one.
    """
    found = times.find_periods(words, now)
    last = [one for one in found if answers or _is_return(words, one)]
    others = [one for one in found if one not in last and not one.value.is_past(now)]
    start = max(now, others[0].value.start) if others else now
    lasting = _lasting(words)
    if last:
        end: datetime | None = last[-1].value.end
    elif lasting:
        end = at_minute(start.date(), lasting * MIDNIGHT)
    elif others and not _OPEN_END.search(words[others[0].end : others[0].end + 2]):
        end = _whole_night(others[0].value)
    else:
        end = None
    if end is None or end <= start:
        return None
    since = at_minute(now.date(), 0) if start == now else start
    is_days = since.hour == since.minute == end.hour == end.minute == 0
    said = say_period(Period(since, end, all_day=is_days), now)
    if start == now and not is_days:
        said = say_period(Period(now.replace(second=0, microsecond=0), end), now)
    return {"start": start.isoformat(), "end": end.isoformat(), "said": said}


def _is_return(words: str, one: Found[Period]) -> bool:
    before, after = words[: one.start], words[one.end :]
    return bool(_RETURNS.search(after) or _UNTIL.search(before))


def _whole_night(period: Period) -> datetime:
    """Who is out tonight is not looked for in the morning."""
    if (
        period.start.hour >= 16
        and period.start.date() == (period.end - timedelta(minutes=1)).date()
    ):
        return at_minute(period.start.date(), MIDNIGHT * 3 // 2)
    return period.end


def _lasting(words: str) -> int | None:
    """How many days; None when no stretch was said."""
    match = _LASTING.search(words)
    if match is None:
        return None
    if match["half"]:
        return 15 if match["unit_of_half"] == "月" else 1
    count = {"几": _SOME, "十来": 12}.get(match["n"]) or parse_number(match["n"])
    if count is None:
        count = _SOME + 1  # 三四天
    return int(count) * _DAYS[match["unit"]] if count >= 1 else 1
