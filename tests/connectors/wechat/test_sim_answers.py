"""A passive answer is judged by every rule of its kind, and what is left of it is what is seen."""

import pytest

from connectors.wechat.sim.answers import BadAnswer, Judge
from connectors.wechat.sim.messages import Message
from tests.connectors.wechat.account import ACCOUNT

READER = "oReader-0000000000000000001"
HEAD = {"ToUserName": READER, "FromUserName": ACCOUNT, "CreateTime": "1700000000"}
TWO_BYTES, THREE_BYTES = "é", "字"
THREE_DAYS_S = 3 * 24 * 3600


@pytest.fixture
def judge(sim):
    def judge(*, to_message=True, **fields):
        judge = Judge(ACCOUNT, sim.shelf, sim.kf_accounts)
        return judge.read(HEAD | fields, READER, to_message=to_message)

    return judge


@pytest.fixture
def refuses(judge):
    def refuses(**fields):
        with pytest.raises(BadAnswer):
            judge(**fields)
        return True

    return refuses


def article(**changes):
    return {"Title": "题", "Description": "说", "PicUrl": "http://p/", "Url": "http://u/"} | changes


def articles(count):
    items = [article() for _ in range(count)]
    inside = {"item": items[0] if count == 1 else items}
    return {"MsgType": "news", "ArticleCount": str(count), "Articles": inside}


@pytest.mark.parametrize("words", ["a" * 2048, TWO_BYTES * 1024, THREE_BYTES * 682])
def test_a_text_of_2048_bytes_is_seen(judge, words):
    assert judge(MsgType="text", Content=words) == Message("text", words, None)


@pytest.mark.parametrize("words", ["", "a" * 2049, TWO_BYTES * 1025, THREE_BYTES * 683])
def test_an_empty_or_longer_text_is_a_fault(refuses, words):
    assert refuses(MsgType="text", Content=words)


@pytest.mark.parametrize(
    "change",
    [
        {"ToUserName": "oReader-0000000000000000002"}, {"FromUserName": READER},
        {"ToUserName": ACCOUNT, "FromUserName": READER}, {"CreateTime": "now"},
        {"CreateTime": "１７"}, {"CreateTime": ""}, {"MsgId": "1"}, {"MsgType": "event"},
        {"MsgType": "Text"}, {"Content": {"a": "b"}}, {"Content": ["a", "b"]},
    ],
)  # fmt: skip
def test_a_wrong_address_or_shape_is_a_fault(refuses, change):
    assert refuses(**({"MsgType": "text", "Content": "好"} | change))


@pytest.mark.parametrize("missing", ["ToUserName", "FromUserName", "CreateTime"])
def test_a_head_without_one_of_its_parts_is_a_fault(sim, missing):
    fields = {name: value for name, value in HEAD.items() if name != missing}
    with pytest.raises(BadAnswer):
        Judge(ACCOUNT, sim.shelf, sim.kf_accounts).read(
            fields | {"MsgType": "text", "Content": "好"}, READER, to_message=True
        )


KINDS = [("image", "Image"), ("voice", "Voice"), ("video", "Video")]


@pytest.mark.parametrize(("kind", "element"), KINDS)
def test_a_file_on_the_shelf_is_seen(sim, judge, kind, element):
    media_id = sim.shelf.keep(kind, b"x").media_id
    assert judge(MsgType=kind, **{element: {"MediaId": media_id}}) == Message(kind, media_id, None)


@pytest.mark.parametrize(("kind", "element"), KINDS)
def test_a_file_that_is_gone_or_of_another_kind_is_a_fault(sim, clock, refuses, kind, element):
    other = sim.shelf.keep("thumb", b"x").media_id
    gone = sim.shelf.keep(kind, b"x").media_id
    clock.advance(THREE_DAYS_S)
    for media_id in ("none", other, gone):
        assert refuses(MsgType=kind, **{element: {"MediaId": media_id}})


@pytest.mark.parametrize("inside", ["m", {}, {"Title": "题"}, {"MediaId": "m", "Size": "1"}])
def test_a_file_of_a_wrong_shape_is_a_fault(refuses, inside):
    assert refuses(MsgType="image", Image=inside)


def test_music_needs_its_picture(sim, judge, refuses):
    thumb, image = sim.shelf.keep("thumb", b"x"), sim.shelf.keep("image", b"x")
    inside = {"Title": "歌", "MusicUrl": "http://m/"}
    seen = judge(MsgType="music", Music=inside | {"ThumbMediaId": thumb.media_id})
    assert seen == Message("music", thumb.media_id, None)
    assert refuses(MsgType="music", Music=inside)
    assert refuses(MsgType="music", Music=inside | {"ThumbMediaId": image.media_id})


@pytest.mark.parametrize(("to_message", "most"), [(True, 1), (False, 8)])
def test_one_article_answers_a_message_and_eight_an_event(judge, to_message, most):
    seen = judge(to_message=to_message, **articles(most))
    assert seen == Message("news", "\n".join(["题 http://u/"] * most), None)
    with pytest.raises(BadAnswer):
        judge(to_message=to_message, **articles(most + 1))


@pytest.mark.parametrize(
    "change",
    [
        {"ArticleCount": "2"}, {"ArticleCount": "0"}, {"Articles": ""}, {"Articles": {}},
        {"Articles": {"item": "题"}}, {"Articles": {"item": {"Title": "题"}}},
    ],
)  # fmt: skip
def test_articles_of_a_wrong_shape_are_a_fault(refuses, change):
    assert refuses(**(articles(1) | change))


def test_a_resident_is_handed_to_a_seat_of_the_account_alone(judge, refuses):
    kind = "transfer_customer_service"
    assert judge(MsgType=kind) == Message(kind, "", None)
    seat = {"KfAccount": "wang@linsheng"}
    assert judge(MsgType=kind, TransInfo=seat) == Message(kind, "wang@linsheng", None)
    assert refuses(MsgType=kind, TransInfo={"KfAccount": "nobody@linsheng"})
    assert refuses(MsgType=kind, TransInfo="wang@linsheng")
    assert refuses(MsgType=kind, Content="好")
