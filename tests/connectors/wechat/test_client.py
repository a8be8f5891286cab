"""The client against the simulator: what readers see, what each refusal becomes, what is never told."""

import asyncio
from datetime import datetime, timedelta

import aiohttp
import pytest

from community.errors import TooLarge, UnsupportedMedia
from community.times import SHANGHAI
from connectors.wechat.client import Client, Media
from connectors.wechat.errors import ACTIONS, Action, NotReached, OutcomeUnknown, WeChatError
from connectors.wechat.sim.faults import Delay, Refuse, Reset
from connectors.wechat.sim.users import Seen
from connectors.wechat.token import BREAKER_HOLD_S

OPENID, NOTICE = "oABCDEFGHIJKLMNOPQRSTUVWX001", "template-of-a-notice"
SEND, FETCH = "message/custom/send", "stable_token"
JPEG, AMR = b"\xff\xd8\xff\xe0" + b"j" * 100, b"#!AMR\n" + b"a" * 100


@pytest.fixture(autouse=True)
def resident(sim):
    """A resident who just wrote."""
    sim.user_said(OPENID)


def seen(sim):
    return [(thing.kind, thing.content) for thing in sim.transcript(OPENID)]


async def test_a_text_arrives_as_it_was_written(sim, client, clock):
    text = '您好😀，"报修"\\u4f60 已受理\n</xml>'
    await client.send_text(OPENID, text)
    assert sim.transcript(OPENID) == [Seen(clock.now(), "text", text)]


async def test_half_a_character_stops_no_message(sim, client):
    await client.send_text(OPENID, "好\ud83d的")
    assert seen(sim) == [("text", "好?的")]


async def test_typing_is_shown_until_the_answer_is_there(sim, client):
    await client.typing(OPENID)
    assert sim.sees_typing(OPENID)
    await client.send_text(OPENID, "好了")
    assert not sim.sees_typing(OPENID)


async def test_typing_that_cannot_be_shown_is_no_error(sim, client, clock):
    await client.typing(OPENID)
    await client.typing(OPENID)
    clock.advance(31)
    await client.typing(OPENID)
    assert sim.calls["message/custom/typing"] == 3


async def test_typing_is_not_repeated_while_wechat_is_busy(sim, client, pauses, refusing):
    sim.inject("message/custom/typing", Refuse(-1))
    error = await refusing(client.typing(OPENID), WeChatError)
    assert (error.errcode, pauses) == (-1, [])


async def test_a_notice_repeated_after_a_lost_answer_is_seen_once(sim, client, refusing):
    async def send():
        data = {"事项": "停水", "时间": "11月4日 09:00"}
        return await client.send_template(OPENID, NOTICE, data, client_msg_id="notice-1")

    sim.inject("message/template/send", Reset(done=True))
    await refusing(send(), OutcomeUnknown)
    msg_id = await send()
    assert seen(sim) == [("template", "事项：停水\n时间：11月4日 09:00")]
    assert [(event.msg_id, event.status) for event in sim.take_finished()] == [(msg_id, "success")]


async def test_a_subscribe_notice_takes_one_consent(sim, client, refusing):
    data = {"事项": "停水", "时间": "明天"}
    sim.user_agreed(OPENID, NOTICE)
    await client.subscribe_send(OPENID, NOTICE, data)
    error = await refusing(client.subscribe_send(OPENID, NOTICE, data), WeChatError)
    assert (error.errcode, error.action) == (43101, Action.RECORD)
    assert seen(sim) == [("subscribe", "事项：停水\n时间：明天")]


async def test_a_residents_file_is_fetched(sim, client):
    media_id = sim.user_sent_media("voice", AMR)
    assert await client.get_media(media_id) == Media("audio/amr", AMR)


async def test_an_error_within_a_200_is_an_error(sim, client, clock, refusing):
    media_id = sim.user_sent_media("image", JPEG)
    clock.advance(timedelta(days=3).total_seconds())
    error = await refusing(client.get_media(media_id), WeChatError)
    assert (error.errcode, error.action) == (40007, Action.UPLOAD_AGAIN)


async def test_a_file_may_have_as_many_bytes_as_allowed_and_no_more(sim, client, refusing):
    media_id = sim.user_sent_media("image", JPEG)
    assert (await client.get_media(media_id, max_bytes=len(JPEG))).data == JPEG
    await refusing(client.get_media(media_id, max_bytes=len(JPEG) - 1), TooLarge)


async def test_a_video_is_not_taken(sim, client, refusing):
    media_id = sim.user_sent_media("video", b"\0\0\0\x20ftypisom")
    await refusing(client.get_media(media_id), UnsupportedMedia)


