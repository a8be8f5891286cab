"""绑定音箱 123456: a resident enters the code that a new speaker says, by plain words before the engine."""

from __future__ import annotations

import re

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.phrases import phrase
from community.errors import TooMany
from community.services import access, speakers
from community.store import identities
from community.times import Clock
from conversation import audit
from language.phones import spell_digits

_ABOUT_SPEAKER = re.compile("音箱|音响|喇叭|小智|设备")
_BIND = re.compile("绑定|登记|激活|验证码|配对|添加|号码|数字")
_GAP = re.compile(r"(?<=\d)[\s，,、-]+(?=\d)")
_CODE = re.compile(r"(?<!\d)(\d{6})(?!\d)")


def code_in(text: str) -> str | None:
    """The code, when these words bind a speaker with one."""
    if not (_ABOUT_SPEAKER.search(text) and _BIND.search(text)):
        return None
    found = _CODE.search(_GAP.sub("", spell_digits(text).text))
    return found.group(1) if found else None


async def bind(conn: AsyncConnection, clock: Clock, conversation_id: str, code: str) -> str:
    """Put the speaker into the home of whoever wrote; returns what they are told."""
    account = await identities.party(conn, conversation_id)
    if account is not None and access.is_shared(account):
        return phrase("speaker.not_here")
    if account is None or account.home is None:
        return phrase("speaker.no_home")
    try:
        bound = await speakers.bind(
            conn, clock, code=code, room_id=account.home.room_id, resident_id=None, name=None,
            guesser=account.identity_id, may_move=False,
        )  # fmt: skip
    except TooMany:
        return phrase("speaker.too_many")
    if bound is None:
        return phrase("speaker.wrong_code")
    await audit.record(
        conn, clock, actor="resident", act="speaker.bind", obj=bound.id,
        detail={"room": account.home.room_id, "by": account.identity_id},
    )  # fmt: skip
    return phrase("speaker.bound", home=account.home.label)
