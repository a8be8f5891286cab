"""Pushes: each published payload as its record, in XML and in JSON, and bodies that are broken."""

import json
import random
import time
from pathlib import Path

import pytest
import wechatpy

from community.config import Secret
from community.errors import Code
from connectors.wechat.crypto import Cause, Cipher, Refused
from connectors.wechat.push import (
    KEY_MAX_CHARACTERS,
    Clicked,
    Consent,
    Consents,
    Envelope,
    Event,
    Head,
    Image,
    Link,
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
    envelope,
    key,
    parse,
)
from connectors.wechat.xml import Unreadable, read, write

DATA = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))
VECTORS = {vector["id"]: vector for vector in DATA["crypto_vectors"]}
PAYLOADS = {payload["id"]: payload for payload in DATA["payloads"]}
HOSTILE = {payload["id"]: payload for payload in DATA["hostile_payloads"]}
MESSAGE_ID = 1234567890123456
TEXT_HEAD = Head("toUser", "fromUser", 1348831860, MESSAGE_ID)
VOICE_HEAD = Head("toUser", "fromUser", 1357290913, MESSAGE_ID)
EVENT_HEAD = Head("toUser", "FromUser", 123456789)
TEMPLATE_OPENID = "oia2TjuEGTNoeX76QEjQNrcURxG8"
EXPECTED = {
    "text": Text(TEXT_HEAD, "this is a test", None),
    "text-from-article": Text(
        Head("toUser", "fromUser", 1348831860, MESSAGE_ID, "xxxx", "xxxx"), "this is a test", None
    ),
    "image": Image(TEXT_HEAD, "media_id"),
    "voice-current": Voice(
        Head("toUser", "fromUser", 1357290913, MESSAGE_ID, "xxxx", "xxxx"),
        "media_id",
        "media_id_16k",
        "Format",
    ),
    "voice-recognition-legacy": Voice(VOICE_HEAD, "media_id", None, "Format"),
    "video": Video(VOICE_HEAD, "media_id", "thumb_media_id", False),
    "location": Location(
        Head("toUser", "fromUser", 1351776360, MESSAGE_ID), 23.134521, 113.358803, "20", "位置信息"
    ),
    "location-empty-label": Location(
        Head("nvshen", "diaosi", 1362161914, 5850440872586764820), 30.283878, 120.06337, "15", ""
    ),
    "event-subscribe": Event(EVENT_HEAD, "subscribe", "", Subscribed(None, None)),
    "event-subscribe-qr": Event(
        EVENT_HEAD, "subscribe", "qrscene_123123", Subscribed("123123", "TICKET")
    ),
    "event-unsubscribe": Event(EVENT_HEAD, "unsubscribe", "", None),
    "event-scan": Event(EVENT_HEAD, "scan", "SCENE_VALUE", Scanned("SCENE_VALUE", "TICKET")),
    "event-click": Event(EVENT_HEAD, "click", "EVENTKEY", Clicked("EVENTKEY")),
    "event-view": Event(EVENT_HEAD, "view", "www.qq.com", None),
    "event-location-select": Event(
        Head("gh_e136c6e50636", "oMgHVjngRipVsoxg6TuX3vz6glDg", 1408091189),
        "location_select",
        "6",
        None,
    ),
    "event-template-success": Event(
        Head("gh_7f083739789a", TEMPLATE_OPENID, 1395658920),
        "templatesendjobfinish",
        "",
        TemplateSent(200163836, "success"),
    ),
    "event-template-system-failed": Event(
        Head("gh_7f083739789a", TEMPLATE_OPENID, 1395658984),
        "templatesendjobfinish",
        "",
        TemplateSent(200163840, "failed: system failed"),
    ),
    "event-subscribe-msg-popup": Event(
        Head("gh_123456789abc", "otFpruAK8D-E6EfStSYonYSBZ8_4", 1610969440),
        "subscribe_msg_popup_event",
        "",
        Consents(
            (
                Consent("VRR0UEO9VJOLs0MHlU0OilqX6MVFDwH3_3gz3Oc0NIc", "accept", None, None),
                Consent("9nLIlbOQZC5Y89AZteFEux3WCXRRRG5Wfzkpssu4bLI", "reject", None, None),
            )
        ),
    ),
    "event-kf-switch": Event(
        Head("touser", "fromuser", 1399197672),
        "kf_switch_session",
        "",
        SeatSession("test2@test", "test1@test"),
    ),
}
COMMON = {"ToUserName": "gh_1", "FromUserName": "o_1", "CreateTime": 1700000000}
HEAD = Head("gh_1", "o_1", 1_700_000_000)
MESSAGE_HEAD = Head("gh_1", "o_1", 1_700_000_000, 7)


