"""The push client pushes as WeChat does: sealed by the mode, cut off, repeated, and given up."""

import asyncio
import hashlib
import json
from collections import Counter

import pytest

from community.config import Secret
from connectors.wechat import push, xml
from connectors.wechat.crypto import Cipher
from connectors.wechat.fields import read_fields
from connectors.wechat.sim.modes import Format, Mode
from connectors.wechat.sim.pushes import SERVICE_FAULT, BadAnswer
from connectors.wechat.sim.refusals import Refused
from connectors.wechat.sim.schedule import VirtualTime
from connectors.wechat.sim.users import Seen
from tests.connectors.wechat.account import ACCOUNT, KEY, TOKEN, reply, sealed_reply

READER, OTHER = "oReader-0000000000000000001", "oReader-0000000000000000002"
HEARD = (("MsgType", "text"), ("Content", "听到"))
WAYS = [(mode, format) for mode in Mode for format in Format]


def cipher_of(sim):
    return Cipher(Secret(TOKEN), [Secret(KEY)], sim.appid)


def opened(sim, taken):
    """The message of an attempt whose signatures are right."""
    query, body = taken
    joined = "".join(sorted((TOKEN, query["timestamp"], query["nonce"])))
    assert query["signature"] == hashlib.sha1(joined.encode(), usedforsecurity=False).hexdigest()
    if "encrypt_type" not in query:
        return body
    return (
        cipher_of(sim)
        .open(
            push.envelope(body).encrypt,
            timestamp=query["timestamp"],
            nonce=query["nonce"],
            msg_signature=query["msg_signature"],
        )
        .message
    )


def told(sim, taken):
    return push.parse(opened(sim, taken))


@pytest.mark.parametrize(("mode", "format"), WAYS)
async def test_each_mode_and_format_is_read_and_its_answer_shown(
    sim, clock, make_pushes, stand_in, mode, format
):
    pushes = make_pushes(mode=mode, format=format)
    stand_in.answers = [reply(pushes, READER, *HEARD)]
    assert await pushes.say(READER, "你好") == "听到"
    (taken,) = stand_in.taken
    assert told(sim, taken) == push.Text(
        push.Head(ACCOUNT, READER, int(clock.now().timestamp()), 23_000_000_001), "你好", None
    )
    assert taken[0]["openid"] == READER
    assert sim.transcript(READER) == [Seen(clock.now(), "text", "听到")]


@pytest.mark.parametrize(
    ("mode", "names", "sealed"),
    [
        (Mode.PLAIN, {"ToUserName", "FromUserName", "CreateTime", "MsgType", "Content", "MsgId"}, False),
        (
            Mode.COMPAT,
            {"ToUserName", "FromUserName", "CreateTime", "MsgType", "Content", "MsgId", "Encrypt"},
            True,
        ),
        (Mode.SAFE, {"ToUserName", "Encrypt"}, True),
    ],
)  # fmt: skip
@pytest.mark.parametrize("format", Format)
async def test_what_is_open_and_what_is_sealed_is_the_modes(
    make_pushes, stand_in, mode, names, sealed, format
):
    await make_pushes(mode=mode, format=format).say(READER, "你好")
    query, body = stand_in.taken[0]
    fields = json.loads(body) if format is Format.JSON else xml.read(body)
    assert set(fields) == names
    assert (
        {"encrypt_type", "msg_signature"} <= set(query) if sealed else "encrypt_type" not in query
    )


async def test_numbers_are_numbers_in_json(make_pushes, stand_in, clock):
    await make_pushes(mode=Mode.PLAIN, format=Format.JSON).send_location(
        READER, 31.2304, 121.4737, label="家"
    )
    assert json.loads(stand_in.taken[0][1]) == {
        "ToUserName": ACCOUNT,
        "FromUserName": READER,
        "CreateTime": int(clock.now().timestamp()),
        "MsgType": "location",
        "Location_X": 31.2304,
        "Location_Y": 121.4737,
        "Scale": 16,
        "Label": "家",
        "MsgId": 23_000_000_001,
    }


async def test_compat_takes_an_open_answer_too(make_pushes, stand_in):
    pushes = make_pushes(mode=Mode.COMPAT)
    stand_in.answers = [reply(make_pushes(mode=Mode.PLAIN), READER, *HEARD)]
    assert await pushes.say(READER, "你好") == "听到"


