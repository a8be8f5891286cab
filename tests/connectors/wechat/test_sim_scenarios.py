"""The scenarios of vectors.json that pushes make, each played to a real gateway by the simulator."""

import asyncio
import json
from pathlib import Path

import pytest

from bot.messages import Reply
from bot.scripted import ScriptedEngine
from connectors.wechat.sim.faults import Reset
from connectors.wechat.sim.users import Seen
from conversation.messages import Draft
from tests.connectors.wechat.account import pushes_to

SCENARIOS = {
    one["id"]: one["expect"]
    for one in json.loads(Path(__file__).with_name("vectors.json").read_text())["scenarios"]
}
READER = "oReader-0000000000000000001"
ELSEWHERE = {
    "storm-slow-no-kefu": "only for accounts that may not write by themselves",
    "storm-too-slow-no-kefu": "only for accounts that may not write by themselves",
}
"Scenarios that are not played here, and why"
PLAYED = {}


def plays(scenario):
    """Marks a test as the scenario with this id and gives it what is expected."""

    def mark(test):
        PLAYED[scenario] = test
        return pytest.mark.parametrize("expect", [SCENARIOS[scenario]], ids=[scenario])(test)

    return mark


def words(sim, openid=READER):
    return [seen.content for seen in sim.transcript(openid)]


@plays("storm-fast")
async def test_a_quick_answer_comes_with_the_first_attempt(open_account, sim, clock, expect):
    gateway, pushes = await open_account()
    await pushes.say(READER, "你好")
    assert (pushes.attempts, len(gateway.engine.asked)) == (1, expect["bot_runs"])
    assert sim.transcript(READER) == [Seen(clock.now(), "text", "听到：你好")]
    assert (sim.calls["message/custom/send"], expect["visible_replies"]) == (0, 1)


@plays("storm-slow-service-account")
async def test_a_slow_answer_follows_by_kefu_message(open_account, sim, until, expect):
    gateway, pushes = await open_account()
    gateway.engine.gate.clear()
    assert await pushes.say(READER, "你好") is None
    gateway.engine.gate.set()
    await until(lambda: words(sim))
    assert (pushes.attempts, len(gateway.engine.asked)) == (1, expect["bot_runs"])
    assert (len(words(sim)), sim.calls["message/custom/send"]) == (expect["visible_replies"], 1)


@plays("reply-lost-in-transit")
async def test_a_lost_answer_is_served_again(open_account, sim, expect):
    gateway, pushes = await open_account()
    pushes.lose_answers = 1
    assert await pushes.say(READER, "你好") == "听到：你好"
    assert (pushes.attempts, len(gateway.engine.asked)) == (2, expect["bot_runs"])
    assert len(words(sim)) == expect["visible_replies"]


@plays("same-msgid-15-users")
async def test_fifteen_readers_with_one_number_are_all_answered(open_account, sim, expect):
    gateway, pushes = await open_account()
    readers = [f"oReader-{number}" for number in range(15)]
    await asyncio.gather(*(pushes.say(reader, "你好", msg_id=7) for reader in readers))
    assert len(gateway.engine.asked) == expect["bot_runs"]
    assert sum(len(words(sim, reader)) for reader in readers) == expect["visible_replies"]


@plays("two-events-same-second")
async def test_two_events_of_one_second_are_both_worked_on(open_account, sim, expect):
    _, pushes = await open_account()
    located, tapped = await asyncio.gather(
        pushes.locate(READER, 31.2, 121.4), pushes.tap_menu(READER, "我要报修")
    )
    assert (located, tapped, pushes.attempts) == (
        None,
        "听到：我要报修",
        expect["events_processed"],
    )
    assert (pushes.failed, words(sim)) == (0, ["听到：我要报修"])


@plays("second-question-while-first-runs")
async def test_questions_asked_meanwhile_are_all_answered(open_account, sim, until, expect):
    gateway, pushes = await open_account()
    gateway.engine.gate.clear()
    first = asyncio.create_task(pushes.say(READER, "Q1"))
    await until(lambda: gateway.engine.asked)
    second = asyncio.create_task(pushes.say(READER, "Q2"))
    assert (await first, await second) == (None, None)
    third = asyncio.create_task(pushes.say(READER, "Q3"))
    await until(lambda: pushes.attempts == 3)
    gateway.engine.gate.set()
    await third
    await until(lambda: len("\n".join(words(sim)).split("\n")) == 3)
    asked = [text for _, text, _ in gateway.engine.asked]
    assert (len(asked), ",".join(asked)) == (expect["bot_runs"], expect["order"])
    assert sorted("\n".join(words(sim)).split("\n")) == ["听到：Q1", "听到：Q2", "听到：Q3"]


@plays("crash-after-ack")
async def test_what_was_acknowledged_before_a_crash_is_answered_after_it(
    open_account, sim, until, session, expect
):
    stuck = ScriptedEngine()
    stuck.gate.clear()
    gateway, pushes = await open_account(stuck)
    assert await pushes.say(READER, "你好") is None
    await gateway.server.close()
    again, _ = await open_account()
    await until(lambda: words(sim))
    assert len(words(sim)) == expect["visible_replies_after_restart"]
    assert pushes_to(again, sim, session).attempts == 0


@plays("crash-mid-custom-send")
async def test_a_message_cut_off_while_it_is_sent_is_not_seen_twice(
    open_account, sim, until, expect
):
    engine = ScriptedEngine({"念": Reply((Draft("今天停水的通知。" * 120),))})
    gateway, pushes = await open_account(engine)
    sim.inject("message/custom/send", Reset(done=True))
    await pushes.say(READER, "念")
    await until(lambda: sim.calls["message/custom/send"] == 1)
    await gateway.server.close()
    await open_account()
    assert expect["visible_replies"].startswith("0 or 1")
    assert (len(words(sim)), len(set(words(sim)))) == (1, 1)


@plays("token-revoked-elsewhere")
async def test_a_token_revoked_elsewhere_costs_one_fetch_and_one_retry(sim, client, expect):
    sim.user_said(READER)
    await client.send_text(READER, "一")
    sim.calls.clear()
    sim.revoke_tokens()
    await client.send_text(READER, "二")
    fetches, calls = sim.calls["stable_token"], sim.calls["message/custom/send"]
    assert (fetches, calls - 1) == (expect["token_fetches"], expect["retries"])
    assert words(sim) == ["一", "二"]


def test_every_scenario_is_played_or_is_said_to_be_elsewhere():
    assert PLAYED.keys() | ELSEWHERE.keys() == SCENARIOS.keys()
