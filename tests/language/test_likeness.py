"""How much of what was heard was said before: an echo is told from an answer."""

import pytest

from language.likeness import likeness

SAID = "请问您家是几号楼几单元？"


@pytest.mark.parametrize(
    "heard",
    ["请问您家是几号楼", "几号楼几单元", "请问您家市几号楼", "清问您家是及号路几单元", SAID],
)
def test_an_echo_is_alike_though_it_is_written_otherwise(heard):
    assert likeness(heard, SAID) >= 0.7


@pytest.mark.parametrize(
    "heard", ["三号楼二单元五零一", "水管漏水了", "我不知道", "您好请讲一下您的事情", "别说了"]
)
def test_an_answer_is_not_alike(heard):
    assert likeness(heard, SAID) < 0.7


def test_syllables_that_are_scattered_over_a_long_text_are_no_likeness():
    said = "今天下午我们社区组织老人去公园看菊花，请大家两点钟在门口集合，带好水杯和帽子。"
    assert likeness("今天我去看门口的水", said) < 0.7


def test_the_same_is_1_and_nothing_is_0():
    assert [likeness(SAID, SAID), likeness("", SAID), likeness(SAID, ""), likeness("，", SAID)] == [
        1.0, 0.0, 0.0, 0.0,
    ]  # fmt: skip
