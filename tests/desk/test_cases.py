"""What a clerk does to a case, over HTTP, and what the resident gets of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from community.store.database import Database
from community.store.schema import outbox as outbox_table
from community.store.schema import queue_case
from community.times import SHANGHAI, FixedClock
from conversation import audit, notes, outbox, queue, timers
from conversation.ownership import Owner, current
from conversation.queue import Case, Lane
from tests.desk.conftest import Browser, NewBrowser
from tests.desk.seed import World


async def state_of(db: Database, case: Case) -> tuple[str, Owner]:
    async with db.read() as conn:
        found = await queue.get(conn, case.id)
        floor = await current(conn, case.conversation_id)
    return found.state, floor.state


def wall_clock(clock: FixedClock, **delta: float) -> str:
    return f"{(clock.now() + timedelta(**delta)).astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"


@pytest.fixture
async def case(world: World) -> Case:
    return await world.waiting()


@pytest.fixture
async def mine(world: World, fang: Browser, case: Case) -> Case:
    assert (await fang.post(f"/cases/{case.id}/claim")).to == f"/cases/{case.id}"
    return case


async def test_claim_takes_the_floor_and_tells_the_resident_who(
    fang: Browser, world: World, db: Database, case: Case
) -> None:
    answer = await fang.post(f"/cases/{case.id}/claim")
    assert (answer.status, answer.to) == (303, f"/cases/{case.id}")
    assert await state_of(db, case) == (queue.OWNED, Owner.CLAIMED)
    assert (await world.transcript(case.conversation_id))[-1] == "staff: 王芳为您服务。"


async def test_claim_race_has_one_winner_and_the_loser_is_told_who(
    fang: Browser, wei: Browser, world: World, case: Case
) -> None:
    answers = await asyncio.gather(
        *(browser.post(f"/cases/{case.id}/claim") for browser in (fang, wei))
    )
    assert sorted(answer.status for answer in answers) == [303, 409]
    won = "王芳" if answers[0].status == 303 else "张伟"
    lost = next(answer for answer in answers if answer.status == 409)
    assert f"{won}先接手了" in lost.text
    greetings = [
        line for line in await world.transcript(case.conversation_id) if "为您服务" in line
    ]
    assert greetings == [f"staff: {won}为您服务。"]


async def test_claiming_ones_own_case_again_says_nothing_twice(
    fang: Browser, world: World, mine: Case
) -> None:
    await fang.post(f"/cases/{mine.id}/reply", text="您好", key="aaaaaaaa")
    assert (await fang.post(f"/cases/{mine.id}/claim")).status == 303
    greetings = [
        line for line in await world.transcript(mine.conversation_id) if "为您服务" in line
    ]
    assert len(greetings) == 1


async def test_reply_reaches_the_resident_as_staff_under_the_new_epoch(
    fang: Browser, world: World, db: Database, mine: Case
) -> None:
    answer = await fang.post(
        f"/cases/{mine.id}/reply", text=" 师傅马上到\r\n请关总阀 ", key="aaaaaaaa"
    )
    assert answer.status == 303
    assert (await world.transcript(mine.conversation_id))[-1] == "staff: 师傅马上到\n请关总阀"
    assert await state_of(db, mine) == (queue.OWNED, Owner.WITH_HUMAN)
    async with db.read() as conn:
        epoch = (await current(conn, mine.conversation_id)).epoch
        stored = (
            await conn.execute(select(outbox_table.c.epoch).order_by(outbox_table.c.seq.desc()))
        ).scalar()
    assert stored == epoch


async def test_double_submit_sends_once(fang: Browser, world: World, mine: Case) -> None:
    answers = await asyncio.gather(
        *(fang.post(f"/cases/{mine.id}/reply", text="在的", key="aaaaaaaa") for _ in range(5))
    )
    assert {answer.status for answer in answers} == {303}
    assert (await world.transcript(mine.conversation_id)).count("staff: 在的") == 1


async def test_retry_of_a_stored_reply_is_fine_after_the_case_went_back(
    fang: Browser, world: World, mine: Case
) -> None:
    await fang.post(f"/cases/{mine.id}/reply", text="在的", key="aaaaaaaa")
    await fang.post(f"/cases/{mine.id}/put-back")
    assert (await fang.post(f"/cases/{mine.id}/reply", text="在的", key="aaaaaaaa")).status == 303
    assert (await world.transcript(mine.conversation_id)).count("staff: 在的") == 1


async def test_stale_reply_is_refused_with_the_name_of_who_has_it(
    fang: Browser, wei: Browser, world: World, mine: Case
) -> None:
    await fang.post(f"/cases/{mine.id}/put-back")
    await wei.post(f"/cases/{mine.id}/claim")
    answer = await fang.post(f"/cases/{mine.id}/reply", text="太晚了", key="bbbbbbbb")
    assert answer.status == 409
    assert "现在由张伟负责" in answer.text
    assert "太晚了" not in "".join(await world.transcript(mine.conversation_id))


@pytest.mark.parametrize(
    ("act", "form"),
    [
        ("reply", {"text": "我来", "key": "cccccccc"}),
        ("put-back", {}),
        ("park", {"until": "2025-11-03T18:00"}),
        ("resolve", {"resolution": "solved", "note": "好了"}),
        ("resume", {}),
    ],
)
async def test_anothers_case_is_not_touched(
    wei: Browser, world: World, db: Database, mine: Case, act: str, form: dict[str, str]
) -> None:
    before = await world.transcript(mine.conversation_id)
    answer = await wei.post(f"/cases/{mine.id}/{act}", **form)
    assert answer.status == 409
    assert "王芳" in answer.text
    assert await world.transcript(mine.conversation_id) == before
    assert await state_of(db, mine) == (queue.OWNED, Owner.CLAIMED)


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"text": "   \u200b ", "key": "aaaaaaaa"}, 400),
        ({"text": "好" * 2001, "key": "aaaaaaaa"}, 413),
        ({"text": "好", "key": "%' OR 1"}, 400),
        ({"text": "好"}, 400),
    ],
)
async def test_unusable_reply_is_refused_in_plain_words(
    fang: Browser, world: World, mine: Case, form: dict[str, str], status: int
) -> None:
    answer = await fang.post(f"/cases/{mine.id}/reply", **form)
    assert answer.status == status
    assert "没有办成" in answer.text
    assert len(await world.transcript(mine.conversation_id)) == 2


async def test_note_is_for_staff_only_and_never_a_message(
    fang: Browser, wei: Browser, world: World, db: Database, mine: Case
) -> None:
    """Law 10: the note is in no transcript, no outbox row and nothing a channel may fetch."""
    before = await world.transcript(mine.conversation_id)
    for _ in range(2):
        answer = await wei.post(f"/cases/{mine.id}/notes", text="这户有狗", key="nnnnnnnn")
        assert answer.status == 303
    assert "这户有狗" in (await fang.get(f"/cases/{mine.id}")).text
    assert await world.transcript(mine.conversation_id) == before
    async with db.write() as conn:
        delivered, _ = await outbox.deliver(conn, mine.conversation_id, after=0)
        written = await notes.of_case(conn, mine.id)
    assert [one.text for one in written] == ["这户有狗"]
    assert not hasattr(written[0], "seq")
    assert all("狗" not in message.text for message in delivered)


async def test_put_back_returns_the_case_and_tells_the_resident(
    fang: Browser, wei: Browser, world: World, db: Database, mine: Case
) -> None:
    assert (await fang.post(f"/cases/{mine.id}/put-back")).status == 303
    assert await state_of(db, mine) == (queue.WAITING, Owner.WAITING)
    assert "请别的同事" in (await world.transcript(mine.conversation_id))[-1]
    assert (await wei.post(f"/cases/{mine.id}/claim")).status == 303


async def test_park_tells_the_time_and_the_residents_word_brings_it_back(
    fang: Browser, world: World, db: Database, clock: FixedClock, mine: Case
) -> None:
    answer = await fang.post(f"/cases/{mine.id}/park", until=wall_clock(clock, hours=2))
    assert answer.status == 303
    assert await state_of(db, mine) == (queue.PARKED, Owner.PARKED)
    assert "11月3日 16:05前再回您" in (await world.transcript(mine.conversation_id))[-1]
    async with db.write() as conn:
        await queue.add_words(conn, clock, await current(conn, mine.conversation_id))
    assert await state_of(db, mine) == (queue.OWNED, Owner.WITH_HUMAN)


async def test_parked_case_comes_back_at_its_time_under_a_lease(
    fang: Browser, db: Database, clock: FixedClock, mine: Case
) -> None:
    await fang.post(f"/cases/{mine.id}/park", until=wall_clock(clock, hours=2))

    async def unpark(conn: object, payload: dict[str, str]) -> None:
        await queue.unpark(conn, clock, payload)  # type: ignore[arg-type]

    async def lease(conn: object, payload: dict[str, str]) -> None:
        await queue.lease_ran_out(conn, clock, payload)  # type: ignore[arg-type]

    handlers = {"unpark": unpark, "lease": lease}
    clock.advance(2 * 3600 + 1)
    assert await timers.fire_due(db, clock, handlers) == 1  # type: ignore[arg-type]
    assert await state_of(db, mine) == (queue.OWNED, Owner.WITH_HUMAN)
    clock.advance(queue.RETURN_LEASE_S + 1)
    await timers.fire_due(db, clock, handlers)  # type: ignore[arg-type]
    assert await state_of(db, mine) == (queue.WAITING, Owner.WAITING)


@pytest.mark.parametrize("until", ["", "soon", "2025-11-03T14:04", "2026-11-03T14:04"])
async def test_park_refuses_a_time_that_is_none(
    fang: Browser, db: Database, mine: Case, until: str
) -> None:
    assert (await fang.post(f"/cases/{mine.id}/park", until=until)).status == 400
    assert await state_of(db, mine) == (queue.OWNED, Owner.CLAIMED)


async def test_resume_takes_a_parked_case_up_before_its_time(
    fang: Browser, db: Database, clock: FixedClock, mine: Case
) -> None:
    await fang.post(f"/cases/{mine.id}/park", until=wall_clock(clock, hours=2))
    assert (await fang.post(f"/cases/{mine.id}/resume")).status == 303
    assert await state_of(db, mine) == (queue.OWNED, Owner.WITH_HUMAN)


async def test_lost_lease_returns_the_case_and_a_heartbeat_keeps_it(
    fang: Browser, db: Database, clock: FixedClock, mine: Case
) -> None:
    async def lease(conn: object, payload: dict[str, str]) -> None:
        await queue.lease_ran_out(conn, clock, payload)  # type: ignore[arg-type]

    for _ in range(4):
        clock.advance(60)
        assert (await fang.post("/heartbeat")).status == 200
        await timers.fire_due(db, clock, {"lease": lease})  # type: ignore[arg-type]
        assert (await state_of(db, mine))[0] == queue.OWNED
    clock.advance(76)
    await timers.fire_due(db, clock, {"lease": lease})  # type: ignore[arg-type]
    assert await state_of(db, mine) == (queue.WAITING, Owner.WAITING)
    answer = await fang.post(f"/cases/{mine.id}/reply", text="还在吗", key="dddddddd")
    assert answer.status == 409


async def test_resolve_keeps_the_promise_and_asks_the_resident_to_rate(
    fang: Browser, world: World, db: Database, clock: FixedClock, mine: Case
) -> None:
    answer = await fang.post(
        f"/cases/{mine.id}/resolve", resolution="solved", note="换了垫圈", promise="回访一次",
        promise_until=wall_clock(clock, days=1),
    )  # fmt: skip
    assert answer.status == 303
    assert await state_of(db, mine) == (queue.CLOSED, Owner.RESOLVED)
    async with db.read() as conn:
        said = (await outbox.transcript(conn, mine.conversation_id))[-1]
        floor = await current(conn, mine.conversation_id)
    assert floor.boundary is not None
    assert floor.boundary["by"] == "王芳"
    assert (floor.boundary["note"], floor.boundary["promise"]) == ("换了垫圈", "回访一次")
    assert [choice.label[0] for choice in said.choices] == ["5", "4", "3", "2", "1"]
    assert said.choices[0].payload == f'@rate_case{{"case": "{mine.id}", "score": 5}}'
    assert said.choices[4].payload == f'@rate_case{{"case": "{mine.id}", "score": 1}}'


async def test_resolve_twice_is_the_same_as_once(fang: Browser, world: World, mine: Case) -> None:
    form = {"resolution": "solved", "note": "好了"}
    answers = [await fang.post(f"/cases/{mine.id}/resolve", **form) for _ in range(2)]
    assert [answer.status for answer in answers] == [303, 303]
    asked = [
        line for line in await world.transcript(mine.conversation_id) if "觉得这次服务" in line
    ]
    assert len(asked) == 1


@pytest.mark.parametrize(
    "form",
    [
        {"note": "好了"},
        {"resolution": "whatever", "note": "好了"},
        {"resolution": "solved", "note": " "},
        {"resolution": "solved", "note": "好了", "promise": "再来一次"},
        {"resolution": "solved", "note": "好了", "promise_until": "2025-11-04T09:00"},
        {
            "resolution": "solved",
            "note": "好了",
            "promise": "再来",
            "promise_until": "2020-01-01T09:00",
        },
    ],
)
async def test_resolve_needs_a_reason_words_and_a_whole_promise(
    fang: Browser, db: Database, mine: Case, form: dict[str, str]
) -> None:
    assert (await fang.post(f"/cases/{mine.id}/resolve", **form)).status == 400
    assert (await state_of(db, mine))[0] == queue.OWNED


@pytest.mark.parametrize(
    ("resolution", "status"),
    [("safe", 303), ("false_alarm", 303), ("solved", 303), ("informed", 400), ("no_contact", 400)],
)
async def test_emergency_closes_only_when_all_are_safe(
    fang: Browser, world: World, db: Database, resolution: str, status: int
) -> None:
    case = await world.waiting("救命", Lane.EMERGENCY)
    await fang.post(f"/cases/{case.id}/claim")
    answer = await fang.post(f"/cases/{case.id}/resolve", resolution=resolution, note="人没事")
    assert answer.status == status


async def test_emergency_is_not_laid_aside(fang: Browser, world: World, clock: FixedClock) -> None:
    case = await world.waiting("救命", Lane.EMERGENCY)
    await fang.post(f"/cases/{case.id}/claim")
    answer = await fang.post(f"/cases/{case.id}/park", until=wall_clock(clock, hours=1))
    assert answer.status == 400


async def test_acknowledging_silences_but_does_not_claim(
    fang: Browser, wei: Browser, world: World, db: Database
) -> None:
    case = await world.waiting("救命", Lane.EMERGENCY)
    assert case.id in (await wei.get("/state")).text
    for browser in (fang, wei):
        assert (await browser.post(f"/cases/{case.id}/acknowledge")).status == 303
    assert '"ringing": []' in (await wei.get("/state")).text
    async with db.read() as conn:
        found = await queue.get(conn, case.id)
        acts = [entry.act for entry in await audit.of_object(conn, case.id)]
    assert (found.state, found.owner_id) == (queue.WAITING, None)
    assert acts.count("case.acknowledge") == 1


async def test_claiming_an_emergency_silences_it(fang: Browser, wei: Browser, world: World) -> None:
    case = await world.waiting("救命", Lane.EMERGENCY)
    await fang.post(f"/cases/{case.id}/claim")
    assert '"ringing": []' in (await wei.get("/state")).text


async def test_steps_of_an_emergency_are_noted_once_with_their_name(
    fang: Browser, world: World, db: Database
) -> None:
    case = await world.waiting("救命", Lane.EMERGENCY)
    await fang.post(f"/cases/{case.id}/claim")
    for step in ("reached", "reached", "on_site"):
        assert (await fang.post(f"/cases/{case.id}/step", step=step)).status == 303
    assert (await fang.post(f"/cases/{case.id}/step", step="resolved")).status == 400
    async with db.read() as conn:
        acts = [entry.act for entry in await audit.of_object(conn, case.id)]
    assert acts.count("case.reached") == acts.count("case.on_site") == 1


async def test_anothers_emergency_takes_the_floor_and_gives_it_back(
    fang: Browser, wei: Browser, world: World, db: Database, clock: FixedClock, mine: Case
) -> None:
    """Fang has the conversation; a cry for help opens a second case, which Wei takes."""
    sos = await world.case(mine.conversation_id, Lane.EMERGENCY, reason="emergency", kind="gas")
    assert (await wei.post(f"/cases/{sos.id}/claim")).status == 303
    refused = await fang.post(f"/cases/{mine.id}/reply", text="还漏吗", key="eeeeeeee")
    assert refused.status == 409
    assert "张伟" in refused.text
    assert "张伟正在处理" in (await fang.get(f"/cases/{mine.id}")).text
    answer = await wei.post(f"/cases/{sos.id}/resolve", resolution="safe", note="阀门已关")
    assert answer.status == 303
    answer = await fang.post(f"/cases/{mine.id}/reply", text="还漏吗", key="ffffffff")
    assert answer.status == 303
    assert (await world.transcript(mine.conversation_id))[-1] == "staff: 还漏吗"


async def test_putting_one_of_two_own_cases_back_keeps_the_floor(
    fang: Browser, world: World, db: Database, mine: Case
) -> None:
    sos = await world.case(mine.conversation_id, Lane.EMERGENCY, reason="emergency", kind="gas")
    await fang.post(f"/cases/{sos.id}/claim")
    await fang.post(f"/cases/{mine.id}/put-back")
    answer = await fang.post(f"/cases/{sos.id}/reply", text="先关总阀", key="aaaabbbb")
    assert answer.status == 303


async def test_opening_a_conversation_is_audited_once_per_visit(
    fang: Browser, db: Database, clock: FixedClock, case: Case
) -> None:
    for _ in range(3):
        await fang.get(f"/cases/{case.id}")
    clock.advance(601)
    await fang.get(f"/cases/{case.id}")
    async with db.read() as conn:
        looks = [e for e in await audit.of_object(conn, case.id) if e.act == "case.view"]
        assert await audit.first_broken(conn) is None
    assert [look.actor for look in looks] == ["staff_fang", "staff_fang"]


async def test_unknown_case_is_not_found(fang: Browser) -> None:
    assert (await fang.get("/cases/nothing")).status == 404
    assert (await fang.post("/cases/nothing/claim")).status == 404
    assert (await fang.post("/cases/nothing/notes", text="x", key="aaaaaaaa")).status == 404


async def test_closed_case_stays_readable_and_cannot_be_claimed(
    fang: Browser, wei: Browser, db: Database, clock: FixedClock, mine: Case
) -> None:
    await fang.post(f"/cases/{mine.id}/resolve", resolution="solved", note="换了垫圈")
    async with db.write() as conn:
        await queue.rate(conn, clock, mine.id, 4)
    page = (await wei.get(f"/cases/{mine.id}")).text
    assert "已经办结" in page
    assert "评了 4 分" in page
    assert "换了垫圈" in page
    assert (await wei.post(f"/cases/{mine.id}/claim")).status == 409
    async with db.read() as conn:
        assert (await conn.execute(select(queue_case.c.owner_id))).scalar() == "staff_fang"


async def test_promised_case_of_a_closed_hour_can_be_claimed(
    world: World, new_browser: NewBrowser
) -> None:
    night = await world.staff("night", "夜班", on_duty=False)
    case = await world.waiting()
    assert case.state == queue.PROMISED
    browser = await new_browser(night)
    assert "已约回复" in (await browser.get("/")).text
    assert (await browser.post(f"/cases/{case.id}/claim")).status == 303
