"""Calls to WeChat's API: one token for all, at most one retry, and errors that quote nothing."""

import asyncio
import dataclasses
import logging

import pytest

from community.config import Secret
from community.errors import TooLarge
from connectors.wechat.client import Client
from connectors.wechat.errors import Action, NotReached, OutcomeUnknown, WeChatError
from connectors.wechat.sim.faults import Delay, Refuse, Reset
from connectors.wechat.sim.simulator import Simulator
from connectors.wechat.token import BREAKER_HOLD_S, Credentials, TokenBroker

READER = "oReader-0000000000000000001"


@pytest.fixture
def sim(clock):
    return Simulator(clock, templates={"outage": ["what", "when"]}, kf_accounts=["wang@estate"])


@pytest.fixture
def broker(sim, api_url, session, clock):
    credentials = Credentials(sim.appid, Secret(sim.secret))
    return TokenBroker(session, clock, credentials, api_url, jitter_s=lambda: 0.0)


@pytest.fixture
def client(sim, api_url, session, clock, broker):
    paused = []

    async def pause(seconds):
        paused.append(seconds)

    made = Client(
        session, broker, clock, broker.credentials,
        base_url=api_url, timeout_s=1.0, pause=pause,
    )  # fmt: skip
    made.paused = paused
    return made


def seen(sim):
    return [(one.kind, one.content, one.author) for one in sim.transcript(READER)]


# --- the token


async def test_hundred_cold_calls_fetch_one_token(sim, broker):
    tokens = await asyncio.gather(*(broker.token() for _ in range(100)))
    assert len({token.value.reveal() for token in tokens}) == 1
    assert sim.calls["stable_token"] == 1


async def test_day_takes_sixteen_fetches_at_most_and_every_token_is_good(sim, broker, clock):
    for _ in range(24 * 60):
        sim.tokens.check((await broker.token()).value.reveal())
        clock.advance(60)
    assert sim.calls["stable_token"] <= 16


async def test_revoked_token_costs_one_fetch_however_many_calls_meet_it(sim, client):
    sim.user_said(READER)
    await client.send_text(READER, "零")
    sim.revoke_tokens()
    await asyncio.gather(*(client.send_text(READER, f"{i}") for i in range(4)))
    assert sim.calls["stable_token"] == 2
    assert len(seen(sim)) == 5


async def test_token_that_is_refused_for_good_ends_in_one_retry_and_a_rest(sim, client, clock):
    sim.user_said(READER)
    sim.inject("message/custom/send", Refuse(40001), times=100)
    with pytest.raises(WeChatError) as refused:
        await client.send_text(READER, "你好")
    assert refused.value.action is Action.TOKEN
    assert (sim.calls["stable_token"], sim.calls["message/custom/send"]) == (2, 2)
    with pytest.raises(WeChatError):
        await client.send_text(READER, "你好")
    assert (sim.calls["stable_token"], sim.calls["message/custom/send"]) == (2, 2)
    sim.faults.clear()
    clock.advance(BREAKER_HOLD_S)
    await client.send_text(READER, "你好")
    assert seen(sim) == [("text", "你好", None)]


async def test_wrong_secret_rests_and_asks_for_the_operator(sim, session, api_url, clock, caplog):
    broker = TokenBroker(session, clock, Credentials(sim.appid, Secret("wrong" * 6)), api_url)
    for _ in range(5):
        with pytest.raises(WeChatError):
            await broker.token()
    assert sim.calls["stable_token"] == 1
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


async def test_failed_refresh_leaves_the_old_token_while_it_lasts(sim, broker, clock):
    first = await broker.token()
    clock.advance(7200 - 290)
    sim.inject("stable_token", Reset(), times=9)
    assert await broker.token() is first
    clock.advance(290)
    with pytest.raises(NotReached):
        await broker.token()


# --- calls


async def test_kinds_of_messages_reach_the_reader(sim, client):
    sim.user_said(READER)
    media_id = await client.upload_media("image", b"\xff\xd8\xff\xe0" + b"0" * 64)
    await client.send_text(READER, "明天停水\n请备水", kf_account="wang@estate")
    await client.send_image(READER, media_id)
    await client.send_msgmenu(READER, "要哪个？", [("1", "报修"), ("2", "缴费")])
    kinds = [(kind, author) for kind, _, author in seen(sim)]
    assert kinds == [("text", "wang@estate"), ("image", None), ("msgmenu", None)]
    assert seen(sim)[0][1] == "明天停水\n请备水"


async def test_window_and_allowance_are_told_apart(sim, client, clock):
    sim.user_followed(READER)
    clock.advance(60)
    with pytest.raises(WeChatError) as closed:
        await client.send_text(READER, "你好")
    assert closed.value.action is Action.WINDOW_CLOSED
    sim.user_said(READER)
    for i in range(5):
        await client.send_text(READER, str(i))
    with pytest.raises(WeChatError) as used:
        await client.send_text(READER, "5")
    assert used.value.action is Action.QUOTA_USED
    sim.user_said(READER)
    clock.advance(48 * 3600)
    with pytest.raises(WeChatError) as over:
        await client.send_text(READER, "6")
    assert over.value.action is Action.WINDOW_CLOSED


