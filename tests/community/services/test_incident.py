"""Known incidents: a building's outage that many report, and what staff make of the voices."""

from __future__ import annotations

from typing import Any

import pytest

from community.errors import BadInput, Code, Conflict, NotFound, StoreError
from community.labels import group
from community.services import facility, incident, matter, repair
from community.services.incident import Known
from community.services.public import table
from community.store.identities import Party
from community.store.schema import incident as incident_table
from community.store.schema import ticket
from community.store.tickets import Ticket
from tests.community import public
from tests.community.public import broken
from tests.community.village import Village


@pytest.fixture(autouse=True)
async def facilities(village: Village) -> None:
    await public.built(village)


async def other_home(village: Village, building: int, number: str) -> Party:
    home = await village.home(building, 1, number, code=f"{building}{number}")
    return await village.account(home)


async def no_water(village: Village, account: Party, words: str = "家里没水了") -> Ticket:
    known = await repair.known(village.ctx, account, words)
    return await repair.create(
        village.ctx, account, turn_id=village.next("turn"), description=words, place=None,
        phone=None, appointment=None, voice="joined" if known else "proposed",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("家里没水了", "water"), ("一滴水都没有", "water"), ("水压太小", "water"),
        ("没热水", "hot_water"), ("停电了", "power"), ("屋头没得电", "power"),
        ("暖气不热", "heating"), ("上不了网", "network"),
        ("水管漏水", None), ("厨房水池堵了", None), ("没电视信号", None), ("电梯停了", None),
        ("马桶没有水箱盖", None),
    ],
)  # fmt: skip
def test_only_what_a_building_may_be_without_is_a_topic(words: str, code: str | None) -> None:
    topic = incident.of_repair(words, 3)
    assert (topic.code if topic else None) == code


def test_every_topic_has_words() -> None:
    assert set(table("incident")["topics"]) == set(group("incident_topic"))


async def test_third_home_of_a_building_hears_that_it_is_known(
    village: Village, wang: Party, neighbour: Party
) -> None:
    third, elsewhere = await other_home(village, 3, "301"), await other_home(village, 5, "301")
    await no_water(village, wang)
    assert await repair.known(village.ctx, neighbour, "停水了吗，没水") is None
    await no_water(village, neighbour, "一滴水都没有")
    assert await village.count(incident_table) == 0
    title = "3号楼没有水"
    assert await repair.known(village.ctx, third, "没水") == Known(title, 2, "", None)
    assert await repair.known(village.ctx, third, "没电了") is None
    assert await repair.known(village.ctx, elsewhere, "没水") is None
    await no_water(village, third)
    assert await public.voices(village) == {1001: "proposed", 1002: "proposed", 1003: "joined"}
    assert (await public.the_incident(village)).title == title


async def test_one_home_that_reports_twice_is_one(
    village: Village, wang: Party, neighbour: Party
) -> None:
    await no_water(village, wang)
    await no_water(village, wang, "还是没水")
    assert await repair.known(village.ctx, neighbour, "没水") is None


async def test_burst_pipe_is_never_laid_to_the_rest(
    village: Village, wang: Party, neighbour: Party
) -> None:
    third = await other_home(village, 3, "301")
    await no_water(village, wang)
    await no_water(village, neighbour)
    assert await repair.known(village.ctx, third, "爆管了，没水") is None
    await no_water(village, third, "爆管了，没水")
    assert await village.count(incident_table) == 0


async def test_expectation_reaches_every_joined_voice_and_moves_it(
    village: Village, wang: Party, neighbour: Party
) -> None:
    first, _ = await broken(village, wang)
    await broken(village, neighbour)
    at = village.clock.now() + public.hours(3)
    assert await public.expected(village, "在换控制板", at) == ["1001 accepted", "1002 accepted"]
    (mine,) = await matter.mine(village.ctx, wang)
    assert (mine.expected, mine.expected_at) == ("在换控制板", at)
    (lift,) = await facility.meant(village.ctx, wang, "3号楼2单元电梯")
    assert (lift.state, lift.until) == ("repairing", at)
    with pytest.raises(Conflict):
        await matter.staff_act(village.ctx, first.id, "done", staff_id="staff_chen", version=2)


async def test_end_settles_every_joined_voice_and_no_withdrawn_one(
    village: Village, wang: Party, neighbour: Party, stranger: Party
) -> None:
    await broken(village, wang)
    await broken(village, neighbour)
    gone, _ = await broken(village, stranger)
    await matter.withdraw(village.ctx, stranger, gone.no, turn_id="w")
    assert await public.finished(village) == ["1001 done", "1002 done"]
    assert (await public.the_incident(village)).state == "done"
    assert (await village.now(gone)).state == "withdrawn"
    (mine,) = await matter.mine(village.ctx, wang)
    assert (mine.answer, mine.expected) == ("换好了", "")
    (lift,) = await facility.meant(village.ctx, wang, "3号楼2单元电梯")
    assert lift.state == "ok"
    assert await facility.known(village.ctx, stranger, "lift_3_2") is None


