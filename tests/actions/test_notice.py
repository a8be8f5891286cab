"""Notices: told with their time, for one's own building, and an honest none."""

from __future__ import annotations

from datetime import datetime

import pytest

from actions.notice import ActionNoticeQuery
from actions.offers import ActionAnswerOffer
from actions.repair import ValidateRepairForm
from community.times import SHANGHAI
from tests.actions.stage import Stage, entity
from tests.community.village import Village


@pytest.fixture
async def outages(village: Village) -> None:
    def at(hour: int) -> datetime:
        return datetime(2025, 11, 4, hour, tzinfo=SHANGHAI)

    await village.notice("3号楼停水", building=3, starts=at(9), ends=at(17))
    await village.notice("13号楼停水", building=13, starts=at(9))
    await village.notice("义诊", "活动", starts=at(10))
    await village.notice("新规定", "其他")


async def ask(stage: Stage, words: str, *entities: dict[str, str]) -> list[str]:
    """The titles that are told, else the response that says there are none."""
    stage.hear(words, "query_notice", *entities)
    await stage.run(ActionNoticeQuery())
    return [m.get("title") or m["response"] for m in stage.messages]


@pytest.mark.usefixtures("outages")
async def test_outage_of_the_own_building_is_told_with_its_time(stage: Stage) -> None:
    assert await ask(stage, "明天停水不", entity("time", "明天")) == ["3号楼停水"]
    assert stage.values("utter_notice_one")["time"] == "11月4日 09:00到17:00"
    assert await ask(stage, "有啥通知") == ["3号楼停水", "义诊", "新规定"]
    assert [m["time"] for m in stage.messages[1:]] == ["11月4日 10:00开始", "11月3日 08:05发布"]


@pytest.mark.usefixtures("outages")
async def test_other_day_or_topic_is_an_honest_none(stage: Stage) -> None:
    assert await ask(stage, "后天停水不", entity("time", "后天")) == ["utter_notice_none_topic"]
    assert stage.values("utter_notice_none_topic") == {"topic": "停水", "time": "后天全天"}
    assert await ask(stage, "停电吗") == ["utter_notice_none_topic"]


@pytest.mark.usefixtures("outages")
async def test_account_without_a_home_hears_what_is_for_all_and_how_to_hear_more(
    unbound: Stage,
) -> None:
    assert await ask(unbound, "停水吗") == ["utter_notice_none_topic"]
    assert await ask(unbound, "有什么活动") == ["义诊", "utter_notice_bind_for_yours"]


async def test_without_any_notice_that_is_said(stage: Stage) -> None:
    assert await ask(stage, "有啥通知") == ["utter_notice_none"]


@pytest.mark.usefixtures("outages")
@pytest.mark.parametrize("words", ["我家停水了", "怎么没水了", "突然停电了", "屋里没电"])
async def test_outage_that_nobody_announced_for_now_leads_to_a_report(
    stage: Stage, words: str
) -> None:
    await ask(stage, words)
    assert (stage.said, stage.asked) == (["utter_notice_none_now"], True)
    stage.hear("要", "affirm")
    (followup,) = [e for e in await stage.run(ActionAnswerOffer()) if e["event"] == "followup"]
    assert followup["name"] == "repair_form"
    await stage.run(ValidateRepairForm())
    assert stage.known("repair")["fault"] == words


@pytest.mark.usefixtures("outages")
async def test_no_to_the_report_forgets_it(stage: Stage) -> None:
    await ask(stage, "我家停水了")
    assert stage.known("repair") == {}
    stage.hear("不用", "deny")
    await stage.run(ActionAnswerOffer())
    assert (stage.said, stage.known("repair")) == (["utter_all_right"], {})


@pytest.mark.usefixtures("outages")
async def test_outage_that_is_announced_for_now_is_told(stage: Stage, village: Village) -> None:
    village.clock.advance(20 * 3600)
    assert await ask(stage, "我家停水了") == ["3号楼停水"]
