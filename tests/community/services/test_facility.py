"""Facilities: which one is meant, how it stands, and one fault that many report."""

from __future__ import annotations

import pytest

from community.errors import BadInput, Code, Conflict, NotFound
from community.labels import group
from community.services import facility, incident, matter
from community.services.public import table
from community.store.identities import Party
from community.store.schema import incident as incident_table
from community.store.schema import ticket
from tests.community import public
from tests.community.public import broken
from tests.community.services.sentences import said
from tests.community.village import Village


@pytest.fixture(autouse=True)
async def facilities(village: Village) -> None:
    await public.built(village)


async def ids(village: Village, account: Party, words: str) -> list[str]:
    return [one.id for one in await facility.meant(village.ctx, account, words)]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("电梯好了没", ["lift_3_2"]),
        ("五号楼2号电梯好了没", ["lift_5_2"]),
        ("三号楼一单元的电梯还停着吗", ["lift_3_1"]),
        ("5号楼电梯", ["lift_5_1", "lift_5_2"]),
        ("13号楼电梯修好了吗", []),
        ("花园的灯瞎了", ["garden"]),
        ("广场路灯不亮", ["square"]),
        ("小花园那边路灯里电线露出来了", ["garden"]),
        ("路灯不亮", ["garden", "square"]),
        ("楼道灯不亮", []),
        ("充电桩有空位没", ["chargers"]),
        ("汗蒸房收费吗", []),
        ("我说的是3号楼2单元电梯", ["lift_3_2"]),
    ],
)  # fmt: skip
async def test_words_mean_what_is_registered_at_the_place_or_at_home(
    village: Village, wang: Party, words: str, meant: list[str]
) -> None:
    assert await ids(village, wang, words) == meant


async def test_without_a_home_every_lift_may_be_meant(village: Village, stranger: Party) -> None:
    assert await ids(village, stranger, "电梯好了没") == [
        "lift_3_1", "lift_3_2", "lift_5_1", "lift_5_2",
    ]  # fmt: skip


