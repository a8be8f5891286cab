"""Long texts in pieces: cut where they read well, nothing lost, nothing seen halved."""

import re
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.splitting import split
from connectors.wechat.passive import TEXT_MAX_BYTES
from connectors.wechat.xml import sanitised

FAMILY, FLAG, KEYCAP = "👨‍👩‍👧‍👦", "🇨🇳", "1️⃣"
TONED, RAINBOW, ENGLAND = (
    "👍🏽",
    "🏳️‍🌈",
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
)
ACCENTED, VARIANT = "e\u0301\u0323", "葛\U000e0100"
WHOLE = [FAMILY, FLAG, KEYCAP, TONED, RAINBOW, ENGLAND, ACCENTED, VARIANT]


@pytest.mark.parametrize(
    ("whole", "limit", "pieces"),
    [
        ("", 4, [""]),
        ("好", 4, ["好"]),
        ("水管漏了请先关阀。师傅马上到。", 30, ["水管漏了请先关阀。", "师傅马上到。"]),
        ("他问：“几点来？”我说：“三点。”好的", 30, ["他问：“几点来？”", "我说：“三点。”好的"]),
        ("师傅今天下午到，请您留人在家等候", 36, ["师傅今天下午到，", "请您留人在家等候"]),
        ("第一句。第二句很长很长很长，没有完", 36, ["第一句。", "第二句很长很长很长，", "没有完"]),
        ("请看 https://a.cn/x?y=1&z=2,3;4.5!6", 34, ["请看", "https://a.cn/x?y=1&z=2,3;4.5!6"]),
        ("Please wait. We come at 3.30 today, thanks", 22,
         ["Please wait.", "We come at 3.30 today,", "thanks"]),
        ("第一行\n第二行\n\n第三行", 20, ["第一行\n第二行", "第三行"]),
        ("1. 报修 2. 缴费", 12, ["1. 报修", "2. 缴费"]),
        ("一二三四五六七八九十", 10, ["一二三", "四五六", "七八九", "十"]),
        ("    好    好    ", 8, ["    好", "好    "]),
        (" " * 20, 8, [""]),
        (sanitised("a\ud83d\ude00\ud83d" * 2), 5, ["a😀", "a😀"]),
    ],
)  # fmt: skip
def test_long_text_is_cut_after_a_sentence_then_a_clause_then_a_character(whole, limit, pieces):
    assert split(whole, limit) == pieces


@pytest.mark.parametrize("cluster", WHOLE)
@pytest.mark.parametrize("before", range(12))
def test_what_is_seen_as_one_character_stays_whole(cluster, before):
    limit = max(len(cluster.encode()) + 3, 12)
    pieces = split("a" * before + cluster * 6, limit)
    assert "".join(pieces) == "a" * before + cluster * 6
    assert all(re.fullmatch(f"a*(?:{re.escape(cluster)})*", piece) for piece in pieces)


def test_a_character_that_is_longer_than_a_piece_is_cut_between_code_points():
    pieces = split("e" + "\u0301" * 50, 8)
    assert "".join(pieces) == "e" + "\u0301" * 50
    assert max(len(piece.encode()) for piece in pieces) <= 8


def test_a_blank_that_carries_a_mark_is_not_taken_from_it():
    assert split("一二三。 \u0301四五六七", 13) == ["一二三。", " \u0301四五六", "七"]


def test_no_piece_is_empty_however_many_blanks_there_are():
    assert split("好" + "\u3000" * 50 + "的" + "\n" * 50 + "呀", 10) == ["好", "的", "呀"]


def test_limit_below_one_character_is_an_error():
    with pytest.raises(ValueError, match="fit"):
        split("好", 3)


@pytest.mark.parametrize(
    "repeated", ["?", ".", "a.", "”", " ", "。", "，", "😀", "\u200d", "\u0301"]
)
def test_no_repetition_takes_long(repeated):
    begun = time.perf_counter()
    pieces = split(repeated * 50_000, TEXT_MAX_BYTES)
    assert all(len(piece.encode()) <= TEXT_MAX_BYTES for piece in pieces)
    assert time.perf_counter() - begun < 3


def test_ordinary_answers_fill_their_pieces():
    whole = "您好，您的报修单已受理，师傅将在今天下午三点前上门，请保持电话畅通。" * 60
    pieces = split(whole, TEXT_MAX_BYTES)
    assert all(piece.endswith("。") for piece in pieces)
    assert [len(piece.encode()) for piece in pieces] == [2040, 2040, 2040]


PIECES_OF_TEXT = st.sampled_from(
    [
        *WHOLE,
        "漏水了",
        "。",
        "，",
        "！？",
        " ",
        "\n",
        "\r\n",
        "\u3000",
        "\u0301",
        "\ud83d",
        "\u200d",
        "a.b",
        "?",
    ]
)


@settings(max_examples=500, deadline=None)
@given(
    st.lists(PIECES_OF_TEXT | st.integers(0, 0x10FFFF).map(chr), max_size=60).map("".join),
    st.integers(4, 60),
)
def test_pieces_fit_and_lose_nothing_but_blanks_at_the_cuts(whole, limit):
    whole = sanitised(whole)
    pieces = split(whole, limit)
    assert all(len(piece.encode()) <= limit for piece in pieces)
    rest = whole
    for piece in pieces:
        begin = rest.find(piece)
        assert begin >= 0
        assert not rest[:begin].strip()
        rest = rest[begin + len(piece) :]
    assert not rest.strip()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*WHOLE, "漏水了", "。", "，", " "]), max_size=60).map("".join))
def test_no_piece_begins_or_ends_within_a_character(whole):
    for piece in filter(None, split(whole, 40)):
        assert unicodedata.category(piece[0]) not in {"Mn", "Mc", "Me", "Sk"}
        assert piece[0] != "\u200d"
        assert piece[-1] != "\u200d"
        assert len(re.findall("[\U0001f1e6-\U0001f1ff]", piece)) % 2 == 0
