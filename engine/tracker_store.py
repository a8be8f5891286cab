"""Where dialogues are kept between turns: one SQLite file, one row a conversation, a bounded number of events.

In endpoints.yml:

    tracker_store:
      type: engine.tracker_store.BoundedTrackerStore
      path: var/engine.db     # or the variable LINSHENG_ENGINE_DB; this is the default
      turns: 4                # user turns kept word for word; at least those of the longest rule
"""

import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import ujson
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.constants import ASSISTANT_ID_KEY
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, UserUttered, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, INTENT, METADATA_MODEL_ID, TEXT

from engine.history import bounded
from engine.writer import Writer

PATH_VARIABLE = "LINSHENG_ENGINE_DB"
DEFAULT_PATH = "var/engine.db"
DEFAULT_TURNS = 4
BUSY_TIMEOUT_S = 5.0

STAMPS = frozenset({METADATA_MODEL_ID, ASSISTANT_ID_KEY})

UNDERSTOOD = (INTENT, ENTITIES, TEXT, "message_id", "metadata")

SCHEMA = """
CREATE TABLE IF NOT EXISTS dialogue (
    sender_id TEXT PRIMARY KEY,
    events TEXT NOT NULL,
    saved_at REAL NOT NULL,
    turn_id TEXT
) WITHOUT ROWID
"""

SAVE = """
INSERT INTO dialogue VALUES (?, ?, ?, ?)
ON CONFLICT (sender_id) DO UPDATE
SET events = excluded.events, saved_at = excluded.saved_at, turn_id = excluded.turn_id
"""


class BoundedTrackerStore(TrackerStore):
    """Keeps of each conversation its state and its last turns: the thousandth turn costs what the tenth did.

    A turn is committed before it is answered, so a killed process loses none. Commits run in a thread of their own;
    a row is read where it is asked for, because a reader of a write-ahead log waits for nobody.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        host: str | None = None,
        event_broker: EventBroker | None = None,
        path: str | None = None,
        turns: int = DEFAULT_TURNS,
    ) -> None:
        """`host` is the `url` of endpoints.yml: a file path too, and the first to count."""
        super().__init__(domain, event_broker)
        self._turns = int(turns)
        file = Path(host or path or os.environ.get(PATH_VARIABLE) or DEFAULT_PATH)
        file.parent.mkdir(parents=True, exist_ok=True)
        self._writer = Writer(_connect(file))
        self._reader = _connect(file)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write the dialogue's state and last turns over what was there."""
        if self.event_broker:
            await self.stream_events(tracker)
        kept = bounded(tracker.events, self.domain.slots, self._turns)
        events = ujson.dumps(_as_dicts(kept), ensure_ascii=False)
        saved_at = kept[-1].timestamp if kept else 0.0
        await self._writer.run(SAVE, (tracker.sender_id, events, saved_at, _turn_id(kept)))

    async def create_tracker(
        self, sender_id: str, append_action_listen: bool = True
    ) -> DialogueStateTracker:
        """A new dialogue; its row is written with its first turn."""
        tracker = self.init_tracker(sender_id)
        if append_action_listen:
            tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
        return tracker

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The dialogue as it was saved, or None when there is none."""
        row = self._reader.execute(
            "SELECT events FROM dialogue WHERE sender_id = ?", (sender_id,)
        ).fetchone()
        if row is None:
            return None
        events = deserialise_events(ujson.loads(row[0]))
        return DialogueStateTracker.from_events(sender_id, events, self.domain.slots)

    def last_turn(self, sender_id: str) -> str | None:
        """The caller's id of the turn that was saved last; None when it gave none."""
        row = self._reader.execute(
            "SELECT turn_id FROM dialogue WHERE sender_id = ?", (sender_id,)
        ).fetchone()
        return row[0] if row else None

    async def keys(self) -> Iterable[str]:
        """Ids of all conversations."""
        return [row[0] for row in self._reader.execute("SELECT sender_id FROM dialogue")]

    async def delete(self, sender_id: str) -> bool:
        """Forget a conversation; False when there was none."""
        return bool(
            await self._writer.run("DELETE FROM dialogue WHERE sender_id = ?", (sender_id,))
        )

    def close(self) -> None:
        """Finish what is being written and close the file; the store cannot be used afterwards."""
        self._writer.close()
        self._reader.close()


def _as_dicts(events: list[Event]) -> list[dict[str, Any]]:
    """The events without the stamps that every one of them carries, and older messages without what was weighed.

    Rasa writes the ids of model and assistant into each event, and into each message all intents that it might have
    been: half of what there is to read, to write, and to send to the action server.
    """
    last = max((i for i, event in enumerate(events) if isinstance(event, UserUttered)), default=-1)
    dicts = []
    for index, event in enumerate(events):
        fields = event.as_dict()
        metadata = fields.get("metadata")
        if metadata and not STAMPS.isdisjoint(metadata):
            fields["metadata"] = {key: metadata[key] for key in metadata.keys() - STAMPS}
        if isinstance(event, UserUttered) and index != last:
            parsed = event.parse_data
            fields["parse_data"] = {key: parsed[key] for key in UNDERSTOOD if key in parsed}
        dicts.append(fields)
    return dicts


def _turn_id(events: list[Event]) -> str | None:
    """The caller's id of the last turn, also when that turn undid itself."""
    for event in reversed(events):
        if isinstance(event, UserUttered):
            return event.metadata.get("turn_id")
    return None


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    # What a resident asks us to forget must not stay in the file's free pages.
    connection.execute("PRAGMA secure_delete=ON")
    connection.execute(SCHEMA)
    return connection
