"""XML both ways: what is read, what is refused, and that no text breaks out of its element."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community.errors import CommunityError
from connectors.wechat.crypto import Cause, Refused
from connectors.wechat.xml import (
    DEPTH_MAX,
    FIELDS_MAX,
    READ_MAX_BYTES,
    Unreadable,
    read,
    sanitised,
    write,
)

DATA = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))
HOSTILE = {payload["id"]: payload for payload in DATA["hostile_payloads"]}
ANY_CHARACTER = st.integers(0, 0x10FFFF).map(chr)
NASTY = st.sampled_from(["]]>", "]]", "]", ">", "<![CDATA[", "</Content>", "&lt;", "\0", "\r", "\r\n",
                         "\ud83d", "\ude00", "\ufffe", "\x0b", "<", "&", "😀", "漏水"])  # fmt: skip


def cause(data):
    with pytest.raises(Unreadable) as caught:
        read(data)
    assert isinstance(caught.value, Refused)
    return caught.value.cause


def test_texts_are_read_without_the_blanks_around_them_and_cdata_is_no_matter():
    document = """\n<?xml version="1.0" encoding="UTF-8"?>
        <xml>
            <!-- sent by the platform --><ToUserName> <![CDATA[gh_1]]> </ToUserName>
            <Content note="1"><![CDATA[ a <b> ]]>&amp; c&#33;\t</Content><Empty/><Void><![CDATA[]]></Void>
            <Wide>\u3000好\u3000</Wide>
        </xml>\n"""
    assert read(document.strip().encode()) == {
        "ToUserName": "gh_1",
        "Content": "a <b> & c!",
        "Empty": "",
        "Void": "",
        "Wide": "\u3000好\u3000",
    }


def test_containers_are_kept_and_what_occurs_again_is_a_list():
    document = b"""<xml><MsgType>event</MsgType>
        <SendPicsInfo><Count>2</Count><PicList>
            <item><PicMd5Sum>one</PicMd5Sum></item><item><PicMd5Sum>two</PicMd5Sum></item>
        </PicList></SendPicsInfo>
        <PublishEventInfo><fail_idx>1</fail_idx><fail_idx>3</fail_idx><fail_idx>4</fail_idx></PublishEventInfo>
        <ScanCodeInfo><ScanType>qrcode</ScanType><ScanResult>1</ScanResult></ScanCodeInfo></xml>"""
    assert read(document) == {
        "MsgType": "event",
        "SendPicsInfo": {
            "Count": "2",
            "PicList": {"item": [{"PicMd5Sum": "one"}, {"PicMd5Sum": "two"}]},
        },
        "PublishEventInfo": {"fail_idx": ["1", "3", "4"]},
        "ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": "1"},
    }


@pytest.mark.parametrize("id", ["xxe", "billion-laughs"])
def test_hostile_document_types_are_refused(id):
    assert cause(HOSTILE[id]["xml"].encode()) is Cause.FORBIDDEN


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("<!DOCTYPE xml><xml/>", Cause.FORBIDDEN),
        ('<!DOCTYPE xml SYSTEM "http://localhost/x.dtd"><xml/>', Cause.FORBIDDEN),
        ('<!DOCTYPE xml [<!ENTITY % p SYSTEM "x">%p;]><xml/>', Cause.FORBIDDEN),
        ("<?php echo 1 ?><xml/>", Cause.FORBIDDEN),
        ("<xml><a><?go now?></a></xml>", Cause.FORBIDDEN),
        ('<xml><?xml-stylesheet href="x"?></xml>', Cause.FORBIDDEN),
        ("<xml>&e;</xml>", Cause.SYNTAX),
        ("", Cause.SYNTAX),
        ("success", Cause.SYNTAX),
        ("<xml>", Cause.SYNTAX),
        ("<xml/><xml/>", Cause.SYNTAX),
        ("<xml/>tail", Cause.SYNTAX),
        ("<html></html>", Cause.SYNTAX),
        ("<XML></XML>", Cause.SYNTAX),
        ("<xml>text</xml>", Cause.SYNTAX),
        ("<xml><a>text<b/></a></xml>", Cause.SYNTAX),
        ("<xml><a/>text</xml>", Cause.SYNTAX),
        ("<xml><a>\x01</a></xml>", Cause.SYNTAX),
        ("<xml><a>&#1;</a></xml>", Cause.SYNTAX),
        ("<xml><a>&#xD800;</a></xml>", Cause.SYNTAX),
        ("<xml><a>]]></a></xml>", Cause.SYNTAX),
        (" <?xml version='1.0'?><xml/>", Cause.SYNTAX),
    ],
)
def test_what_is_not_plain_xml_is_refused(document, expected):
    assert cause(document.encode()) is expected


@pytest.mark.parametrize(
    "data",
    [b"<xml><a>\xff</a></xml>", b"<xml><a>\xed\xa0\x80</a></xml>", "<xml>好</xml>".encode("gbk"),
     "<xml/>".encode("utf-16"), "<xml/>".encode("utf-16-le"), "<xml/>".encode("utf-16-be"),
     "<xml><a>é</a></xml>".encode("latin-1"), b"\0"],
)  # fmt: skip
def test_only_utf8_is_read(data):
    assert cause(data) is Cause.SYNTAX


def test_a_claim_of_another_encoding_changes_nothing():
    document = '<?xml version="1.0" encoding="ISO-8859-1"?><xml><a>好</a></xml>'
    assert read(document.encode()) == {"a": "好"}


def test_size_depth_and_number_of_elements_are_limited():
    def nested(levels):
        """So many elements within one another, the root among them."""
        return b"<xml>" + b"<a>" * (levels - 1) + b"1" + b"</a>" * (levels - 1) + b"</xml>"

    assert read(b"<xml><a>" + b"x" * (READ_MAX_BYTES - 18) + b"</a></xml>")
    assert cause(b"<xml><a>" + b"x" * (READ_MAX_BYTES - 17) + b"</a></xml>") is Cause.TOO_LARGE
    assert read(nested(DEPTH_MAX))
    assert cause(nested(DEPTH_MAX + 1)) is Cause.TOO_LARGE
    assert read(b"<xml>" + b"<a/>" * (FIELDS_MAX - 1) + b"</xml>")
    assert cause(b"<xml>" + b"<a/>" * FIELDS_MAX + b"</xml>") is Cause.TOO_LARGE


def test_refusal_says_nothing_of_what_was_read():
    with pytest.raises(Unreadable) as caught:
        read("<xml><Content>我家的门牌</Content>".encode())
    assert (str(caught.value), caught.value.__cause__) == ("syntax", None)


def test_elements_are_written_in_their_order():
    written = write(
        [("CreateTime", 12345), ("Image", [("MediaId", "m<1>&")]), ("Content", " 你好\r\n再见 ")]
    )
    assert written.decode() == (
        "<xml><CreateTime>12345</CreateTime><Image><MediaId><![CDATA[m<1>&]]></MediaId></Image>"
        "<Content><![CDATA[ 你好\n再见 ]]></Content></xml>"
    )


def test_text_that_ends_its_own_cdata_stays_text():
    content = HOSTILE["reply-cdata-breakout"]["reply_content"]
    written = write([("MsgType", "text"), ("Content", content)])
    assert read(written) == {"MsgType": "text", "Content": content}
    assert written.count(b"]]]]><![CDATA[>") == 1


@pytest.mark.parametrize("name", ["", "a b", "a><b", "1a", "名", "a/", "Content\n"])
def test_a_name_that_is_no_name_is_not_written(name):
    with pytest.raises(CommunityError):
        write([(name, "x")])


def test_what_would_not_read_as_it_was_meant_is_not_written():
    with pytest.raises(CommunityError):
        write([("Articles", [])])


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("好\0\x01\x08\x0b\x0c\x1f的\ufffe\uffff", "好的"),
        ("a\r\nb\rc\nd\te", "a\nb\nc\nd\te"),
        ("\ud83d\ude00", "😀"),
        ("a\ud83db\ude00c\ud83d", "abc"),
        ("\ude00\ud83d", ""),
        ("\x7f\x85\u2028\ue000\U0010ffff", "\x7f\x85\u2028\ue000\U0010ffff"),
    ],
)
def test_what_xml_cannot_hold_is_dropped(text, kept):
    assert sanitised(text) == kept


@settings(max_examples=500, deadline=None)
@given(st.lists(NASTY | st.text(ANY_CHARACTER, max_size=8), max_size=12).map("".join))
def test_any_text_reads_back_as_exactly_one_content(text):
    written = write([("MsgType", "text"), ("Content", text), ("MsgId", 1)])
    kept = sanitised(text)
    assert read(written) == {"MsgType": "text", "Content": kept.strip(" \t\r\n"), "MsgId": "1"}
    assert sanitised(kept) == kept
    kept.encode()
