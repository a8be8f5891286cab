"""Who qualifies: rules of the record, asked in order, judged by what is known."""

from __future__ import annotations

from typing import Any

import pytest

from community.demo.guides import demo_guides
from community.services import eligibility
from community.services.eligibility import Judged
from community.store.guides import Grant, Rule

LIBRARY = {one.name: one for one in demo_guides()}
PENSION = LIBRARY["高龄津贴"]


def rule(matter: str, fact: str) -> Rule:
    return next(one for one in LIBRARY[matter].eligibility.rules if one.fact == fact)


def questions(matter: str, facts: dict[str, Any]) -> str | None:
    asked = eligibility.next_question(LIBRARY[matter].eligibility, facts)
    return asked.fact if asked else None


@pytest.mark.parametrize(
    ("age", "local", "verdict", "fen"),
    [
        (79, True, "no", None), (80, True, "yes", 10000), (89, True, "yes", 10000),
        (90, True, "yes", 20000), (100, True, "yes", 50000), (85, False, "no", None),
        (85, None, "maybe", None), (None, True, "maybe", None), (None, False, "no", None),
    ],
)  # fmt: skip
def test_pension_is_judged_by_its_rules(
    age: int | None, local: bool | None, verdict: str, fen: int | None
) -> None:
    judged = eligibility.judge(PENSION.eligibility, {"age": age, "local": local})
    assert (judged.verdict, judged.grant and judged.grant.fen) == (verdict, fen)


def test_reason_is_the_rule_that_is_not_met_or_left_open() -> None:
    rules = PENSION.eligibility.rules
    assert eligibility.judge(PENSION.eligibility, {"age": 79}) == Judged("no", rules[0], None)
    assert eligibility.judge(PENSION.eligibility, {"age": 82}) == Judged("maybe", rules[1], None)
    assert eligibility.judge(PENSION.eligibility, {"age": 82, "local": True}) == Judged(
        "yes", None, Grant(10000, "每月", PENSION.eligibility.amounts[2].when)
    )


def test_matter_without_rules_is_not_judged() -> None:
    assert eligibility.judge(LIBRARY["结婚登记"].eligibility, {}) == Judged("maybe", None, None)


def test_questions_come_one_at_a_time_and_end_with_a_rule_not_met() -> None:
    asked = [
        questions("最低生活保障申请", facts)
        for facts in (
            {}, {"local": True}, {"local": True, "income": None},
            {"local": True, "income": None, "car": False}, {"local": False},
            {"local": True, "income": 980},
        )
    ]  # fmt: skip
    assert asked == ["local", "income", "car", None, None, None]


@pytest.mark.parametrize(
    ("kind", "age", "verdict"),
    [("man", 59, "no"), ("man", 60, "yes"), ("officer", 55, "yes"), ("worker", 50, "yes"),
     ("officer", 50, "no")],
)  # fmt: skip
def test_rule_holds_for_those_it_is_for(kind: str, age: int, verdict: str) -> None:
    facts = {"retire_kind": kind, "age": age, "insured_years": 15}
    judged = eligibility.judge(LIBRARY["企业职工退休办理"].eligibility, facts)
    assert judged.verdict == verdict


@pytest.mark.parametrize(
    ("words", "age", "facts"),
    [
        ("我八十二了能领多少", "八十二", {"age": 82}),
        ("我八十二了能领多少", None, {"age": 82}),
        ("我妈九十一，外地户口，每个月几百", "九十一", {"age": 91, "local": False}),
        ("阿婆九十几", "九十几", {}),
        ("高龄津贴我有没有", None, {}),
    ],
)  # fmt: skip
def test_first_words_tell_what_they_tell(words: str, age: str | None, facts: Any) -> None:
    assert eligibility.opening_facts(PENSION, words, age) == facts


def test_wage_is_no_income_of_each_head() -> None:
    help_ = LIBRARY["最低生活保障申请"]
    assert eligibility.opening_facts(help_, "我工资两千八，低保能批吗", None) == {}
    said = eligibility.opening_facts(help_, "我家人均收入八百，低保能批吗", None)
    assert said == {"income": 800}


@pytest.mark.parametrize(
    ("matter", "fact", "said"),
    [
        ("高龄津贴", "age", {"八十二": 82, "82": 82, "八十二了": 82, "三百岁": "-", "0": "-",
                          "七十九岁半": 79, "嗯那个": "-", "不清楚": None}),
        ("高龄津贴", "local", {"本地的": True, "外地户口": False, "不在": False, "在的": True,
                            "不知道": None}),
        ("最低生活保障申请", "income", {"每月一千五": 1500, "八百块钱": 800, "没有收入": 0,
                                  "大概两千来块": 2000, "说不清": None, "还行": "-"}),
        ("居住证办理", "stayed", {"两年": 24, "八个月": 8, "半年": 6, "一年半": 18, "3": 3,
                              "一万个月": "-"}),
        ("企业职工退休办理", "insured_years", {"十五年": 15, "十八个月": 1.5}),
        ("育儿补贴", "child_months", {"两岁半": 30, "十个月": 10, "三岁": 36}),
        ("残疾人两项补贴", "grade", {"三级": 3, "是1级的": 1, "五级": "-"}),
    ],
)  # fmt: skip
def test_answers_are_read_by_their_kind(matter: str, fact: str, said: Any) -> None:
    read = {}
    for words in said:
        found = eligibility.answer(rule(matter, fact), words, None)
        read[words] = "-" if found is None else found[fact]
    assert read == said


@pytest.mark.parametrize(("yes", "value"), [(True, True), (False, False)])
def test_yes_is_what_the_engine_takes_for_one(yes: bool, value: bool) -> None:
    assert eligibility.answer(rule("高龄津贴", "local"), "系呀", yes) == {"local": True}
    assert eligibility.answer(rule("高龄津贴", "local"), "中", yes) == {"local": value}
