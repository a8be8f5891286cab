"""绑定音箱 123456: a resident enters the code that a new speaker says, by plain words before the engine."""

from __future__ import annotations

import re

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.choices import gateway_payload
from bot.phrases import phrase
from community.errors import NotFound, TooMany
from community.services import access, speakers
from community.store import identities, rooms
from community.store.identities import Party
from community.store.speakers import Speaker
from community.times import Clock
from conversation import audit
from conversation.messages import Draft
from language.phones import spell_digits

GIVE = "give_speaker"
"The act of whoever says whose a speaker is"
MOST_NAMES = 8
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


async def bind(conn: AsyncConnection, clock: Clock, conversation_id: str, code: str) -> Draft:
    """Put the speaker into the home of whoever wrote; returns what they are told, or asked."""
    account = await identities.party(conn, conversation_id)
    if account is not None and access.is_shared(account):
        return Draft(phrase("speaker.not_here"))
    if account is None or account.home is None:
        return Draft(phrase("speaker.no_home"))
    try:
        bound = await speakers.bind(
            conn, clock, code=code, room_id=account.home.room_id, resident_id=None, name=None,
            guesser=account.identity_id, may_move=False,
        )  # fmt: skip
    except TooMany:
        return Draft(phrase("speaker.too_many"))
    if bound is None:
        return Draft(phrase("speaker.wrong_code"))
    await _seal(conn, clock, account, bound)
    told = phrase("speaker.bound", home=account.home.label)
    household = await rooms.residents_of(conn, account.home.room_id)
    if len(household) < 2:
        return Draft(told)
    of_one = [(one.name, _payload(bound, one.id)) for one in household[:MOST_NAMES]]
    together = (phrase("speaker.together"), _payload(bound, None))
    return Draft(told + phrase("speaker.whose"), (*of_one, together))


async def give(
    conn: AsyncConnection, clock: Clock, conversation_id: str, details: dict[str, object]
) -> Draft:
    """Note whose the speaker is that was asked about; returns what is said to it."""
    account = await identities.party(conn, conversation_id)
    if account is None or account.home is None or access.is_shared(account):
        return Draft(phrase("speaker.no_home"))
    whose = details["resident"]
    try:
        one = await speakers.give(
            conn, clock, str(details["speaker"]), account.home.room_id,
            str(whose) if whose else None,
        )  # fmt: skip
    except NotFound:
        return Draft(phrase("speaker.has_left"))
    await _seal(conn, clock, account, one)
    if one.person is None:
        return Draft(phrase("speaker.shared"))
    return Draft(phrase("speaker.given", name=one.person))


def _payload(one: Speaker, resident_id: str | None) -> str:
    return gateway_payload(GIVE, speaker=one.id, resident=resident_id)


async def _seal(conn: AsyncConnection, clock: Clock, account: Party, one: Speaker) -> None:
    await audit.record(
        conn, clock, actor="resident", act="speaker.bind", obj=one.id,
        detail={"room": one.room_id, "resident": one.resident_id, "by": account.identity_id},
    )  # fmt: skip
