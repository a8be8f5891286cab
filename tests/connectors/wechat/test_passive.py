"""Answers in the response: their exact form, their seal, and long texts in whole pieces."""

import json
import random
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import xmltodict
from hypothesis import given, settings
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import TextReply

from community.config import Secret
from community.errors import TooLarge
from connectors.wechat.crypto import Cipher
from connectors.wechat.passive import seal, text
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
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
TOKEN, APPID = "token-of-the-test", "wx2c2769f8efd9abc2"
CIPHER = Cipher(Secret(TOKEN), [Secret(KEY)], APPID)


def test_text_is_written_to_the_letter_from_us_to_the_resident():
    assert text(TO, "您好，<已>受理", AT).decode() == (
        f"{BEGIN}<MsgType><![CDATA[text]]></MsgType>"
        "<Content><![CDATA[您好，<已>受理]]></Content></xml>"
    )


def test_text_in_json_has_the_same_fields_and_its_wrapper_small_letters():
    reply = text(TO, "好\x00\ud800]]>", AT, as_json=True)
    assert json.loads(reply) == {
        "ToUserName": "o_1", "FromUserName": "gh_1", "CreateTime": 1700000000,
        "MsgType": "text", "Content": "好]]>",
    }  # fmt: skip
    sealed = json.loads(seal(CIPHER, reply, nonce="n", at=AT, as_json=True))
    assert sorted(sealed) == ["encrypt", "msgsignature", "nonce", "timestamp"]
    opened = CIPHER.open(
        sealed["encrypt"], timestamp=str(sealed["timestamp"]), nonce="n",
        msg_signature=sealed["msgsignature"],
    )  # fmt: skip
    assert opened.message == reply


def test_text_reads_as_the_one_of_wechatpy():
    theirs = TextReply(content="您好")
    theirs.source, theirs.target, theirs.time = TO.account, TO.openid, 1_700_000_000
    assert read(text(TO, "您好", AT)) == read(theirs.render().encode())


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
        assert ours.message == opened.encode() == text(TO, words, AT)


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
