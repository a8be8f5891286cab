"""A tracker store that fails makes the turn fail, and drivers of databases that are not configured stay out.

Replaces

- `rasa.core.agent.Agent._create_tracker_store`, which wraps every store so that an unreadable dialogue counts as a new
  one and an unwritable one goes to memory: the conversation is forgotten and nobody is told;
- `rasa.core.tracker_store.TrackerStore.create` and `rasa.core.brokers.broker.EventBroker.create`, which import the
  drivers of all databases and brokers to name their errors.
"""

from typing import Any

from rasa.core.agent import Agent
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import InMemoryTrackerStore, TrackerStore, create_tracker_store
from rasa.shared.core.domain import Domain

NEED_DRIVERS = ("dynamo", "mongod", "redis", "sql")

_create_store = TrackerStore.create
_create_broker = EventBroker.create


def install() -> None:
    """Create stores and brokers this way."""
    Agent._create_tracker_store = staticmethod(_unwrapped)
    TrackerStore.create = staticmethod(_tracker_store)
    EventBroker.create = staticmethod(_event_broker)


def _unwrapped(store: TrackerStore | None, domain: Domain | None) -> TrackerStore:
    if store is None:
        return InMemoryTrackerStore(domain)
    store.domain = domain
    return store


def _tracker_store(
    obj: Any, domain: Domain | None = None, event_broker: EventBroker | None = None
) -> TrackerStore:
    kind = getattr(obj, "type", None)
    if isinstance(obj, TrackerStore) or (kind or "").lower() in NEED_DRIVERS:
        return _create_store(obj, domain, event_broker)
    return create_tracker_store(obj, domain, event_broker)


async def _event_broker(obj: Any, loop: Any = None) -> EventBroker | None:
    return None if obj is None else await _create_broker(obj, loop)
