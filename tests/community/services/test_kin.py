"""Whom something is for: said in many ways, and not everybody who is mentioned."""

from __future__ import annotations

import pytest

from community.services.kin import kin_of


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
