"""Who qualifies: rules of the record, asked in order, judged by what is known."""

from __future__ import annotations

from typing import Any

import pytest

from community.demo.guides import demo_guides
from community.services import eligibility, eligibility_words
from community.services.eligibility import Judged
from community.store.guides import Grant, Rule

LIBRARY = {one.name: one for one in demo_guides()}
PENSION = LIBRARY["高龄津贴"]


def rule(matter: str, fact: str) -> Rule:
    return next(one for one in LIBRARY[matter].eligibility.rules if one.fact == fact)


def answered(matter: str, fact: str, words: str, yes: bool | None = None) -> Any:
    return eligibility_words.answer(LIBRARY[matter].eligibility, rule(matter, fact), words, yes)


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
        ("阿婆九十几", "九十几", {"age": 90}),
        ("高龄津贴我有没有", None, {}),
    ],
)  # fmt: skip
def test_first_words_tell_what_they_tell(words: str, age: str | None, facts: Any) -> None:
    assert eligibility_words.opening_facts(PENSION, words, age) == facts


def test_wage_is_no_income_of_each_head() -> None:
    help_ = LIBRARY["最低生活保障申请"]
    assert eligibility_words.opening_facts(help_, "我工资两千八，低保能批吗", None) == {}
    said = eligibility_words.opening_facts(help_, "我家人均收入八百，低保能批吗", None)
    assert said == {"income": 800}


