"""Guides: which matter a colloquial question means, and what its record says of each aspect."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from community.demo import guides as demo
from community.guides.library import keep
from community.labels import group
from community.services import guide
from community.store import guides as store
from community.store.guides import Faq, Fee, Guide, Material, Step
from tests.community.village import Village

QUESTIONS: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("guide_questions.yml").read_text(encoding="utf-8")
)
LIBRARY = demo.demo_guides()
NAME = {one.code: one.name for one in LIBRARY}
CODE = {one.name: one.code for one in LIBRARY}


@pytest.fixture
async def library(village: Village) -> Village:
    async with village.db.write() as conn:
        await demo.fill(conn, village.clock)
    return village


async def means(library: Village, words: str, matter: str | None = None, **more: Any) -> list[str]:
    found = await guide.meant(library.ctx, words, matter, **more)
    return [NAME[code] for code in found.codes]


async def test_nine_colloquial_questions_of_ten_find_their_matter(library: Village) -> None:
    wrong = []
    for one in QUESTIONS:
        wanted = one["is"] if isinstance(one["is"], list) else [one["is"]]
        found = await means(library, one["ask"], one.get("matter"))
        if sorted(found) != sorted(wanted):
            wrong.append((one["ask"], found))
    assert len(QUESTIONS) >= 60
    assert len(wrong) <= len(QUESTIONS) // 10, wrong


async def test_every_matter_is_found_by_each_of_its_names(library: Village) -> None:
    missed = [
        (name, one.name)
        for one in LIBRARY
        for name in one.names
        if one.name not in await means(library, f"{name}怎么办")
    ]
    assert missed == []


async def test_name_inside_a_longer_one_is_not_meant(library: Village) -> None:
    assert await means(library, "临时身份证怎么办") == ["临时身份证办理"]
    assert await means(library, "身份证丢了") == ["居民身份证补领"]


async def test_matter_that_sounds_alike_is_found_by_its_name_alone(library: Village) -> None:
    assert await means(library, "搞龄津贴咋办", "搞龄津贴") == ["高龄津贴"]
    assert await means(library, "护照多少钱", "护照") == []


async def test_paper_in_the_hand_names_no_matter(library: Village) -> None:
    words = "户口本有，照片没有，行不"
    assert await means(library, words) == ["户口本补办"]
    found = await guide.meant(library.ctx, words, of_papers=True)
    assert not found.is_named
    assert (await guide.meant(library.ctx, "户口本丢了", "户口本", of_papers=True)).is_named


async def test_marks_of_the_search_language_are_only_words(library: Village) -> None:
    for words in (
        '高龄"津贴',
        "高龄* OR (",
        "NEAR(高龄 津贴)",
        "'; DROP TABLE guide; --",
        "",
        "？？",
    ):
        await guide.meant(library.ctx, words)
    assert await means(library, "高龄津贴") == ["高龄津贴"]


@pytest.mark.parametrize(
    ("words", "aspect"),
    [
        ("要带啥材料", "materials"), ("都要拿啥呀", "materials"), ("去哪办", "place"),
        ("上哪嘎达", "place"), ("找谁", "place"), ("几点下班", "hours"), ("周六上班吗", "hours"),
        ("多久能下来", "days"), ("最快几天", "days"), ("收费吗", "fee"), ("工本费多少", "fee"),
        ("什么条件", "conditions"), ("流程是啥", "steps"), ("咨询电话", "phone"),
        ("网上能办吗", "online"), ("能代办吗", "agent"), ("怎么办", None), ("", None),
    ],
)  # fmt: skip
def test_aspect_is_known_by_its_words(words: str, aspect: str | None) -> None:
    assert guide.aspect_of(words) == aspect


WHOLE = Guide(
    code="T1", name="养鸽登记", conditions="住底楼", promise_days=0, place="一号窗口",
    hours="上午", phone="61000099", is_online=False, agent="可以",
    materials=[Material("身份证", 1, 1), Material("一寸照片", 2), Material("委托书", 1, 0, "别人代办")],
    fees=[Fee("", "10元")], steps=[Step("交材料"), Step("领证")],
    faqs=[Faq("鸽子要打疫苗吗", "要打"), Faq("什么时候换证", "三年一换")],
)  # fmt: skip


def test_each_aspect_is_the_record_and_no_more() -> None:
    assert {aspect: guide.lines(WHOLE, aspect) for aspect in guide.ASPECTS} == {
        "materials": ["身份证原件和复印件1份", "一寸照片2张", "委托书原件（别人代办才要）"],
        "place": ["一号窗口"], "hours": ["上午"], "days": ["当场就能办"], "fee": ["10元"],
        "conditions": ["住底楼"], "steps": ["交材料", "领证"], "phone": ["61000099"],
        "online": ["不能网上办，要到窗口"], "agent": ["可以"],
    }  # fmt: skip
    assert set(guide.ASPECTS) == set(group("guide_aspect"))


def test_nothing_is_made_up_for_what_is_not_stored() -> None:
    bare = Guide(code="T2", name="养鸭登记")
    assert guide.gaps(bare) == list(guide.ASPECTS)
    assert guide.gaps(WHOLE) == []
    assert guide.days_words(15) == "15个工作日"


def test_stored_answer_is_given_to_its_own_question() -> None:
    assert guide.answer_to(WHOLE, "养鸽子的，鸽子打疫苗不打") == "要打"
    assert guide.answer_to(WHOLE, "要带什么材料") is None


@pytest.mark.parametrize(
    ("effective", "cancelled", "standing"),
    [
        (None, None, "current"), (date(2025, 11, 3), None, "current"),
        (date(2025, 11, 4), None, "not_yet"), (None, date(2025, 11, 3), "cancelled"),
        (None, date(2025, 11, 4), "current"),
    ],
)  # fmt: skip
async def test_matter_stands_between_its_dates(
    village: Village, effective: date | None, cancelled: date | None, standing: str
) -> None:
    one = Guide(code="T3", name="养鹅登记", effective_on=effective, cancelled_on=cancelled)
    assert guide.standing(one, guide.today(village.ctx)) == standing


async def test_record_comes_back_as_it_was_put_and_replaces_the_old_one(village: Village) -> None:
    for one in (WHOLE, Guide(code="T1", name="养鸽备案", eligibility=LIBRARY[0].eligibility)):
        async with village.db.write() as conn:
            await keep(conn, one)
        assert await guide.find(village.ctx, "T1") == one
    assert (await guide.meant(village.ctx, "养鸽备案怎么办")).codes == ["T1"]
    async with village.db.read() as conn:
        assert await store.search(conn, ["身份证"]) == []


async def test_age_alone_means_the_matter_that_is_marked_for_it(library: Village) -> None:
    found = [await guide.assumed(library.ctx, age) for age in (64, 65)]
    assert [one and one.name for one in found] == [None, "高龄津贴"]


async def test_register_shows_what_stands_and_what_is_missing(library: Village) -> None:
    listed = await guide.register(library.ctx, date(2025, 6, 30))
    assert listed.columns == ("事项", "部门", "地点", "电话", "版本", "状态", "缺少的内容")
    rows = {row[0]: row[1:] for row in listed.rows}
    assert len(rows) == len(LIBRARY)
    assert rows["购房补贴"][4:] == ("已停办", "代办")
    assert rows["居家养老服务补贴"] == (
        "安宁街道民政办", "社区政务服务站3号窗口", "61000003", "1", "在办",
        "办公时间、办理时限、费用、网上办理、代办",
    )  # fmt: skip


def test_demonstration_has_forty_matters_two_of_them_over() -> None:
    assert len(LIBRARY) >= 40
    assert sum(guide.standing(one, date(2025, 11, 3)) == "cancelled" for one in LIBRARY) == 2
    assert all(one.office and one.phone and one.place for one in LIBRARY)