def of(kind, **fields):
    """A push of the kind in both forms; they must say the same."""
    body = COMMON | {"MsgType": kind} | fields
    body = {name: value for name, value in body.items() if value is not None}
    told = parse(json.dumps(body).encode())
    assert parse(write(list(body.items()))) == told
    return told


def message(kind, **fields):
    return of(kind, MsgId=7, **fields)


def event(name, **fields):
    return of("event", Event=name, **fields)


def refusal(body):
    with pytest.raises(Unreadable) as caught:
        parse(body if isinstance(body, bytes) else json.dumps(body).encode())
    assert (caught.value.code, caught.value.http_status) == (Code.FORBIDDEN, 403)
    return (caught.value.cause, caught.value.field)


def test_every_published_payload_is_expected():
    assert {*EXPECTED, "wecom-kf-callback"} == set(PAYLOADS)


@pytest.mark.parametrize("id", EXPECTED)
def test_published_payloads_are_read_in_both_forms(id):
    document = PAYLOADS[id]["xml"].encode()
    assert parse(document) == EXPECTED[id]
    assert parse(b"\xef\xbb\xbf\r\n " + document) == EXPECTED[id]
    as_json = json.dumps(read(document), ensure_ascii=False, indent=1)
    assert parse(f"\n {as_json}".encode()) == EXPECTED[id]


@pytest.mark.parametrize("id", PAYLOADS)
def test_published_fields_are_read_whole(id):
    fields = read(PAYLOADS[id]["xml"].encode())
    for name, value in PAYLOADS[id]["expect"].items():
        match name, value:
            case "scene", str():
                assert fields["EventKey"].removeprefix("qrscene_") == value
            case "list", list():
                found = fields["SubscribeMsgPopupEvent"]["List"]
                assert [[e["TemplateId"], e["SubscribeStatusString"]] for e in found] == value
            case _, None:
                assert name not in fields
            case _, dict():
                assert {part: fields[name][part] for part in value} == value
            case _:
                assert fields[name] == str(value)


def test_callback_of_another_product_is_refused_as_it_has_no_sender():
    document = PAYLOADS["wecom-kf-callback"]["xml"].encode()
    assert refusal(document) == (Cause.MISSING, "FromUserName")


@pytest.mark.parametrize("id", EXPECTED)
def test_wechatpy_reads_the_same(id):
    document = PAYLOADS[id]["xml"]
    theirs, ours = wechatpy.parse_message(document), EXPECTED[id]
    head = ours.head
    assert (theirs.target, theirs.source) == (head.account, head.openid)
    assert theirs._data["CreateTime"] == str(head.created_s)
    match ours:
        case Text():
            assert (theirs.content, theirs.id) == (ours.content, head.msg_id)
        case Image() | Voice():
            assert theirs.media_id == ours.media_id
        case Video():
            assert (theirs.media_id, theirs.thumb_media_id) == (ours.media_id, ours.thumb_media_id)
        case Location():
            place = (ours.latitude, ours.longitude)
            assert (float(theirs.location_x), float(theirs.location_y)) == place
            assert (theirs.label or "") == ours.label
        case Event():
            assert (theirs._data.get("EventKey") or "") == ours.key.removeprefix("qrscene_")


def test_three_hundred_random_texts_read_as_wechatpy_reads_them():
    dice = random.Random(7)
    alphabet = "好的，漏水!<>&]\"'a1😀\u200d\ufe0f。"
    for _ in range(300):
        words = "".join(dice.choices(alphabet, k=dice.randint(1, 60)))
        number = dice.getrandbits(63)
        document = write(
            [*COMMON.items(), ("MsgType", "text"), ("Content", words), ("MsgId", number)]
        )
        theirs = wechatpy.parse_message(document)
        assert (theirs.content, theirs.id) == (words, number)
        assert parse(document) == Text(Head("gh_1", "o_1", 1_700_000_000, number), words, None)


