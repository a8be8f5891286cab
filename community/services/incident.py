"""Known incidents: one thing that several report is one for staff, and stays a report for each.

Every report is a ticket with its number. A voice ties it to the incident: joined (moved and told
with it), proposed (staff decide), own (its resident wants one of its own) or detached (by staff).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from community.context import Also, Context, nothing_more
from community.errors import BadInput, Code, Conflict, NotFound
from community.labels import label
from community.services.public import first_fit, table
from community.store import facilities, incidents, matters, tickets
from community.store.facilities import Facility
from community.store.identities import Party
from community.store.incidents import Incident
from community.store.tickets import Ticket
from community.times import Clock

JOINABLE = ("facility", "repair")
OPEN = {"facility": ("new", "accepted"), "repair": ("pending", "accepted", "paused")}
SETTLED = {"facility": "done", "repair": "closed"}
"State of a joined ticket when its incident is over"


@dataclass(frozen=True)
class Topic:
    """What reports have in common: a facility, or a building and what it is without."""

    code: str
    title: str
    facility: Facility | None = None
    building: int | None = None

    @property
    def kind(self) -> str:
        return "facility" if self.facility else "repair"

    @property
    def rule(self) -> dict[str, object]:
        rule: dict[str, object] = table("incident")["facility" if self.facility else "building"]
        return rule

    def since(self, clock: Clock) -> datetime:
        return clock.now() - timedelta(hours=int(str(self.rule["hours"])))

    @property
    def several(self) -> int:
        return int(str(self.rule["several"]))


@dataclass(frozen=True)
class Known:
    """What the next reporter hears."""

    title: str
    voices: int
    expected: str
    expected_at: datetime | None


News = Callable[[AsyncConnection, Incident, Ticket], Awaitable[None]]
"What else happens to a joined ticket in the transaction of its incident's move"


def of_facility(one: Facility) -> Topic:
    return Topic("facility", one.name, facility=one)


def of_repair(words: str, building: int) -> Topic | None:
    """What a whole building may be without; None for what is of one home alone."""
    code = first_fit("incident", "topics", words)
    if code is None:
        return None
    title = label("incident_word", "building").format(
        building=building, what=label("incident_topic", code)
    )
    return Topic(code, title, building=building)


async def known(conn: AsyncConnection, clock: Clock, topic: Topic, *, but: str) -> Known | None:
    """What is known of it. `but`: the account, or for a building the home, that asks itself."""
    found = await _open(conn, clock, topic)
    if found is not None:
        return Known(found.title, found.voices, found.expected, found.expected_at)
    earlier = await _earlier(conn, clock, topic, but)
    place = topic.facility
    if len(earlier) >= topic.several or (place is not None and place.state != "ok"):
        return Known(topic.title, len(earlier), "", place.until if place else None)
    return None


async def gather(
    conn: AsyncConnection, clock: Clock, topic: Topic, made: Ticket, *, voice: str
) -> Known | None:
    """Make a new report a voice of what is known of it; None when it is the first to tell.

    The first incident of a thing is opened here, with the reports before.
    """
    but = (made.identity_id if topic.facility else made.room_id) or ""
    if await incidents.of_ticket(conn, made.id) is not None:
        return await known(conn, clock, topic, but=but)  # the turn ran before
    one = await _open(conn, clock, topic)
    if one is None:
        if await known(conn, clock, topic, but=but) is None:
            return None
        earlier = await _earlier(conn, clock, topic, but)
        one = await incidents.create(
            conn, clock, topic=topic.code, title=topic.title, building=topic.building,
            facility_id=topic.facility.id if topic.facility else None,
            expected_at=topic.facility.until if topic.facility else None,
        )  # fmt: skip
        for ticket_id in earlier:
            await incidents.tie(conn, clock, one.id, ticket_id, str(topic.rule["earlier"]))
    voices = (await incidents.get(conn, one.id)).voices
    await incidents.tie(conn, clock, one.id, made.id, voice)
    await incidents.touch(conn, clock, one)
    return Known(one.title, voices, one.expected, one.expected_at)


async def _open(conn: AsyncConnection, clock: Clock, topic: Topic) -> Incident | None:
    return await incidents.find_open(
        conn, topic.code, facility_id=topic.facility.id if topic.facility else None,
        building=topic.building, since=topic.since(clock), now=clock.now(),
    )  # fmt: skip


async def _earlier(conn: AsyncConnection, clock: Clock, topic: Topic, but: str) -> list[str]:
    """Open reports of the same, by others, that are no voice yet."""
    since = topic.since(clock)
    if topic.facility is not None:
        found = await matters.of_facility(conn, topic.facility.id, OPEN["facility"], since)
        return [ticket_id for ticket_id, account in found if account != but]
    assert topic.building is not None  # noqa: S101 - a topic has one of the two
    reports = await matters.of_building(conn, "repair", topic.building, OPEN["repair"], since)
    homes: dict[str, str] = {}
    for ticket_id, room_id, words in reports:
        if room_id != but and first_fit("incident", "topics", words) == topic.code:
            homes.setdefault(room_id, ticket_id)
    return list(homes.values())


async def insist(ctx: Context, account: Party, no: int) -> Ticket:
    """The resident wants a report of one's own: it is moved and told by itself.

    Raises NotFound for one that is not the household's, Conflict when it is settled.
    """
    async with ctx.db.write() as conn:
        one = await tickets.one_of_party(
            conn, JOINABLE, room_id=account.home.room_id if account.home else None,
            identity_id=account.identity_id, no=no,
        )  # fmt: skip
        tickets.require_state(one, OPEN[one.kind])
        tied = await incidents.of_ticket(conn, one.id)
        if tied is not None:
            await incidents.tie(conn, ctx.clock, tied[0].id, one.id, "own")
    return one


async def expect(
    ctx: Context, incident_id: str, words: str, at: datetime | None, *, staff_id: str,
    version: int, tell: News, also: Also = nothing_more,
) -> Incident:  # fmt: skip
    """Staff say what is done about it and when it should be over; every voice hears it.

    Raises NotFound, Conflict (code `stale`) when it is over or has moved on.
    """
    async with ctx.db.write() as conn:
        one = await _seen(conn, incident_id, version)
        moved = await incidents.move(conn, ctx.clock, one, expected=words, expected_at=at)
        if one.facility_id and (place := await facilities.get(conn, one.facility_id)):
            await facilities.put_state(conn, ctx.clock, place, "repairing", at)
        for ticket in await _joined(conn, incident_id):
            if ticket.state == "new":
                ticket = await tickets.advance(
                    conn, ctx.clock, ticket, "accept", actor=staff_id, state="accepted"
                )
            await tell(conn, moved, ticket)
        await also(conn)
    return moved


async def finish(
    ctx: Context, incident_id: str, words: str, *, staff_id: str, version: int, tell: News,
    also: Also = nothing_more,
) -> Incident:  # fmt: skip
    """It is over: every joined report is settled with it, and hears so."""
    async with ctx.db.write() as conn:
        one = await _seen(conn, incident_id, version)
        moved = await incidents.move(conn, ctx.clock, one, state="done", expected=words)
        for ticket in await _joined(conn, incident_id):
            settled = await tickets.advance(
                conn, ctx.clock, ticket, "done", actor=staff_id, state=SETTLED[ticket.kind],
                note=words,
            )  # fmt: skip
            await tell(conn, moved, settled)
        if one.facility_id and (place := await facilities.get(conn, one.facility_id)):
            left = await matters.open_reports(conn, [place.id], OPEN["facility"])
            if not left:
                await facilities.put_state(conn, ctx.clock, place, "ok", None)
        await also(conn)
    return moved


async def dissolve(
    ctx: Context, incident_id: str, *, version: int, also: Also = nothing_more
) -> Incident:
    """It is not one thing after all: every report goes on by itself."""
    async with ctx.db.write() as conn:
        one = await _seen(conn, incident_id, version)
        for voice in await incidents.voices(conn, incident_id):
            await incidents.tie(conn, ctx.clock, incident_id, voice.ticket_id, "detached")
        await also(conn)
        return await incidents.move(conn, ctx.clock, one, state="dissolved")


async def sort_voice(
    ctx: Context, incident_id: str, ticket_id: str, *, same: bool, version: int, tell: News,
    also: Also = nothing_more,
) -> None:  # fmt: skip
    """Staff say whether a report is of the same thing; one that joins hears so.

    Raises NotFound for a report that is no voice of it, Conflict for one whose resident wants a
    report of one's own, and when the incident has moved on.
    """
    async with ctx.db.write() as conn:
        one = await _seen(conn, incident_id, version)
        state = {v.ticket_id: v.state for v in await incidents.voices(conn, incident_id)}.get(
            ticket_id
        )
        if state is None:
            raise NotFound("no voice of this incident")
        if same and state == "own":
            raise Conflict("its resident wants a report of one's own")
        await incidents.tie(
            conn, ctx.clock, incident_id, ticket_id, "joined" if same else "detached"
        )
        moved = await incidents.move(conn, ctx.clock, one)
        if same and state != "joined":
            await tell(conn, moved, await tickets.get(conn, ticket_id))
        await also(conn)


async def propose(
    ctx: Context, incident_id: str, no: int, *, version: int, also: Also = nothing_more
) -> None:
    """Staff lay an open report beside an incident, to be accepted or not.

    Raises NotFound, BadInput for a kind that cannot join, Conflict when it is settled or bound.
    """
    async with ctx.db.write() as conn:
        one = await _seen(conn, incident_id, version)
        ticket = await tickets.by_no(conn, no)
        if ticket.kind not in JOINABLE:
            raise BadInput("nothing of that kind joins")
        tickets.require_state(ticket, OPEN[ticket.kind])
        tied = await incidents.of_ticket(conn, ticket.id)
        if tied is not None and tied[1] in {*matters.BOUND, "own"} and tied[0].state == "open":
            raise Conflict("it is bound already")
        await incidents.tie(conn, ctx.clock, incident_id, ticket.id, "proposed")
        await incidents.move(conn, ctx.clock, one)
        await also(conn)


async def _seen(conn: AsyncConnection, incident_id: str, version: int) -> Incident:
    one = await incidents.get(conn, incident_id)
    if one.state != "open" or one.version != version:
        raise Conflict("the incident has moved on", code=Code.STALE)
    return one


async def _joined(conn: AsyncConnection, incident_id: str) -> list[Ticket]:
    """The joined tickets that are not settled or withdrawn."""
    found = [
        await tickets.get(conn, voice.ticket_id)
        for voice in await incidents.voices(conn, incident_id)
        if voice.state == "joined"
    ]
    return [one for one in found if one.state in OPEN[one.kind]]
