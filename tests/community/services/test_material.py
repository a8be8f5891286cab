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
    ("words", "is_doubtful"),
    [("身份证过期了能用吗", True), ("照片是红底的", True), ("有身份证", False)],
)
def test_state_of_a_paper_is_left_to_the_counter(words: str, is_doubtful: bool) -> None:
    assert material.is_doubtful(words) is is_doubtful
