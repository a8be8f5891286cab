"""`fold` keeps every offset; `squeeze` makes texts comparable."""

import unicodedata

import pytest

from language.clean import fold, squeeze

FOLDED = [
    ("", ""),
    ("三号楼二单元", "三号楼二单元"),
    ("３号楼２单元５０１", "3号楼2单元501"),
    ("ＡＢｃｚ", "ABcz"),
    ("京Ａ１２３４５", "京A12345"),
    ("１４：３０", "14:30"),
    ("１３＃１－３０２", "13#1-302"),
    ("我　住", "我 住"),
    ("张\xa0三", "张 三"),
    ("二〇二五", "二零二五"),
    ("五○一", "五零一"),
    ("①②③⑨", "1239"),
    ("⑴⒉❸➃➎", "12345"),
    ("㈠㈨", "一九"),
    ("Ⅱ单元", "2单元"),
    ("x²", "x2"),
    ("٣-٢-٥", "3-2-5"),
    ("𝟏𝟐𝟑", "123"),
    ("138‑0013–8000", "138-0013-8000"),
    ("唔該幫我閂燈", "唔该帮我闩灯"),
    ("聽日下晝三點鐘", "听日下昼三点钟"),
    ("３號樓２單元", "3号楼2单元"),
    ("門鎖壞咗,搵師傅嚟睇", "门锁坏咗,搵师傅嚟睇"),
    ("後天後晌", "后天后晌"),
    ("廚房廁所客廳臥室陽臺", "厨房厕所客厅卧室阳台"),
    ("著名的乾隆", "著名的乾隆"),
    ("你好，世界！（真的？）", "你好，世界！（真的？）"),
    ("水管漏水😭👵🏽", "水管漏水😭👵🏽"),
    ("👨‍👩‍👧 3️⃣", "👨‍👩‍👧 3️⃣"),
    ("a\x00b\u200b", "a\x00b\u200b"),
    ("\ud800", "\ud800"),
]


@pytest.mark.parametrize(("text", "folded"), FOLDED)
def test_fold_maps_each_character_to_its_plain_form(text, folded):
    assert fold(text) == folded


def test_fold_keeps_the_length_of_any_text():
    every = "".join(chr(code) for code in range(0x11000)) + "𝟘𝟿🏠"
    assert len(fold(every)) == len(every)


def test_fold_is_done_after_one_time():
    every = "".join(chr(code) for code in range(0x11000))
    assert fold(fold(every)) == fold(every)


def test_fold_makes_every_full_width_letter_and_digit_ascii():
    wide = "".join(chr(code) for code in range(0xFF10, 0xFF5B) if chr(code).isalnum())
    assert fold(wide) == unicodedata.normalize("NFKC", wide)


def test_fold_of_a_long_text_is_as_long():
    assert fold("３號樓" * 4_000) == "3号楼" * 4_000


SQUEEZED = [
    ("", ""),
    ("   ", ""),
    ("我 要 报 修", "我要报修"),
    ("我要要要要报修", "我要报修"),
    ("妈妈", "妈妈"),
    ("快快快来人", "快来人"),
    ("漏水了！！！！", "漏水了"),
    ("喂…喂…漏水了", "喂，喂，漏水了"),
    ("三号楼，，，二单元。。五零一", "三号楼，二单元，五零一"),
    ("１３８ ００１３ ８０００", "13800138000"),
    ("5000000", "5000000"),
    ("三三三室", "三三三室"),
    ("OKOK　ＯＫ", "okokok"),
    ("好\u200b的\ufeff呀", "好的呀"),
    ("……", ""),
    ("\n\t你好\r\n", "你好"),
    ("哈" * 10_000, "哈"),
]


@pytest.mark.parametrize(("text", "squeezed"), SQUEEZED)
def test_squeeze_drops_spaces_marks_and_repeats(text, squeezed):
    assert squeeze(text) == squeezed
