"""Notices: told once, whatever happens on the way, and what became of them is known."""

import asyncio

import pytest
from sqlalchemy import select, update

from community.store.schema import message, wechat_notice
from connectors.wechat import notice_store, notices
from connectors.wechat.sim.faults import Delay, Refuse, Reset
from conversation import outbox as outgoing
from conversation.messages import Draft
from conversation.ownership import current

READER = "oReader-0000000000000000001"
NOTICE = "template-of-a-notice"
CARD = {"title": "厨房水管报修", "state": "已派单", "tone": "info", "facts": [["师傅", "刘师傅"]]}


@pytest.fixture
def noticing(tmp_path):
    """Settings with the simulated account's template."""

    def settings(kind="template"):
        file = tmp_path / "account.yml"
        file.write_text(
            f"notices: {{default: {{template: {NOTICE}, kind: {kind}, "
            "fields: {事项: title, 时间: time}}}",
            encoding="utf-8",
        )
        return {"wechat_file": str(file)}

    return settings


async def late_words(gateway, pushes):
    """The resident wrote two days ago, and now there is news of an order."""
    await pushes.say(READER, "你好")
    async with gateway.db.read() as conn:
        found = await conn.execute(select(message.c.conversation_id).limit(1))
        conversation_id = found.scalar_one()
    gateway.clock.advance(48 * 3600)
    await news(gateway, conversation_id, "progress")


async def news(gateway, conversation_id, key):
    """Something new of an order."""
    async with gateway.db.write() as conn:
        floor = await current(conn, conversation_id)
        await outgoing.say(
            conn, gateway.clock, conversation_id, [Draft("刘师傅明天上午来。", (), CARD)],
            epoch=floor.epoch, key=key,
        )  # fmt: skip


async def noted(gateway):
    async with gateway.db.read() as conn:
        rows = await conn.execute(
            select(wechat_notice.c.state, wechat_notice.c.reason).order_by(wechat_notice.c.seq)
        )
        return [tuple(row) for row in rows]


async def is_put_off(gateway, until):
    """Wait until the one notice is noted for another try."""

    async def attempts():
        async with gateway.db.read() as conn:
            return (await conn.execute(select(wechat_notice.c.attempts))).scalar_one()

    while not await attempts():
        await until(lambda: True)


async def becomes(gateway, until, *wanted):
    """Wait until the notices are in these states, at most 10 s."""
    async with asyncio.timeout(10):
        while await noted(gateway) != list(wanted):
            await until(lambda: True)


def told(sim):
    return [
        seen.content for seen in sim.transcript(READER) if seen.kind in {"template", "subscribe"}
    ]


async def test_words_that_cannot_go_are_told_of_and_come_with_the_next_message(
    open_account, sim, until, noticing
):
    gateway, pushes = await open_account(**noticing())
    await late_words(gateway, pushes)
    await until(lambda: told(sim))
    assert told(sim) == ["事项：厨房水管报修\n时间：2025-11-05 14:05"]
    await becomes(gateway, until, ("sent", None))
    await pushes.report_notices()
    assert await noted(gateway) == [("delivered", None)]
    await pushes.say(READER, "什么事")
    await until(
        lambda: any("刘师傅明天上午来。" in seen.content for seen in sim.transcript(READER))
    )


async def test_call_of_unknown_outcome_is_made_again_and_shown_once(
    open_account, sim, until, noticing
):
    gateway, pushes = await open_account(**noticing())
    sim.inject("message/template/send", Reset(done=True))
    await late_words(gateway, pushes)
    await until(lambda: sim.calls["message/template/send"] == 1)
    await is_put_off(gateway, until)
    gateway.clock.advance(notices.TRIES_APART_S)
    await until(lambda: sim.calls["message/template/send"] == 2)
    await becomes(gateway, until, ("sent", None))
    assert len(told(sim)) == 1


async def test_blocked_notice_is_noted_with_the_reason(open_account, sim, until, noticing):
    gateway, pushes = await open_account(**noticing())
    await pushes.say(READER, "在吗")
    sim.user_blocked_notices(READER)
    await late_words(gateway, pushes)
    await becomes(gateway, until, ("sent", None))
    await pushes.report_notices()
    assert await noted(gateway) == [("failed", "user block")]


async def test_reports_that_name_no_notice_are_each_of_the_oldest_without_one(
    open_account, sim, until, noticing
):
    gateway, pushes = await open_account(**noticing())
    sim.notices.has_numbers = False
    await late_words(gateway, pushes)
    await becomes(gateway, until, ("sent", None))
    await pushes.report_notices()
    gateway.clock.advance(1)
    sim.user_blocked_notices(READER)
    async with gateway.db.read() as conn:
        conversation_id = (await conn.execute(select(message.c.conversation_id))).scalars().first()
    await news(gateway, conversation_id, "more progress")
    await becomes(gateway, until, ("delivered", None), ("sent", None))
    pushes.lose_answers = 1
    await pushes.report_notices()
    assert await noted(gateway) == [("delivered", None), ("failed", "user block")]