async def test_busy_wechat_is_asked_again_after_growing_pauses(sim, client):
    sim.user_said(READER)
    sim.inject("message/custom/send", Refuse(-1), times=2)
    await client.send_text(READER, "你好")
    assert (client.paused, len(seen(sim))) == ([1.0, 2.0], 1)
    sim.inject("message/custom/send", Refuse(-1), times=9)
    with pytest.raises(WeChatError) as busy:
        await client.send_text(READER, "你好")
    assert (busy.value.action, client.paused) == (Action.RETRY, [1.0, 2.0, 1.0, 2.0, 4.0])


@pytest.mark.parametrize("fault", [Reset(done=True), Delay(1.5)])
async def test_call_that_was_cut_off_may_have_been_done(sim, client, fault):
    sim.user_said(READER)
    sim.inject("message/custom/send", fault)
    with pytest.raises(OutcomeUnknown):
        await client.send_text(READER, "你好")
    assert len(seen(sim)) == 1


async def test_server_that_is_not_there_was_not_reached(session, clock):
    credentials = Credentials("wx1", Secret("s" * 32))
    broker = TokenBroker(session, clock, credentials, "http://127.0.0.1:9")
    client = Client(session, broker, clock, credentials, base_url="http://127.0.0.1:9")
    with pytest.raises(NotReached):
        await client.send_text(READER, "你好")


async def test_limit_of_a_minute_lets_the_api_rest(sim, client, clock):
    sim.user_said(READER)
    sim.inject("message/custom/send", Refuse(45011))
    for _ in range(3):
        with pytest.raises(WeChatError):
            await client.send_text(READER, "你好")
    assert sim.calls["message/custom/send"] == 1
    clock.advance(60)
    await client.send_text(READER, "你好")


async def test_notice_with_the_same_id_is_one_notice(sim, client):
    sim.user_followed(READER)
    data = {"what": "停水", "when": "明天"}
    sim.inject("message/template/send", Reset(done=True))
    with pytest.raises(OutcomeUnknown):
        await client.send_template(READER, "outage", data, client_msg_id="notice-1")
    await client.send_template(READER, "outage", data, client_msg_id="notice-1")
    assert len(sim.take_finished()) == 1


async def test_media_comes_back_until_three_days_have_passed(sim, client, clock):
    media_id = sim.user_sent_media("voice", b"#!AMR\n" + b"0" * 64)
    assert (await client.get_media(media_id)).data == b"#!AMR\n" + b"0" * 64
    with pytest.raises(TooLarge):
        await client.get_media(media_id, max_bytes=10)
    clock.advance(3 * 24 * 3600)
    with pytest.raises(WeChatError) as gone:
        await client.get_media(media_id)
    assert gone.value.action is Action.UPLOAD_AGAIN


async def test_login_code_serves_once_for_five_minutes(sim, client, clock):
    code = sim.login_code(READER)
    login = await client.oauth_token(code)
    assert (login.openid, login.is_snapshot) == (READER, False)
    with pytest.raises(WeChatError) as again:
        await client.oauth_token(code)
    assert again.value.action is Action.LOGIN_AGAIN
    assert (await client.oauth_token(sim.login_code(READER, is_snapshot=True))).is_snapshot
    late = sim.login_code(READER)
    clock.advance(301)
    with pytest.raises(WeChatError):
        await client.oauth_token(late)


async def test_typing_that_wechat_does_not_show_is_no_error(sim, client):
    sim.user_followed(READER)
    await client.typing(READER, on=True)
    assert not sim.sees_typing(READER)
    sim.user_said(READER)
    await client.typing(READER, on=True)
    await client.typing(READER, on=True)
    assert sim.sees_typing(READER)
    await client.typing(READER, on=False)
    assert not sim.sees_typing(READER)


async def test_nothing_private_is_in_errors_or_logs(sim, client, broker, caplog):
    caplog.set_level("DEBUG")
    token = (await broker.token()).value.reveal()
    told = []
    for fault in (Refuse(40003), Refuse(45009), Reset(), Reset(done=True), Refuse(40164)):
        sim.user_said(READER)
        sim.inject("message/custom/send", fault)
        with pytest.raises(Exception) as failed:  # noqa: PT011 - whichever it is
            await client.send_text(READER, "蓝色大象")
        told.append(f"{failed.value!r} {failed.value} {failed.value.__cause__}")
        client._breakers.clear()
    told += [record.getMessage() + (record.exc_text or "") for record in caplog.records]
    for secret in (READER, token, sim.secret, "蓝色"):
        assert secret not in "\n".join(told)
    assert token not in repr(dataclasses.asdict(await broker.token()))