def test_published_plain_json_event_is_read():
    vector = VECTORS["doc-plain-push-json"]
    head = Head("gh_97417a04a28d", "o9AgO5Kd5ggOC-bXrbNODIiE3bGY", 1714037059)
    assert parse(vector["body"].encode()) == Event(head, "debug_demo", "", None)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (lambda: message("text", Content="1", bizmsgmenuid="2-1"), Text(MESSAGE_HEAD, "1", "2-1")),
        (lambda: message("text", Content=""), Text(MESSAGE_HEAD, "", None)),
        (lambda: message("TEXT", Content=" 好 \n"), Text(MESSAGE_HEAD, "好", None)),
        (lambda: message("image", MediaId="m"), Image(MESSAGE_HEAD, "m")),
        (
            lambda: message("voice", MediaId="m", Format="amr", MediaId16K="n", Recognition=""),
            Voice(MESSAGE_HEAD, "m", "n", "amr"),
        ),
        (
            lambda: message("shortvideo", MediaId="m", ThumbMediaId="t"),
            Video(MESSAGE_HEAD, "m", "t", True),
        ),
        (
            lambda: message("location", Location_X="-31.5", Location_Y="-0"),
            Location(MESSAGE_HEAD, -31.5, 0.0, None, ""),
        ),
        (
            lambda: message("link", Title="t", Url="https://a"),
            Link(MESSAGE_HEAD, "t", "", "https://a"),
        ),
        (lambda: message("hologram", Depth=3), Unknown(MESSAGE_HEAD, "hologram")),
        (lambda: of("hologram"), Unknown(HEAD, "hologram")),
        (
            lambda: event("subscribe", EventKey="last_trade_no_42"),
            Event(HEAD, "subscribe", "last_trade_no_42", Subscribed(None, None)),
        ),
        (
            lambda: event("LOCATION", Latitude="31.2", Longitude="121.5", Precision="65.000000"),
            Event(HEAD, "location", "", Located(31.2, 121.5, 65.0)),
        ),
        (
            lambda: event("LOCATION", Latitude="31.2", Longitude="121.5"),
            Event(HEAD, "location", "", Located(31.2, 121.5, None)),
        ),
        (
            lambda: event("kf_create_session", KfAccount="a@b"),
            Event(HEAD, "kf_create_session", "", SeatSession("a@b", None)),
        ),
        (
            lambda: event("kf_close_session", KfAccount="a@b", CloseType="KF"),
            Event(HEAD, "kf_close_session", "", SeatSession("a@b", None)),
        ),
        (lambda: event("Brand_New", EventKey="k"), Event(HEAD, "brand_new", "k", None)),
    ],
)
def test_other_kinds_are_read_alike_in_both_forms(told, expected):
    assert told() == expected


def test_consents_are_read_from_one_element_several_and_json_without_their_container():
    one = {"TemplateId": "t", "MsgID": "1700827132819554304", "ErrorCode": "0", "ErrorStatus": "ok"}
    about = Consents((Consent("t", None, 1700827132819554304, "0"),))
    name, container = "subscribe_msg_sent_event", "SubscribeMsgSentEvent"
    document = write(
        [*COMMON.items(), ("MsgType", "event"), ("Event", name),
         (container, [("List", list(one.items()))])]
    )  # fmt: skip
    plain = COMMON | {"MsgType": "event", "Event": name}
    expected = Event(HEAD, name, "", about)
    assert parse(document) == expected
    for fields in ({container: {"List": one}}, {container: {"List": [one]}}, {"List": [one]}):
        assert parse(json.dumps(plain | fields).encode()) == expected


def test_json_keeps_numbers_as_written_and_takes_null_as_absent():
    body = b"""{"ToUserName":"gh_1","FromUserName":"o_1","CreateTime":1700000000,"MsgType":"location",
        "Location_X":23.1345210000,"Location_Y":113,"Scale":20,"Label":null,"MsgId":18446744073709551615}"""
    head = Head("gh_1", "o_1", 1_700_000_000, 2**64 - 1)
    assert parse(body) == Location(head, 23.134521, 113.0, "20", "")


