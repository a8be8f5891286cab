"""Answers in the response: their exact form, their seal, and long texts in whole pieces."""

import json
import random
import re
import time
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest
import xmltodict
from hypothesis import given, settings
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import (
    ArticlesReply,
    ImageReply,
    TextReply,
    TransferCustomerServiceReply,
    VoiceReply,
)

from community.config import Secret
from community.errors import BadInput, TooLarge
from connectors.wechat.crypto import Cipher
from connectors.wechat.passive import (
    ARTICLES_MAX,
    TEXT_MAX_BYTES,
    Article,
    image,
    news,
    seal,
    split,
    text,
    transfer,
    voice,
)
from connectors.wechat.push import Head
from connectors.wechat.xml import read, sanitised

DATA = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))
HOSTILE = {payload["id"]: payload for payload in DATA["hostile_payloads"]}
TO = Head("gh_1", "o_1", 1_699_999_999, 7)
AT = datetime.fromtimestamp(1_700_000_000, UTC)
BEGIN = (
    "<xml><ToUserName><![CDATA[o_1]]></ToUserName><FromUserName><![CDATA[gh_1]]></FromUserName>"
    "<CreateTime>1700000000</CreateTime>"
)
ARTICLES = [
    Article("停水通知", "3 号楼", "https://a/p.jpg", "https://a/?x=1&y=2"),
    Article("缴费", "", "", "https://b"),
]
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
TOKEN, APPID = "token-of-the-test", "wx2c2769f8efd9abc2"
CIPHER = Cipher(Secret(TOKEN), [Secret(KEY)], APPID)

FAMILY, FLAG, KEYCAP = "👨‍👩‍👧‍👦", "🇨🇳", "1️⃣"
TONED, RAINBOW, ENGLAND = (
    "👍🏽",
    "🏳️‍🌈",
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
)
ACCENTED, VARIANT = "e\u0301\u0323", "葛\U000e0100"
WHOLE = [FAMILY, FLAG, KEYCAP, TONED, RAINBOW, ENGLAND, ACCENTED, VARIANT]


@pytest.mark.parametrize(
    ("reply", "rest"),
    [
        (
            text(TO, "您好，<已>受理", AT),
            "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[您好，<已>受理]]></Content>",
        ),
        (
            image(TO, "m", AT),
            "<MsgType><![CDATA[image]]></MsgType><Image><MediaId><![CDATA[m]]></MediaId></Image>",
        ),
        (
            voice(TO, "m", AT),
            "<MsgType><![CDATA[voice]]></MsgType><Voice><MediaId><![CDATA[m]]></MediaId></Voice>",
        ),
        (
            news(TO, ARTICLES[:1], AT),
            "<MsgType><![CDATA[news]]></MsgType><ArticleCount>1</ArticleCount><Articles><item>"
            "<Title><![CDATA[停水通知]]></Title><Description><![CDATA[3 号楼]]></Description>"
            "<PicUrl><![CDATA[https://a/p.jpg]]></PicUrl><Url><![CDATA[https://a/?x=1&y=2]]></Url>"
            "</item></Articles>",
        ),
        (transfer(TO, AT), "<MsgType><![CDATA[transfer_customer_service]]></MsgType>"),
        (
            transfer(TO, AT, seat="a@b"),
            "<MsgType><![CDATA[transfer_customer_service]]></MsgType>"
            "<TransInfo><KfAccount><![CDATA[a@b]]></KfAccount></TransInfo>",
        ),
    ],
)
def test_each_form_is_written_to_the_letter_from_us_to_the_resident(reply, rest):
    assert reply.decode() == f"{BEGIN}{rest}</xml>"


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (text(TO, "您好", AT), TextReply(content="您好")),
        (image(TO, "m", AT), ImageReply(media_id="m")),
        (voice(TO, "m", AT), VoiceReply(media_id="m")),
        (
            news(TO, ARTICLES, AT),
            ArticlesReply(
                articles=[
                    {
                        "title": one.title,
                        "description": one.description,
                        "image": one.picture_url,
                        "url": one.url,
                    }
                    for one in ARTICLES
                ]
            ),
        ),
        (transfer(TO, AT), TransferCustomerServiceReply()),
    ],
)
def test_each_form_reads_as_the_one_of_wechatpy(ours, theirs):
    theirs.source, theirs.target, theirs.time = TO.account, TO.openid, 1_700_000_000
    assert read(ours) == read(theirs.render().encode())