@pytest.mark.parametrize(("mode", "answered"), [(Mode.SAFE, Mode.PLAIN), (Mode.PLAIN, Mode.SAFE)])
@pytest.mark.parametrize("format", Format)
async def test_the_other_sealing_is_a_fault(sim, make_pushes, stand_in, mode, answered, format):
    stand_in.answers = [reply(make_pushes(mode=answered, format=format), READER, *HEARD)]
    with pytest.raises(BadAnswer):
        await make_pushes(mode=mode, format=format).say(READER, "你好")
    assert sim.seen() == Counter(fault=1)


@pytest.mark.parametrize(("format", "answered"), [tuple(Format), tuple(Format)[::-1]])
@pytest.mark.parametrize("mode", Mode)
async def test_the_other_format_is_a_fault(make_pushes, stand_in, format, answered, mode):
    stand_in.answers = [reply(make_pushes(mode=mode, format=answered), READER, *HEARD)]
    with pytest.raises(BadAnswer):
        await make_pushes(mode=mode, format=format).say(READER, "你好")


async def test_an_answer_sealed_with_another_token_or_for_another_account_is_a_fault(
    make_pushes, stand_in
):
    pushes = make_pushes()
    right, keys = reply(make_pushes(mode=Mode.PLAIN), READER, *HEARD), [Secret(KEY)]
    for cipher in (
        Cipher(Secret("another-token"), keys, pushes.sim.appid),
        Cipher(Secret(TOKEN), keys, "wx0000000000000000"),
    ):
        pushes.cipher, own = cipher, pushes.cipher
        stand_in.answers = [sealed_reply(pushes, right)]
        pushes.cipher = own
        with pytest.raises(BadAnswer, match="sealed wrongly"):
            await pushes.say(READER, "你好")


@pytest.mark.parametrize(
    "body",
    [
        b"ok", b"\xef\xbb\xbf<xml></xml>", b" success", b'"success"', b"<xml>", b"<html></html>",
        b'<!DOCTYPE x [<!ENTITY e "e">]><xml><a>&e;</a></xml>', b"\xff\xfe",
    ],
)  # fmt: skip
async def test_a_body_that_is_no_answer_is_a_fault_at_once(sim, make_pushes, stand_in, body):
    stand_in.answers = [body]
    pushes = make_pushes(mode=Mode.PLAIN)
    with pytest.raises(BadAnswer):
        await pushes.say(READER, "你好")
    assert (pushes.attempts, pushes.failed, sim.seen()) == (1, 1, Counter(fault=1))


@pytest.mark.parametrize("format", Format)
async def test_an_answer_with_more_around_what_is_sealed_is_a_fault(make_pushes, stand_in, format):
    pushes = make_pushes(format=format)
    right = reply(pushes, READER, *HEARD)
    tail = b"</xml>" if format is Format.XML else b"}"
    more = b"<More>1</More></xml>" if format is Format.XML else b', "more": 1}'
    stand_in.answers = [right.removesuffix(tail) + more]
    with pytest.raises(BadAnswer, match="around what is sealed"):
        await pushes.say(READER, "你好")


async def test_eight_articles_welcome_a_follower_and_answer_no_message(sim, make_pushes, stand_in):
    pushes = make_pushes()
    article = [
        ("Title", "题"),
        ("Description", "说"),
        ("PicUrl", "http://p/"),
        ("Url", "http://u/"),
    ]
    news = (("MsgType", "news"), ("ArticleCount", 8), ("Articles", [("item", article)] * 8))
    stand_in.answers = [reply(pushes, READER, *news)]
    assert await pushes.follow(READER) == "\n".join(["题 http://u/"] * 8)
    with pytest.raises(BadAnswer):
        await pushes.say(READER, "你好")
    assert sim.seen() == Counter(news=1, fault=1)


async def test_a_resident_handed_to_a_seat_sees_nothing_of_it(sim, make_pushes, stand_in):
    pushes = make_pushes()
    transfer = ("MsgType", "transfer_customer_service")
    seat = ("TransInfo", [("KfAccount", "wang@linsheng")])
    for elements in ((transfer,), (transfer, seat)):
        stand_in.answers = [reply(pushes, READER, *elements)]
        assert await pushes.say(READER, "找人工") is None
    assert pushes.transfers == [(READER, ""), (READER, "wang@linsheng")]
    assert (pushes.failed, sim.transcript(READER)) == (0, [])


@pytest.mark.parametrize("body", [b"", b"success"])
async def test_an_acknowledgement_is_seen_by_nobody(sim, make_pushes, stand_in, body):
    stand_in.answers = [body]
    assert await make_pushes().say(READER, "你好") is None
    assert sim.transcript(READER) == []


