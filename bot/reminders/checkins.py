"""The daily question to those who asked for it, and the ladder when nobody answers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from community.labels import label
from community.services import wellbeing
from community.store import checkins
from community.store.checkins import Checkin
from community.times import Clock, local
from conversation import care, queue, telling
from conversation.messages import Draft
from conversation.queue import Lane
from conversation.timers import Handler, set_timer

REASON = "checkin"
ANSWERS = ("well", "unwell")


def timers(clock: Clock) -> dict[str, Handler]:
    """By kind of timer."""
    return {care.ASK: partial(_ask, clock), care.LADDER: partial(_climb, clock)}


async def _ask(clock: Clock, conn: AsyncConnection, payload: dict[str, Any]) -> None:
    """A question that cannot be put now, at night or beside a person, starts no ladder."""
    resident_id = payload["resident_id"]
    reached = await telling.of_person(conn, resident_id)
    now = clock.now()
    if telling.after_quiet(now) > now:
        await care.arm_checkin(conn, clock, resident_id)
        return
    if reached and not await telling.free(conn, reached):
        await care.ask_at(conn, resident_id, now + telling.LOOK_AGAIN)
        return
    if reached and await wellbeing.begin_day(conn, clock, resident_id):
        day = local(clock.now()).date()
        await _say(conn, clock, resident_id, "ask", day)
        await _set_step(conn, clock, resident_id, day, 1)
    await care.arm_checkin(conn, clock, resident_id)


async def _say(
    conn: AsyncConnection, clock: Clock, resident_id: str, words: str, day: date
) -> None:
    choices = tuple(
        (label("checkin_choice", one), f'/report_wellbeing{{"choice":"{one}"}}') for one in ANSWERS
    )
    await telling.tell(
        conn, clock, await telling.free(conn, await telling.of_person(conn, resident_id)),
        [Draft(label("checkin_words", words), choices, purpose="reminder")],
        key=key(resident_id, day, words),
    )  # fmt: skip


def question() -> str:
    """What is asked every day."""
    return label("checkin_words", "ask")


def key(resident_id: str, day: date, words: str) -> str:
    """The writer's key of what is said in one day's check-in; `words` is ask or repeat."""
    return f"checkin:{resident_id}:{day}:{words}"


async def _set_step(
    conn: AsyncConnection, clock: Clock, resident_id: str, day: date, step: int
) -> None:
    """The timer of the ladder's next step; above the last there is none."""
    steps = wellbeing.ladder()
    if step > len(steps):
        return
    after = timedelta(minutes=steps[step - 1].after_minutes)
    await _step_at(conn, resident_id, day, step, clock.now() + after)


async def _step_at(
    conn: AsyncConnection, resident_id: str, day: date, step: int, due_at: datetime
) -> None:
    await set_timer(
        conn, kind=care.LADDER, key=f"{care.LADDER}:{resident_id}:{day}", due_at=due_at,
        payload={"resident_id": resident_id, "day": day.isoformat(), "step": step},
    )  # fmt: skip


async def _climb(clock: Clock, conn: AsyncConnection, payload: dict[str, Any]) -> None:
    """One step, by day: who was asked in the evening is left to sleep."""
    resident_id, day, step = payload["resident_id"], _day(payload), int(payload["step"])
    found = await wellbeing.unanswered(conn, clock, resident_id, day)
    if found is None or found.step != step - 1:
        return
    until = telling.after_quiet(clock.now())
    if until > clock.now():
        await _step_at(conn, resident_id, day, step, until)
        return
    case_no = None
    match wellbeing.ladder()[step - 1].do:
        case "repeat":
            await _say(conn, clock, resident_id, "repeat", day)
        case "family":
            await care.tell_guardians(
                conn, clock, resident_id, "alarm", "no_answer", key=f"no_answer:{found.id}"
            )
        case _:
            case_no = await _visit(conn, clock, found)
    last = step == len(wellbeing.ladder())
    await checkins.climb(
        conn, found.id, step, state=checkins.NO_ANSWER if last else checkins.ASKED, case_no=case_no
    )
    await _set_step(conn, clock, resident_id, day, step + 1)


def _day(payload: dict[str, Any]) -> date:
    return datetime.fromisoformat(payload["day"]).date()


async def _visit(conn: AsyncConnection, clock: Clock, found: Checkin) -> int | None:
    """Somebody goes and looks: a case for the duty desk, by the person's own conversation."""
    own = await telling.of_person(conn, found.resident_id)
    if not own:
        return None
    words = label("checkin_words", "visit").format(home=found.home, name=found.name)
    opened = await queue.open_case(
        conn, clock, own[-1], lane=Lane.URGENT, reason=REASON,
        summary={"words": words},
    )  # fmt: skip
    return opened.no
