"""Copies of trackers, and the table of event types."""

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    Event,
    FollowupAction,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.shared.utils.common import all_subclasses

from engine import trackers
from tests.engine.support import PROJECT

EVENTS = [
    ActionExecuted("action_listen"),
    UserUttered("我要报修", {"name": "report_repair", "confidence": 1.0}),
    ActionExecuted("repair_form"),
    ActiveLoop("repair_form"),
    SlotSet("requested_slot", "place"),
    BotUttered("请问是哪里坏了？"),
    ActionExecuted("action_listen"),
    UserUttered("嗯", {"name": "thank", "confidence": 1.0}),
    ActionExecutionRejected("repair_form"),
    ActionExecuted("utter_thank"),
    ActionExecuted("action_listen"),
    UserUttered("啊", {"name": "nlu_fallback", "confidence": 0.1}),
    UserUtteranceReverted(),
]


@pytest.fixture
def tracker() -> DialogueStateTracker:
    slots = Domain.load(str(PROJECT / "domain.yml")).slots
    return DialogueStateTracker.from_events("sender", EVENTS, slots)


def test_copy_is_in_the_same_state(tracker: DialogueStateTracker) -> None:
    twin = tracker.copy()
    replayed = tracker.travel_back_in_time(float("inf"))
    assert twin.current_state(EventVerbosity.ALL) == replayed.current_state(EventVerbosity.ALL)
    assert twin.active_loop == tracker.active_loop
    assert twin.current_slot_values() == tracker.current_slot_values()
    assert (twin.model_id, twin.assistant_id, twin.sender_source) == (None, None, None)


def test_copy_is_its_own(tracker: DialogueStateTracker) -> None:
    before = tracker.current_state(EventVerbosity.ALL)
    twin = tracker.copy()
    twin.update(SlotSet("place", "厨房"))
    twin.update(ActionExecutionRejected("repair_form"))
    twin.update(ActiveLoop(None))
    twin.update(FollowupAction("utter_greet"))
    assert tracker.current_state(EventVerbosity.ALL) == before
    assert tracker.get_slot("place") is None
    assert twin.get_slot("place") == "厨房"


def test_copy_replays_nothing(
    tracker: DialogueStateTracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def apply_to(event: Event, tracker: DialogueStateTracker) -> None:
        raise AssertionError("an event was replayed")

    monkeypatch.setattr(ActionExecuted, "apply_to", apply_to)
    tracker.copy()


@pytest.mark.parametrize(
    "kind", [kind for kind in all_subclasses(Event) if kind.type_name != "event"]
)
def test_every_event_type_is_found(kind: type[Event]) -> None:
    assert Event.resolve_by_type(kind.type_name) is trackers._walk_subclasses(kind.type_name)


def test_unknown_event_type_is_refused() -> None:
    assert Event.resolve_by_type("topic") is None
    assert Event.resolve_by_type("unheard_of", SlotSet) is SlotSet
    with pytest.raises(ValueError, match="unheard_of"):
        Event.resolve_by_type("unheard_of")
