"""Words that take others back."""

import pytest

from language.corrections import corrects, is_busy, is_denied, may_be_busy

DENIED = [
    ("不是明天", True),
    ("不是说明天", True),
    ("唔系明天", True),
    ("别写明天", True),
    ("除了明天", True),
    ("明天", False),
    ("是明天", False),
    ("是不是明天", False),
    ("要不要明天", False),
    ("不是明天吗", False),
    ("不是我，明天", False),
]


@pytest.mark.parametrize(("text", "denied"), DENIED)
def test_is_denied_by_the_words_right_before(text, denied):
    start = text.index("明天")
    assert is_denied(text, start, start + 2) is denied


BUSY = [
    ("明天不行", True),
    ("明天也不行", True),
    ("明天我没空", True),
    ("明天，不行的是后天", False),
    ("明天来", False),
    ("明天", False),
]


@pytest.mark.parametrize(("text", "busy"), BUSY)
def test_is_busy_by_the_words_right_after(text, busy):
    assert is_busy(text, 2) is busy


@pytest.mark.parametrize(
    ("text", "busy"), [("明天我出门", True), ("明天来", False), ("明天", False)]
)
def test_may_be_busy_when_a_reason_follows(text, busy):
    assert may_be_busy(text, 2) is busy


CORRECTS = [
    ("不对", True),
    ("，哦不，", True),
    ("，不，", True),
    ("说错了是", True),
    ("改到", True),
    ("，还是", True),
    ("唔系", True),
    ("还是", False),
    ("或者", False),
    ("和", False),
    ("", False),
]


@pytest.mark.parametrize(("between", "corrected"), CORRECTS)
def test_corrects_by_the_words_between(between, corrected):
    assert corrects(between) is corrected