async def test_repairs_close_with_the_outage_and_can_be_reopened(
    village: Village, wang: Party, neighbour: Party
) -> None:
    third = await other_home(village, 3, "301")
    for account in (wang, neighbour, third):
        made = await no_water(village, account)
    assert await public.finished(village, "水来了") == [f"{made.no} closed"]
    again = await repair.reopen(village.ctx, third, made.no, "还是没水", turn_id="r")
    assert again.state == "pending"


async def nothing(*_: Any) -> None:
    """Nobody needs to hear of it."""


async def test_staff_take_a_proposed_voice_in_or_let_it_go(
    village: Village, wang: Party, neighbour: Party
) -> None:
    third = await other_home(village, 3, "301")
    made = [await no_water(village, account) for account in (wang, neighbour, third)]
    told: list[int] = []

    async def tell(_conn: Any, _one: Any, moved: Ticket) -> None:
        told.append(moved.no)

    for one, same in ((made[0], True), (made[1], False)):
        seen = await public.the_incident(village)
        await incident.sort_voice(
            village.ctx, seen.id, one.id, same=same, version=seen.version, tell=tell
        )
    states = {made[0].no: "joined", made[1].no: "detached", made[2].no: "joined"}
    assert (told, await public.voices(village)) == ([made[0].no], states)


async def test_what_residents_want_alone_staff_do_not_take_in(
    village: Village, wang: Party, neighbour: Party
) -> None:
    await broken(village, wang)
    made, _ = await broken(village, neighbour, own=True)
    one = await public.the_incident(village)
    for ticket_id, error in ((made.id, Conflict), ("tkt_none", NotFound)):
        with pytest.raises(error):
            await incident.sort_voice(
                village.ctx, one.id, ticket_id, same=True, version=one.version, tell=nothing
            )


async def test_staff_lay_an_open_report_beside_an_incident(
    village: Village, wang: Party, neighbour: Party
) -> None:
    await broken(village, wang)
    await broken(village, neighbour)
    other, _ = await broken(village, wang, "灯黑了", "garden")
    event = await public.disorder(village, wang)
    one = await public.the_incident(village)
    await incident.propose(village.ctx, one.id, other.no, version=one.version)
    assert (await public.voices(village))[other.no] == "proposed"
    one = await public.the_incident(village)
    for no, error in ((event.no, BadInput), (other.no, Conflict), (9999, NotFound)):
        with pytest.raises(error):
            await incident.propose(village.ctx, one.id, no, version=one.version)


async def test_incident_that_is_none_leaves_every_report_by_itself(
    village: Village, wang: Party, neighbour: Party
) -> None:
    first, _ = await broken(village, wang)
    await broken(village, neighbour)
    one = await public.the_incident(village)
    await incident.dissolve(village.ctx, one.id, version=one.version)
    assert await public.voices(village) == {1001: "detached", 1002: "detached"}
    moved = await matter.staff_act(
        village.ctx, first.id, "done", staff_id="staff_chen", version=1, note="修好了"
    )
    assert moved.state == "done"


async def test_moves_under_an_old_version_change_nothing(
    village: Village, wang: Party, neighbour: Party
) -> None:
    await broken(village, wang)
    made, _ = await broken(village, neighbour)
    one = await public.the_incident(village)
    await public.expected(village, "在修")
    moves = (
        incident.expect(village.ctx, one.id, "x", None, staff_id="s", version=1, tell=nothing),
        incident.finish(village.ctx, one.id, "x", staff_id="s", version=1, tell=nothing),
        incident.dissolve(village.ctx, one.id, version=1),
        incident.propose(village.ctx, one.id, made.no, version=1),
    )
    for move in moves:
        with pytest.raises(Conflict) as stale:
            await move
        assert stale.value.code is Code.STALE
    assert await village.count(ticket) == 2


async def test_move_whose_audit_entry_cannot_be_written_did_not_happen(
    village: Village, wang: Party, neighbour: Party
) -> None:
    await broken(village, wang)
    made, _ = await broken(village, neighbour)
    one = await public.the_incident(village)
    before = await public.voices(village)

    async def full(conn: Any) -> None:
        raise StoreError("disk full")

    at = {"version": one.version, "also": full}
    moves = (
        incident.expect(village.ctx, one.id, "x", None, staff_id="s", tell=nothing, **at),
        incident.finish(village.ctx, one.id, "x", staff_id="s", tell=nothing, **at),
        incident.dissolve(village.ctx, one.id, **at),
        incident.sort_voice(village.ctx, one.id, made.id, same=True, tell=nothing, **at),
        facility.put_state(village.ctx, "lift_3_2", "faulty", until=None, version=1, also=full),
    )
    for move in moves:
        with pytest.raises(StoreError):
            await move
    assert await public.the_incident(village) == one
    assert await public.voices(village) == before
