"""What residents say to the questions of a matter, read as facts; what is unclear is no fact.

A rough number (三千多, 不到八十) is a fact only when all that it may stand for is judged alike.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from community.services.eligibility import OPS, Facts
from community.services.guide import lexicon
from community.store.guides import Condition, Eligibility, Guide, Rule
from language.clean import fold
from language.rough import ENDLESS, Rough, find_rough, plain
from language.yes_no import Question, hinted
from language.yes_no import answer as yes_or_no

MOST: dict[str, float] = {"age": 120, "months": 1440, "money": 10_000_000, "number": 1000}
"The largest answer that is believed, by kind; months are of life, money is yuan"
_OF_WHOM = re.compile(
    "(?:我|俺|妈|爸|老伴|娘|爹|婆|公|爷|奶|老人|今年|都|刚|满|已经|过了?|虚岁|虚|周岁|才|快|奔)[^，。\\d]{0,4}?$"
)
_AGE_ENDS = re.compile("(?:[了咯整啦嘞，。,的]|$)")
_OF_INCOME = re.compile("(?:收入|工资|退休金|养老金|挣|月入|拿)(?P<said>[^，。]{0,16})")
_PER_MONTH = re.compile(
    "(?:一个|每个?|这个|上个)月|每人|每个人|一个?人|人均|平均|均下来|一月|月月|按月"
)
_PER_YEAR = re.compile("一年|每年|全年|年收入|年薪")
_TOGETHER = re.compile("一共|总共|全家|加起来|两口|俩人|两个人|三口|几口|我们俩|老两口|合起来|一起")
_NOTHING = re.compile(
    "^(?:我|俺|家里|从来|都|还|一[分天年]钱?)*(?:没|冇|无|莫)(?:有|得)?(?:交|缴|参保?|住|上|要)?过?[了的呀啊]*$"
)
_MONTHS = {"年": 12.0, "岁": 12.0, "周岁": 12.0, "个月": 1.0, "月": 1.0}
_YEARS = frozenset({"", "岁", "周岁"})
_MONEY = frozenset({"", "块", "块钱", "元", "元钱"})
_TWO_OPTIONS = re.compile("还是|或者|要么")
_AROUND_OPTION = re.compile("以上|以下|左右|上下|往上|吗|呢")
_DENIED = re.compile("(?:不是|不算|没有?|非|不到|不够|不|未)$")


def opening_facts(one: Guide, words: str, age: str | None) -> Facts:
    """What the first words tell already: an age, an income, a chosen option, a hinted yes or no."""
    facts: Facts = {}
    for rule in one.eligibility.rules:
        value = _opening(one.eligibility, rule, plain(words), age)
        if value is not None:
            facts.setdefault(rule.fact, value)
    return facts


def _opening(matter: Eligibility, rule: Rule, words: str, age: str | None) -> Any:
    match rule.kind:
        case "age":
            return _settled(matter, rule, _age_in(words, age))
        case "money" if re.search(lexicon()["per_head"], words):
            found = _OF_INCOME.search(words)
            return _money(matter, rule, found["said"]) if found else None
        case "choice":
            return _option(rule, words)
        case "yes_no":
            return hinted(words, _question(rule))
    return None


def years_in(words: str, age: str | None = None) -> int | None:
    """Years of age in the words, the least that they may mean; None when there is none, or several.

    `age`: the stretch that the engine takes for one.
    """
    found = _age_in(plain(words), age)
    if found is None or found.least > MOST["age"]:
        return None
    years = int(found.most if not found.least else found.least)
    return years if years > 0 else None


def _age_in(words: str, age: str | None) -> Rough | None:
    """The one age that the words tell: said in years of life, of a person, or seen by the engine."""
    found = [
        one
        for one in find_rough(words)
        if one.unit in _YEARS
        and (
            one.unit
            or (age and fold(age)[:2] in words[one.start : one.end])
            or (_OF_WHOM.search(words[: one.start]) and _AGE_ENDS.match(words, one.end))
            or (one.least < one.most and _OF_WHOM.search(words[: one.start + 1]))
            or words[: one.start] + words[one.end :] == ""
        )
    ]
    return found[0] if len({(one.least, one.most) for one in found}) == 1 else None


def answer(matter: Eligibility, rule: Rule, words: str, yes: bool | None) -> Facts | None:
    """The fact that an answer to the question of `rule` gives.

    None when it gives none or an unclear one, {fact: None} for 不知道. `yes`: what the engine makes
    of the words, if they are a yes or a no.
    """
    said = plain(words).strip("。！!？? ")
    if re.search(lexicon()["unknown"], said):
        return {rule.fact: None}
    value = _answer(matter, rule, said, yes)
    return None if value is None else {rule.fact: value}


def _answer(matter: Eligibility, rule: Rule, said: str, yes: bool | None) -> Any:
    match rule.kind:
        case "yes_no":
            found = yes_or_no(said, _question(rule))
            return yes if found is None else (found if isinstance(found, bool) else None)
        case "choice":
            return _option(rule, said)
        case "money":
            return _money(matter, rule, said)
    if rule.kind == "number" and _NOTHING.match(said):
        return 0
    return _settled(matter, rule, _only(find_rough(_meant(said))), bare=_meant(said))


def _question(rule: Rule) -> Question:
    return Question(rule.ask, rule.yes, rule.no)


def _meant(said: str) -> str:
    """What stands after a correction: 七十九，不对，八十; 不是八十，是七十九."""
    return re.split(
        "不对[，,]?|说错了[，,]?|(?<=[，,])(?:应该)?是(?=.*\\d|.*[一二三四五六七八九十])", said
    )[-1]


def _only(found: Sequence[Rough]) -> Rough | None:
    """The number, when one was said or all that were fit together: 四十九，马上五十."""
    if len({one.unit for one in found}) != 1:
        return None
    both = found[0]._replace(
        least=max(one.least for one in found), most=min(one.most for one in found)
    )
    return both if both.least <= both.most else None


def _money(matter: Eligibility, rule: Rule, said: str) -> float | None:
    """Yuan a month for each head; a sum of several people or of no known time is not clear."""
    if re.search(lexicon()["penniless"], said) or _NOTHING.match(said):
        return 0
    if _TOGETHER.search(said):
        return None
    is_yearly = _PER_YEAR.search(said) is not None
    said = _PER_YEAR.sub("", _PER_MONTH.sub("", said))
    found = _only(find_rough(_meant(said)))
    if found is None or found.unit not in _MONEY:
        return None
    if is_yearly:
        found = found._replace(least=found.least / 12, most=found.most / 12)
    return _believed(matter, rule, found)


def _settled(
    matter: Eligibility, rule: Rule, found: Rough | None, bare: str | None = None
) -> float | None:
    """A length of time or of life in the unit that the rule counts in."""
    if found is None or re.search("不是[^，。]{0,3}$", (bare or "")[: found.start]):
        return None
    target = "岁" if rule.kind == "age" else "个月" if rule.kind == "months" else rule.unit
    if rule.kind == "age" and found.unit not in _YEARS:
        return None
    if found.unit not in _MONTHS and (found.unit or rule.kind == "months"):
        return None
    own, into = _MONTHS.get(found.unit or target, 1.0), _MONTHS.get(target, 1.0)
    found = found._replace(least=found.least * own / into, most=found.most * own / into)
    return _believed(matter, rule, found)


def _believed(matter: Eligibility, rule: Rule, found: Rough) -> float | None:
    """A value that stands for all that was meant; None when they are not judged alike.

    A number nobody has (an age of 300) is no answer.
    """
    most = MOST[rule.kind]
    if found.least > most or (found.most > most and found.most != ENDLESS):
        return None
    if rule.kind == "age":
        found = found._replace(least=int(found.least), most=int(min(found.most, most)))
    if not found.most:
        return None if rule.kind == "age" else 0
    if not all(_alike(one, found) for one in _judging(matter, rule)):
        return None
    value = found.least or found.most
    return int(value) if value == int(value) else round(value, 2)


def _judging(matter: Eligibility, rule: Rule) -> list[Condition | Rule]:
    """Everything in the matter that looks at the fact of a rule."""
    conditions: list[Condition | Rule] = [rule, *matter.rules]
    conditions += [part for other in matter.rules for part in other.when]
    conditions += [part for grant in matter.amounts for part in grant.when]
    return [one for one in conditions if one.fact == rule.fact]


def _alike(one: Condition | Rule, found: Rough) -> bool:
    """Whether a condition holds for all of a rough number, or for none of it."""
    if one.op in {"==", "!=", "in"}:
        return found.least == found.most
    return OPS[one.op](found.least, one.value) == OPS[one.op](found.most, one.value)


def _option(rule: Rule, words: str) -> Any:
    """The one option that is named and not denied; None when several are, or it is doubtful."""
    found: set[Any] = set()
    for option in rule.options:
        for word in option.words:
            for match in re.finditer(re.escape(fold(word)), words):
                before, after = words[: match.start()], words[match.end() :]
                if re.search("[一二三四五六七八九十百\\d]$", before) or _DENIED.search(before):
                    continue
                if _AROUND_OPTION.match(after):
                    return None
                found.add(option.value)
    if len(found) != 1 or _TWO_OPTIONS.search(words):
        return None
    return found.pop()
