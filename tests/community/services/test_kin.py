"""Whom something is for: said in many ways, and not everybody who is mentioned."""

from __future__ import annotations

import pytest

from community.services.kin import kin_of, other_of


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("找人上门给我老伴洗澡", "spouse"), ("约护士上门给我妈换药", "mother"), ("俺娘九十一了", "mother"),
        ("给我自己约", "self"), ("我", "self"), ("本人", "self"), ("不是我妈，是我老伴", "spouse"),
        ("姥姥没法出门", "grandma"), ("给老爷子登上", "father"), ("给老太太约", "elder"),
        ("帮我约个家庭医生", None), ("闺女叫我查个血脂", None), ("娃儿叫我去照个片", None),
        ("我女儿带我去", None), ("妈妈", "mother"), ("给孩子约打疫苗", "child"),
        ("约社区医生量个血压", None), ("姑娘，给我约个号", None),
    ],
)  # fmt: skip
def test_person_is_heard(words: str, code: str | None) -> None:
    assert kin_of(words) == code


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("我妈挺好的", "mother"), ("我父亲今天挺好", "father"), ("我母亲的药吃过了", "mother"),
        ("我家老爷子吃过了", "father"), ("我们家老太太精神着呢", "elder"), ("我岳母今天不太舒服", "spouse_family"),
        ("我丈母娘吃过药了", "spouse_family"), ("我婆婆吃了", "spouse_family"), ("俺娘挺好", "mother"),
        ("我老父亲没啥事", "father"), ("我老母亲睡了", "mother"), ("我阿妈食咗药", "mother"),
        ("我先生的药", "spouse"), ("我老伴已经吃了药了，我看着他吃的", "spouse"), ("我大姐的药", "sister"),
        ("我妈来我家住几天", "mother"), ("我妈去我姐家住三天", "mother"), ("老太太的药我替她报", "elder"),
        ("儿子看着我吃的，你放心", None), ("我去我妈家住两天", None), ("我挺好的", None), ("挺好的", None),
        ("我吃了，别让我闺女再打电话了", None),
    ],
)  # fmt: skip
def test_words_are_about_kin_or_the_speaker(words: str, code: str | None) -> None:
    assert other_of(words) == code
