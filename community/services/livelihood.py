"""Livelihood: jobs that fit a person, and schools and courses that fit a child or a wish.

What has expired or is too far is never shown; each one says where it comes from.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import yaml

from community.context import Context
from community.labels import label
from community.registers import Register
from community.store import livelihood
from community.store.livelihood import Job, School
from community.times import local

YEAR_MONTHS = 12


@dataclass(frozen=True)
class Question:
    """What is looked for: `side` is job or school, `topic` a code of it or None for any."""

    side: str
    topic: str | None
    age_months: int | None


@cache
def rules() -> dict[str, Any]:
    """The topics, words and distances of `livelihood.yml`."""
    text = (
        resources.files("community.services").joinpath("livelihood.yml").read_text(encoding="utf-8")
    )
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def question(topic: str, words: str, age_months: int | None) -> Question | None:
    """What the words look for; `topic` is what names it in them. None when that stays open."""
    for said in (topic, words):
        found = _topic(said) if said else None
        if found is not None:
            side, code = found
            return Question(side, code or _by_age(side, age_months), age_months)
    if age_months is None:
        return None
    side = "job" if age_months >= rules()["adult_months"] else "school"
    return Question(side, _by_age(side, age_months), age_months)


def _topic(words: str) -> tuple[str, str | None] | None:
    """(side, code) of the longest name in the words; of a general one (side, None)."""
    known = rules()
    named = [
        (len(word), side, code)
        for side, group in (("school", "schools"), ("job", "jobs"))
        for code, said in known[group].items()
        for word in said
        if word in words
    ]
    if named:
        _, side, code = max(named, key=lambda one: one[0])
        return side, code
    for side in ("school", "job"):
        if any(word in words for word in known[f"any_{side}"]):
            return side, None
    return None


def _by_age(side: str, age_months: int | None) -> str | None:
    """The kind of school for an age; None for jobs and without an age."""
    if side == "job" or age_months is None:
        return None
    for code, (first, end) in rules()["by_age_months"].items():
        if first <= age_months < end:
            return str(code)
    return None


async def jobs(ctx: Context, asked: Question) -> list[Job]:
    """The jobs that fit, nearest first: of the topic, for the age, near enough, not expired."""
    async with ctx.db.read() as conn:
        found = await livelihood.jobs(conn, local(ctx.clock.now()).date())
    years = None if asked.age_months is None else asked.age_months // YEAR_MONTHS
    return [
        one
        for one in found
        if one.distance_m <= rules()["job_within_m"]
        and (asked.topic is None or asked.topic in one.topics)
        and (years is None or one.from_age <= years <= one.to_age)
    ]


async def schools(ctx: Context, asked: Question) -> list[School]:
    """The schools and courses that fit, nearest first, whose enrolment is not over."""
    async with ctx.db.read() as conn:
        found = await livelihood.schools(conn, local(ctx.clock.now()).date())
    age = asked.age_months
    return [
        one
        for one in found
        if one.distance_m <= rules()["school_within_m"]
        and (asked.topic is None or asked.topic in one.topics)
        and (age is None or one.from_months <= age < one.to_months)
    ]


async def register(ctx: Context, day: date) -> Register:
    """What residents are told of on a day."""
    async with ctx.db.read() as conn:
        work = await livelihood.jobs(conn, day)
        places = await livelihood.schools(conn, day)
    rows = [
        (one.title, f"{one.from_age}–{one.to_age}", one.expires_on.isoformat(), one.phone)
        for one in work
    ] + [
        (
            one.name,
            f"{one.from_months // YEAR_MONTHS}–{one.to_months // YEAR_MONTHS}",
            one.enrols_to.isoformat(),
            one.phone,
        )
        for one in places
    ]
    head = ("name", "who", "until", "phone")
    return Register(
        label("neighbour_register", "livelihood"),
        tuple(label("neighbour_column", one) for one in head),
        tuple(rows),
    )
