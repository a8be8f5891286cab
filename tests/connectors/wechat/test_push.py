"""Pushes: the published payloads as typed records, and the key by which a retry is known."""

import json
import random
from pathlib import Path

import pytest

from connectors.wechat import push
from connectors.wechat.crypto import Cause, Refused
from connectors.wechat.push import (
    Clicked,
    Consent,
    Consents,
    Event,
    Head,
    Image,
    Located,
    Location,
    Scanned,
    SeatSession,
    Subscribed,
    TemplateSent,
    Text,
    Unknown,
    Video,
    Voice,
)
from connectors.wechat.xml import Unreadable

DATA = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))
PAYLOADS = {payload["id"]: payload for payload in DATA["payloads"]}


def parsed(name):
    return push.parse(PAYLOADS[name]["xml"].encode())


def text_push(**changes):
    fields = {
        "ToUserName": "gh_1", "FromUserName": "oReader", "CreateTime": "1700000000",
        "MsgType": "text", "Content": "你好", "MsgId": "23456789012345678",
    } | changes  # fmt: skip
    return {name: value for name, value in fields.items() if value is not None}


def as_xml(fields):
    inside = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
    return f"<xml>{inside}</xml>".encode()


def test_text():
    assert parsed("text") == Text(
        Head("toUser", "fromUser", 1348831860, 1234567890123456), "this is a test", None
    )
    assert parsed("text-from-article").head.article == "xxxx"
    tapped = push.parse(as_xml(text_push(bizmsgmenuid="12-1")))
    assert tapped.menu_id == "12-1"


def test_media_and_places():
    image = parsed("image")
    assert (type(image), image.media_id) == (Image, "media_id")
    voice = parsed("voice-current")
    assert (type(voice), voice.media_id_16k, voice.recognition) == (Voice, "media_id_16k", None)
    assert parsed("voice-recognition-legacy").recognition == "腾讯微信团队"
    video = parsed("video")
    assert (type(video), video.is_short) == (Video, False)
    place = parsed("location")
    assert isinstance(place, Location)
    assert (place.latitude, place.longitude, place.label) == (23.134521, 113.358803, "位置信息")
    assert parsed("location-empty-label").label == ""


@pytest.mark.parametrize(
    ("name", "event", "about"),
    [
        ("event-subscribe", "subscribe", Subscribed(None, None)),
        ("event-subscribe-qr", "subscribe", Subscribed("123123", "TICKET")),
        ("event-unsubscribe", "unsubscribe", None),
        ("event-scan", "scan", Scanned("SCENE_VALUE", "TICKET")),
        ("event-click", "click", Clicked("EVENTKEY")),
        ("event-view", "view", None),
        ("event-location-select", "location_select", None),
        ("event-template-success", "templatesendjobfinish", TemplateSent(200163836, "success")),
        (
            "event-template-system-failed", "templatesendjobfinish",
            TemplateSent(200163840, "failed: system failed"),
        ),
        (
            "event-subscribe-msg-popup", "subscribe_msg_popup_event",
            Consents(
                (
                    Consent("VRR0UEO9VJOLs0MHlU0OilqX6MVFDwH3_3gz3Oc0NIc", "accept", None, None),
                    Consent("9nLIlbOQZC5Y89AZteFEux3WCXRRRG5Wfzkpssu4bLI", "reject", None, None),
                )
            ),
        ),
        ("event-kf-switch", "kf_switch_session", SeatSession("test2@test", "test1@test")),
    ],
)  # fmt: skip
def test_events(name, event, about):
    found = parsed(name)
    assert (type(found), found.name, found.about) == (Event, event, about)


def test_where_a_phone_is_enters_no_dialogue_but_is_read():
    fields = text_push(
        MsgType="event", Event="LOCATION", Latitude="23.137466", Longitude="113.352425",
        Precision="119.385040", MsgId=None, Content=None,
    )  # fmt: skip
    assert push.parse(as_xml(fields)).about == Located(23.137466, 113.352425, 119.38504)


def test_json_reads_as_xml_does():
    fields = text_push() | {"CreateTime": 1700000000, "MsgId": 23456789012345678}
    assert push.parse(json.dumps(fields).encode()) == push.parse(as_xml(text_push()))


def test_unknown_kinds_are_kept_and_further_fields_passed_over():
    found = push.parse(as_xml(text_push(MsgType="hologram", Colour="blue")))
    assert (type(found), found.kind) == (Unknown, "hologram")


@pytest.mark.parametrize(
    "changes",
    [
        {"MsgId": None}, {"MsgId": "x"}, {"MsgId": "-1"}, {"FromUserName": None},
        {"FromUserName": ""}, {"CreateTime": "soon"}, {"CreateTime": "9" * 19}, {"MsgType": ""},
        {"Content": None}, {"MsgType": "location"}, {"MsgType": "image"},
        {"MsgType": "location", "Location_X": "91", "Location_Y": "1"},
    ],
)  # fmt: skip
def test_record_that_lacks_what_its_kind_must_have_is_unreadable(changes):
    with pytest.raises(Unreadable):
        push.parse(as_xml(text_push(**changes)))


def test_body_that_is_not_encrypted_is_refused():
    with pytest.raises(Refused) as refused:
        push.envelope(as_xml(text_push()))
    assert refused.value.cause is Cause.PLAIN


def test_key_is_the_same_for_every_attempt_and_for_nothing_else():
    same = {push.key(push.parse(as_xml(text_push(Content=said)))) for said in ("一", "二")}
    assert len(same) == 1
    others = [
        text_push(FromUserName="oOther"), text_push(CreateTime="1700000001"),
        text_push(ToUserName="gh_2"), text_push(MsgId="2"),
        text_push(MsgType="event", Event="CLICK", EventKey="a", MsgId=None),
        text_push(MsgType="event", Event="CLICK", EventKey="b", MsgId=None),
        text_push(MsgType="event", Event="VIEW", EventKey="a", MsgId=None),
        text_push(MsgType="event", Event="TEMPLATESENDJOBFINISH", MsgID="1", Status="success",
                  MsgId=None),
        text_push(MsgType="event", Event="TEMPLATESENDJOBFINISH", MsgID="2", Status="success",
                  MsgId=None),
        text_push(MsgType="hologram", MsgId=None),
    ]  # fmt: skip
    keys = {push.key(push.parse(as_xml(fields))) for fields in others}
    assert len(keys | same) == len(others) + 1


def test_key_stays_short_and_ascii_whatever_it_is_made_of():
    for openid in ("o" * 500, "住户/😀", "a b"):
        key = push.key(push.parse(as_xml(text_push(FromUserName=openid))))
        assert key.isascii()
        assert len(key) <= push.KEY_MAX_CHARACTERS


def test_mutated_bodies_raise_nothing_but_the_typed_error():
    chance = random.Random(7)
    bodies = [payload["xml"].encode() for payload in PAYLOADS.values()]
    bodies += [payload["xml"].encode() for payload in DATA["hostile_payloads"] if "xml" in payload]
    bodies.append(json.dumps(text_push()).encode())
    for _ in range(20_000):
        body = bytearray(chance.choice(bodies))
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(body))
            body[at : at + chance.randint(0, 9)] = chance.randbytes(chance.randint(0, 4))
        for read in (push.envelope, push.parse):
            try:
                read(bytes(body))
            except Refused:
                continue
