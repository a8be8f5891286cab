"""The token broker: one fetch for all, no more than needed in a day, and no storm when it fails."""

import asyncio

import pytest

from community.errors import Unavailable
from connectors.wechat.errors import Action, NotReached, WeChatError
from connectors.wechat.sim.faults import Delay, Refuse, Reset
from connectors.wechat.token import (
    BREAKER_HOLD_S,
    JITTER_S,
    REFRESH_BEFORE_S,
    TokenBroker,
    random_jitter_s,
    stable_token,
)

FETCH = "stable_token"
REFRESH_S = 7200 - REFRESH_BEFORE_S


async def test_a_hundred_cold_callers_cost_one_fetch(sim, broker):
    tokens = await asyncio.gather(*(broker.token() for _ in range(100)))
    assert len({token.value.reveal() for token in tokens}) == 1
    assert sim.calls[FETCH] == 1


async def test_the_token_is_kept_until_its_last_290_seconds(sim, broker, clock):
    first = await broker.token()
    clock.advance(REFRESH_S - 1)
    assert await broker.token() is first
    clock.advance(1)
    second = await broker.token()
    assert second.value.reveal() != first.value.reveal()
    assert sim.calls[FETCH] == 2


async def test_jitter_moves_the_refresh(sim, broker, clock):
    broker.jitter_s = lambda: -4.0
    first = await broker.token()
    clock.advance(REFRESH_S - 4)
    assert (await broker.token()).value.reveal() != first.value.reveal()


def test_jitter_stays_where_wechat_gives_a_new_token():
    drawn = [random_jitter_s() for _ in range(2000)]
    assert -JITTER_S <= min(drawn) < -JITTER_S / 2
    assert JITTER_S / 2 < max(drawn) <= JITTER_S
    assert REFRESH_BEFORE_S + JITTER_S < 300


async def test_a_day_takes_at_most_sixteen_fetches(sim, broker, clock):
    for _ in range(24 * 60):
        sim.tokens.check((await broker.token()).value.reveal())
        clock.advance(60)
    assert sim.calls[FETCH] == 13


async def test_two_processes_share_the_token(sim, broker, session, clock, credentials, base_url):
    other = TokenBroker(clock, stable_token(session, credentials, base_url), jitter_s=lambda: 3.0)
    assert (await broker.token()).value.reveal() == (await other.token()).value.reveal()
    clock.advance(REFRESH_S)
    new, old = await broker.token(), await other.token()
    assert new.value.reveal() != old.value.reveal()
    for token in (new, old):
        sim.tokens.check(token.value.reveal())


async def test_a_failed_token_is_fetched_anew_once_however_many_report_it(sim, broker):
    failed = await broker.token()
    sim.revoke_tokens()
    renewed = await asyncio.gather(*(broker.renew(failed) for _ in range(50)))
    assert {token.value.reveal() for token in renewed} == {sim.tokens.issued[1]}
    late = await broker.renew(failed)
    assert late is renewed[0]
    assert sim.calls[FETCH] == 2


async def test_late_reports_cost_no_fetch_where_wechat_gives_the_same_value_again(sim, broker):
    failed = await broker.token()
    for _ in range(5):
        assert (await broker.renew(failed)).value.reveal() == failed.value.reveal()
    assert sim.calls[FETCH] == 2


async def test_force_refresh_is_never_sent(sim, broker, clock):
    first = await broker.token()
    await broker.renew(first)
    clock.advance(REFRESH_S)
    await broker.token()
    sim.tokens.check(first.value.reveal())


async def test_a_caller_that_gives_up_does_not_end_the_fetch(sim, broker, until):
    sim.inject(FETCH, Delay(0.2))
    impatient = asyncio.create_task(broker.token())
    patient = asyncio.create_task(broker.token())
    await until(lambda: sim.calls[FETCH])
    impatient.cancel()
    assert (await patient).value.reveal() == sim.tokens.issued[0]
    assert sim.calls[FETCH] == 1


async def test_closing_ends_the_fetch(sim, broker, until):
    sim.inject(FETCH, Delay(60))
    waiting = asyncio.create_task(broker.token())
    await until(lambda: sim.calls[FETCH])
    await broker.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting


@pytest.mark.parametrize("fault", [Refuse(-1), Refuse(40164), Reset(), Reset(done=True)])
async def test_after_a_failed_fetch_callers_fail_at_once_until_the_hold_is_over(
    sim, broker, clock, refusing, fault
):
    sim.inject(FETCH, fault)
    first = await refusing(broker.token(), Unavailable)
    again = await refusing(broker.token(), Unavailable)
    assert (type(again), str(again)) == (type(first), str(first))
    assert sim.calls[FETCH] == 1
    clock.advance(60)
    await broker.token()
    assert sim.calls[FETCH] == 2


async def test_a_failing_fetch_is_shared_too(sim, broker, refusing):
    sim.inject(FETCH, Refuse(-1), times=10)
    await asyncio.gather(*(refusing(broker.token(), WeChatError) for _ in range(100)))
    assert sim.calls[FETCH] == 1


async def test_the_old_token_serves_while_its_refresh_fails(sim, broker, clock, refusing):
    old = await broker.token()
    clock.advance(REFRESH_S)
    sim.inject(FETCH, Refuse(-1), times=1000)
    for _ in range(28):
        assert await broker.token() is old
        clock.advance(BREAKER_HOLD_S)
    clock.advance(BREAKER_HOLD_S)
    error = await refusing(broker.token(), WeChatError)
    assert error.errcode == -1
    assert sim.calls[FETCH] == 1 + 28 + 1


@pytest.mark.parametrize("errcode", [40125, 40164, 40243, 89503])
async def test_what_only_an_operator_can_mend_is_an_error_in_the_log_once_a_minute(
    sim, broker, clock, watch, refusing, errcode
):
    sim.inject(FETCH, Refuse(errcode), times=2)
    for _ in range(2):
        for _ in range(6):
            error = await refusing(broker.token(), WeChatError)
            assert (error.errcode, error.action) == (errcode, Action.PAGE_OPERATOR)
            clock.advance(10)
    pages = [record for record in watch.records if record.levelname == "ERROR"]
    assert [record.getMessage() for record in pages] == [
        f"no wechat token for 60 s: WeChatError (errcode {errcode}: page_operator)"
    ] * 2


async def test_a_late_answer_is_not_reached_for_what_needed_the_token(
    sim, session, clock, credentials, base_url, refusing
):
    broker = TokenBroker(clock, stable_token(session, credentials, base_url, timeout_s=0.5))
    sim.inject(FETCH, Delay(60))
    error = await refusing(broker.token(), NotReached)
    assert str(error) == "TimeoutError"


async def test_nobody_listening_is_not_reached(session, clock, credentials, refusing, unused_url):
    broker = TokenBroker(clock, stable_token(session, credentials, unused_url))
    await refusing(broker.token(), NotReached)


async def test_the_wrong_secret_is_told_without_it(sim, broker, refusing):
    sim.secret = "f" * 32
    error = await refusing(broker.token(), WeChatError)
    assert str(error) == "errcode 40125: page_operator"


async def test_no_token_shows_in_what_is_printed(broker, credentials):
    token = await broker.token()
    for text in (repr(token), str(token), repr(broker), f"{token.value}"):
        assert token.value.reveal() not in text
        assert credentials.secret.reveal() not in text
