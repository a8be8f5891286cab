"""Whether an answer says yes or no to a question whose words are known; doubt is neither.

有没有房 is answered by 没有房, 名下没有, 有的 and 不是没有; 我没结婚 is an answer to something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from language.clean import fold

_CLAUSE = re.compile("[，,。；;！!？?、\\s]+|(?=但是?|不过|可是|只是)")
_DOUBT = re.compile(
    "可能|也许|应该|大概|好像|兴许|恐怕|估计|差不多|算是|不好说|不一定|难说|看情况|没法说|说不上|还行|一般|马马虎虎"
    "|凑合|不敢说|没定|不能说|要看|如果|要是|算不算|以前|原来|过去|曾经|快要?|准备|打算|正在|还没定|将来|以后|有时|有的时候"
)
_ASKED = re.compile("吗|呢$|什么|啥|怎么|咋|哪|几个|为何|多少|(.)[不没]\\1|是否|有没得")
_AGREED = re.compile("没错|不错|不假|可不是|可不嘛?|那可不|没问题|没毛病|错不了|少不了")
_AGAIN = re.compile("(没有|不是|不在|没得|不要|不用|没|不|有|是|对|在|要|嗯|系|冇)\\1+")
_WHO = re.compile(
    "^(?:嗯+|啊|哦|噢|呃|哎|唉|喔|额|那个|这个|反正|其实|就|那|都|也|还|倒|真|确实|当然|肯定|一直|现在|目前|我们?|俺们?|咱们?|"
    "阿拉|家里?|屋里|屋头|本人|自己(?!提|不|辞)|他|她|它|老人家?|老伴|老头子?|我?[妈爸爹娘]|[的呀])+"
)
_TAIL = re.compile("(?:[了咯嘞啦呀啊吧哦哈呗嘛哩哟滴的]|来着|呢|一直|呀)+$")
_NO = re.compile(
    "不是|没得|没有|不在|没在|并非|并没有?|从没|从来没有?|冇得?|唔系|唔使|弗是|勿是|莫得|木有|不用|不需要|没必要|无须|不必|甭|用不[着到]|不止|不只"
    "|[不没无未非冇唔莫否弗勿]"
)
_YES = re.compile("是的|有的|对的|要的|在的|正是|就是|需要|[是有对在要系]")
_NEEDLESS = re.compile("用不.|不用|不需要|没必要|无须|不必|甭|唔使")
_AGREES = re.compile("(?:是|对|系)[的啊呀]?")
_LEFT_OPEN = re.compile("中|成|行|得|好|可以?|要得|对头|昂|ok|OK|yes|no")
"Words of consent, which the engine judges"
_LIGHT = "了的过着个我俺咱家里您他她它们人也都就还真到上下给什么任何一点半自己再别这那呀啊对系"
"Characters that say nothing by themselves"
_DONE = "去住办弄算属落入参交买拿领"
"What may not have been done: 没买房, 没参保"


@dataclass(frozen=True)
class Question:
    """A question to be answered by yes or no. `yes`, `no`: stretches that are such an answer."""

    asked: str
    yes: Sequence[str] = ()
    no: Sequence[str] = ()

    @property
    def topic(self) -> frozenset[str]:
        """The characters that an answer about this question is made of."""
        said = fold("".join((self.asked, *self.yes))) + _LIGHT
        return frozenset(said) - set("吗？?，。")

    @property
    def denies(self) -> bool:
        """Whether the question itself says 不: 是自己提出不干的吗."""
        return re.search("[不没无未](?!有[^没]*吗)", self.asked) is not None


def hinted(said: str, question: Question) -> bool | None:
    """What the stretches of the question in the words say, a 不是 before one turns it round.

    None when there is none, or when they say both.
    """
    found: set[bool] = set()
    rest = fold(said)
    for words, value in ((question.no, False), (question.yes, True)):
        for word in sorted(words, key=len, reverse=True):
            while (at := rest.find(word)) >= 0:
                before = rest[max(0, at - 4) : at]
                if _conditional(before):
                    return None
                found.add(value != (_count(before) % 2 == 1))
                rest = rest[:at] + "■" * len(word) + rest[at + len(word) :]
    return found.pop() if len(found) == 1 else None


def _conditional(before: str) -> bool:
    return re.search("要不|是不|必须|非得?$|要是|如果|需要|得是|算|以前|原来", before) is not None


def _count(before: str) -> int:
    """The denials that stand right before a stretch: 不是, 没有, 不是没有."""
    found = re.search(f"((?:{_NO.pattern}|是|有|在)*)(?:我?们?家?的?)?$", before)
    return len(_NO.findall(found[1])) if found else 0


def answer(said: str, question: Question) -> bool | str | None:
    """True or False; "unclear" when the words say something else; None when they say nothing."""
    plain = fold(said).strip()
    if _DOUBT.search(plain):
        return "unclear"
    clauses = [clause for clause in _CLAUSE.split(plain) if clause]
    if len(clauses) > 1 and _AGREES.fullmatch(clauses[0]):
        clauses = clauses[1:]  # 对，没有 agrees that there is none
    found = [_clause(clause, question) for clause in clauses]
    clear = _told(found, plain)
    if clear is not None:
        return clear
    return "unclear" if any(one is not None for one in found) else None


def _told(found: list[bool | str | None], plain: str) -> bool | None:
    """What the clauses say together; None when they differ, or take back what they said."""
    clear = [one for one in found if isinstance(one, bool)]
    if len(set(clear)) != 1:
        return None
    if "unclear" in found and re.search("但|不过|可是|只是|老家|外地|乡下|农村|别处", plain):
        return None
    return clear[0]


def _clause(said: str, question: Question) -> bool | str | None:
    said = _AGAIN.sub(r"\1", re.sub("^(?:但是?|不过|可是|只是)", "", said))
    hint = hinted(said, question)
    if hint is not None:
        return hint
    if any(word in said for word in (*question.yes, *question.no)):
        return "unclear"
    if _ASKED.search(said):
        return "unclear"
    if _AGREED.fullmatch(_bare(said)):
        return True
    if re.match("都有", said) and "有" not in question.asked:
        return "unclear"
    return _grammar(_bare(said), question)


def _bare(said: str) -> str:
    return _TAIL.sub("", _WHO.sub("", said))


def _grammar(said: str, question: Question) -> bool | str | None:
    """不是 or 有 at the head, or after the thing that was asked for, and nothing else beside."""
    if not said:
        return None
    topic = question.topic
    heads = [0]
    if not question.denies:
        heads += [
            at for at in range(1, len(said)) if set(said[:at]) <= topic - set("不没无未是有在要")
        ]
    for at in heads:
        denials, rest, last = _denials(said[at:])
        if denials:
            undone = topic | set(_DONE) if re.match("没|未|冇", last) else topic
            fits = _is_about(rest, undone, question) and _denies(last, rest, question.asked)
            return denials % 2 == 0 if fits else "unclear"
    yes = next((found for at in heads if (found := _YES.match(said, at))), None)
    if yes is None:
        return _echo(said, question)
    if yes[0][-1] in "在要" and yes[0][-1] not in question.asked:
        return "unclear"
    return True if _is_about(said[yes.end() :], topic, question) else "unclear"


def _denials(said: str) -> tuple[int, str, str]:
    """(how many denials stand at the head, the rest, the last of them)."""
    count, last = 0, ""
    while found := _NO.match(said):
        count, said, last = count + 1, said[found.end() :], found[0]
    return count, said, last


def _denies(denial: str, rest: str, asked: str) -> bool:
    """没人照顾 does not deny 要人照顾吗: there is none, but one may be needed."""
    if _NEEDLESS.fullmatch(denial) and not re.search("[要用需]", asked):
        return False
    if denial[-1] == "在" and "在" not in asked:
        return False
    if not rest or not re.match("没|无|冇|莫|木", denial) or re.search("[有了过]", asked):
        return True
    return denial[-1] in "在" or (rest[0] in "在要是" and rest[0] in asked)


def _is_about(rest: str, topic: Iterable[str], question: Question) -> bool:
    """Whether nothing but the matter of the question is left, and no further denial."""
    rest = _TAIL.sub("", rest)
    return set(rest) <= set(topic) and (question.denies or not re.search("[不没无未]", rest))


def _echo(said: str, question: Question) -> bool | str | None:
    """参加了 to 参加医保了吗 is yes; so is no word of another matter."""
    asked = fold(question.asked)
    if len(said) >= 2 and said in asked and not re.search("[不没]", said):
        return True
    return None if _LEFT_OPEN.fullmatch(said) else "unclear"
