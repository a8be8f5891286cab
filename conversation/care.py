"""Care in conversations: the timers of doses and check-ins, and the words for guardians.

Used by the actions, which set what the residents say, and by the reminders, which carry it on.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from community.labels import label
from community.services import dose_times, doses, medication, wellbeing
from community.store import guardians, identities
from community.store.medications import Dose, Plan
from community.times import Clock
from conversation import telling, timers
from conversation.messages import Draft

DOSE, AGAIN, FOLLOW, NEWS = medication.TIMER, "dose_again", "dose_follow", "dose_news"
ASK, LADDER = wellbeing.TIMER, "checkin_ladder"


async def arm(conn: AsyncConnection, plan: Plan, after: datetime) -> None:
    """Set the timer of the plan's next dose after a moment; one that ended has none."""
    key, due_at = f"{DOSE}:{plan.no}", await dose_times.next_due(conn, plan, after)
    if due_at is None:
        await timers.cancel(conn, key)
        return
    payload = {"plan_id": plan.id, "due_at": due_at.isoformat()}
    await timers.set_timer(conn, kind=DOSE, key=key, due_at=due_at, payload=payload)


async def wait(conn: AsyncConnection, plan: Plan, due_at: datetime, at: datetime) -> None:
    """Look again whether a dose that is due can be reminded of: a person has the conversation."""
    await timers.set_timer(
        conn, kind=DOSE, key=f"{DOSE}:{plan.id}:{due_at.isoformat()}", due_at=at,
        payload={"plan_id": plan.id, "due_at": due_at.isoformat(), "waited": True},
    )  # fmt: skip


async def follow(
    conn: AsyncConnection, found: Sequence[Dose], clock: Clock, after: timedelta = dose_times.GRACE
) -> None:
    """Look whether there was an answer when the grace of doses is over.

    A timer for each of them: one that is put off must not take the others' along.
    """
    for one in found:
        await timers.set_timer(
            conn, kind=FOLLOW, key=f"{FOLLOW}:{one.id}", due_at=clock.now() + after,
            payload={"dose": one.id},
        )  # fmt: skip


async def again(conn: AsyncConnection, found: Sequence[Dose], at: datetime) -> None:
    """Remind of doses that were put off."""
    for one in found:
        await timers.set_timer(
            conn, kind=AGAIN, key=f"{AGAIN}:{one.id}", due_at=at, payload={"dose": one.id}
        )


async def of_taker(conn: AsyncConnection, plan: Plan) -> tuple[list[str], str | None]:
    """The conversations in which the taker is reminded, and who takes it if another than the reader.

    A resident without an account is reminded through the one that set the plan up, while that
    may still act for them.
    """
    by_account = await telling.of_account(conn, plan.identity_id or "")
    if plan.resident_id is None:
        return by_account, plan.kin
    own = await telling.of_person(conn, plan.resident_id)
    if own:
        return own, None
    kin = [one.kin for one in await guardians.guardians(conn, plan.resident_id, "medication")]
    return await _that_may(conn, by_account, plan.resident_id), kin[0] if kin else "elder"


async def _that_may(conn: AsyncConnection, reached: list[str], elder_id: str) -> list[str]:
    """Those conversations whose account may know of the elder's medicines."""
    found = []
    for one in reached:
        party = await identities.party(conn, one)
        if party is not None and await guardians.may(conn, party, elder_id, "medication"):
            found.append(one)
    return found


async def of_guardians(
    conn: AsyncConnection, elder_id: str, right: str
) -> list[tuple[guardians.Guardian, list[str]]]:
    """Each guardian with the right, and the conversations that reach them; never the elder's own."""
    found, own = [], await telling.of_person(conn, elder_id)
    for one in await guardians.guardians(conn, elder_id, right):
        reached = await telling.of_person(conn, one.guardian_id)
        if one.whole_home:
            reached = list(
                dict.fromkeys(reached + await telling.of_home(conn, one.guardian_room_id))
            )
        found.append((one, [each for each in reached if each not in own]))
    return found


async def tell_guardians(
    conn: AsyncConnection, clock: Clock, elder_id: str, right: str, news: str, *, key: str,
    at_any_hour: bool = False, **values: str,
) -> int:  # fmt: skip
    """Say a piece of news of the group `care_news`; returns how many guardians can be reached."""
    told = 0
    for one, reached in await of_guardians(conn, elder_id, right):
        words = label("care_news", news).format(
            kin=label("kin", one.kin), name=one.elder_name, **values
        )
        draft = Draft(
            words, purpose="alarm" if at_any_hour else None,
            private=right != "alarm",  # of somebody's health, but for a danger
        )  # fmt: skip
        await telling.tell(conn, clock, reached, [draft], key=key, at_any_hour=at_any_hour)
        told += bool(reached)
    return told


async def tell_of_doses(
    conn: AsyncConnection, clock: Clock, found: Sequence[Dose], news: str
) -> None:
    """Tell those who may know of the taker's medicines; an account's own have no guardian.

    In the quiet hours it waits as doses, not as words: by the morning there may be an answer.
    """
    elder_id = found[0].plan.resident_id if found else None
    if elder_id is None:
        return
    until = telling.after_quiet(clock.now())
    if until > clock.now():
        await timers.set_timer(
            conn, kind=NEWS, key=f"{NEWS}:{news}:{found[0].id}", due_at=until,
            payload={"doses": [one.id for one in found], "news": news},
        )  # fmt: skip
        return
    await tell_guardians(
        conn, clock, elder_id, "medication", news, key=f"{news}:{found[0].id}",
        drugs=drugs(found), time=doses.time_words(found[0]),
    )  # fmt: skip


def drugs(found: Sequence[Dose], *, with_dose: bool = False) -> str:
    """降压药一片、钙片, as they are said."""
    return "、".join(one.plan.drug + (one.plan.dose or "" if with_dose else "") for one in found)


def dose_payload(act: str, found: Sequence[Dose]) -> str:
    """What a button says of these doses: its act and them, so that it answers no others."""
    said = {"choice": act, "order_no": " ".join(one.ref for one in found)}
    return "/confirm_medication" + json.dumps(said, separators=(",", ":"))


async def ask_at(conn: AsyncConnection, resident_id: str, due_at: datetime) -> None:
    """The timer of the next daily question."""
    await timers.set_timer(
        conn, kind=ASK, key=f"{ASK}:{resident_id}", due_at=due_at,
        payload={"resident_id": resident_id},
    )  # fmt: skip


async def arm_checkin(conn: AsyncConnection, clock: Clock, resident_id: str) -> None:
    """Set or silence the daily question, as the resident wants it now; it never comes at night."""
    due_at = await wellbeing.next_question(conn, clock, resident_id)
    if due_at is None:
        await timers.cancel(conn, f"{ASK}:{resident_id}")
    else:
        await ask_at(conn, resident_id, telling.after_quiet(due_at))
