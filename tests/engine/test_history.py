"""The bounded history: what it keeps, and that it stays as long as it is."""

from typing import Any

import pytest
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    ConversationPaused,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker

from engine.history import bounded

SLOTS = [AnySlot(name, mappings=[]) for name in ("place", "fault", "requested_slot")]
KEPT = 3


def start() -> list[Event]:
    """How a session begins."""
    return [ActionExecuted("action_session_start"), SessionStarted()]


def turn(text: str, *events: Event) -> list[Event]:
    """A turn in which nothing else happened."""
    said = UserUttered(text, {"name": "any", "confidence": 1.0})
    return [ActionExecuted("action_listen"), said, *events]


def answered(text: str) -> list[Event]:
    """A turn that was answered."""
    return turn(text, ActionExecuted("utter_any"), BotUttered("好"))


def misunderstood(text: str) -> list[Event]:
    """A turn that undid itself."""
    return turn(text, ActionExecuted("action_default_fallback"), UserUtteranceReverted())


def opened(text: str) -> list[Event]:
    """A turn in which a form begins."""
    asked = SlotSet("requested_slot", "place")
    return turn(text, ActionExecuted("form"), ActiveLoop("form"), asked)


def filled(text: str, slot: str, value: Any) -> list[Event]:
    """A turn that answers the form."""
    return turn(text, SlotSet(slot, value), ActionExecuted("form"), BotUttered("然后呢"))


def said(events: list[Event]) -> list[str]:
    """The user's messages in `events`."""
    return [event.text for event in events if isinstance(event, UserUttered)]


def tracker(events: list[Event]) -> DialogueStateTracker:
    """A tracker that has seen `events`."""
    return DialogueStateTracker.from_events("sender", events, SLOTS)


def over(*turns: list[Event]) -> list[Event]:
    """A dialogue, saved after every turn."""
    events = start()
    for each in turns:
        events = bounded([*events, *each], SLOTS, KEPT)
    return [*events, ActionExecuted("action_listen")]


def test_short_dialogue_stays_as_it_is() -> None:
    events = start() + answered("一") + answered("二")
    assert bounded(events, SLOTS, KEPT) == events


def test_last_turns_stay_word_for_word() -> None:
    turns = [answered(str(number)) for number in range(20)]
    events = over(*turns)
    assert said(events)[-KEPT:] == ["17", "18", "19"]
    assert turns[-1][-1] in events


def test_length_does_not_grow() -> None:
    lengths = {len(over(*[answered("又")] * count)) for count in (20, 60, 61, 62, 63, 64, 65, 66)}
    assert max(lengths) - min(lengths) <= len(answered("又")) * 3


@pytest.mark.parametrize("turns", [30, 300])
def test_form_that_never_ends_does_not_grow(turns: int) -> None:
    events = over(opened("报修"), *[filled(str(n), "fault", n) for n in range(turns)])
    assert len(events) < 60
    state = tracker(events)
    assert state.active_loop_name == "form"
    assert state.active_loop.trigger_message["text"] == "报修"
    assert state.get_slot("fault") == turns - 1
    assert state.get_slot("requested_slot") == "place"


def test_slots_set_long_ago_are_kept() -> None:
    events = over(filled("厨房", "place", "厨房"), *[answered("又")] * 30)
    assert tracker(events).get_slot("place") == "厨房"


def test_slot_emptied_long_ago_stays_empty() -> None:
    emptied = filled("算了", "place", None)
    events = over(filled("厨房", "place", "厨房"), emptied, *[answered("又")] * 30)
    assert tracker(events).get_slot("place") is None


def test_form_that_declined_stays_declined() -> None:
    declined = turn("嗯", ActionExecutionRejected("form"), ActionExecuted("utter_any"))
    events = over(opened("报修"), *[declined] * 30)
    assert tracker(events).is_active_loop_rejected


def test_pause_is_kept() -> None:
    events = over([ConversationPaused()], *[answered("又")] * 30)
    assert tracker(events).is_paused()


def test_one_misunderstanding_after_many_leaves_the_turn_before() -> None:
    events = over(answered("好的那轮"), *[misunderstood("嗯")] * 30)
    state = tracker(events[:-1])
    assert [event.text for event in state.applied_events() if isinstance(event, UserUttered)] == [
        "好的那轮"
    ]
    assert state.latest_action_name == "utter_any"


def test_only_the_running_session_is_kept() -> None:
    old = [filled("厨房", "place", "厨房"), *[answered("又")] * 10]
    again = [ActionExecuted("action_session_start"), SessionStarted(), *answered("新")]
    events = over(*old, again)
    assert said(events) == ["新"]
    assert tracker(events).get_slot("place") is None


def test_restart_forgets_what_was_before() -> None:
    events = over(filled("厨房", "place", "厨房"), [Restarted()], answered("新"))
    assert said(events) == ["新"]
    assert tracker(events).get_slot("place") is None
