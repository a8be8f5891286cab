"""What identifies a person is masked, the rest is kept."""

import random
import re

import pytest

from language.redact import redact

REDACTED = [
    ("", ""),
    ("水管漏水，明天下午三点来", "水管漏水，明天下午三点来"),
    ("电话13800138000", "电话138****8000"),
    ("电话幺三八零零一三八零零零。", "电话138****8000。"),
    ("13800138000 13900139000", "138****8000 139****9000"),
    ("+86 138 0013 8000", "138****8000"),
    ("13800138000一直打不通", "138****8000一直打不通"),
    ("幺三八零零一三八零零零一直打不通", "138****8000一直打不通"),
    ("-13800138000-", "-138****8000-"),
    ("-123456-", "-****56-"),
    ("打010-62345678", "打010****5678"),
    ("400-820-8820", "400****8820"),
    ("座机62345678", "座机****5678"),
    ("打12345或110", "打12345或110"),
    ("身份证110101199003074518", "身份证110***********4518"),
    ("身份证11010119900307451X。", "身份证110***********451X。"),
    ("身份证一一零一零一一九九零零三零七四五一八", "身份证110***********4518"),
    ("身份证110101 19900307 4518", "身份证110***********4518"),
    ("车牌京A12345到了", "车牌京A***45到了"),
    ("京诶幺二三四五", "京A***45"),
    ("沪B D12345", "沪B***45"),
    ("住3号楼2单元501", "住3号楼****"),
    ("住三号楼二单元五零一，漏水", "住3号楼****，漏水"),
    ("3-2-501", "3号楼****"),
    ("住五零一室", "住****"),
    ("二单元五零一漏水", "****漏水"),
    ("三号楼停水", "三号楼停水"),
    ("zhang.san@example.com.cn", "z***@example.com.cn"),
    ("发到a@b.cn吧", "发到a***@b.cn吧"),
    ("卡号6222 0212 3456 7890 123", "卡号****0123"),
    ("卡号6222021234567890", "卡号****7890"),
    ("验证码 123456", "验证码 ****56"),
    ("门牌12345号", "门牌12345号"),
    ("订单WX20240501-007", "订单WX20240501-007"),
    ("from oABCD1234efgh5678ijkl90_-xyz", "from oA***"),
    ("openid=abcd", "openid=***"),
    ("GET /x?access_token=abcDEF123&y=1", "GET /x?access_token=***&y=1"),
    ('{"secret": "s3cr3t!", "a": 1}', '{"secret": "***", "a": 1}'),
    ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
    ("key 9fKx72LmQp01ZtVbN3sY4w", "key 9f***"),
    (
        "turn 123e4567-e89b-12d3-a456-426614174000 ok",
        "turn 123e4567-e89b-12d3-a456-426614174000 ok",
    ),
    ("turn 123e4567e89b12d3a456426614174000", "turn 123e4567e89b12d3a456426614174000"),
    ("2025-11-28 14:00:00,123 INFO ms=42", "2025-11-28 14:00:00,123 INFO ms=42"),
    ("欠38.5元，一千二百块", "欠38.5元，一千二百块"),
    ("😀13800138000😀", "😀138****8000😀"),
    ("1" * 10_000, "****11"),
    ("a@" * 5_000, "a@" * 5_000),
    ("我" * 10_000, "我" * 10_000),
    ("Aa1" * 4_000, "Aa***"),
    ("=:" * 5_000, "=:" * 5_000),
]


@pytest.mark.parametrize(("text", "masked"), REDACTED)
def test_redact_masks_what_identifies_a_person(text, masked):
    assert redact(text) == masked


@pytest.mark.parametrize(("text", "masked"), REDACTED)
def test_redact_twice_changes_nothing_more(text, masked):
    assert redact(masked) == masked


def test_short_cut_for_our_own_lines_hides_nothing_from_the_masks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever may stand in a line of ASCII: the cut gives what the whole search gives."""
    dice = random.Random(20251103)
    parts = ["138", "0013", "8000", "021", "6234", "3", "2", "501", "400", "110101", "19491001", "turn",
             "conv_3f2a9c1b2d4e", "room", "=12.3", "=1380.01", "=501.2", "code=", "1.5"]  # fmt: skip
    seams = ["", " ", "-", ".", "/", "_", "#", "(", ")", ", ", ":", " a", " x="]
    lines = [
        "".join(dice.choice(parts) + dice.choice(seams) for _ in range(dice.randint(2, 7)))
        for _ in range(3000)
    ]
    cut = [redact(line) for line in lines]
    monkeypatch.setattr("language.redact._SAYABLE", re.compile(""))
    assert cut == [redact(line) for line in lines]
