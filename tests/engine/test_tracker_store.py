"""Where dialogues are kept: what is kept, for how long, and what it costs."""

import asyncio
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.core.tracker_store import InMemoryTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain, SessionConfig
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUtteranceReverted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from engine.tracker_store import BoundedTrackerStore
from tests.engine.support import PROJECT, ROOT, project_environment, run

FEE = {"events": [], "responses": [{"text": "您没有欠费。"}]}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "engine.db"


@pytest.fixture
def store(path: Path) -> Iterator[BoundedTrackerStore]:
    store = BoundedTrackerStore(Domain.load(str(PROJECT / "domain.yml")), path=str(path), turns=3)
    yield store
    store.close()


def spoken(store: TrackerStore, sender: str, text: str) -> DialogueStateTracker:
    """A tracker in which one thing was said."""
    tracker = store.init_tracker(sender)
    tracker.update(ActionExecuted("action_listen"))
    tracker.update(UserUttered(text, {"name": "greet", "confidence": 1.0}))
    tracker.update(SlotSet("place", "厨房"))
    return tracker


def test_dialogue_comes_back_as_it_was_saved(store: BoundedTrackerStore) -> None:
    run(store.save(spoken(store, "a", "你好")))
    found = run(store.retrieve("a"))
    assert [event.as_dict() for event in found.events][1]["text"] == "你好"
    assert found.get_slot("place") == "厨房"
    assert run(store.retrieve("b")) is None
    assert run(store.keys()) == ["a"]


def test_saving_again_replaces_the_row(store: BoundedTrackerStore, path: Path) -> None:
    for text in ("一", "二"):
        run(store.save(spoken(store, "a", text)))
    rows = sqlite3.connect(path).execute("SELECT sender_id, events FROM dialogue").fetchall()
    assert [sender for sender, _ in rows] == ["a"]
    assert "二" in rows[0][1]
    assert "一" not in rows[0][1]


def test_what_was_weighed_is_kept_for_the_last_message_only(store: BoundedTrackerStore) -> None:
    tracker = store.init_tracker("a")
    tracker.model_id, tracker.assistant_id = "model", "assistant"
    for text in ("一", "二"):
        intent = {"name": "greet", "confidence": 0.9}
        parsed = {"intent": intent, "intent_ranking": [intent], "text_tokens": [[0, 1]]}
        metadata = {"turn_id": text}
        tracker.update(UserUttered(text, intent, [], parsed, metadata=metadata))
    run(store.save(tracker))
    first, last = run(store.retrieve("a")).events
    assert (first.text, first.intent["name"], first.metadata) == ("一", "greet", {"turn_id": "一"})
    assert "intent_ranking" not in first.parse_data
    assert last.parse_data["intent_ranking"] == [{"name": "greet", "confidence": 0.9}]
    assert store.last_turn("a") == "二"
    assert tracker.events[0].metadata["model_id"] == "model"
    assert "intent_ranking" in tracker.events[0].parse_data


def test_turn_that_undid_itself_is_still_the_last(store: BoundedTrackerStore) -> None:
    tracker = spoken(store, "a", "你好")
    tracker.events[1].metadata["turn_id"] = "1"
    tracker.update(ActionExecuted("action_listen"))
    tracker.update(UserUttered("嗯", metadata={"turn_id": "2"}))
    tracker.update(UserUtteranceReverted())
    run(store.save(tracker))
    assert store.last_turn("a") == "2"


def test_new_dialogue_is_written_with_its_first_turn(store: BoundedTrackerStore) -> None:
    run(store.get_or_create_tracker("a"))
    assert run(store.keys()) == []


def test_deleted_dialogue_is_gone_from_the_file(store: BoundedTrackerStore, path: Path) -> None:
    run(store.save(spoken(store, "a", "只有我知道的话")))
    assert run(store.delete("a")) is True
    assert run(store.delete("a")) is False
    assert run(store.retrieve("a")) is None
    store.close()
    assert "只有我知道的话".encode() not in path.read_bytes()
    store.__init__(path=str(path))


def test_path_comes_from_endpoints_then_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINSHENG_ENGINE_DB", str(tmp_path / "environment.db"))
    kind = "engine.tracker_store.BoundedTrackerStore"
    for config, name in (
        ({"url": str(tmp_path / "url.db")}, "url.db"),
        ({"path": str(tmp_path / "path.db")}, "path.db"),
        ({}, "environment.db"),
    ):
        created = TrackerStore.create(EndpointConfig(type=kind, **config))
        assert isinstance(created, BoundedTrackerStore)
        assert (tmp_path / name).exists()
        created.close()


