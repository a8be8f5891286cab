"""The registers that staff may open: what each service has on a day, and who may look."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import date

from community.context import Context
from community.errors import NotFound
from community.registers import Register
from community.services import (
    access,
    activity,
    appointment,
    facility,
    gov_case,
    grid,
    guide,
    health,
    livelihood,
    meal,
    medication,
    merchant,
    mutual_aid,
    parking,
    release,
    space,
    vote,
    wellbeing,
)
from desk.staff import CARE, CASE_WORKERS, Role, Staff

Keeper = Callable[[Context, date], Awaitable[Register]]


@dataclass(frozen=True)
class Book:
    """One register: its name in addresses, its title, and how a day of it is read."""

    key: str
    title: str
    of_day: Keeper
    roles: Collection[Role] = CASE_WORKERS


BOOKS = (
    Book("appointment", "窗口预约", appointment.register),
    Book("health", "医护上门", health.register, CARE),
    Book("gov_case", "办件", gov_case.register),
    Book("meal", "助餐", meal.register),
    Book("activity", "活动", activity.register),
    Book("medication", "用药提醒", medication.register, CARE),
    Book("wellbeing", "平安", wellbeing.register, CARE),
    Book("access", "开门", access.register),
    Book("space", "场地", space.register),
    Book("release", "放行条", release.register),
    Book("parking", "停车", parking.register),
    Book("vote", "投票", vote.register),
    Book("mutual_aid", "互助", mutual_aid.register),
    Book("merchant", "商家订单", merchant.register),
    Book("livelihood", "工作和上学", livelihood.register),
    Book("facility", "公共设施", facility.register),
    Book("grid", "网格", grid.register),
    Book("guide", "办事指南", guide.register),
)


def books_of(person: Staff) -> list[Book]:
    return [one for one in BOOKS if person.role in one.roles]


def book_of(person: Staff, key: str) -> Book:
    """Raises NotFound for a register that is not there or not for this person's eyes."""
    for one in books_of(person):
        if one.key == key:
            return one
    raise NotFound("no such register")