def test_three_hundred_random_answers_are_opened_by_wechatpy_and_by_us():
    dice = random.Random(11)
    theirs = WeChatCrypto(TOKEN, KEY, APPID)
    alphabet = "好的，漏水!<>&]\"'a1😀\u200d\ufe0f。\n"
    for _ in range(300):
        words = "".join(dice.choices(alphabet, k=dice.randint(1, 200)))
        nonce = str(dice.getrandbits(40))
        sealed = read(seal(CIPHER, text(TO, words, AT), nonce=nonce, at=AT))
        assert list(sealed) == ["Encrypt", "MsgSignature", "TimeStamp", "Nonce"]
        assert (sealed["TimeStamp"], sealed["Nonce"]) == ("1700000000", nonce)
        opened = theirs.decrypt_message(sealed, sealed["MsgSignature"], "1700000000", nonce)
        assert xmltodict.parse(opened, strip_whitespace=False)["xml"]["Content"] == words
        ours = CIPHER.open(
            sealed["Encrypt"],
            timestamp=sealed["TimeStamp"],
            nonce=nonce,
            msg_signature=sealed["MsgSignature"],
        )
        assert ours == opened.encode() == text(TO, words, AT)


def test_wrapper_is_written_to_the_letter():
    sealed = seal(CIPHER, text(TO, "好", AT), nonce="a]]>b", at=AT).decode()
    assert re.fullmatch(
        r"<xml><Encrypt><!\[CDATA\[[A-Za-z0-9+/]+=*]]></Encrypt>"
        r"<MsgSignature><!\[CDATA\[[0-9a-f]{40}]]></MsgSignature>"
        r"<TimeStamp>1700000000</TimeStamp>"
        r"<Nonce><!\[CDATA\[a]]]]><!\[CDATA\[>b]]></Nonce></xml>",
        sealed,
    )


def test_words_that_end_their_own_cdata_stay_words():
    content = HOSTILE["reply-cdata-breakout"]["reply_content"]
    fields = xmltodict.parse(text(TO, content, AT))["xml"]
    assert (fields["Content"], fields["MsgType"]) == (content, "text")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(0, 0x10FFFF).map(chr) | st.sampled_from(["]]>", "</Content>", "\r", "\0"]))
       .map("".join))  # fmt: skip
def test_any_words_are_exactly_one_content(words):
    fields = xmltodict.parse(text(TO, words, AT), strip_whitespace=False)["xml"]
    assert list(fields) == ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"]
    assert (fields["Content"] or "") == sanitised(words)


def test_text_of_the_greatest_length_is_taken_and_a_longer_one_is_not():
    assert text(TO, "水" * 682 + "ab\0", AT)
    with pytest.raises(TooLarge):
        text(TO, "水" * 683, AT)


@pytest.mark.parametrize("count", [0, ARTICLES_MAX + 1])
def test_news_have_one_to_eight_articles(count):
    assert news(TO, ARTICLES[:1] * ARTICLES_MAX, AT)
    with pytest.raises(BadInput):
        news(TO, ARTICLES[:1] * count, AT)


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
        ("a\ud83d\ude00\ud83d" * 2, 5, ["a😀", "a😀"]),
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
    pieces = split(repeated * 50_000)
    assert all(len(piece.encode()) <= TEXT_MAX_BYTES for piece in pieces)
    assert time.perf_counter() - begun < 3


def test_ordinary_answers_fill_their_pieces():
    whole = "您好，您的报修单已受理，师傅将在今天下午三点前上门，请保持电话畅通。" * 60
    pieces = split(whole)
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
    pieces = split(whole, limit)
    assert all(len(piece.encode()) <= limit for piece in pieces)
    rest = sanitised(whole)
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