async def test_the_menu_is_replaced(sim, client):
    buttons = [{"type": "click", "name": "报修", "key": "repair"}]
    await client.create_menu(buttons)
    assert sim.menu == buttons


async def test_a_login_code_tells_who_came(sim, client, refusing):
    code = sim.login_code(OPENID)
    login = await client.oauth_token(code)
    assert (login.openid, login.is_snapshot) == (OPENID, False)
    assert OPENID not in repr(login)
    error = await refusing(client.oauth_token(code), WeChatError)
    assert (error.errcode, error.action) == (40163, Action.LOGIN_AGAIN)


async def test_a_snapshot_user_is_told_as_one(sim, client):
    login = await client.oauth_token(sim.login_code(OPENID, is_snapshot=True))
    assert login.is_snapshot


async def test_the_callback_addresses_are_told(client):
    assert await client.getcallbackip() == ["203.0.113.0/25", "203.0.113.200"]


async def test_a_hundred_cold_calls_cost_one_fetch(sim, client):
    await asyncio.gather(*(client.getcallbackip() for _ in range(100)))
    assert (sim.calls[FETCH], sim.calls["getcallbackip"]) == (1, 100)


async def test_a_revoked_token_costs_one_fetch_however_many_calls_fail_at_once(sim, client):
    await client.getcallbackip()
    sim.revoke_tokens()
    await asyncio.gather(*(client.getcallbackip() for _ in range(100)))
    assert (sim.calls[FETCH], sim.calls["getcallbackip"]) == (2, 201)


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
async def test_a_token_that_stays_refused_costs_two_fetches_one_retry_then_nothing(
    sim, client, clock, refusing, errcode
):
    sim.inject(SEND, Refuse(errcode), times=1000)
    for failed in range(1, 4):
        for _ in range(20):
            error = await refusing(client.send_text(OPENID, "你好"), WeChatError)
            assert (error.errcode, error.action) == (errcode, Action.TOKEN)
        assert (sim.calls[FETCH], sim.calls[SEND]) == (2 * failed, 2 * failed)
        clock.advance(BREAKER_HOLD_S)
    sim.faults.clear()
    await client.send_text(OPENID, "你好")
    assert seen(sim) == [("text", "你好")]


async def test_many_calls_under_a_refused_token_share_its_fetches(sim, client, refusing):
    sim.inject(SEND, Refuse(40001), times=1000)
    await asyncio.gather(
        *(refusing(client.send_text(OPENID, "你好"), WeChatError) for _ in range(50))
    )
    assert sim.calls[FETCH] <= 2
    assert sim.calls[SEND] <= 100


async def test_a_busy_wechat_is_asked_again_after_1_2_and_4_seconds(sim, client, pauses):
    sim.inject(SEND, Refuse(-1), times=3)
    await client.send_text(OPENID, "你好")
    assert (pauses, seen(sim)) == ([1.0, 2.0, 4.0], [("text", "你好")])


async def test_a_wechat_that_stays_busy_is_an_error_to_retry_later(sim, client, refusing):
    sim.inject(SEND, Refuse(-1), times=4)
    error = await refusing(client.send_text(OPENID, "你好"), WeChatError)
    assert (error.action, error.retryable, sim.calls[SEND]) == (Action.RETRY, True, 4)


async def test_a_minutes_limit_rests_its_api_alone(sim, client, clock, refusing):
    sim.inject(SEND, Refuse(45011))
    for _ in range(3):
        error = await refusing(client.send_text(OPENID, "你好"), WeChatError)
        assert (error.errcode, error.action) == (45011, Action.RATE_LIMITED)
        clock.advance(19)
    assert sim.calls[SEND] == 1
    await client.getcallbackip()
    clock.advance(3)
    await client.send_text(OPENID, "你好")


async def test_a_days_limit_rests_its_api_until_midnight_in_china(sim, client, clock, refusing):
    sim.inject(SEND, Refuse(45009))
    await refusing(client.send_text(OPENID, "你好"), WeChatError)
    midnight = datetime(2025, 11, 4, tzinfo=SHANGHAI)
    clock.advance((midnight - clock.now()).total_seconds() - 1)
    await refusing(client.send_text(OPENID, "你好"), WeChatError)
    assert sim.calls[SEND] == 1
    clock.advance(1)
    await client.send_text(OPENID, "你好")