@pytest.mark.parametrize(
    ("kind", "down_s", "calls", "ends"),
    [
        ("template", 60, 2, ("sent", None)),
        ("template", notices.SAME_FOR_S, 1, ("unknown", "outcome unknown")),
        ("subscribe", 60, 1, ("unknown", "outcome unknown")),
    ],
)
async def test_notice_whose_call_a_crash_has_cut_off_is_shown_once_however_long_we_were_down(
    open_account, sim, until, noticing, kind, down_s, calls, ends
):
    api = {"template": "message/template/send", "subscribe": "message/subscribe/bizsend"}[kind]
    gateway, pushes = await open_account(**noticing(kind))
    for _ in range(2):
        sim.user_agreed(READER, NOTICE)
    sim.inject(api, Delay(2))
    await late_words(gateway, pushes)
    await until(lambda: told(sim))
    await gateway.server.close()
    async with gateway.db.write() as conn:  # as a killed process leaves it
        await conn.execute(
            update(wechat_notice).values(
                state="due", reason=None, attempts=0, not_before=gateway.clock.now()
            )
        )
    gateway.clock.advance(down_s)
    again, _ = await open_account(**noticing(kind))
    await becomes(again, until, ends)
    assert (len(told(sim)), sim.calls[api]) == (1, calls)


@pytest.mark.parametrize("errcode", [40037, 43004, 47003])
async def test_refused_notice_is_recorded_and_not_tried_again(
    open_account, sim, until, noticing, errcode
):
    gateway, pushes = await open_account(**noticing())
    sim.inject("message/template/send", Refuse(errcode))
    await late_words(gateway, pushes)
    await until(lambda: sim.calls["message/template/send"] == 1)
    while (await noted(gateway))[0][0] != "failed":
        await until(lambda: True)
    gateway.clock.advance(3600)
    assert sim.calls["message/template/send"] == 1


async def test_consent_is_used_once_and_its_absence_recorded(open_account, sim, until, noticing):
    gateway, pushes = await open_account(**noticing("subscribe"))
    await late_words(gateway, pushes)
    await becomes(gateway, until, ("failed", "errcode 43101: record"))
    assert told(sim) == []


async def test_notice_with_consent_is_shown(open_account, sim, until, noticing):
    gateway, pushes = await open_account(**noticing("subscribe"))
    assert await pushes.agree(READER, {NOTICE: True}) is None  # in an article of the account's
    await late_words(gateway, pushes)
    await until(lambda: told(sim))
    await becomes(gateway, until, ("sent", None))
    await pushes.report_notices()
    assert await noted(gateway) == [("delivered", None)]


@pytest.mark.parametrize(
    ("template", "code", "ends"),
    [
        (NOTICE, "20013", ("failed", "errcode 20013")),
        ("template-of-another-notice", "0", ("sent", None)),
    ],
)
async def test_report_of_a_subscribe_notice_is_of_its_template_and_says_why_it_failed(
    open_account, sim, until, noticing, template, code, ends
):
    gateway, pushes = await open_account(**noticing("subscribe"))
    sim.user_agreed(READER, NOTICE)
    await late_words(gateway, pushes)
    await becomes(gateway, until, ("sent", None))
    item = [("TemplateId", template), ("MsgID", "7"), ("ErrorCode", code)]
    await pushes.push(
        READER,
        [("MsgType", "event"), ("Event", "subscribe_msg_sent_event"),
         ("SubscribeMsgSentEvent", [("List", item)])],
        is_answered=False,
    )  # fmt: skip
    assert await noted(gateway) == [ends]


async def test_notice_without_a_report_is_given_up_after_an_hour(
    open_account, sim, until, noticing, clock
):
    gateway, pushes = await open_account(**noticing())
    await late_words(gateway, pushes)
    await becomes(gateway, until, ("sent", None))
    gateway.clock.advance(notices.UNCONFIRMED_AFTER_S + 1)
    channel = notices.Notices(gateway.db, gateway.clock, None, None)
    await channel.tidy()
    assert await noted(gateway) == [("unknown", "no report")]


async def test_notice_of_words_that_went_meanwhile_is_not_sent(open_account, sim, until, noticing):
    gateway, pushes = await open_account(**noticing())
    sim.inject("message/template/send", Refuse(45011))
    await late_words(gateway, pushes)
    await until(lambda: sim.calls["message/template/send"] == 1)
    await is_put_off(gateway, until)
    await pushes.say(READER, "什么事")
    await until(
        lambda: "刘师傅明天上午来。" in "".join(one.content for one in sim.transcript(READER))
    )
    gateway.clock.advance(notices.TRIES_APART_S)
    async with gateway.db.read() as conn:
        assert await notice_store.due(conn, gateway.clock) == []
    assert told(sim) == []


async def test_without_a_template_nothing_is_ordered(open_account, sim, until):
    gateway, pushes = await open_account()
    await late_words(gateway, pushes)
    assert await noted(gateway) == []
