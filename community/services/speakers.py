"""Speakers at home: a new one shows a code, and who enters it says which home it stands in."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from community.context import Context
from community.errors import BadInput, NotFound, TooMany
from community.store import identities, rooms, speakers
from community.store.speakers import Speaker
from community.times import Clock

CODE_LIVES = timedelta(minutes=30)
CODE_DIGITS = 6
MOST_UNBOUND_PER_HOUR = 200
"New devices that may ask for a code: more is somebody's programme"
WINDOW = timedelta(minutes=15)
STRAY_AFTER = timedelta(days=30)
"A speaker that stands in no home and was not seen for so long is forgotten"
GUESSES = 10
"Wrong codes of one member of staff, or of one home, within WINDOW"
NAME_MAX = 20


@dataclass(frozen=True)
class Shown:
    """The code of a speaker that stands in no home yet."""

    code: str
    lives_s: float


async def meet(
    ctx: Context, device_key: str, kind: str, name: str, secret: str | None = None, *,
    account: tuple[str, str] | None = None,
) -> Speaker:  # fmt: skip
    """The speaker of this key, made known if this is its first sign.

    `secret` is what it proves itself with from then on, when its kind has one of its own making;
    only its hash is kept. `account`: channel and key of the account that speaks there; one of
    its own when None. Raises TooMany, BadInput.
    """
    if not 0 < len(device_key) <= 100 or not device_key.isprintable():
        raise BadInput("device key")
    async with ctx.db.read() as conn:
        found = await speakers.by_device(conn, device_key)
    if found is not None:
        return found
    since = ctx.clock.now() - timedelta(hours=1)
    async with ctx.db.write() as conn:
        if account is None:  # a device of its own, that anybody may invent
            if await rooms.guesses_since(conn, f"speakers:{kind}", since) >= MOST_UNBOUND_PER_HOUR:
                raise TooMany("new speakers", retry_after_s=3600)
            await rooms.note_guess(conn, f"speakers:{kind}", ctx.clock.now())
        channel, user_key = account or ("speaker", device_key)
        identity_id = await identities.ensure(conn, ctx.clock, channel, user_key)
        if await speakers.by_device(conn, device_key) is None:
            await speakers.add(
                conn, ctx.clock, device_key=device_key, kind=kind, name=name,
                identity_id=identity_id, secret_hash=secret_hash(secret) if secret else None,
            )  # fmt: skip
        made = await speakers.by_device(conn, device_key)
    assert made is not None  # noqa: S101 - it was just written
    return made


async def show_code(ctx: Context, one: Speaker, client_id: str | None = None) -> Shown:
    """A fresh code that binds the speaker to a home; the one before it no longer does.

    `client_id`: what the speaker that shows it calls itself, for a kind that says so.
    """
    until = ctx.clock.now() + CODE_LIVES
    async with ctx.db.write() as conn:
        await speakers.seen(conn, ctx.clock, one.id)
        for _ in range(20):
            code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
            if await speakers.by_code(conn, ctx.clock, code) is None:
                await speakers.show_code(conn, one.id, code, until, client_id)
                return Shown(code, CODE_LIVES.total_seconds())
    raise TooMany("speaker codes", retry_after_s=60)


async def bind(
    conn: AsyncConnection, clock: Clock, *, code: str, room_id: str, resident_id: str | None,
    name: str | None, guesser: str, may_move: bool,
) -> Speaker | None:  # fmt: skip
    """Put the speaker that shows `code` into a home; `guesser` is who enters it.

    None for a code that no speaker shows, or one of another home unless `may_move`: whoever knows
    its address can make it show a code. The caller commits that too, for the guess is counted.
    Raises TooMany after GUESSES of them, BadInput for a person of another home or a name without
    words.
    """
    key, since = f"speaker-code:{guesser}", clock.now() - WINDOW
    if await rooms.guesses_since(conn, key, since) >= GUESSES:
        raise TooMany("speaker codes", retry_after_s=int(WINDOW.total_seconds()))
    found = await speakers.by_code(conn, clock, code.strip())
    if found is None or (found.room_id not in {None, room_id} and not may_move):
        await rooms.note_guess(conn, key, clock.now())
        return None
    household = await rooms.residents_of(conn, room_id)
    if resident_id is not None and resident_id not in {one.id for one in household}:
        raise BadInput("no such person in this home")
    if resident_id is None and len(household) == 1:
        resident_id = household[0].id
    if resident_id is None and found.room_id == room_id and not may_move:
        resident_id = found.resident_id
    if found.room_id is not None and (found.room_id, found.resident_id) != (room_id, resident_id):
        await unbind(conn, clock, found)
        found = await _known(conn, found.id)
    await identities.bind(conn, clock, found.identity_id, room_id, resident_id)
    await speakers.end_code(conn, found.id)
    if name is not None:
        await speakers.rename(conn, found.id, name_of(name))
    return await _known(conn, found.id)


async def give(
    conn: AsyncConnection, clock: Clock, speaker_id: str, room_id: str, resident_id: str | None
) -> Speaker:
    """Say whose a speaker of this home is; None: its household's together.

    Raises NotFound for a speaker or a person that is not of this home.
    """
    found = await speakers.get(conn, speaker_id)
    if found is None or found.room_id != room_id:
        raise NotFound("no such speaker in this home")
    household = {one.id for one in await rooms.residents_of(conn, room_id)}
    if resident_id is not None and resident_id not in household:
        raise NotFound("no such person in this home")
    if found.resident_id not in {None, resident_id}:
        await unbind(conn, clock, found)
        found = await _known(conn, found.id)
    await identities.bind(conn, clock, found.identity_id, room_id, resident_id)
    return await _known(conn, found.id)


async def _known(conn: AsyncConnection, speaker_id: str) -> Speaker:
    found = await speakers.get(conn, speaker_id)
    assert found is not None  # noqa: S101 - it was just read under its code
    return found


def name_of(text: str) -> str:
    """A name for a speaker. Raises BadInput for one without words, or with too many."""
    name = " ".join(text.split())
    if not name or len(name) > NAME_MAX or not name.isprintable():
        raise BadInput("name of a speaker")
    return name


def secret_hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def proves(one: Speaker, secret: str) -> bool:
    """Whether this is the device's own secret; time tells nothing."""
    return one.secret_hash is not None and hmac.compare_digest(secret_hash(secret), one.secret_hash)


async def unbind(conn: AsyncConnection, clock: Clock, one: Speaker) -> None:
    """The speaker leaves its home; nothing that was said or is to be said there goes with it."""
    await speakers.move(conn, one.id, await identities.succeed(conn, clock, one.identity_id))


async def forget_strays(conn: AsyncConnection, clock: Clock) -> list[str]:
    """Forget the speakers in no home that nobody has seen for STRAY_AFTER, and the habits of pages.

    Returns the conversations of those that had one; those are to be erased as a whole.
    """
    spoken_with, before = [], clock.now() - STRAY_AFTER
    await speakers.forget_pages(conn, before)
    for one in await speakers.strays(conn, before):
        conversation_id = await identities.conversation_of(conn, one.identity_id)
        if conversation_id is not None:
            spoken_with.append(conversation_id)
        else:
            await speakers.remove(conn, one)
    return spoken_with
