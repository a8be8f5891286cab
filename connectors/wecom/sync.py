"""Pulls: what a callback announced is read page by page, and nothing is passed over or taken twice.

Of each account one pull runs at a time; a callback meanwhile causes one more. The cursor moves
after all items of its page were taken, not in one transaction with them: each is idempotent on its
msgid, so a page that is read again after a crash does nothing anew, and a turn need not wait until
the whole page is stored.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from community.errors import CommunityError, Unavailable
from community.store.database import Database
from community.times import Clock
from connectors.wechat.errors import OutcomeUnknown
from connectors.wecom import store
from connectors.wecom.callback import Called
from connectors.wecom.client import Client, Page
from connectors.wecom.errors import BAD_PULL_TOKEN, WeComError
from connectors.wecom.messages import Item, parse

STEP_S = 1.0
LOOK_EVERY_S = 600.0
"A callback may have been lost; without its token WeCom allows few pulls"
AGAIN_S = 5.0
"After a pull that failed"
TRIES = 3
"Of an item that cannot be taken, before the others go on without it"
FIRST_REACH = timedelta(minutes=10)
"Before an account was first heard of: what was said earlier is not ours to answer"

logger = logging.getLogger(__name__)


@dataclass
class _Account:
    open_kfid: str
    due_at: datetime
    token: str | None = None
    wanted: bool = False
    pulling: asyncio.Task[None] | None = None


class Sync:
    """Pulls from every account that was ever heard of, and hands each item to `take`."""

    def __init__(
        self, db: Database, clock: Clock, client: Client, take: Callable[[Item], Awaitable[None]]
    ) -> None:
        self._db = db
        self._clock = clock
        self._client = client
        self._take = take
        self._accounts: dict[str, _Account] = {}
        self._failed: Counter[str] = Counter()
        self._is_recalled = False

    async def called(self, called: Called) -> None:
        """Pull now; when this returns, the account stays known through a crash.

        Raises StoreError: then the callback must not be acknowledged.
        """
        account = self._accounts.get(called.open_kfid)
        if account is None:
            async with self._db.write() as conn:
                await store.cursor(conn, self._clock, called.open_kfid)
            account = self._note(called.open_kfid)
        account.token = called.token
        self._start(account)

    async def step(self) -> None:
        """Pull where it is time: after a start, a failure, or a while without a callback."""
        if not self._is_recalled:
            async with self._db.read() as conn:
                for known in await store.cursors(conn):
                    self._note(known.open_kfid)
            self._is_recalled = True
        now = self._clock.now()
        for account in self._accounts.values():
            if account.pulling is None and account.due_at <= now:
                self._start(account)

    @property
    def is_pulling(self) -> bool:
        """Whether a pull of any account is under way."""
        return any(account.pulling is not None for account in self._accounts.values())

    async def close(self) -> None:
        """Leave what is being pulled: the next start reads the page again."""
        pulls = [one.pulling for one in self._accounts.values() if one.pulling is not None]
        for pull in pulls:
            pull.cancel()
        await asyncio.gather(*pulls, return_exceptions=True)

    def _note(self, open_kfid: str) -> _Account:
        new = _Account(open_kfid, self._clock.now())
        return self._accounts.setdefault(open_kfid, new)

    def _start(self, account: _Account) -> None:
        account.wanted = True
        if account.pulling is None:
            account.pulling = asyncio.create_task(self._run(account), name="wecom-pull")

    async def _run(self, account: _Account) -> None:
        wait_s = AGAIN_S
        try:
            while account.wanted:
                account.wanted = False
                await self._pull(account)
            account.token, wait_s = None, LOOK_EVERY_S  # the next callback brings its own
        except CommunityError as error:
            logger.warning("wecom pull put off: %s (%s)", type(error).__name__, error)
        except Exception as error:  # not its words: they may quote a message
            logger.error("wecom pull put off: %s", type(error).__name__)
        finally:
            account.due_at = self._clock.now() + timedelta(seconds=wait_s)
            account.pulling = None

    async def _pull(self, account: _Account) -> None:
        async with self._db.write() as conn:
            known = await store.cursor(conn, self._clock, account.open_kfid)
        since = None if known.cursor else known.at - FIRST_REACH
        cursor, has_more = known.cursor, True
        while has_more:
            page = await self._page(account, cursor)
            for item in map(parse, page.items):
                if item is not None and (since is None or item.head.at >= since):
                    await self._taken(item)
            has_more = page.has_more
            if page.next_cursor and page.next_cursor != cursor:
                cursor = page.next_cursor
                async with self._db.write() as conn:
                    await store.move(conn, self._clock, account.open_kfid, cursor)
            elif has_more:
                raise OutcomeUnknown("the cursor stands still")

    async def _page(self, account: _Account, cursor: str) -> Page:
        """The next page; without a token when WeCom no longer takes the callback's."""
        try:
            return await self._client.sync_msg(
                account.open_kfid, cursor=cursor, token=account.token
            )
        except WeComError as error:
            if error.errcode != BAD_PULL_TOKEN or account.token is None:
                raise
        account.token = None
        return await self._client.sync_msg(account.open_kfid, cursor=cursor, token=None)

    async def _taken(self, item: Item) -> None:
        """Hand it on. One that fails TRIES times is left, and an operator told."""
        msgid = item.head.msgid
        try:
            await self._take(item)
        except Exception as error:
            self._failed[msgid] += 1
            if isinstance(error, Unavailable) or self._failed[msgid] < TRIES:
                raise
            logger.error("wecom item left: %s", type(error).__name__)
        self._failed.pop(msgid, None)
