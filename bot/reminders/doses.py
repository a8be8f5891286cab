"""Medicines: a word when a dose is due, once more without an answer, then to the guardians.

Nobody's silence counts before they were told: while a person has the conversation a reminder waits,
and what reached nobody is owned up to.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from community.labels import label
from community.services import dose_times, doses
from community.store import medications
from community.store.medications import MISSED, TAKEN, UNTOLD, Dose
from community.times import Clock
from conversation import care, outbox, telling
from conversation.messages import Draft
from conversation.timers import Handler

ANSWERS = ("taken", "later", "skipped")
_STILL_NEWS = {"missed": MISSED, "untold": UNTOLD, "taken": TAKEN}
"States in which news that waited for the morning are still true"


def timers(clock: Clock) -> dict[str, Handler]:
    """By kind of timer."""
    return {
        care.DOSE: partial(_due, clock),
        care.AGAIN: partial(_again, clock),
        care.FOLLOW: partial(_follow, clock),
        care.NEWS: partial(_news, clock),
    }


async def _due(clock: Clock, conn: AsyncConnection, payload: dict[str, Any]) -> None:
    plan, due_at = await medications.get_plan(conn, payload["plan_id"]), _moment(payload)
    if plan.state != medications.ACTIVE:
        return
    if not payload.get("waited"):
        await care.arm(conn, plan, due_at)
    told = (await care.of_taker(conn, plan))[0]
    if not told:
        return
    if not dose_times.is_too_late(clock, due_at) and not await telling.free(conn, told):
        await care.wait(conn, plan, due_at, clock.now() + telling.LOOK_AGAIN)
        return
    opened, late = await dose_times.come_due(conn, clock, plan, due_at)
    if late:
        await _own_up(conn, clock, opened)
    else:
        await _say(conn, clock, opened, "due")
        await care.follow(conn, opened, clock)


def _moment(payload: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(payload["due_at"])


async def _again(clock: Clock, conn: AsyncConnection, payload: dict[str, Any]) -> None:
    one = await medications.get_dose(conn, payload["dose"])
    told = (await care.of_taker(conn, one.plan))[0]
    if told and not await telling.free(conn, told):
        await care.again(conn, [one], clock.now() + telling.LOOK_AGAIN)
        return
    found = await dose_times.remind_again(conn, clock, one.id)
    await _say(conn, clock, found, "again")
    await care.follow(conn, found, clock)


async def _follow(clock: Clock, conn: AsyncConnection, payload: dict[str, Any]) -> None:
    found = await dose_times.out_of_grace(conn, clock, payload["dose"])
    if not found:
        return
    told = (await care.of_taker(conn, found[0].plan))[0]
    if not await _were_heard(conn, found, told):
        await _unheard(conn, clock, found, told)
    elif not await telling.free(conn, told):
        await care.follow(conn, found, clock, telling.LOOK_AGAIN)
    else:
        once_more, missed = await dose_times.follow_up(conn, clock, found)
        await _say(conn, clock, once_more, "once_more")
        await care.follow(conn, once_more, clock)
        await care.tell_of_doses(conn, clock, missed, "missed")


async def _were_heard(conn: AsyncConnection, found: Sequence[Dose], told: Sequence[str]) -> bool:
    """Whether a reader was handed the first reminder; the second only comes after that."""
    first = [one for one in found if one.repeats == 0]
    since = min((one.reminded_at or one.due_at for one in first), default=None)
    return since is None or await outbox.was_heard(conn, told, since)


async def _unheard(
    conn: AsyncConnection, clock: Clock, found: Sequence[Dose], told: Sequence[str]
) -> None:
    """A reminder that reached no reader is given as long again, then taken back and owned up to."""
    early = [
        one for one in found
        if (one.reminded_at or one.due_at) + 2 * dose_times.GRACE > clock.now()
    ]  # fmt: skip
    await care.follow(conn, early, clock)
    given_up = await dose_times.give_up(conn, [one for one in found if one not in early])
    for one in given_up:
        for words in ("due", "once_more", "again"):
            await outbox.take_back(conn, told, key(one, words))
    await _own_up(conn, clock, given_up)


async def _own_up(conn: AsyncConnection, clock: Clock, found: Sequence[Dose]) -> None:
    """It is too late to remind: the taker and those who look after them hear that it was not done."""
    await _say(conn, clock, found, "late")
    await care.tell_of_doses(conn, clock, found, "untold")


async def _news(clock: Clock, conn: AsyncConnection, payload: dict[str, Any]) -> None:
    """What was to be told in the quiet hours, as far as it is still so."""
    still = _STILL_NEWS[payload["news"]]
    found = [await medications.get_dose(conn, one) for one in payload["doses"]]
    found = [one for one in found if one.state == still]
    await care.tell_of_doses(conn, clock, found, payload["news"])


async def _say(conn: AsyncConnection, clock: Clock, found: Sequence[Dose], words: str) -> None:
    """One message for all of them, at the very minute: its owner set it."""
    if not found:
        return
    told, kin = await care.of_taker(conn, found[0].plan)
    draft = Draft(
        text(found, words, kin), () if words == "late" else _choices(found),
        purpose=None if words == "late" else "reminder", private=True,
    )  # fmt: skip
    told = told if words == "late" else await telling.free(conn, told)
    await telling.tell(
        conn, clock, told, [draft], key=key(found[0], words), at_any_hour=words != "late"
    )


def text(found: Sequence[Dose], words: str, kin: str | None) -> str:
    """What is said of doses of one moment; `words` is due, again, once_more or late."""
    return label("dose_words", words).format(
        whom=label("dose_words", "whom").format(kin=label("kin", kin)) if kin else "",
        drugs=care.drugs(found, with_dose=True),
        time=doses.time_words(found[0]),
    )


def key(first: Dose, words: str) -> str:
    """The writer's key of what is said of doses, by the first of them."""
    return f"dose:{first.id}:{words}:{first.snoozes}"


def _choices(found: Sequence[Dose]) -> tuple[tuple[str, str], ...]:
    """Each names its act and these very doses: pressed tomorrow it answers no other."""
    return tuple((label("dose_choice", act), care.dose_payload(act, found)) for act in ANSWERS)
