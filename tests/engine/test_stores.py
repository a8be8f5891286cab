"""Stores and brokers: their failures are told, and their drivers are not imported for nothing."""

import sys
from typing import Any

import pytest
from rasa.core.agent import Agent
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import InMemoryTrackerStore, SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.utils.endpoints import EndpointConfig

from tests.engine.support import run


class Broken(InMemoryTrackerStore):
    """A store that cannot read."""

    async def retrieve(self, sender_id: str) -> Any:
        raise OSError(sender_id)


def test_unreadable_dialogue_is_not_a_new_one() -> None:
    store = Broken(Domain.empty())
    agent = Agent(domain=Domain.empty(), tracker_store=store)
    assert agent.tracker_store is store
    with pytest.raises(OSError, match="a"):
        run(agent.tracker_store.get_or_create_tracker("a"))


def test_without_configuration_dialogues_are_in_memory() -> None:
    assert isinstance(TrackerStore.create(None), InMemoryTrackerStore)
    assert isinstance(Agent().tracker_store, InMemoryTrackerStore)
    assert run(EventBroker.create(None)) is None


def test_rasas_own_stores_can_still_be_configured() -> None:
    store = TrackerStore.create(EndpointConfig(type="SQL", dialect="sqlite", db=":memory:"))
    assert isinstance(store, SQLTrackerStore)
    assert TrackerStore.create(store) is store


def test_drivers_of_what_is_not_configured_stay_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for driver in ("botocore", "pymongo", "aio_pika"):
        for name in [name for name in sys.modules if name.partition(".")[0] == driver]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, driver, None)
    TrackerStore.create(None)
    run(EventBroker.create(None))
