"""A plain yes or no, and what a denial puts right."""

import pytest

from language.consent import consent, correction


@pytest.mark.parametrize(
    "text",
    ["是", "是的", "对", "对的", "嗯", "好", "好的", "行", "中", "要得", "可以", "要", "没问题"],
)
def test_a_yes_in_many_words(text):
    assert consent(text) is True


@pytest.mark.parametrize(
    "text",
    [
        "不是",
        "不对",
        "不",
        "不用",
        "不用了",
        "不要",
        "错了",
        "没有",
        "不是的",
        "莫",
        "唔系",
        "算了",
        "不了",
        "我没说",
    ],
)
def test_a_no_in_many_words(text):
    assert consent(text) is False


@pytest.mark.parametrize(
    "text",
    [
        "报修",
        "不是，是三号楼",
        "是三号楼",
        "好像不对吧三号楼",
        "对面的楼",
        "行不行",
        "没有水了",
        "",
    ],
)
def test_other_words_are_neither(text):
    assert consent(text) is None


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("不是，是三号楼", "是三号楼"),
        ("不对，我说的是灯坏了", "我说的是灯坏了"),
        ("错了，是五零一", "是五零一"),
        ("不是", None),
        ("三号楼", None),
        ("不是的", None),
    ],
)
def test_a_denial_may_put_it_right(text, right):
    assert correction(text) == right
