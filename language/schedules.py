"""A regimen: on which days and at which times a medicine is due, the next time, and how it is said."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any


@dataclass(frozen=True)
class Regimen:
    """When a medicine is due.

    `times`: minutes after midnight, in their order, at least one. `every_days`: 1 is each day, 2
    every other. `weekdays`: 0 is Monday; empty is any day. `for_days`: how long, None without end.
    """

    times: tuple[int, ...]
    every_days: int = 1
    weekdays: tuple[int, ...] = ()
    for_days: int | None = None

    def next_after(self, moment: datetime, starts_on: date) -> datetime | None:
        """The first time that is due after `moment`, in its zone; None when the course is over."""
        day = max(moment.date(), starts_on)
        for _ in range(max(self.every_days, 7) + 2):
            if self.for_days is not None and (day - starts_on).days >= self.for_days:
                return None
            if self._is_due_on(day, starts_on):
                for minutes in self.times:
                    due = datetime.combine(day, time(), moment.tzinfo) + timedelta(minutes=minutes)
                    if due > moment:
                        return due
            day += timedelta(days=1)
        return None

    def _is_due_on(self, day: date, starts_on: date) -> bool:
        if self.weekdays:
            return day.weekday() in self.weekdays
        return (day - starts_on).days % self.every_days == 0

    def as_dict(self) -> dict[str, Any]:
        """As it is stored: lists and whole numbers."""
        return asdict(self)

    @staticmethod
    def of(stored: dict[str, Any]) -> Regimen:
        """The inverse of `as_dict`, also after a journey through JSON."""
        lists = {name: tuple(stored[name]) for name in ("times", "weekdays")}
        return Regimen(every_days=stored["every_days"], for_days=stored["for_days"], **lists)


def say_clock(minutes: int) -> str:
    """早上8点, 中午12点半, 晚上6点半, as one says it."""
    hour, minute = divmod(minutes, 60)
    words = ((6, "凌晨"), (11, "早上"), (13, "中午"), (18, "下午"), (24, "晚上"))
    part = next(word for end, word in words if hour < end)
    spoken = hour if hour <= 12 else hour - 12
    tail = {0: "", 30: "半"}.get(minute, f"{minute:02d}分")
    return f"{part}{spoken}点{tail}"


def say_regimen(regimen: Regimen) -> str:
    """每天早上8点、晚上8点; 每周一、三、五早上8点; 每2天早上8点，吃5天."""
    if regimen.weekdays:
        days = "每周" + "、".join("一二三四五六日"[day] for day in regimen.weekdays)
    elif regimen.every_days == 7:
        days = "每7天"
    else:
        days = "每天" if regimen.every_days == 1 else f"每{regimen.every_days}天"
    course = f"，吃{regimen.for_days}天" if regimen.for_days else ""
    return days + "、".join(say_clock(at) for at in regimen.times) + course
