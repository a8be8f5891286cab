"""Guardians, medicines with a log, and daily questions of the demonstration community."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from importlib import resources
from typing import Any

import yaml
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.services import medication, wellbeing
from community.store import checkins, guardians, medications, schema
from community.store.medications import MISSED, TAKEN, Plan
from community.times import Clock, local
from language.schedules import Regimen


@cache
def _data() -> dict[str, Any]:
    text = resources.files("community.demo").joinpath("care.yml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


async def fill(conn: AsyncConnection, clock: Clock) -> None:
    """Write what belongs to people who are there already; a database without them stays as it is."""
    people = await _people(conn)
    await _guardianships(conn, clock, people)
    await _plans(conn, clock, people)
    await _checkins(conn, clock, people)


async def _people(conn: AsyncConnection) -> dict[Any, str]:
    """Residents' ids by ((building, unit, number), name)."""
    rows = await conn.execute(
        select(
            schema.room.c.building, schema.room.c.unit, schema.room.c.number,
            schema.resident.c.name, schema.resident.c.id,
        ).join(schema.room, schema.room.c.id == schema.resident.c.room_id)
    )  # fmt: skip
    return {((one[0], one[1], int(one[2])), one[3]): one[4] for one in rows}


def _id(people: dict[Any, str], who: list[Any]) -> str:
    home, name = who
    return people[(tuple(home), name)]


async def _guardianships(conn: AsyncConnection, clock: Clock, people: dict[Any, str]) -> None:
    for row in _data()["guardianships"]:
        await guardians.grant(
            conn, clock, elder_id=_id(people, row["elder"]),
            guardian_id=_id(people, row["guardian"]), kin=row["kin"],
            rights=frozenset(row["rights"]), whole_home=row["whole_home"], consented_by=row["by"],
            consented_at=clock.now() - timedelta(days=row["days_old"]),
        )  # fmt: skip


async def _plans(conn: AsyncConnection, clock: Clock, people: dict[Any, str]) -> None:
    today = local(clock.now()).date()
    for row in _data()["plans"]:
        regimen = Regimen(tuple(row["times"]), row.get("every_days", 1))
        plan = await medications.add_plan(
            conn, clock, turn_id=None, regimen=regimen, drug=row["drug"], dose=row["dose"],
            resident_id=_id(people, row["who"]), identity_id=None, kin=None,
            starts_on=today - timedelta(days=row["days_old"]),
        )  # fmt: skip
        await _log(conn, clock, plan)
        due_at = medication.next_due(plan, clock.now())
        if due_at is not None:
            payload = {"plan_id": plan.id, "due_at": due_at.isoformat()}
            await _timer(conn, medication.TIMER, str(plan.no), due_at, payload)


async def _log(conn: AsyncConnection, clock: Clock, plan: Plan) -> None:
    """The doses of the last days: taken ten minutes after the reminder, some not heard of."""
    quiet = {local(clock.now()).date() - timedelta(days=back) for back in _data()["missed"]}
    due_at = medication.next_due(plan, clock.now() - timedelta(days=_data()["log_days"]))
    while due_at is not None and due_at < clock.now() - timedelta(hours=1):
        first = plan.regimen.times[0]
        at = local(due_at)
        is_missed = at.date() in quiet and at.hour * 60 + at.minute == first
        await medications.open_dose(
            conn, plan.id, due_at, MISSED if is_missed else TAKEN, reminded_at=due_at,
            answered_at=None if is_missed else due_at + timedelta(minutes=10),
        )  # fmt: skip
        due_at = medication.next_due(plan, due_at)


async def _checkins(conn: AsyncConnection, clock: Clock, people: dict[Any, str]) -> None:
    for row in _data()["checkins"]:
        resident_id = _id(people, row["who"])
        await checkins.ask_daily(conn, clock, resident_id, row["minute"])
        yesterday = local(clock.now()).date() - timedelta(days=1)
        await checkins.note(conn, clock, resident_id, yesterday, checkins.WELL)
        due_at = await wellbeing.next_question(conn, clock, resident_id)
        if due_at is not None:
            payload = {"resident_id": resident_id}
            await _timer(conn, wellbeing.TIMER, resident_id, due_at, payload)


async def _timer(
    conn: AsyncConnection, kind: str, key: str, due_at: Any, payload: dict[str, Any]
) -> None:
    """A timer as the conversation sets it: the demonstration is filled from below it."""
    await conn.execute(
        insert(schema.timer).values(
            kind=kind, key=f"{kind}:{key}", due_at=due_at, payload=payload, state="pending"
        )
    )