def test_json_text_is_cleaned_as_xml_is():
    body = COMMON | {"MsgType": "text", "MsgId": 7, "Content": " a\0\ud83db\ud83d\ude00\r\nc "}
    assert parse(json.dumps(body).encode()) == Text(MESSAGE_HEAD, "ab😀\nc", None)


TEXT = COMMON | {"MsgType": "text", "MsgId": 7, "Content": "x"}


@pytest.mark.parametrize(
    ("change", "cause", "field"),
    [
        ({"ToUserName": None}, Cause.MISSING, "ToUserName"),
        ({"FromUserName": ""}, Cause.MISSING, "FromUserName"),
        ({"CreateTime": None}, Cause.MISSING, "CreateTime"),
        ({"CreateTime": -1}, Cause.VALUE, "CreateTime"),
        ({"CreateTime": "１７"}, Cause.VALUE, "CreateTime"),
        ({"CreateTime": 253402300800}, Cause.VALUE, "CreateTime"),
        ({"MsgType": None}, Cause.MISSING, "MsgType"),
        ({"MsgType": ["text", "text"]}, Cause.VALUE, "MsgType"),
        ({"MsgId": None}, Cause.MISSING, "MsgId"),
        ({"MsgId": "7.0"}, Cause.VALUE, "MsgId"),
        ({"MsgId": "9" * 21}, Cause.VALUE, "MsgId"),
        ({"Content": None}, Cause.MISSING, "Content"),
        ({"Content": {"a": "b"}}, Cause.VALUE, "Content"),
        ({"MsgType": "image"}, Cause.MISSING, "MediaId"),
        ({"MsgType": "voice"}, Cause.MISSING, "MediaId"),
        ({"MsgType": "video"}, Cause.MISSING, "MediaId"),
        ({"MsgType": "link"}, Cause.MISSING, "Url"),
        ({"MsgType": "location"}, Cause.MISSING, "Location_X"),
        ({"MsgType": "location", "Location_X": "90.1"}, Cause.VALUE, "Location_X"),
        ({"MsgType": "location", "Location_X": "nan"}, Cause.VALUE, "Location_X"),
        ({"MsgType": "location", "Location_X": "1e1"}, Cause.VALUE, "Location_X"),
        ({"MsgType": "location", "Location_X": 1, "Location_Y": 181}, Cause.VALUE, "Location_Y"),
        ({"MsgType": "event"}, Cause.MISSING, "Event"),
        ({"MsgType": "event", "Event": "CLICK"}, Cause.MISSING, "EventKey"),
        ({"MsgType": "event", "Event": "SCAN"}, Cause.MISSING, "EventKey"),
        ({"MsgType": "event", "Event": "LOCATION"}, Cause.MISSING, "Latitude"),
        ({"MsgType": "event", "Event": "TEMPLATESENDJOBFINISH"}, Cause.MISSING, "MsgID"),
        ({"MsgType": "event", "Event": "kf_switch_session"}, Cause.MISSING, "ToKfAccount"),
        ({"MsgType": "event", "Event": "subscribe_msg_sent_event"}, Cause.MISSING, "List"),
        (
            {"MsgType": "event", "Event": "subscribe_msg_sent_event", "List": [["t"]]},
            Cause.MISSING,
            "List",
        ),
    ],
)
def test_what_a_push_must_have_is_asked_for_by_name(change, cause, field):
    assert refusal(TEXT | change) == (cause, field)


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (HOSTILE["no-msgtype"]["xml"].encode(), Cause.MISSING),
        (HOSTILE["xxe"]["xml"].encode(), Cause.FORBIDDEN),
        (HOSTILE["billion-laughs"]["xml"].encode(), Cause.FORBIDDEN),
        (VECTORS["wecom-json-decrypt-malformed-payload"]["plaintext"].encode(), Cause.SYNTAX),
        (b"", Cause.SYNTAX),
        (b" \n", Cause.SYNTAX),
        (b"success", Cause.SYNTAX),
        (b"[]", Cause.SYNTAX),
        (b"{", Cause.SYNTAX),
        (b"{}{}", Cause.SYNTAX),
        (b'{"a":\xff}', Cause.SYNTAX),
        (b'{"a":"\xff"}', Cause.SYNTAX),
        (b'{"a":NaN}', Cause.SYNTAX),
        (b'{"a":-Infinity}', Cause.SYNTAX),
        (b'{"MsgType":"text","MsgType":"event"}', Cause.SYNTAX),
        (b'{"a":' * 9 + b"1" + b"}" * 9, Cause.TOO_LARGE),
        (b'{"a":' + b"[" * 9 + b"]" * 9 + b"}", Cause.TOO_LARGE),
        (b'{"a":' + b"[" * 60_000, Cause.SYNTAX),
        (b'{"a":' * 12_000, Cause.SYNTAX),
        (b'{"a":"' + b"x" * 70_000 + b'"}', Cause.TOO_LARGE),
        (json.dumps({str(n): n for n in range(600)}).encode(), Cause.TOO_LARGE),
    ],
)
def test_broken_bodies_are_refused_with_one_error(body, cause):
    assert refusal(body)[0] is cause


