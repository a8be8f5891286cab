"""Short answers to what was just asked, and nothing else: 没吃呢 to a reminder, 好着呢 to a greeting.

Words that hold anything beside the answer are left to the engine: 没有水了 is no answer.
"""

from __future__ import annotations

import re

from language.clean import fold
from language.dose_answers import act_of

_DOSE_WORDS = re.compile(
    "(?:嗯|哦|噢|啊|哎|唉|好[的嘞]?|对|是的?|我|俺|已经?|刚刚?|刚才|才|都|早|就|全|药|那|这|顿|[一两]?[片粒颗]|今天|今儿"
    "|现在|马上|立刻|等|一?会儿?|一下|待会儿?|晚点儿?|再|先|去|没有?|不|还|未|冇|想|忘|记|得"
    "|[吃服喝打滴贴吞咽食恰]|下去|完|好|过|罢|掉|[了啦咗哒呢呀吧嘛哈的喇咯喽嘞]|[，,。！!…~、 ])+"
)
_YES = re.compile("(?:嗯+|对|是|是的|对的|对头|系|中)[啊呀呢吧的。！!]?")
_NOTED = re.compile(
    "(?:嗯+|哦+|好|好的|好嘞|好吧|行|要得|中|可以|知道了|晓得了|收到|马上|ok|对|是|是的|谢谢)"
    "(?:[，,。！! ]|嗯|好的?|知道了|晓得了|谢谢|啊|吧|哈)*",
    re.IGNORECASE,
)
_GLADLY = re.compile(
    "(?:嗯+|好|好的|好嘞|行|要得|中|可以|成|没问题|对|是|是的|要|能|能去|满意|ok)"
    "(?:[，,。！! ]|嗯|好的?|行|可以|没问题|啊|吧|呀|的|谢谢)*",
    re.IGNORECASE,
)
_AT_TABLE = re.compile(
    "(?:我|俺)?(?:还|正|正在|在|刚刚?|才|先|去|还没)*[吃食恰]?(?:着|完|过|好|罢)?(?:早|中|午|晚|夜)?饭(?:了|呢|的|后|啦|吧)*"
)
_BEFORE = "(?:[嗯啊哦噢]|谢谢|早|早上?好|你好|我|俺|咱|今天|今儿个?|现在|身体|人|[，,。！! ])*"
_AFTER = (
    "(?:[的了啦呢呀啊吧嘞咯哒滴哈]|着呢|得很)*"
    "(?:[，,。！!~ ]*(?:谢谢|多谢|放心|别担心|别惦记)(?:你|您|吧|啦|了)*)?[。！!~ ]*"
)
_WELL = re.compile(
    f"{_BEFORE}(?:都|也|挺|很|蛮|还|一切|老)*(?:好|不错|可以|行|没事儿?|没啥事?|没什么事?|平安|正常|老样子|精神|硬朗|舒坦|ok){_AFTER}",
    re.IGNORECASE,
)
_UNWELL = re.compile(
    f"{_BEFORE}(?:有点儿?|有些|不太|不大|不怎么|不咋|不|很|挺|好)*(?:不好|(?<=[太大么咋])好|不舒服|(?<=[太大么咋])舒服|不得劲|(?<=[么咋])样|难受|不行){_AFTER}"
)
_NO_MORE = re.compile(
    "(?:以后|今后|你)*(?:别|不用|不要|莫|甭|唔好|勿要)(?:再|老|总|天天|每天)*(?:问|发|打扰|烦)(?:我|俺)?[了啦吧。！! ]*"
)


def is_yes(words: str) -> bool:
    """Whether the words are a plain yes to a question (您能去吗, 您满意吗) and nothing else."""
    return _GLADLY.fullmatch(fold(words).strip()) is not None


def to_reminder(words: str, *, asks: bool) -> str | None:
    """taken, later, skipped, noted (will do), or unsure (at table); None when it is no short answer.

    `asks`: the reminder ended in the question whether it was taken, so that a yes says it was.
    """
    said = fold(words).strip()
    if asks and _YES.fullmatch(said):
        return "taken"
    if _NOTED.fullmatch(said):
        return "noted"
    if _AT_TABLE.fullmatch(said):
        return "unsure"
    if not _DOSE_WORDS.fullmatch(said):
        return None
    act = act_of(said)
    return None if act == "unsure" else act


def to_greeting(words: str, *, asks: bool) -> str | None:
    """well, unwell, or no_daily (ask no more); None when it is no short answer.

    `asks`: the last words were whether one is well, so that a yes says it.
    """
    said = fold(words).strip()
    if _NO_MORE.fullmatch(said):
        return "no_daily"
    if _UNWELL.fullmatch(said):
        return "unwell"
    return "well" if _WELL.fullmatch(said) or (asks and _YES.fullmatch(said)) else None
