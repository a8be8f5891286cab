"""Medication: what somebody takes and when, by their own words; no advice, only what was said.

A plan belongs to a resident, or to an account whose person is not known. A guardian with the right
`medication` acts for their elder; without it the elder's plans are as good as absent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncConnection

from community.context import Context
from community.errors import BadInput, NotBound, NotFound
from community.labels import label
from community.registers import Register
from community.services.kin import SELF
from community.store import guardians, medications
from community.store.identities import Party
from community.store.medications import Dose, Plan
from community.times import SHANGHAI, local
from language.schedules import Regimen, say_regimen

TIMER = "dose"
"Kind of the timers, named `dose:<no>`, of the plans' next doses"
MOST_PLANS = 20
LONGEST_DRUG = 40
Arm = Callable[[AsyncConnection, Plan], Awaitable[None]]
"Sets the timer of a plan's next dose, or silences it when the plan has ended"


@dataclass(frozen=True)
class Taker:
    """Who takes it. Without `resident_id` the account itself; `kin` whom it gives the medicine to."""

    resident_id: str | None
    kin: str | None

    def owns(self, plan: Plan) -> bool:
        """Whether it is this taker's; of an elder only the elder's, of oneself what has no kin."""
        if self.resident_id is not None and plan.resident_id is not None:
            return plan.resident_id == self.resident_id
        return plan.resident_id is None and plan.kin == self.kin


async def taker(ctx: Context, account: Party, kin: str | None) -> Taker:
    """Whom the speaker means: themselves, an elder they are guardian of, or kin they look after.

    Raises NotBound without a home.
    """
    if account.home is None:
        raise NotBound("medicines belong to somebody of a home")
    if kin in {None, SELF}:
        return Taker(account.resident_id, None)
    async with ctx.db.read() as conn:
        elders = await guardians.elders(conn, account, "medication")
    fitting = [one for one in elders if one.kin == kin] or (elders if kin == "elder" else [])
    if len({one.elder_id for one in fitting}) == 1:
        return Taker(fitting[0].elder_id, fitting[0].kin)
    return Taker(None, kin)


async def kin_of_taker(conn: AsyncConnection, account: Party, plan: Plan) -> str | None:
    """What the taker of a plan is to the speaker; None when it is the speaker."""
    if plan.resident_id is None or plan.resident_id == account.resident_id:
        return plan.kin
    elders = await guardians.elders(conn, account, "medication")
    return next((one.kin for one in elders if one.elder_id == plan.resident_id), "elder")


def _whose(account: Party, who: Taker) -> ColumnElement[bool]:
    if who.resident_id is not None and who.resident_id != account.resident_id:
        return medications.of_resident(who.resident_id)
    return medications.of_account(account)


async def plans(ctx: Context, account: Party, who: Taker) -> list[Plan]:
    """What the taker takes at present."""
    async with ctx.db.read() as conn:
        return await _plans(conn, account, who)


async def _plans(conn: AsyncConnection, account: Party, who: Taker) -> list[Plan]:
    found = await medications.plans(conn, _whose(account, who))
    return [one for one in found if who.owns(one)]


def named(found: list[Plan], drug: str | None) -> list[Plan]:
    """Those that the words for a medicine fit: the same, or one within the other."""
    if not drug:
        return found
    same = [one for one in found if one.drug == drug]
    return same or [one for one in found if drug in one.drug or one.drug in drug]


async def start(
    ctx: Context,
    account: Party,
    who: Taker,
    *,
    turn_id: str,
    drug: str,
    dose: str | None,
    regimen: Regimen,
    starts_on: date | None = None,
    arm: Arm,
) -> Plan:
    """A new plan, once per turn.

    Raises NotBound; BadInput for a drug without or with too long a name, a day that is over or more
    plans than MOST_PLANS; NotFound when the taker is another's elder.
    """
    today = local(ctx.clock.now()).date()
    if not drug or len(drug) > LONGEST_DRUG or (starts_on or today) < today:
        raise BadInput("drug or day")
    async with ctx.db.write() as conn:
        before = await medications.of_turn(conn, turn_id)
        if before is not None:
            return before
        await _check(conn, account, who)
        if len(await _plans(conn, account, who)) >= MOST_PLANS:
            raise BadInput("too many plans")
        made = await medications.add_plan(
            conn, ctx.clock, turn_id=turn_id, regimen=regimen, drug=drug, dose=dose,
            resident_id=who.resident_id, identity_id=account.identity_id,
            kin=None if who.resident_id else who.kin, starts_on=starts_on or today,
        )  # fmt: skip
        await arm(conn, made)
        return made


async def _check(conn: AsyncConnection, account: Party, who: Taker) -> None:
    if account.home is None:
        raise NotBound("medicines belong to somebody of a home")
    elder = who.resident_id
    if elder is not None and not await guardians.may(conn, account, elder, "medication"):
        raise NotFound("no such plan")


async def change(
    ctx: Context,
    account: Party,
    no: int,
    *,
    turn_id: str,
    dose: str | None,
    regimen: Regimen | None,
    arm: Arm,
) -> Plan:
    """The next version of a plan; what is None stays. Once per turn.

    Raises NotFound for another's, an absent or an ended plan.
    """
    async with ctx.db.write() as conn:
        before = await medications.of_turn(conn, turn_id)
        if before is not None:
            return before
        old = await _own(conn, account, no)
        await medications.end_plan(conn, old.id, medications.REPLACED)
        new = await medications.add_plan(
            conn, ctx.clock, turn_id=turn_id, regimen=regimen or old.regimen, drug=old.drug,
            dose=dose or old.dose, resident_id=old.resident_id, identity_id=old.identity_id,
            kin=old.kin, no=old.no, version=old.version + 1,
            starts_on=_starts_on(old, regimen or old.regimen, local(ctx.clock.now()).date()),
        )  # fmt: skip
        await _go_on(conn, old, new)
        await arm(conn, new)
        return new


def _starts_on(old: Plan, regimen: Regimen, today: date) -> date:
    """The rhythm and the course of a plan are counted from its beginning, new ones from today."""
    was = old.regimen
    goes_on = (regimen.every_days, regimen.for_days) == (was.every_days, was.for_days)
    return old.starts_on if goes_on else max(old.starts_on, today)


async def _go_on(conn: AsyncConnection, old: Plan, new: Plan) -> None:
    """Doses that still wait for an answer stay open where the new version has their time too."""
    for one in await medications.open_of_plan(conn, old.id):
        if next_due(new, one.due_at - timedelta(seconds=1)) == one.due_at:
            await medications.hand_on(conn, one.id, new.id)
    await medications.close_open(conn, old.id)


async def stop(ctx: Context, account: Party, no: int, *, arm: Arm) -> Plan:
    """No more reminders. Raises NotFound for another's, an absent or an ended plan."""
    async with ctx.db.write() as conn:
        old = await _own(conn, account, no)
        await medications.end_plan(conn, old.id, medications.STOPPED)
        await medications.close_open(conn, old.id)
        ended = await medications.get_plan(conn, old.id)
        await arm(conn, ended)
        return ended


