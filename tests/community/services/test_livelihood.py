"""Livelihood: what fits an age and a wish; nothing that has expired or is far away."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert

from community.registers import Register
from community.services import livelihood
from community.services.livelihood import Question
from community.store.schema import job, school
from tests.community.village import Village

TODAY = date(2025, 11, 3)


async def add_job(village: Village, title: str = "门卫", **more: Any) -> None:
    values = {
        "id": village.next("job"), "title": title, "topics": ["guard"], "employer": "学校",
        "from_age": 40, "to_age": 60, "distance_m": 100, "hours": "夜班", "pay": "2600元",
        "phone": "0000-2", "source": "就业站", "expires_on": TODAY,
    }  # fmt: skip
    async with village.db.write() as conn:
        await conn.execute(insert(job).values(**{**values, **more}))


async def add_school(village: Village, name: str = "托育园", **more: Any) -> None:
    values = {
        "id": village.next("sch"), "name": name, "topics": ["nursery"], "from_months": 6,
        "to_months": 36, "distance_m": 100, "enrols_from": date(2025, 10, 1), "enrols_to": TODAY,
        "advice": "带户口本", "fee": "1800元", "phone": "0000-3", "source": "教育办",
    }  # fmt: skip
    async with village.db.write() as conn:
        await conn.execute(insert(school).values(**{**values, **more}))


@pytest.mark.parametrize(
    ("more", "is_shown"),
    [
        ({}, True),
        ({"expires_on": date(2025, 11, 2)}, False),
        ({"from_age": 50}, True),
        ({"from_age": 51}, False),
        ({"to_age": 50}, True),
        ({"to_age": 49}, False),
        ({"distance_m": 8000}, True),
        ({"distance_m": 8001}, False),
        ({"topics": ["cleaning"]}, False),
    ],
)
async def test_only_jobs_that_fit_and_still_stand_are_shown(
    village: Village, more: dict[str, Any], is_shown: bool
) -> None:
    await add_job(village, **more)
    found = await livelihood.jobs(village.ctx, Question("job", "guard", 50 * 12 + 11))
    assert len(found) == int(is_shown)


@pytest.mark.parametrize(
    ("more", "is_shown"),
    [
        ({}, True),
        ({"enrols_to": date(2025, 11, 2)}, False),
        ({"from_months": 30}, True),
        ({"from_months": 31}, False),
        ({"to_months": 30}, False),
        ({"distance_m": 5001}, False),
        ({"topics": ["primary"]}, False),
    ],
)
async def test_only_schools_that_fit_and_still_enrol_are_shown(
    village: Village, more: dict[str, Any], is_shown: bool
) -> None:
    await add_school(village, **more)
    found = await livelihood.schools(village.ctx, Question("school", "nursery", 30))
    assert len(found) == int(is_shown)


async def test_nearest_first_and_any_topic_or_age_when_none_is_named(village: Village) -> None:
    for title, distance in (("远", 900), ("近", 10)):
        await add_job(village, title, distance_m=distance)
        await add_school(village, title, distance_m=distance)
    jobs = await livelihood.jobs(village.ctx, Question("job", None, None))
    schools = await livelihood.schools(village.ctx, Question("school", None, None))
    assert [one.title for one in jobs] == [one.name for one in schools] == ["近", "远"]


@pytest.mark.parametrize(
    ("topic", "words", "age", "found"),
    [
        ("活", "有没有五十岁能干的活", 600, Question("job", None, 600)),
        ("上小学", "孙子上小学哪天报名", None, Question("school", "primary", None)),
        ("托班", "托班收两岁的不", 24, Question("school", "nursery", 24)),
        ("夜班保安", "夜班保安，六十以下都行的", 720, Question("job", "guard", 720)),
        ("上学", "外孙明年六岁能不能上学", 72, Question("school", "primary", 72)),
        ("", "娃没人看，白天放哪", None, Question("school", None, None)),
        ("", "四十五还能弄啥", 540, Question("job", None, 540)),
        ("", "九岁去哪好", 108, Question("school", "primary", 108)),
        ("", "嗯", None, None),
    ],
)
def test_words_are_understood(
    topic: str, words: str, age: int | None, found: Question | None
) -> None:
    assert livelihood.question(topic, words, age) == found


async def test_register_lists_what_residents_are_told_of(village: Village) -> None:
    await add_job(village)
    await add_job(village, "旧", expires_on=date(2025, 11, 2))
    await add_school(village)
    assert await livelihood.register(village.ctx, TODAY) == Register(
        "岗位和招生", ("名称", "适合", "截止", "电话"),
        (("门卫", "40–60", "2025-11-03", "0000-2"), ("托育园", "0–3", "2025-11-03", "0000-3")),
    )  # fmt: skip
