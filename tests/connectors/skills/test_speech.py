"""The speech form: what is written for eyes is said for ears, in pieces that can be kept in mind."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.skills.speech import PAGE_MAX_CHARACTERS, offered, pages, spoken
from connectors.skills.words import words

SAID = [
    ("您好", "您好。"),
    ("您好！", "您好！"),
    ("他说：“走吧。”", "他说：“走吧。”"),
    ("[办事指南](https://a.example/b)第三页", "办事指南第三页。"),
    ("详见 https://a.example/c?d=1&e=2，或 www.b.example", "详见，或。"),
    ("**已派单**，`编号`", "已派单，编号。"),
    ("# 标题\n正文", "标题。正文。"),
    ("- 身份证\n- 户口本\n", "身份证。户口本。"),
    ("1. 身份证\n2、户口本\n(3) 照片", "身份证。户口本。照片。"),
    ("1.5公里", "1.5公里。"),
    ("水管（厨房）漏水", "水管，厨房，漏水。"),
    ("【通知】明天停水", "通知，明天停水。"),
    ("好的😀👍🏻！", "好的！"),
    ("《办法》第3条", "办法第3条。"),
    ("电话13800138000", "电话幺三八，零零幺三，八零零零。"),
    ("打010-62345678或12345", "打零幺零，六二三四，五六七八或幺二三四五。"),
    ("快打120！", "快打幺二零！"),
    ("一共120元，110号楼", "一共120元，110号楼。"),
    ("编号20240501007", "编号二零二四，零五零幺，零零七。"),
    (
        "订单WX20240501-007，车牌川A12345",
        "订单W X，二零二四，零五零一，零零七，车牌川A，幺二三四五。",
    ),
    ("要交10000元，共120000元", "要交10000元，共120000元。"),
    ("，，好，。", "好。"),
    ("😀", ""),
    ("", ""),
    ("\n\n", ""),
]


@pytest.mark.parametrize(("written", "said"), SAID, ids=range(len(SAID)))
def test_text_as_it_is_said(written, said):
    assert spoken(written) == said


@given(st.text(max_size=200))
def test_nothing_that_cannot_be_said_is_left_in_any_text(text):
    said = spoken(text)
    assert not re.search(r"https?://|www\.|[*`#|<>_（）【】\[\]\n\U0001f300-\U0001faff]", said)
    assert spoken(text) == said


@given(st.text(alphabet="好，。？1a ", max_size=400))
def test_pages_hold_the_whole_text_and_leave_room_for_the_question(text):
    found = pages(text)
    assert "".join(found).replace(" ", "") == text.replace(" ", "")
    if len(found) > 1:
        assert max(map(len, found)) + len(words("more")) <= PAGE_MAX_CHARACTERS


def test_text_that_fits_is_one_page():
    assert pages("好" * PAGE_MAX_CHARACTERS) == ["好" * PAGE_MAX_CHARACTERS]


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (("好",), "您可以说，好。"),
        (("是", "不是"), "您可以说，是，或者不是。"),
        (("上午", "下午", "都行"), "您可以说，上午，下午，或者都行。"),
    ],
)
def test_choices_are_a_sentence(labels, said):
    assert offered(labels) == said
