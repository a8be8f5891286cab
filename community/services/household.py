"""For which home an account may arrange something with the estate."""

from __future__ import annotations

from community.errors import NotAllowed, NotBound
from community.store.identities import Party


def own_room(account: Party) -> str:
    """The id of the account's home. Raises NotBound and, for a guardian, NotAllowed."""
    if account.home is None:
        raise NotBound("it belongs to a home")
    if account.role == "guardian":
        raise NotAllowed("a guardian needs to be granted this")
    return account.home.room_id