@pytest.mark.parametrize("tries", [3, 4])
async def test_attempts_differ_in_nonce_and_ciphertext_and_not_in_the_message(
    sim, make_pushes, stand_in, tries
):
    pushes = make_pushes(tries=tries, lose_answers=tries)
    await pushes.say(READER, "你好")
    queries, bodies = zip(*stand_in.taken, strict=True)
    assert len({query["nonce"] for query in queries}) == len(set(bodies)) == tries
    assert len({opened(sim, taken) for taken in stand_in.taken}) == 1
    assert [seen.content for seen in sim.transcript(READER)] == [SERVICE_FAULT]
    assert (pushes.attempts, pushes.failed) == (tries, 1)


async def test_a_lost_answer_is_asked_for_again(sim, make_pushes, stand_in):
    pushes = make_pushes(lose_answers=2)
    stand_in.answers = [reply(pushes, READER, *HEARD)]
    assert await pushes.say(READER, "你好") == "听到"
    assert (pushes.attempts, pushes.failed, sim.seen()) == (3, 0, Counter(text=1))


@pytest.mark.parametrize("status", [201, 204, 301, 403, 500])
async def test_what_is_not_200_is_no_answer(sim, make_pushes, stand_in, status):
    stand_in.answers = [status]
    assert await make_pushes().say(READER, "你好") is None
    assert (len(stand_in.taken), sim.seen()) == (3, Counter(fault=1))


async def test_nobody_listening_is_a_fault(sim, make_pushes, unused_url):
    pushes = make_pushes()
    pushes.url = f"{unused_url}/wechat"
    assert await pushes.say(READER, "你好") is None
    assert (pushes.attempts, sim.seen()) == (3, Counter(fault=1))


async def test_attempts_are_cut_at_5_s_and_follow_each_other_by_5_s(
    sim, clock, make_pushes, stand_in, until
):
    time = VirtualTime(clock)
    pushes = make_pushes(time=time, apart_s=6.0)
    stand_in.gate.clear()
    began = clock.now()
    saying = asyncio.create_task(pushes.say(READER, "你好"))
    for attempt in range(1, 4):
        await until(lambda attempt=attempt: len(stand_in.taken) == attempt)
        time.advance(4.75)
        assert time.waiting == 1
        time.advance(0.25)
        if attempt < 3:
            await until(lambda: time.waiting == 1)
            time.advance(1.0)
    assert await saying is None
    assert sim.transcript(READER) == [Seen(clock.now(), "fault", SERVICE_FAULT)]
    assert (clock.now() - began).total_seconds() == 17.0


async def test_an_answer_at_the_last_moment_counts(sim, clock, make_pushes, stand_in, until):
    time = VirtualTime(clock)
    pushes = make_pushes(time=time)
    stand_in.answers = [reply(pushes, READER, *HEARD)]
    stand_in.gate.clear()
    saying = asyncio.create_task(pushes.say(READER, "你好"))
    await until(lambda: stand_in.taken)
    time.advance(4.999)
    stand_in.gate.set()
    assert await saying == "听到"
    assert (pushes.attempts, time.waiting) == (1, 0)


async def test_a_push_is_overtaken_by_the_next_one(sim, make_pushes, stand_in):
    pushes = make_pushes()
    pushes.overtake_next()
    await asyncio.gather(
        pushes.say(READER, "一"), pushes.say(READER, "二"), pushes.say(READER, "三")
    )
    said = [told(sim, taken).content for taken in stand_in.taken]
    assert said.index("二") < said.index("一")
    await asyncio.gather(pushes.say(READER, "四"))
    assert told(sim, stand_in.taken[-1]).content == "四"


async def test_after_five_failures_in_a_row_pushes_are_dropped_for_a_minute(
    sim, clock, make_pushes, stand_in
):
    pushes = make_pushes()
    stand_in.answers = [500]
    for _ in range(5):
        await pushes.say(READER, "你好")
    stand_in.answers = [b"success"]
    made = pushes.attempts
    clock.advance(59.999)
    assert await pushes.say(READER, "还在吗") is None
    assert (made, pushes.attempts, pushes.failed, pushes.dropped) == (15, 15, 5, 1)
    assert sim.seen() == Counter(fault=6)
    clock.advance(0.001)
    await pushes.say(READER, "还在吗")
    assert (pushes.attempts, pushes.dropped) == (16, 1)


async def test_a_good_answer_in_between_keeps_pushes_coming(make_pushes, stand_in):
    pushes = make_pushes(failures_to_rest=2, tries=1)
    for answer in (500, b"success", 500, b"success"):
        stand_in.answers = [answer]
        await pushes.say(READER, "你好")
    assert (pushes.attempts, pushes.failed, pushes.dropped) == (4, 2, 0)


