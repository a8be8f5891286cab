"""Passive replies: their forms, the sealed wrapper, and a text cut where it reads well."""

import random
from datetime import UTC, datetime

import pytest
from wechatpy.crypto import WeChatCrypto

from community.config import Secret
from community.errors import BadInput, TooLarge
from connectors.wechat import passive, xml
from connectors.wechat.crypto import Cipher
from connectors.wechat.passive import Article, split
from connectors.wechat.push import Head

TO = Head("gh_1", "oReader", 1700000000, 1)
AT = datetime(2025, 11, 3, 6, 5, tzinfo=UTC)
HEAD = {"ToUserName": "oReader", "FromUserName": "gh_1", "CreateTime": "1762149900"}
TOKEN, KEY, APPID = "a-token", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wx1"


def test_forms():
    assert xml.read(passive.text(TO, "好的", AT)) == HEAD | {"MsgType": "text", "Content": "好的"}
    assert xml.read(passive.image(TO, "m", AT)) == HEAD | {
        "MsgType": "image", "Image": {"MediaId": "m"},
    }  # fmt: skip
    assert xml.read(passive.voice(TO, "m", AT)) == HEAD | {
        "MsgType": "voice", "Voice": {"MediaId": "m"},
    }  # fmt: skip
    assert xml.read(passive.transfer(TO, AT, seat="王芳@x"))["TransInfo"] == {"KfAccount": "王芳@x"}
    news = xml.read(passive.news(TO, [Article("停水", "明天", "http://p", "http://u")], AT))
    assert (news["ArticleCount"], news["Articles"]["item"]["Title"]) == ("1", "停水")


@pytest.mark.parametrize("count", [0, 9])
def test_number_of_articles_is_checked(count):
    with pytest.raises(BadInput):
        passive.news(TO, [Article("a", "b", "c", "d")] * count, AT)


def test_text_that_is_too_long_is_an_error_not_a_cut():
    passive.text(TO, "字" * 682, AT)
    with pytest.raises(TooLarge):
        passive.text(TO, "字" * 683, AT)


def test_another_library_opens_what_was_sealed():
    reply = passive.text(TO, "好的", AT)
    cipher = Cipher(Secret(TOKEN), [Secret(KEY)], APPID)
    sealed = xml.read(passive.seal(cipher, reply, nonce="12345", at=AT))
    assert set(sealed) == {"Encrypt", "MsgSignature", "TimeStamp", "Nonce"}
    opened = WeChatCrypto(TOKEN, KEY, APPID).decrypt_message(
        f"<xml><Encrypt>{sealed['Encrypt']}</Encrypt></xml>",
        sealed["MsgSignature"], sealed["TimeStamp"], sealed["Nonce"],
    )  # fmt: skip
    assert opened.encode() == reply


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", [""]),
        ("短的。", ["短的。"]),
        ("一二三。四五六。七", ["一二三。", "四五六。七"]),
        ("一二三，四五六七", ["一二三，", "四五六七"]),
        ("一二三四五六", ["一二三四五", "六"]),
        ("一二三。\n\n四五六七", ["一二三。", "四五六七"]),
    ],
)
def test_cut_after_a_sentence_then_a_clause_then_anywhere(text, pieces):
    assert split(text, 15) == pieces


@pytest.mark.parametrize("whole", ["👨‍👩‍👧", "👍🏽", "🇨🇳", "é", "❤️"])
def test_what_is_seen_as_one_character_is_not_cut(whole):
    size = len(whole.encode())
    pieces = split("字" + whole * 3, size * 2)
    assert "".join(pieces) == "字" + whole * 3
    assert all(piece.replace("字", "").replace(whole, "") == "" for piece in pieces)


def test_nothing_is_lost_and_no_piece_is_too_long():
    chance = random.Random(3)
    signs = "你好停水通知。！？，、；\n 😀👨‍👩‍👧abc.é"
    for _ in range(500):
        text = "".join(chance.choice(signs) for _ in range(chance.randint(0, 300)))
        limit = chance.randint(32, 200)
        pieces = split(text, limit)
        assert all(len(piece.encode()) <= limit for piece in pieces)
        assert "".join("".join(pieces).split()) == "".join(text.split())


def test_any_words_come_out_as_one_content():
    chance = random.Random(5)
    for _ in range(2_000):
        words = "".join(
            chance.choice(("]]>", "<Content>", "&", "\0", "\ud800", "\x0b", chr(chance.randrange(0x110000))))
            for _ in range(chance.randint(0, 20))
        )  # fmt: skip
        read = xml.read(passive.text(TO, words, AT))
        assert read["Content"] == xml.sanitised(words).strip(xml.BLANK)
        assert set(read) == {*HEAD, "MsgType", "Content"}
