"""Short answers: what answers a reminder or the daily question, and what is left to the engine."""

from __future__ import annotations

import pytest

from language.short_answers import to_greeting, to_reminder


@pytest.mark.parametrize(
    ("words", "act"),
    [
        ("吃了", "taken"), ("吃了吃了", "taken"), ("嗯，吃了", "taken"), ("吃过了", "taken"), ("早吃了", "taken"),
        ("吃好了", "taken"), ("药吃了", "taken"), ("刚吃了", "taken"), ("吃完了", "taken"), ("都吃了", "taken"),
        ("食咗喇", "taken"), ("没吃呢", "later"), ("还没", "later"), ("没有", "later"), ("没呢", "later"),
        ("还没吃", "later"), ("没吃", "later"), ("忘了", "later"), ("等会儿", "later"), ("等一会儿再吃", "later"),
        ("马上吃", "later"), ("晚点吃", "later"), ("不吃了", "skipped"), ("今天不吃", "skipped"), ("不想吃", "skipped"),
        ("好的", "noted"), ("嗯", "noted"), ("知道了", "noted"), ("好，知道了", "noted"), ("行", "noted"),
        ("刚吃完饭", "unsure"), ("在吃饭呢", "unsure"), ("正吃饭", "unsure"),
        ("没有水了", None), ("水管漏了", None), ("找人工", None), ("救命", None), ("我摔了", None), ("吃了吗", None),
        ("吃啥", None), ("今天食堂吃啥", None), ("我不行了", None), ("过十分钟", None), ("钙片吃了", None),
        ("电梯坏了", None), ("没电了", None), ("你好", None), ("转人工", None), ("头晕", None), ("吃了头晕", None),
        ("不舒服", None), ("我妈吃了", None), ("点餐", None),
    ],
)  # fmt: skip
def test_short_answer_to_a_reminder(words: str, act: str | None) -> None:
    assert to_reminder(words, asks=False) == act


@pytest.mark.parametrize(
    ("words", "asks", "act"),
    [("嗯", True, "taken"), ("对", True, "taken"), ("是的", True, "taken"), ("好的", True, "noted"),
     ("嗯", False, "noted"), ("对", False, "noted")],
)  # fmt: skip
def test_yes_says_it_was_taken_only_where_that_was_asked(words: str, asks: bool, act: str) -> None:
    assert to_reminder(words, asks=asks) == act


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("好着呢", "well"), ("还好", "well"), ("挺好", "well"), ("挺好的", "well"), ("好", "well"), ("我很好", "well"),
        ("还行", "well"), ("还可以吧", "well"), ("不错", "well"), ("没事", "well"), ("老样子", "well"), ("都好", "well"),
        ("好得很，放心", "well"), ("嗯，挺好的，谢谢", "well"), ("早上好，我挺好", "well"), ("没啥事", "well"),
        ("今天挺好", "well"), ("精神着呢", "well"), ("OK", "well"),
        ("不好", "unwell"), ("不太好", "unwell"), ("不舒服", "unwell"), ("不太舒服", "unwell"), ("不咋样", "unwell"),
        ("有点难受", "unwell"), ("不得劲", "unwell"), ("今天不怎么样", "unwell"),
        ("别问了", "no_daily"), ("别再问了", "no_daily"), ("不用每天问了", "no_daily"), ("别烦我", "no_daily"),
        ("我妈挺好的", None), ("水管不好使", None), ("电梯好了没", None), ("好了没有", None), ("找人工", None), ("救命", None),
        ("好饿", None), ("头疼", None), ("食堂今天好吃吗", None), ("好的帮我报修", None), ("没有", None), ("不用", None),
        ("网不好", None), ("你好", None), ("早上好", None), ("谢谢", None),
    ],
)  # fmt: skip
def test_short_answer_to_the_daily_question(words: str, state: str | None) -> None:
    assert to_greeting(words, asks=False) == state


def test_yes_to_whether_one_is_well() -> None:
    assert (to_greeting("嗯", asks=True), to_greeting("嗯", asks=False)) == ("well", None)