def test_kinds_have_words_and_most_sentences_name_one() -> None:
    assert set(table("facility")["kinds"]) | {"other"} == set(group("facility_kind"))
    sentences = said("facility", "report_facility")
    unnamed = [words for words in sentences if facility.kind_of(words) is None]
    assert (len(sentences) > 150, len(unnamed) < len(sentences) // 20) == (True, True)


@pytest.mark.parametrize(
    ("words", "urgency"),
    [
        ("那个插座露着铜", "critical"), ("井盖一踩就翻", "critical"), ("电梯门夹人", "critical"),
        ("2号电梯停了", "high"), ("道闸抬不起来", "high"), ("路灯不亮", "normal"),
        ("棋盘磨没了，不急", "low"),
    ],
)  # fmt: skip
def test_danger_comes_first_and_a_trifle_last(words: str, urgency: str) -> None:
    assert facility.urgency_of(words) == urgency


async def test_first_report_is_a_matter_of_its_own_that_can_be_asked_about(
    village: Village, wang: Party, household: Party, neighbour: Party
) -> None:
    made, known = await broken(village, wang)
    assert (made.no, made.kind, made.state, made.place, known) == (
        1001, "facility", "new", "3号楼2单元电梯", None,
    )  # fmt: skip
    assert made.due_at == village.clock.now() + public.hours(4)
    assert [one.ticket.no for one in await matter.mine(village.ctx, household)] == [1001]
    with pytest.raises(NotFound):
        await matter.find(village.ctx, neighbour, 1001)
    (standing,) = await facility.standing(
        village.ctx, await facility.meant(village.ctx, wang, "3号楼2单元电梯")
    )
    assert (standing.works, standing.reports, standing.facility.state) == (False, 1, "ok")


async def test_turn_that_runs_again_files_nothing_more(village: Village, wang: Party) -> None:
    for _ in range(2):
        made, _ = await facility.report(
            village.ctx, wang, turn_id="t", words="电梯停了", place=None, facility_id="lift_3_2"
        )
    assert (made.no, await village.count(ticket)) == (1001, 1)


async def test_next_reporter_joins_what_is_known_and_keeps_a_number(
    village: Village, wang: Party, neighbour: Party, stranger: Party
) -> None:
    await broken(village, wang)
    assert (await facility.known(village.ctx, neighbour, "lift_3_2")) is not None
    made, known = await broken(village, neighbour, "电梯不动")
    assert known == incident.Known("3号楼2单元电梯", 1, "", None)
    assert (made.no, await public.voices(village)) == (1002, {1001: "joined", 1002: "joined"})
    await public.expected(village, "师傅在路上")
    _, known = await broken(village, stranger, "电梯坏了")
    assert known == incident.Known("3号楼2单元电梯", 2, "师傅在路上", None)
    assert await village.count(incident_table) == 1


async def test_household_is_told_of_its_own_report_and_never_known_from_itself(
    village: Village, wang: Party, household: Party
) -> None:
    made, _ = await broken(village, wang)
    assert await facility.mine_on(village.ctx, household, "lift_3_2") == made
    assert await facility.known(village.ctx, wang, "lift_3_2") is None
    assert await facility.mine_on(village.ctx, wang, "lift_3_1") is None


async def test_what_staff_know_of_is_known_without_a_report(village: Village, wang: Party) -> None:
    until = village.clock.now() + public.hours(5)
    await facility.put_state(village.ctx, "lift_3_2", "repairing", version=1, until=until)
    made, known = await broken(village, wang)
    assert known == incident.Known("3号楼2单元电梯", 0, "", until)
    assert await public.voices(village) == {made.no: "joined"}


async def test_report_of_ones_own_is_never_swallowed(
    village: Village, wang: Party, neighbour: Party
) -> None:
    await broken(village, wang)
    made, known = await broken(village, neighbour, "电梯门夹箱子，另一个毛病", own=True)
    assert (made.state, known) == ("new", None)
    assert await public.voices(village) == {1001: "joined", 1002: "own"}
    assert await public.finished(village) == ["1001 done"]
    assert (await village.now(made)).state == "new"


async def test_joined_report_becomes_ones_own_on_demand(
    village: Village, wang: Party, neighbour: Party
) -> None:
    await broken(village, wang)
    made, _ = await broken(village, neighbour)
    with pytest.raises(NotFound):
        await incident.insist(village.ctx, wang, made.no)
    assert (await incident.insist(village.ctx, neighbour, made.no)).id == made.id
    assert await public.voices(village) == {1001: "joined", 1002: "own"}


async def test_dangerous_one_is_looked_at_by_itself_and_laid_beside_the_rest(
    village: Village, wang: Party, neighbour: Party
) -> None:
    await broken(village, wang)
    made, known = await broken(village, neighbour, "电梯门夹人")
    assert (made.urgency, known) == ("critical", None)
    assert await public.voices(village) == {1001: "joined", 1002: "proposed"}


async def test_old_report_makes_nothing_known(
    village: Village, wang: Party, neighbour: Party
) -> None:
    await broken(village, wang)
    village.clock.advance(169 * 3600)
    assert await facility.known(village.ctx, neighbour, "lift_3_2") is None


async def test_place_that_is_in_no_register_is_filed_as_it_was_said(
    village: Village, stranger: Party
) -> None:
    made, known = await facility.report(
        village.ctx, stranger, turn_id="t", words="凉亭的长椅腿断了", place="凉亭", facility_id=None
    )
    assert (made.place, made.room_id, known) == ("凉亭", None, None)
    (mine,) = await matter.mine(village.ctx, stranger)
    assert (mine.detail.category, mine.detail.facility_id) == ("seat", None)


async def test_facility_that_there_is_not_cannot_be_reported(village: Village, wang: Party) -> None:
    with pytest.raises(BadInput):
        await broken(village, wang, where="lift_99")


async def test_facility_follows_its_reports(village: Village, wang: Party) -> None:
    made, _ = await broken(village, wang)
    for act, version, state in (("accept", 1, "repairing"), ("done", 2, "ok")):
        await matter.staff_act(village.ctx, made.id, act, staff_id="staff_chen", version=version)
        (one,) = await facility.meant(village.ctx, wang, "3号楼2单元电梯")
        assert one.state == state


async def test_state_is_put_under_the_version_that_was_seen(village: Village) -> None:
    until = village.clock.now() + public.hours(5)
    one = await facility.put_state(village.ctx, "garden", "faulty", version=1, until=until)
    assert (one.state, one.until) == ("faulty", until)
    one = await facility.put_state(village.ctx, "garden", "ok", version=2, until=until)
    assert (one.state, one.until) == ("ok", None)
    with pytest.raises(Conflict) as stale:
        await facility.put_state(village.ctx, "garden", "ok", version=2, until=None)
    assert stale.value.code is Code.STALE
    with pytest.raises(NotFound):
        await facility.put_state(village.ctx, "nothing", "ok", version=1, until=None)
    with pytest.raises(BadInput):
        await facility.put_state(village.ctx, "garden", "gone", version=3, until=None)


async def test_register_tells_how_everything_stands(village: Village, wang: Party) -> None:
    await broken(village, wang)
    register = await facility.register(village.ctx, village.clock.now().date())
    assert register.title == "公共设施"
    assert ("3号楼2单元电梯", "3号楼2单元电梯", "", "能用", "", "1") in register.rows
    assert len(register.rows) == len(public.FACILITIES)
