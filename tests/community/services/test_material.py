"""Papers: what the words say to be there and to be missing, held against the list."""

from __future__ import annotations

import pytest

from community.services import material
from community.store.guides import Guide, Material

PENSION = Guide(
    code="T1", name="津贴",
    materials=[
        Material("身份证", 1, 1), Material("户口本", 1, 1), Material("银行卡", 0, 1),
        Material("一寸照片", 2), Material("委托书", 1, 0, "家里人代办"),
    ],
)  # fmt: skip
ALL = ["身份证", "户口本", "银行卡", "一寸照片"]


def without(*names: str) -> list[str]:
    return [name for name in ALL if name not in names]


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        ("户口本有，照片没有，行不", without("户口本")),
        ("我带了身份证和户口本，够了吗", without("身份证", "户口本")),
        ("身份证有照片没有", without("身份证")),
        ("没有户口本，有身份证", without("身份证")),
        ("身份证、户口簿、存折都没有", ALL),
        ("身份证和户口本都带了", without("身份证", "户口本")),
        ("就差照片了", ["一寸照片"]),
        ("材料都齐了", []),
        ("身份证俺有，户口簿莫得，要得不", without("身份证")),
        ("户口本在儿子家放着呢我光拿个身份证给办不", without("身份证")),
        ("還差啲咩", ALL),
        ("身份证有，后来身份证丢了", ALL),
    ],
)  # fmt: skip
def test_papers_are_there_or_missing_as_it_was_said(words: str, missing: list[str]) -> None:
    checked = material.check(PENSION, material.said(words))
    assert [one.name for one in checked.missing] == missing
    assert [one.name for one in checked.optional] == ["委托书"]


def test_copy_is_no_original() -> None:
    checked = material.check(PENSION, material.said("户口本是复印件，银行卡复印件也有，身份证有"))
    assert [one.name for one in checked.copy_only] == ["户口本"]
    assert [one.name for one in checked.missing] == ["一寸照片"]


def test_who_goes_for_another_needs_the_papers_of_that_case() -> None:
    heard = material.said("材料都齐了")
    checked = material.check(PENSION, heard, by_agent=material.is_by_agent("我替我妈去"))
    assert ([one.name for one in checked.missing], checked.optional) == ([], [])
    named = material.check(PENSION, material.said("就差委托书"), by_agent=True)
    assert [one.name for one in named.missing] == ["委托书"]
    assert not material.is_by_agent("我自己去")


def test_paper_that_is_in_no_list_of_words_is_known_by_its_own_name() -> None:
    assert material.kind_of(Material("疫情表", 1)) == "疫情表"
    assert material.kind_of(Material("逝者身份证", 1)) == "身份证"


@pytest.mark.parametrize(
    "words",
    ["材料都有哪些", "材料都要哪些", "材料都齐了吗", "都要带齐吗", "是不是都要齐", "材料没都带", "还没齐",
     "身份证要不要", "需要户口本吗", "身份证要原件吗", "还要照片吗", "除了身份证还要带什么", "要有身份证吗",
     "能不能用银行卡代替身份证", "都得带吗", "材料不是都有", "如果都齐了", "都有啥"],
)  # fmt: skip
def test_question_says_nothing_of_what_is_there(words: str) -> None:
    heard = material.said(words)
    assert (heard.having, heard.everything, heard.all_but) == (frozenset(), False, False)
    assert [one.name for one in material.check(PENSION, heard).missing] == ALL


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        ("我有身份证和户口本还缺啥", without("身份证", "户口本")), ("有身份证就行吗", without("身份证")),
        ("没有户口本要紧吗，身份证有", without("身份证")), ("我都带齐了", []),
        ("身份证带了，户口本在老家", without("身份证")), ("身份证正在补办，户口本有", without("户口本")),
        ("身份证带着，照片要几张", without("身份证")),
    ],
)  # fmt: skip
def test_what_is_said_to_be_there_counts_beside_a_question(words: str, missing: list[str]) -> None:
    checked = material.check(PENSION, material.said(words))
    assert [one.name for one in checked.missing] == missing


@pytest.mark.parametrize(
    ("words", "is_doubtful"),
    [("身份证过期了能用吗", True), ("照片是红底的", True), ("有身份证", False)],
)
def test_state_of_a_paper_is_left_to_the_counter(words: str, is_doubtful: bool) -> None:
    assert material.is_doubtful(words) is is_doubtful
