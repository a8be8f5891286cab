"""Notices: which of them concern this home, this topic and this time."""

from __future__ import annotations

from datetime import datetime

from community.context import Context
from community.store import notices
from community.store.identities import Party
from community.store.notices import Notice

TOPICS = {
    "停水": ("停水", "来水", "没水", "供水", "自来水", "断水"),
    "停电": ("停电", "来电", "没电", "供电", "断电", "限电"),
    "停气": ("停气", "燃气", "煤气", "天然气", "通气"),
    "电梯": ("电梯",),
    "供暖": ("暖气", "供暖", "供热", "打压"),
    "施工": ("施工", "维修", "修路", "装修", "工程"),
    "活动": ("活动", "演出", "讲座", "体检", "义诊"),
    "消防": ("消防", "演习", "演练"),
}
OUTAGES = ("停水", "停电", "停气")


def topic_of(words: str) -> str | None:
    """The topic that the words ask about; None when they ask for any news or for two outages."""
    named = [name for name, keys in TOPICS.items() if any(k in words for k in keys)]
    several = len(set(named) & set(OUTAGES)) > 1
    return named[0] if named and not several else None


def concerns(one: Notice, account: Party) -> bool:
    """Whether a notice is for this account's home; without a home, only those for everybody."""
    if one.building is None:
        return True
    home = account.home
    if home is None or home.building != one.building:
        return False
    return one.unit is None or home.unit == one.unit


async def about(
    ctx: Context,
    account: Party,
    *,
    topic: str | None,
    period: tuple[datetime, datetime] | None = None,
) -> list[Notice]:
    """Current notices that fit: what begins soonest first, then what has no time."""
    async with ctx.db.read() as conn:
        found = await notices.current(conn, ctx.clock.now())
    fitting = [
        one
        for one in found
        if concerns(one, account)
        and (topic is None or one.topic == topic)
        and (period is None or _overlaps(one, period))
    ]
    return sorted(
        fitting, key=lambda one: (one.starts_at is None, one.starts_at or one.published_at)
    )


def is_on(one: Notice, now: datetime) -> bool:
    """Whether what it tells of has begun and is not over."""
    begun = one.starts_at is not None and one.starts_at <= now
    return begun and (one.ends_at is None or now < one.ends_at)


def _overlaps(one: Notice, period: tuple[datetime, datetime]) -> bool:
    if one.starts_at is None:
        return True
    begins, ends = period
    over = one.ends_at <= begins if one.ends_at else one.starts_at < begins
    begun = one.starts_at < ends or one.starts_at == begins
    return begun and not over
