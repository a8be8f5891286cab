"""Who qualifies for a matter: its stored rules, asked one at a time and judged; never promised."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from community.services.guide import lexicon
from community.store.guides import Condition, Eligibility, Grant, Guide, Rule
from language.ages import find_age
from language.clean import fold
from language.numbers import parse_fen
from language.numerals import find_numbers, parse_number

Facts = dict[str, Any]
"""What is known, by fact: a number, a bool, an option's value; None is asked and not known."""
OPS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt,
    "==": operator.eq, "!=": operator.ne, "in": lambda value, values: value in values,
}  # fmt: skip
KINDS = ("age", "months", "money", "number", "yes_no", "choice")
MOST: dict[str, float] = {"age": 120, "months": 1440, "money": 10_000_000, "number": 1000}
"The largest answer that is believed, by kind; months are of life, money is yuan"
_OF_WHOM = "我|俺|妈|爸|老伴|娘|爹|婆|爷爷|奶奶|老人|今年|都|刚|满|过了?"
_AGE_SAID = re.compile(
    rf"(?:{_OF_WHOM})[^，。\d]{{0,4}}?([零〇一二两三四五六七八九十百\d]{{2,4}})(?:[了咯整啦嘞，。]|$)"
)
_INCOME = re.compile(
    "(?:收入|工资|退休金|养老金|挣|月入|拿)[^，。]{0,6}?([零一二两三四五六七八九十百千万\\d]{2,8})"
)
_TAIL = re.compile("[了咯嘞啦呀啊吧。，,.！!个月年岁块元钱左右多]+$")


@dataclass(frozen=True)
class Judged:
    """`verdict`: yes, no or maybe. `why`: the rule that is not met, or the one left open."""

    verdict: str
    why: Rule | None
    grant: Grant | None


def holds(one: Condition | Rule, facts: Facts) -> bool:
    """Whether a condition is met; its fact must be known."""
    return OPS[one.op](facts[one.fact], one.value)


def applies(one: Rule, facts: Facts) -> bool:
    """Whether a rule is for this person, as far as is known."""
    return all(facts.get(c.fact) is not None and holds(c, facts) for c in one.when)


def next_question(one: Eligibility, facts: Facts) -> Rule | None:
    """The next rule whose fact was not asked yet; None once a rule is not met."""
    for rule in one.rules:
        if not applies(rule, facts):
            continue
        if rule.fact not in facts:
            return rule
        if facts[rule.fact] is not None and not holds(rule, facts):
            return None
    return None


def judge(one: Eligibility, facts: Facts) -> Judged:
    """What the rules say to the facts. A fact that is not known leaves it open."""
    rules = [rule for rule in one.rules if applies(rule, facts)]
    known = [rule for rule in rules if facts.get(rule.fact) is not None]
    unmet = next((rule for rule in known if not holds(rule, facts)), None)
    if unmet is not None:
        return Judged("no", unmet, None)
    is_open = next((rule for rule in rules if facts.get(rule.fact) is None), None)
    if is_open is not None or not rules:
        return Judged("maybe", is_open, None)
    return Judged("yes", None, _grant(one, facts))


def _grant(one: Eligibility, facts: Facts) -> Grant | None:
    for grant in one.amounts:
        if all(facts.get(c.fact) is not None and holds(c, facts) for c in grant.when):
            return grant
    return None


def opening_facts(one: Guide, words: str, age: str | None) -> Facts:
    """What the first words tell already: an age, an income, a chosen option, a hinted yes or no."""
    facts: Facts = {}
    for rule in one.eligibility.rules:
        value = _opening(rule, fold(words), age)
        if value is not None:
            facts.setdefault(rule.fact, value)
    return facts


def _opening(rule: Rule, words: str, age: str | None) -> Any:
    match rule.kind:
        case "age":
            return years_in(words, age)
        case "money" if re.search(lexicon()["per_head"], words):
            found = _INCOME.search(words)
            return _believed(rule, parse_number(found[1])) if found else None
        case "choice" | "yes_no":
            return _hinted(rule, words)
    return None


def years_in(words: str, age: str | None = None) -> int | None:
    """Years of age in the words; `age`: the stretch that the engine takes for one."""
    said = _AGE_SAID.search(fold(words))
    for text in (age and _TAIL.sub("", age), words, said and said[1]):
        months = find_age(text) if text else None
        if months is not None:
            return months // 12
    return None


def _hinted(rule: Rule, words: str) -> Any:
    for option in rule.options:
        if any(word in words for word in option.words):
            return option.value
    for hints, value in ((rule.no, False), (rule.yes, True)):
        if any(hint in words for hint in hints):
            return value
    return None


def answer(rule: Rule, words: str, yes: bool | None) -> Facts | None:
    """The fact that an answer gives; None when it answers nothing, {fact: None} for 不知道.

    `yes`: what the engine makes of the words, if they are a yes or a no.
    """
    said = fold(words)
    if re.search(lexicon()["unknown"], said):
        return {rule.fact: None}
    value = _answer(rule, said, yes)
    return None if value is None else {rule.fact: value}


def _answer(rule: Rule, said: str, yes: bool | None) -> Any:
    bare = _TAIL.sub("", said)
    match rule.kind:
        case "yes_no":
            return _yes_no(rule, said, yes)
        case "choice":
            return _hinted(rule, said)
        case "age":
            return _believed(rule, years_in(said, bare))
        case "months":
            return _believed(rule, find_age(said) or find_age(bare))
        case "money":
            if re.search(lexicon()["penniless"], said):
                return 0
            fen = parse_fen(said)
            return _believed(rule, fen / 100 if fen is not None else _number(bare))
        case _:
            return _believed(rule, _in_unit(rule, said, _number(bare)))


def _yes_no(rule: Rule, said: str, yes: bool | None) -> bool | None:
    hinted = _hinted(rule, said)
    if hinted is not None:
        return bool(hinted)
    if re.search("^(?:不|没|冇|否|无|唔|莫)", said):
        return False
    if re.search("^(?:是|有|对|嗯|在|要|参加|系|得)", said):
        return True
    return yes


def _number(said: str) -> float | None:
    found = [one.value for one in find_numbers(said)]
    return parse_number(said) if not found else found[0]


def _in_unit(rule: Rule, said: str, value: float | None) -> float | None:
    """Years answered to a question for months, or the other way round."""
    if value is None:
        return {"半年": 6.0}.get(said) if rule.unit.endswith("月") else None
    if rule.unit.endswith("月") and "年" in said and "月" not in said:
        return value * 12 + (6 if "年半" in said else 0)
    if rule.unit == "年" and "月" in said and "年" not in said:
        return value / 12
    return value


def _believed(rule: Rule, value: float | None) -> float | None:
    """A number nobody has (an age of 300) is no answer."""
    if value is None or not 0 <= value <= MOST[rule.kind]:
        return None
    return int(value) if value == int(value) else value
