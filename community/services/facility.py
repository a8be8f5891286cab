"""Facilities that all share: which one is meant, how it stands, and the fault that is reported."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from community.context import Also, Context, nothing_more
from community.errors import BadInput, Code, Conflict, NotFound
from community.labels import label
from community.registers import Register
from community.services import incident, matter
from community.services.incident import Known
from community.services.public import first_fit, table
from community.store import facilities, matters
from community.store.facilities import Facility
from community.store.identities import Party
from community.store.tickets import Ticket
from community.times import date_words
from language import addresses
from language.numbers import parse_number

STATES = ("ok", "faulty", "repairing")
_NUMBER = re.compile(r"(?P<no>\d{1,2}|[一二两三四五六七八九十])号(?![楼栋门幢])")


@dataclass(frozen=True)
class Standing:
    """How one facility stands; `reports`: of residents, which nobody has settled yet."""

    facility: Facility
    reports: int

    @property
    def works(self) -> bool:
        return self.facility.state == "ok" and not self.reports


def kind_of(words: str) -> str | None:
    """The kind of facility that is named."""
    return first_fit("facility", "kinds", words)


def is_dangerous(words: str) -> bool:
    """Whether people have to be kept away until somebody comes."""
    return first_fit("facility", "fault", words) == "danger"


def urgency_of(words: str) -> str:
    """critical, high, normal or low."""
    fault = first_fit("facility", "fault", words)
    return {"danger": "critical", "urgent": "high", "slight": "low"}.get(fault or "", "normal")


async def meant(ctx: Context, account: Party, words: str) -> list[Facility]:
    """The facilities that the words may mean; none for a thing that is in no register.

    The building that was said counts; else, for what every house has, the resident's own.
    """
    async with ctx.db.read() as conn:
        every = await facilities.every(conn)
    kind = kind_of(words)
    called = [one for one in every if any(name in words for name in (one.name, *one.words))]
    found = called or [one for one in every if kind is not None and one.kind == kind]
    at = [one for one in found if one.place in words]
    found = at or found
    said = addresses.final_room(words)
    building, unit = (said.building, said.unit) if said else (None, None)
    if (
        building is None
        and not (called or at)
        and kind in table("facility")["indoors"]
        and account.home
    ):
        at_home = [one for one in found if one.building == account.home.building]
        found = _of_unit(at_home, account.home.unit) or found
    if building is not None:
        found = [one for one in found if one.building == building]
    if unit is not None:
        found = _of_unit(found, unit)
    number = _NUMBER.search(words)
    if number is not None:
        no = parse_number(number["no"])
        found = [one for one in found if one.number == no] or found
    return found


def _of_unit(found: Sequence[Facility], unit: int) -> list[Facility]:
    return [one for one in found if one.unit in {unit, None}]


async def standing(ctx: Context, found: Sequence[Facility]) -> list[Standing]:
    """How each of them stands, with what residents report of it."""
    async with ctx.db.read() as conn:
        reports = await matters.open_reports(conn, [one.id for one in found], matter.OPEN)
    return [Standing(one, reports.get(one.id, 0)) for one in found]


async def known(ctx: Context, account: Party, facility_id: str) -> Known | None:
    """What is known of a fault of it, when somebody else has reported one or staff know of it."""
    async with ctx.db.read() as conn:
        place = await facilities.get(conn, facility_id)
        if place is None:
            return None
        topic = incident.of_facility(place)
        return await incident.known(conn, ctx.clock, topic, but=account.identity_id)


async def mine_on(ctx: Context, account: Party, facility_id: str) -> Ticket | None:
    """The household's own report of it that is not settled."""
    for one in await matter.mine(ctx, account, kinds=["facility"], states=matter.OPEN):
        if one.detail.facility_id == facility_id:
            return one.ticket
    return None


async def report(
    ctx: Context,
    account: Party,
    *,
    turn_id: str,
    words: str,
    place: str | None,
    facility_id: str | None,
    own: bool = False,
    photos: Sequence[str] = (),
) -> tuple[Ticket, Known | None]:
    """File a fault; one that is known already becomes a voice of its incident, unless `own`.

    A dangerous one is always looked at by itself. Raises BadInput for an unknown facility.
    """
    level = urgency_of(words)
    async with ctx.db.write() as conn:
        one = await facilities.get(conn, facility_id) if facility_id else None
        if facility_id and one is None:
            raise BadInput("no such facility")
        made = await matter.create(
            conn, ctx, account, kind="facility", turn_id=turn_id, words=words,
            place=one.name if one else place, category=one.kind if one else kind_of(words) or "other",
            urgency=level, due_at=ctx.clock.now() + timedelta(hours=table("facility")["hours"][level]),
            photos=photos, facility_id=facility_id,
        )  # fmt: skip
        if one is None:
            return made, None
        alone = "own" if own else "proposed" if is_dangerous(words) else "joined"
        found = await incident.gather(conn, ctx.clock, incident.of_facility(one), made, voice=alone)
    return made, found if alone == "joined" else None


async def put_state(
    ctx: Context, facility_id: str, state: str, *, version: int, until: datetime | None,
    also: Also = nothing_more,
) -> Facility:  # fmt: skip
    """Staff say how it stands. Raises NotFound, BadInput, Conflict (code `stale`)."""
    if state not in STATES:
        raise BadInput("no such state")
    async with ctx.db.write() as conn:
        one = await facilities.get(conn, facility_id)
        if one is None:
            raise NotFound("no such facility")
        until = None if state == "ok" else until
        if one.version != version or not await facilities.put_state(
            conn, ctx.clock, one, state, until
        ):
            raise Conflict("it has changed", code=Code.STALE)
        changed = await facilities.get(conn, facility_id)
        await also(conn)
    assert changed is not None  # noqa: S101 - it was changed just now
    return changed


async def every(ctx: Context) -> list[Standing]:
    """All of them, for staff."""
    async with ctx.db.read() as conn:
        found = await facilities.every(conn)
    return await standing(ctx, found)


async def register(ctx: Context, day: date) -> Register:
    """What there is and how it stands; the same on every day."""
    rows = tuple(
        (
            one.facility.name, one.facility.place, one.facility.hours,
            label("facility_condition", one.facility.state),
            date_words(one.facility.until) if one.facility.until else "",
            str(one.reports or ""),
        )
        for one in await every(ctx)
    )  # fmt: skip
    columns = tuple(
        label("public_column", one)
        for one in ("facility", "place", "hours", "state", "until", "reports")
    )
    return Register(label("public_register", "facility"), columns, rows)