async def test_the_address_is_verified_by_its_raw_echo_alone(make_pushes, open_account):
    _, pushes = await open_account()
    assert await pushes.verify() is False
    pushes.token = TOKEN
    assert await pushes.verify() is True
    assert await make_pushes().verify() is False


async def one_push(sim, stand_in, doing):
    """What the account is told of one deed."""
    stand_in.taken.clear()
    await doing
    (taken,) = stand_in.taken
    return told(sim, taken)


@pytest.mark.parametrize("format", Format)
async def test_every_kind_of_message_is_read_by_the_gateway(sim, make_pushes, stand_in, format):
    pushes = make_pushes(format=format)
    picture = await one_push(sim, stand_in, pushes.send_image(READER, b"picture"))
    assert sim.shelf.find(picture.media_id, "image").data == b"picture"
    clip = await one_push(
        sim, stand_in, pushes.send_voice(READER, b"8000 Hz", clip_16k=b"16 000 Hz")
    )
    assert clip.format == "amr"
    found = [sim.shelf.find(id, "voice").data for id in (clip.media_id, clip.media_id_16k)]
    assert found == [b"8000 Hz", b"16 000 Hz"]
    for is_short in (False, True):
        film = await one_push(
            sim, stand_in, pushes.send_video(READER, b"film", thumb=b"first", is_short=is_short)
        )
        assert (film.is_short, sim.shelf.find(film.media_id, "video").data) == (is_short, b"film")
        assert sim.shelf.find(film.thumb_media_id, "thumb").data == b"first"
    place = await one_push(sim, stand_in, pushes.send_location(READER, 31.25, 121.5))
    assert (place.latitude, place.longitude, place.scale, place.label) == (31.25, 121.5, "16", "")
    link = await one_push(sim, stand_in, pushes.send_link(READER, "题", "说", "http://x/"))
    assert (link.title, link.description, link.url) == ("题", "说", "http://x/")
    choice = await one_push(sim, stand_in, pushes.tap_choice(READER, "101", "满意"))
    assert (choice.content, choice.menu_id) == ("满意", "101")


def allowance(sim):
    """How many messages may be sent to the reader now; uses them up."""
    sent = 0
    try:
        while True:
            sim.users[READER].ledger.spend()
            sent += 1
    except Refused:
        return sent


@pytest.mark.parametrize(
    ("do", "allowed"),
    [
        (lambda pushes: pushes.say(READER, "你好"), 5),
        (lambda pushes: pushes.send_image(READER, b"p"), 5),
        (lambda pushes: pushes.tap_choice(READER, "1", "好"), 3),
        (lambda pushes: pushes.tap_menu(READER, "k"), 3),
        (lambda pushes: pushes.scan_from_menu(READER, "k", "r", waits=True), 3),
        (lambda pushes: pushes.follow(READER), 3),
        (lambda pushes: pushes.view(READER, "http://x/"), 0),
        (lambda pushes: pushes.locate(READER, 31.0, 121.0), 0),
    ],
)
async def test_what_a_deed_allows(sim, make_pushes, do, allowed):
    await do(make_pushes())
    assert allowance(sim) == allowed


def code_of(sim, scene="3栋"):
    asked = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": scene}}}
    return sim.codes.create(asked)


async def test_a_stranger_follows_by_a_code_and_a_follower_only_scans_it(
    sim, make_pushes, stand_in
):
    pushes, code = make_pushes(), code_of(sim)
    scanned = await one_push(sim, stand_in, pushes.scan(READER, code.ticket))
    assert (scanned.name, scanned.key) == ("scan", "3栋")
    assert scanned.about == push.Scanned("3栋", code.ticket)
    await pushes.unfollow(READER)
    followed = await one_push(sim, stand_in, pushes.scan(READER, code.ticket))
    assert (followed.name, followed.key) == ("subscribe", "qrscene_3栋")
    assert followed.about == push.Subscribed("3栋", code.ticket)
    assert sim.users[READER].follows


async def test_a_code_that_is_not_there_any_more_cannot_be_scanned(sim, clock, make_pushes):
    asked = {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "s"}}}
    code = sim.codes.create(asked | {"expire_seconds": 60})
    clock.advance(60)
    with pytest.raises(Refused):
        await make_pushes().scan(READER, code.ticket)