def test_refusal_holds_nothing_of_the_message():
    with pytest.raises(Unreadable) as caught:
        parse(json.dumps(TEXT | {"CreateTime": "我家的门牌", "Content": "秘密"}).encode())
    error = caught.value
    assert (str(error), error.__cause__, error.__context__) == ("value CreateTime", None, None)


def test_a_record_shows_nothing_of_a_resident_where_it_is_printed():
    shown = repr(message("text", Content="秘密")) + repr(event("CLICK", EventKey="秘密"))
    assert not any(secret in shown for secret in ("秘密", "o_1", "gh_1"))


def test_envelope_is_read_in_both_forms_and_nothing_else_of_the_body_is():
    compat = VECTORS["tencent-python-demo-compat"]
    assert envelope(compat["post_body"].encode()) == Envelope(
        "gh_10f6c3c3ac5a", compat["encrypt"], is_json=False
    )
    assert envelope(b'{"ToUserName":"gh_1","Encrypt":"abc="}') == Envelope(
        "gh_1", "abc=", is_json=True
    )


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (PAYLOADS["text"]["xml"].encode(), Cause.PLAIN),
        (VECTORS["doc-plain-push-json"]["body"].encode(), Cause.PLAIN),
        (b"<xml><ToUserName>g</ToUserName><Encrypt></Encrypt></xml>", Cause.PLAIN),
        (b"<xml><Encrypt>x</Encrypt></xml>", Cause.MISSING),
        (b"<xml><ToUserName>g</ToUserName><Encrypt>x</Encrypt><Encrypt>y</Encrypt></xml>", Cause.VALUE),
        (HOSTILE["xxe"]["xml"].encode(), Cause.FORBIDDEN),
        (b"", Cause.SYNTAX),
    ],
)  # fmt: skip
def test_a_body_without_one_encrypted_part_is_refused(body, cause):
    with pytest.raises(Refused) as caught:
        envelope(body)
    assert (caught.value.cause, caught.value.http_status) == (cause, 403)


ALTERED = {"ToUserName": "gh_2", "FromUserName": "o_2", "CreateTime": "1", "MsgId": "9",
           "Event": "other", "EventKey": "other", "MsgID": "9"}  # fmt: skip


@pytest.mark.parametrize("id", EXPECTED)
def test_key_tells_apart_by_the_published_fields_and_by_nothing_that_a_retry_changes(id):
    fields = read(PAYLOADS[id]["xml"].encode())

    def key_of(**change):
        return key(parse(json.dumps(fields | change).encode()))

    assert key_of() == key_of(Extra="1", Idx="5")
    for name in PAYLOADS[id]["dedupe_fields"]:
        assert key_of(**{name: ALTERED[name]}) != key_of()
    assert key_of().isascii()


def test_key_is_short_and_readable_when_it_can_be():
    assert key(message("text", Content="x")) == "gh_1/o_1/1700000000/7"
    assert key(event("CLICK", EventKey="报修/1")) == (
        "gh_1/o_1/1700000000/event/click/%E6%8A%A5%E4%BF%AE%2F1"
    )
    assert key(of("hologram")) == "gh_1/o_1/1700000000/unknown/hologram"


