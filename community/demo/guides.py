"""The demonstration's library of guides: matters of a district that does not exist."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Any

import yaml
from sqlalchemy.ext.asyncio import AsyncConnection

from community.guides.library import keep
from community.store.guides import Faq, Fee, Guide, Material, Step, eligibility_of
from community.times import Clock

_COUNT = re.compile(r"(原|复)(\d+)|(\d+)张")


@cache
def _data() -> dict[str, Any]:
    text = resources.files("community.demo").joinpath("guides.yml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def demo_guides() -> list[Guide]:
    """The whole library, in the file's order; codes are made up as the matters are."""
    return [_guide(number, row) for number, row in enumerate(_data()["guides"], 1)]


def _guide(number: int, row: dict[str, Any]) -> Guide:
    desk = _data()["desks"].get(row.get("desk"), {})
    online = row.get("online", "")
    return Guide(
        code=f"AN{number:04d}", catalog_code=f"9900{number:08d}", name=row["name"],
        topic=row.get("topic", ""), office=desk.get("dept", ""), place=desk.get("place", ""),
        hours=row.get("hours", _data()["hours"][desk["hours"]]), phone=desk.get("phone", ""),
        complaint_phone="61000000", conditions=row["conditions"], promise_days=row.get("days"),
        is_online=None if not online else not online.startswith("不能"), online=online,
        agent=row.get("agent", ""), effective_on=row.get("effective"),
        cancelled_on=row.get("cancelled"), aliases=row.get("aliases", []),
        materials=[_material(said) for said in row.get("materials", [])],
        fees=[Fee("", row["fee"])] if row.get("fee") else [],
        steps=[Step(said) for said in row.get("steps", [])],
        faqs=[Faq(*pair) for pair in row.get("faqs", [])],
        eligibility=eligibility_of(row.get("eligibility", {})),
    )  # fmt: skip


def _material(said: str) -> Material:
    """`租房合同 原1 复1 @租房住`; `一寸照片 2张`."""
    head, _, case = said.partition(" @")
    name, *counts = head.split(" ")
    found = {kind or "原": int(many or sheets) for kind, many, sheets in
             (one for count in counts for one in _COUNT.findall(count))}  # fmt: skip
    return Material(name, found.get("原", 0), found.get("复", 0), case)


async def fill(conn: AsyncConnection, clock: Clock) -> None:
    """Write the library."""
    for one in demo_guides():
        await keep(conn, one)