async def test_an_address_that_is_not_listed_pages_the_operator_once(sim, client, watch, refusing):
    sim.inject(SEND, Refuse(40164))
    for _ in range(3):
        error = await refusing(client.send_text(OPENID, "你好"), WeChatError)
        assert error.action is Action.PAGE_OPERATOR
    errors = [record.getMessage() for record in watch.records if record.levelname == "ERROR"]
    assert errors == ["wechat message/custom/send rests for 60 s: errcode 40164"]
    assert sim.calls[SEND] == 1


@pytest.mark.parametrize(("errcode", "action"), [*ACTIONS.items(), (99999, Action.RECORD)])
async def test_each_errcode_becomes_one_error_with_what_to_do(
    sim, client, refusing, errcode, action
):
    sim.inject("menu/create", Refuse(errcode), times=4)
    error = await refusing(client.create_menu([{"name": "报修"}]), WeChatError)
    assert (error.errcode, error.action) == (errcode, action)
    assert str(error) == f"errcode {errcode}: {action}"


@pytest.mark.parametrize("done", [False, True])
async def test_a_cut_connection_leaves_the_outcome_unknown(sim, client, refusing, done):
    sim.inject(SEND, Reset(done=done))
    await refusing(client.send_text(OPENID, "你好"), OutcomeUnknown)
    assert (sim.calls[SEND], len(seen(sim))) == (1, int(done))


async def test_a_late_answer_leaves_the_outcome_unknown(sim, make_client, refusing):
    sim.inject(SEND, Delay(60))
    error = await refusing(make_client(timeout_s=0.5).send_text(OPENID, "你好"), OutcomeUnknown)
    assert (str(error), error.retryable) == ("TimeoutError", False)
    assert seen(sim) == [("text", "你好")]


async def test_a_late_file_leaves_the_outcome_unknown(sim, make_client, refusing):
    media_id = sim.user_sent_media("image", JPEG)
    sim.inject("media/get", Delay(60))
    await refusing(make_client(media_timeout_s=0.5).get_media(media_id), OutcomeUnknown)


async def test_nobody_listening_means_nothing_was_done(
    session, broker, clock, credentials, unused_url, refusing
):
    client = Client(session, broker, credentials, base_url=unused_url)
    error = await refusing(client.send_text(OPENID, "你好"), NotReached)
    assert error.retryable
    await refusing(client.oauth_token("code"), NotReached)


async def test_no_free_connection_means_nothing_was_done(
    sim, broker, clock, credentials, base_url, until, refusing
):
    """aiohttp's own error for this quotes the whole address, the token in it."""
    await broker.token()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as narrow:
        client = Client(narrow, broker, credentials, base_url=base_url, timeout_s=0.2)
        sim.inject("media/get", Delay(60))
        holding = asyncio.create_task(client.get_media("any"))
        await until(lambda: sim.calls["media/get"])
        error = await refusing(client.send_text(OPENID, "你好"), NotReached)
        holding.cancel()
    assert (str(error), error.__context__, sim.calls[SEND]) == ("ConnectionTimeoutError", None, 0)


async def test_connection_that_was_not_to_be_had_is_asked_for_once_more(
    sim, broker, clock, credentials, base_url, until
):
    await broker.token()
    asked: list[None] = []

    async def let_go_at_the_second(*_: object) -> None:
        asked.append(None)
        if len(asked) == 2:
            holding.cancel()

    watch = aiohttp.TraceConfig()
    watch.on_connection_queued_start.append(let_go_at_the_second)
    one = aiohttp.TCPConnector(limit=1)
    async with aiohttp.ClientSession(connector=one, trace_configs=[watch]) as narrow:
        client = Client(narrow, broker, credentials, base_url=base_url, timeout_s=1.0)
        sim.inject("media/get", Delay(60))
        holding = asyncio.create_task(client.get_media("any"))
        await until(lambda: sim.calls["media/get"])
        await client.send_text(OPENID, "你好")
    assert (len(asked), seen(sim)) == (2, [("text", "你好")])


async def test_without_a_token_nothing_is_sent(sim, client, refusing):
    sim.inject(FETCH, Reset(done=True))
    await refusing(client.send_text(OPENID, "你好"), NotReached)
    assert (sim.calls[SEND], seen(sim)) == (0, [])


async def test_a_reader_of_another_account_is_unreachable(client, refusing):
    error = await refusing(client.send_text("oNOBODY", "你好"), WeChatError)
    assert (error.errcode, error.action) == (40003, Action.UNREACHABLE)


async def test_an_address_that_is_no_wechat_leaves_the_outcome_unknown(
    session, broker, clock, credentials, base_url, refusing
):
    client = Client(session, broker, credentials, base_url=f"{base_url}/elsewhere")
    error = await refusing(client.send_text(OPENID, "你好"), OutcomeUnknown)
    assert str(error) == "status 404"
