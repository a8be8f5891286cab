"""Medicines: a word when a dose is due, once more without an answer, then to the guardians."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from community.labels import label
from community.services import doses
from community.store import medications
from community.store.medications import Dose
from community.times import Clock
from conversation import care, telling
from conversation.messages import Draft
from conversation.timers import Handler

ANSWERS = ("taken", "later", "skipped")


def timers(clock: Clock) -> dict[str, Handler]:
    """By kind of timer."""
    return {
        care.DOSE: partial(_due, clock),
        care.AGAIN: partial(_again, clock),
        care.FOLLOW: partial(_follow, clock),
    }


async def _due(clock: Clock, conn: AsyncConnection, payload: dict[str, Any]) -> None:
    plan, due_at = await medications.get_plan(conn, payload["plan_id"]), _moment(payload)
    if plan.state != medications.ACTIVE:
        return
    await care.arm(conn, plan, due_at)
    if not (await care.of_taker(conn, plan))[0]:
        return
    opened, late = await doses.come_due(conn, clock, plan, due_at)
    if late:
        await _say(conn, clock, opened, "late")
        await care.tell_of_doses(conn, clock, opened, "missed")
    else:
        await _say(conn, clock, opened, "due")
        await care.follow(conn, opened, clock)


def _moment(payload: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(payload["due_at"])


async def _again(clock: Clock, conn: AsyncConnection, payload: dict[str, Any]) -> None:
    found = await doses.remind_again(conn, clock, payload["dose"])
    await _say(conn, clock, found, "again")
    await care.follow(conn, found, clock)


async def _follow(clock: Clock, conn: AsyncConnection, payload: dict[str, Any]) -> None:
    once_more, missed = await doses.follow_up(conn, clock, payload["dose"])
    await _say(conn, clock, once_more, "once_more")
    await care.follow(conn, once_more, clock)
    await care.tell_of_doses(conn, clock, missed, "missed")


async def _say(conn: AsyncConnection, clock: Clock, found: Sequence[Dose], words: str) -> None:
    """One message for all of them, at the very minute: its owner set it."""
    if not found:
        return
    told, kin = await care.of_taker(conn, found[0].plan)
    text = label("dose_words", words).format(
        whom=label("dose_words", "whom").format(kin=label("kin", kin)) if kin else "",
        drugs=care.drugs(found, with_dose=True),
        time=doses.time_words(found[0]),
    )
    choices = (
        ()
        if words == "late"
        else tuple(
            (label("dose_choice", act), f'/confirm_medication{{"choice":"{act}"}}')
            for act in ANSWERS
        )
    )
    key = f"dose:{found[0].id}:{words}:{found[0].snoozes}"
    await telling.tell(conn, clock, told, [Draft(text, choices)], key=key, at_any_hour=True)