def test_slow_disk_does_not_hold_up_the_loop(store: BoundedTrackerStore, path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    ticks = 0

    async def both() -> None:
        nonlocal ticks
        other.execute("BEGIN IMMEDIATE")
        saving = asyncio.create_task(store.save(spoken(store, "a", "你好")))
        for _ in range(20):
            await asyncio.sleep(0.01)
            ticks += not saving.done()
        other.execute("COMMIT")
        await saving

    run(both())
    assert ticks == 20
    assert run(store.retrieve("a")) is not None


def test_statements_that_wait_together_are_all_written(store: BoundedTrackerStore) -> None:
    async def together() -> None:
        await asyncio.gather(*(store.save(spoken(store, str(n), "你好")) for n in range(50)))

    run(together())
    assert len(run(store.keys())) == 50


def test_unwritable_file_is_an_error(store: BoundedTrackerStore, path: Path) -> None:
    sqlite3.connect(path).execute("DROP TABLE dialogue")
    with pytest.raises(sqlite3.Error):
        run(store.save(spoken(store, "a", "你好")))
    with pytest.raises(sqlite3.Error):
        run(store.retrieve("a"))


KILLED_AFTER_SAVING = """
import asyncio, os, signal, sys
from engine.tracker_store import BoundedTrackerStore
from rasa.shared.core.events import SlotSet
from rasa.shared.core.domain import Domain

async def main():
    store = BoundedTrackerStore(Domain.load(sys.argv[2]), path=sys.argv[1])
    for number in range(20):
        tracker = await store.get_or_create_tracker("a")
        tracker.update(SlotSet("place", str(number)))
        await store.save(tracker)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


@pytest.mark.slow
def test_killed_process_loses_no_saved_turn(tmp_path: Path) -> None:
    path, domain = tmp_path / "engine.db", str(PROJECT / "domain.yml")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_AFTER_SAVING, str(path), domain],
        env=project_environment(ROOT),
        cwd=ROOT,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    store = BoundedTrackerStore(Domain.load(domain), path=str(path))
    assert run(store.retrieve("a")).get_slot("place") == "19"
    store.close()


@pytest.mark.slow
def test_agent_uses_the_store_itself_and_its_failure_is_the_turns(
    load_agent: Any, store: BoundedTrackerStore, path: Path
) -> None:
    agent = load_agent({"action_fee_query": FEE}, store)
    assert agent.tracker_store is store
    run(agent.handle_message(UserMessage("你好", sender_id="a")))
    sqlite3.connect(path).execute("DROP TABLE dialogue")
    with pytest.raises(sqlite3.Error):
        run(agent.handle_message(UserMessage("你好", sender_id="a")))


@pytest.mark.slow
def test_new_session_carries_the_slots_over(load_agent: Any, store: BoundedTrackerStore) -> None:
    agent = load_agent({"action_fee_query": FEE}, store)

    async def talk() -> DialogueStateTracker:
        await agent.handle_message(UserMessage('/query_fee{"fee_item": "水费"}', sender_id="a"))
        for _ in range(12):
            await agent.handle_message(UserMessage("/greet", sender_id="a"))
        agent.processor.domain.session_config = SessionConfig(1e-9, True)
        await agent.handle_message(UserMessage("/thank", sender_id="a"))
        agent.processor.domain.session_config = SessionConfig(60, True)
        return await store.retrieve("a")

    tracker = run(talk())
    names = [event.action_name for event in tracker.events if isinstance(event, ActionExecuted)]
    assert names == ["action_session_start", "action_listen", "utter_thank", "action_listen"]
    assert tracker.get_slot("fee_item") == "水费"


@pytest.mark.slow
def test_slots_that_were_reset_do_not_come_back_with_a_session(
    load_agent: Any, tmp_path: Path
) -> None:
    reset = {"events": [{"event": "reset_slots", "timestamp": None}], "responses": []}
    agent = load_agent({"action_fee_query": reset}, InMemoryTrackerStore(None))

    async def talk() -> DialogueStateTracker:
        await agent.handle_message(UserMessage('/query_fee{"fee_item": "水费"}', sender_id="a"))
        agent.processor.domain.session_config = SessionConfig(1e-9, True)
        await agent.handle_message(UserMessage("/thank", sender_id="a"))
        return await agent.tracker_store.retrieve("a")

    assert run(talk()).get_slot("fee_item") is None


def calls_during(agent: Any, texts: list[str]) -> int:
    """How many Python functions a few turns call: what they cost, on any machine."""
    count = 0

    def profile(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event == "call"

    async def talk() -> None:
        for text in texts:
            await agent.handle_message(UserMessage(text, sender_id="a"))

    sys.setprofile(profile)
    try:
        run(talk())
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.slow
def test_turn_1000_costs_what_turn_10_did(load_agent: Any, path: Path) -> None:
    store = BoundedTrackerStore(path=str(path))
    agent = load_agent({"action_fee_query": FEE}, store)
    four = ["/greet", "我物业费欠多少", "谢谢", '/query_fee{"fee_item": "水费"}']
    calls_during(agent, four * 2)
    early = calls_during(agent, four * 2)
    calls_during(agent, four * 246)
    late = calls_during(agent, four * 2)
    assert late <= early * 1.1
    store.close()
