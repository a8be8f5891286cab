"""Who may see and move a request for help; everybody else's is as an absent one."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import NotFound
from community.services.volunteers import fits
from community.store import helps, volunteers
from community.store.helps import Help
from community.store.identities import Party
from community.store.volunteers import Volunteer


async def of_home(conn: AsyncConnection, account: Party, no: int) -> Help:
    """The home's own request. Raises NotFound."""
    one = await helps.by_no(conn, no)
    if account.home is None or one.room_id != account.home.room_id:
        raise NotFound("no such request")
    return one


async def volunteer(conn: AsyncConnection, account: Party) -> Volunteer:
    """The account's registration. Raises NotFound."""
    found = await volunteers.of_identity(conn, account.identity_id)
    if found is None:
        raise NotFound("no such request")
    return found


async def visible(conn: AsyncConnection, account: Party, no: int) -> Help:
    """A request that this active volunteer may take or has taken. Raises NotFound."""
    one, mine = await helps.by_no(conn, no), await volunteer(conn, account)
    its_helper = one.helper_id == mine.id
    if not its_helper and (mine.state != "active" or not fits(mine, one)):
        raise NotFound("no such request")
    return one


async def taken(conn: AsyncConnection, account: Party, no: int) -> Help:
    """A request that this account helps with. Raises NotFound."""
    one, mine = await helps.by_no(conn, no), await volunteer(conn, account)
    if one.helper_id != mine.id:
        raise NotFound("no such request")
    return one


async def has_left(conn: AsyncConnection, account: Party, one: Help) -> bool:
    """Whether the last that this volunteer did with a request was to give it back."""
    mine = await volunteer(conn, account)
    own = [kind for kind, actor in await helps.history(conn, one.id) if actor == mine.id]
    return own[-1:] == ["posted"]