def test_long_key_is_hashed_and_still_tells_apart():
    keys = {key(event("VIEW", EventKey="https://a/" + "x" * n)) for n in range(600)}
    assert len(keys) == 600
    assert max(map(len, keys)) <= KEY_MAX_CHARACTERS


def test_fifteen_residents_with_one_message_id_have_fifteen_keys():
    bodies = [TEXT | {"FromUserName": f"o_{n}"} for n in range(15)]
    assert len({key(parse(json.dumps(body).encode())) for body in bodies}) == 15


def test_two_events_of_one_second_have_two_keys():
    place = event("LOCATION", Latitude="31.2", Longitude="121.5")
    notices = [event("TEMPLATESENDJOBFINISH", MsgID=n, Status="success") for n in (1, 2)]
    consents = [
        parse(
            json.dumps(
                COMMON
                | {"MsgType": "event", "Event": "subscribe_msg_sent_event"}
                | {"List": {"TemplateId": "t", "MsgID": n}}
            ).encode()
        )
        for n in (1, 2)
    ]
    seats = [event("kf_close_session", KfAccount=name) for name in "ab"]
    told = [place, event("CLICK", EventKey="k"), *notices, *consents, *seats]
    assert len({key(push) for push in told}) == len(told)


def test_parts_of_a_key_do_not_run_into_one_another():
    one = event("CLICK", EventKey="a/b")
    other = of("event", Event="CLICK/a", EventKey="b")
    assert key(one) != key(other)


WHEN = {"timestamp": "1700000000", "nonce": "12345"}
CIPHER = Cipher(Secret("token-of-the-test"), [Secret("A" * 43)], "wxba5fad812f8e6fb9")


def received(body, asked):
    """What the channel does with a request's bytes, in its order."""
    return parse(CIPHER.open(envelope(body).encrypt, **asked).message)


def outside(sealed):
    body = write([("ToUserName", "gh_1"), ("Encrypt", sealed.encrypt)])
    return body, WHEN | {"msg_signature": sealed.signature}


def mutated(dice, data):
    """One to three changes of single bytes, stretches, or pieces that mean something."""
    changed = bytearray(data)
    pieces = [b"]]>", b"<![CDATA[", b"<!DOCTYPE x>", b"&e;", b"<a>", b"</xml>", b"\0", b"\xff",
              b"\xed\xa0\x80", b"{", b'"', b"[" * 50, b"9" * 50, b"<a>" * 9, b"NaN", b"\\ud800"]  # fmt: skip
    for _ in range(dice.randint(1, 3)):
        start = dice.randrange(len(changed) + 1)
        end = min(len(changed), start + dice.choice((0, 1, 1, 1, 4, 40)))
        changed[start:end] = dice.choice((dice.randbytes(1), b"", dice.choice(pieces)))
    return bytes(changed)


def test_twenty_thousand_mutated_bodies_raise_the_one_error_or_nothing():
    dice = random.Random(20251103)
    inside = [payload["xml"].encode() for payload in PAYLOADS.values()]
    inside += [json.dumps(read(document), ensure_ascii=False).encode() for document in inside]
    taken, causes = 0, set()
    for round_ in range(20_000):
        message = dice.choice(inside)
        if round_ % 2:  # rightly signed: what fails is inside
            body, asked = outside(CIPHER.seal(mutated(dice, message), **WHEN))
        else:
            body, asked = outside(CIPHER.seal(message, **WHEN))
            body = mutated(dice, body)
        if not round_ % 5:
            part = dice.choice(tuple(asked))
            asked[part] = mutated(dice, asked[part].encode()).decode(errors="surrogateescape")
        try:
            key(received(body, asked))
            taken += 1
        except Refused as refused:
            causes.add(refused.cause)
    assert taken > 500
    assert causes >= {Cause.SIGNATURE, Cause.FORBIDDEN, Cause.SYNTAX, Cause.MISSING, Cause.VALUE}


def test_a_push_is_opened_and_read_well_under_a_millisecond():
    body, asked = outside(CIPHER.seal(PAYLOADS["voice-current"]["xml"].encode(), **WHEN))
    seconds = []
    for _ in range(200):
        begun = time.perf_counter()
        key(received(body, asked))
        seconds.append(time.perf_counter() - begun)
    assert sorted(seconds)[100] < 0.001