@pytest.mark.parametrize(
    ("matter", "fact", "said"),
    [
        ("高龄津贴", "age", {"八十二": 82, "82": 82, "八十二了": 82, "三百岁": "-", "0": "-",
                          "七十九岁半": 79, "嗯那个": "-", "不清楚": None}),
        ("高龄津贴", "local", {"本地的": True, "外地户口": False, "不在": False, "在的": True,
                            "不知道": None}),
        ("最低生活保障申请", "income", {"每月一千五": 1500, "八百块钱": 800, "没有收入": 0,
                                  "大概两千来块": 1800, "说不清": None, "还行": "-"}),
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
        found = answered(matter, fact, words)
        read[words] = "-" if found is None else found[fact]
    assert read == said


@pytest.mark.parametrize(("yes", "value"), [(True, True), (False, False)])
def test_yes_is_what_the_engine_takes_for_one(yes: bool, value: bool) -> None:
    assert answered("高龄津贴", "local", "系呀", yes) == {"local": True}
    assert answered("高龄津贴", "local", "中", yes) == {"local": value}


HOUSE, HELP = "租房补贴", "最低生活保障申请"
SAID: dict[tuple[str, str], dict[str, Any]] = {
    ("高龄津贴", "age"): {
        "七十九": 79, "八十挂零": 80, "八十出头": 80, "八十多了": 80, "八十整": 80, "刚满八十": 80,
        "我没满六十": 59, "没满八十": 79, "还没到八十呢": 79, "差两个月八十": 79, "还差一岁八十": 79,
        "快八十了": 79, "八十不到": 79, "八十还差两个月": 79, "再过两年八十": 79, "明年八十": 79,
        "七十多": 70, "七十八九": 78, "七十七八了": 77, "虚岁八十": 78, "周岁八十": 80, "虚岁八十一": "-",
        "八十左右": "-", "大概八十": "-", "八九十": "-", "过了八十": "-", "不到九十": "-", "八十以上": "-",
        "七十九，不对，八十": 80, "不是八十，是七十九": 79, "不是八十": "-", "我八十二，老伴七十九": "-",
        "七十九，马上八十": 79, "八十二，七十九": "-",
        "四五年生的": "-", "1945年的": "-", "三个孩子": "-", "没结婚": "-", "记不清了": None,
    },
    ("高龄津贴", "local"): {
        "不是本地的": False, "不是本区户口": False, "户口不在本区": False, "没在本区": False,
        "在的": True, "是本地人": True, "不是没在": True, "户口在这里": True, "嗯，在": True,
        "在老家": "-", "在北京": "-", "户口迁走了": "-", "要不要本地户口": "-", "应该在吧": "-",
        "我没结婚": "-", "不在不在": False, "没事": "-", "不清楚": None, "都有": "-",
    },
    (HOUSE, "house"): {
        "没有房": False, "没房": False, "名下没有房": False, "我没有自己的房子": False,
        "没有自己的房": False, "家里没得房": False, "没买房": False, "对，没有": False, "没有没有": False,
        "有没有房？没有": False, "没有，我是租的": False, "冇": False,
        "有": True, "都有": True, "有房": True, "不是没有": True, "没错": True,
        "房子是儿子的": "-", "租的": "-", "有，不过在老家": "-", "有没有房": "-", "可能有": "-",
        "以前有": "-", "不，有": "-", "没水了": "-", "要报修": "-", "要找人": "-", "我没结婚": "-",
        "不用了": "-", "不晓得": None,
    },
    (HELP, "car"): {
        "没有小汽车": False, "没买车": False, "车没有": False, "有一辆": "-", "买不起": "-", "卖了": "-",
    },
    (HELP, "income"): {
        "三千多": 3000, "三千多块": 3000, "一千五左右": 1350, "七八百": 700, "几百块": "-",
        "一千来块": "-", "不到一千": "-", "不到九百": 899, "一千以下": "-", "没多少": "-", "没有": 0,
        "一分钱没有": 0, "没得收入": 0, "一个月三千": 3000, "一年一万二": 1000, "两千": 2000,
        "一个月三千，两口人": "-", "老两口一共五千": "-", "够吃饭": "-", "有退休金": "-", "三千": 3000,
        "千把块": "-", "说不清": None,
    },
    ("特困人员救助供养", "children"): {
        "没有子女": False, "没有儿女": False, "一个都没有": False, "有儿子": True, "没人管": "-",
    },
    ("居家养老服务补贴", "care"): {
        "要": True, "不用": False, "不需要": False, "用不着": False, "没人照顾": "-", "能自理": "-",
        "离不开人": "-", "需要": True, "不要人": False,
    },
    ("失业保险金申领", "left"): {
        "是自己不干的": True, "不是自己不干的": False, "自己不想干的": "-", "被辞退的": "-",
        "不是，是被辞的": False, "单位不要我了": "-",
    },
    ("失业保险金申领", "insured_years"): {"没交过": 0, "不到一年": 0.99, "半年": 0.5, "十几年": 10},
    ("企业职工退休办理", "insured_years"): {
        "快十五年了": 14.99, "不到十五年": 14.99, "差半年十五年": 14.99, "十五年多": 15, "十几年": "-",
        "二十多年": 20, "十五年左右": "-", "没交": 0, "交满了": "-",
    },
    ("企业职工退休办理", "retire_kind"): {
        "男的": "man", "女干部": "officer", "不是干部，是工人": "worker", "男工还是女工": "-", "都有": "-",
        "不是干部": "-",
    },
    ("残疾人两项补贴", "grade"): {"十二级": "-", "二级还是三级": "-", "不是一级": "-", "二级以上": "-"},
    ("居住证办理", "stayed"): {"大半年": 6, "快半年": 5.88, "好几年": 36, "几个月": "-", "半年多": 6},
    ("育儿补贴", "child_months"): {
        "不到三岁": 35.88, "三岁多": 36, "刚满三岁": 36, "两三岁": "-", "三": "-", "两岁零三个月": 27,
    },
    ("计划生育奖励扶助", "only_child"): {
        "就一个": True, "不止一个": False, "两个": "-", "我没结婚": "-",
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("matter", "fact", "words", "value"),
    [(*asked, words, value) for asked, rows in SAID.items() for words, value in rows.items()],
)
def test_plain_answers_are_read_and_unclear_ones_are_no_answer(
    matter: str, fact: str, words: str, value: Any
) -> None:
    read = answered(matter, fact, words)
    assert (read[fact] if read is not None else "-") == value


@pytest.mark.parametrize("words", ["我没结婚", "卖了", "没事"])
@pytest.mark.parametrize("yes", [True, False])
def test_engines_yes_or_no_makes_no_answer_of_other_words(words: str, yes: bool) -> None:
    assert answered(HOUSE, "house", words, yes) is None