async def plan(ctx: Context, account: Party, no: int) -> Plan:
    """The plan of this number. Raises NotFound for another's, an absent or an ended one."""
    async with ctx.db.read() as conn:
        return await _own(conn, account, no)


async def _own(conn: AsyncConnection, account: Party, no: int) -> Plan:
    for whose in await within_reach(conn, account):
        for plan in await medications.plans(conn, whose):
            if plan.no == no:
                return plan
    raise NotFound("no such plan")


async def within_reach(conn: AsyncConnection, account: Party) -> list[ColumnElement[bool]]:
    """Whose plans the speaker may act on: their own first, then each elder's."""
    elders = await guardians.elders(conn, account, "medication")
    return [
        medications.of_account(account),
        *(medications.of_resident(one.elder_id) for one in elders),
    ]


async def numbers(conn: AsyncConnection, account: Party) -> set[int]:
    """The numbers of all plans within reach, ended ones too."""
    every = (medications.ACTIVE, medications.STOPPED, medications.REPLACED)
    return {
        plan.no
        for whose in await within_reach(conn, account)
        for plan in await medications.plans(conn, whose, every)
    }


def next_due(plan: Plan, after: datetime) -> datetime | None:
    """The plan's next moment after `after`; None when its course is over or it has ended."""
    if plan.state != medications.ACTIVE:
        return None
    return plan.regimen.next_after(local(after), plan.starts_on)


async def log(ctx: Context, account: Party, who: Taker, day: date) -> list[Dose]:
    """The doses of one day that came due or were answered, oldest first. Raises what `taker` does."""
    start = datetime.combine(day, time(), SHANGHAI)
    async with ctx.db.read() as conn:
        found = await medications.doses(
            conn, _whose(account, who), start, start + timedelta(days=1)
        )
    return [one for one in found if who.owns(one.plan)]


async def open_items(ctx: Context, account: Party) -> list[tuple[str, str, str]]:
    """(number, what, state) of the speaker's own plans."""
    if account.home is None:
        return []
    async with ctx.db.read() as conn:
        found = await medications.plans(conn, medications.of_account(account))
    return [
        (str(one.no), one.drug, label("medication_state", one.state) + say_regimen(one.regimen))
        for one in found
    ]


async def register(ctx: Context, day: date) -> Register:
    """How many doses of each home stand how on one day; the medicines are not named."""
    start = datetime.combine(day, time(), SHANGHAI)
    async with ctx.db.read() as conn:
        counted = await medications.tally(conn, start, start + timedelta(days=1))
    states = ("taken", "reminded", "snoozed", "skipped", "missed", "untold")
    head = [label("care_column", one) for one in ("home", "who")]
    rows = tuple(
        (home, name, *(str(count.get(state, 0)) for state in states))
        for (home, name), count in counted.items()
    )
    columns = (*head, *(label("dose_state", state) for state in states))
    return Register(label("care_register", "medication"), columns, rows)