async def test_who_leaves_hears_nothing_more(sim, make_pushes, stand_in):
    pushes = make_pushes()
    stand_in.answers = [reply(pushes, READER, *HEARD)]
    await pushes.say(READER, "你好")
    assert await pushes.unfollow(READER) is None
    stand_in.answers = [500]
    await pushes.unfollow(READER)
    assert [seen.content for seen in sim.transcript(READER)] == ["听到"]
    assert (sim.users[READER].follows, allowance(sim)) == (False, 0)


@pytest.mark.parametrize("format", Format)
async def test_every_event_is_read_by_the_gateway(sim, make_pushes, stand_in, format):
    pushes = make_pushes(format=format)

    async def about(doing):
        event = await one_push(sim, stand_in, doing)
        return event.name, event.key, event.about

    assert await about(pushes.follow(READER)) == ("subscribe", "", push.Subscribed(None, None))
    assert await about(pushes.tap_menu(READER, "k")) == ("click", "k", push.Clicked("k"))
    assert await about(pushes.view(READER, "http://x/")) == ("view", "http://x/", None)
    assert await about(pushes.locate(READER, 31.25, 121.5)) == (
        "location", "", push.Located(31.25, 121.5, 30.0),
    )  # fmt: skip
    assert await about(pushes.scan_from_menu(READER, "k", "r", waits=False)) == (
        "scancode_push", "k", None,
    )  # fmt: skip
    assert await about(pushes.open_seat(READER, "wang@linsheng")) == (
        "kf_create_session", "", push.SeatSession("wang@linsheng", None),
    )  # fmt: skip
    assert await about(pushes.switch_seat(READER, "wang@linsheng", "li@linsheng")) == (
        "kf_switch_session", "", push.SeatSession("li@linsheng", "wang@linsheng"),
    )  # fmt: skip
    assert await about(pushes.close_seat(READER, "li@linsheng")) == (
        "kf_close_session", "", push.SeatSession("li@linsheng", None),
    )  # fmt: skip
    assert await about(pushes.unfollow(READER)) == ("unsubscribe", "", None)


@pytest.mark.parametrize("format", Format)
@pytest.mark.parametrize("count", [1, 2])
async def test_consents_are_one_item_or_a_list(sim, make_pushes, stand_in, format, count):
    pushes = make_pushes(format=format)
    templates = dict([("one", True), ("two", False)][:count])
    asked = await one_push(sim, stand_in, pushes.agree(READER, templates))
    assert asked.name == "subscribe_msg_popup_event"
    fields = read_fields(opened(sim, stand_in.taken[0]))
    assert ("SubscribeMsgPopupEvent" in fields, "List" in fields) == (
        format is Format.XML, format is Format.JSON,
    )  # fmt: skip
    assert asked.about == push.Consents(
        tuple(
            push.Consent(name, "accept" if accepted else "reject", None, None)
            for name, accepted in templates.items()
        )
    )
    sim.notices.use_consent(READER, "one")
    with pytest.raises(Refused):
        sim.notices.use_consent(READER, "one")


async def test_consent_taken_back_serves_no_notice(sim, make_pushes, stand_in):
    pushes = make_pushes()
    await pushes.agree(READER, {"one": True})
    changed = await one_push(sim, stand_in, pushes.refuse_notices(READER, ["one"]))
    assert changed.about == push.Consents((push.Consent("one", "reject", None, None),))
    with pytest.raises(Refused):
        sim.notices.use_consent(READER, "one")


@pytest.mark.parametrize("format", Format)
async def test_what_became_of_notices_is_told_once(sim, make_pushes, stand_in, format):
    pushes = make_pushes(format=format)
    sim.meet(READER)
    msg_id = sim.notices.send(READER, "n1", blocked=True)
    sim.user_agreed(READER, "one")
    sim.notices.use_consent(READER, "one")
    await pushes.report_notices()
    await pushes.report_notices()
    finished, sent = (told(sim, taken) for taken in stand_in.taken)
    assert finished.about == push.TemplateSent(msg_id, "failed:user block")
    assert sent.about == push.Consents((push.Consent("one", None, msg_id + 1, "0"),))
    assert sim.transcript(READER) == []
    assert sim.take_finished() == []


async def test_equal_seconds_and_numbers_can_be_pushed_for_many_readers(sim, make_pushes, stand_in):
    pushes = make_pushes()
    await asyncio.gather(*(pushes.say(f"oReader-{i}", "你好", msg_id=7) for i in range(15)))
    heads = [told(sim, taken).head for taken in stand_in.taken]
    assert {(head.created_s, head.msg_id) for head in heads} == {(heads[0].created_s, 7)}
    assert len({head.openid for head in heads}) == 15
