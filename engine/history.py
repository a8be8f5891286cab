"""How much of a dialogue is kept: a bounded list of events that stands for the whole dialogue.

Rasa rebuilds a tracker by replaying every event since the session began, several times a turn, so each turn costs more
than the one before. Policies look back a few turns and otherwise need the state: slots, the active loop, whether the
conversation is paused. `bounded` keeps the last turns as they were and puts a prefix in place of the rest:

    session start · slots · the turn that opened the running loop · slots · three settled turns · slots · last turns

The settled turns are the last before the cut that were not undone. A message that is not understood undoes its own
turn, and what Rasa does next depends on the turn before.

A turn begins where `action_listen` was executed. Read at Rasa 3.6.21: `rasa.shared.core.trackers`.
"""

from collections import deque
from collections.abc import Iterable, Sequence

from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
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
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker

SETTLED_TURNS = 3
"""Turns before the cut that are kept without what was said in reply."""

SLACK_TURNS = 2
"""Turns kept beyond the wanted number before cutting again, so that not every turn pays for a cut."""


def bounded(events: Iterable[Event], slots: Iterable[Slot], keep_turns: int) -> list[Event]:
    """Events of the running session that recreate the same state and the same last `keep_turns` user turns.

    `keep_turns` must be at least the user turns of the longest rule or story. Undoing more turns than are kept
    (`action_back` again and again) forgets the slots with them.
    """
    kept = _running_session(list(events))
    if _user_turns(kept) <= keep_turns + SETTLED_TURNS + SLACK_TURNS:
        return kept
    slots = list(slots)
    cut = _start_of_last(kept, keep_turns)
    older, recent = kept[:cut], kept[cut:]
    if any(isinstance(event, UserUtteranceReverted | ActionReverted) for event in recent):
        applied, settled = _applied(kept), _applied(older)
        untouched = _start_of_last(settled, SETTLED_TURNS)
        if applied[:untouched] != settled[:untouched]:
            # Somebody went back past the settled turns: only what still counts is kept, and nothing reaches back.
            cut = _start_of_last(applied, 1)
            older, recent = applied[:cut], applied[cut:]
    return _prefix(older, slots) + recent


def _running_session(events: list[Event]) -> list[Event]:
    """The events since the session began or was restarted, with the event that began it."""
    for index in range(len(events) - 1, -1, -1):
        event = events[index]
        begins = isinstance(event, Restarted) or (
            isinstance(event, ActionExecuted) and event.action_name == ACTION_SESSION_START_NAME
        )
        if begins:
            return events[index:]
    return events


def _user_turns(events: Iterable[Event]) -> int:
    return sum(isinstance(event, UserUttered) for event in events)


def _start_of_last(events: Sequence[Event], turns: int) -> int:
    """Where the last `turns` user turns begin; 0 when there are not so many."""
    for index in range(len(events) - 1, -1, -1):
        event = events[index]
        if isinstance(event, UserUttered):
            turns -= 1
        elif turns <= 0 and _listens(event):
            return index
    return 0


def _listens(event: Event) -> bool:
    return isinstance(event, ActionExecuted) and event.action_name == ACTION_LISTEN_NAME


def _applied(events: list[Event]) -> list[Event]:
    """The events without those that were undone."""
    tracker = DialogueStateTracker("", [])
    tracker.events = deque(events)
    return tracker.applied_events()


def _prefix(older: list[Event], slots: list[Slot]) -> list[Event]:
    """The events that stand for `older`."""
    at = older[-1].timestamp if older else None
    settled = _applied(older)
    start = _start_of_last(settled, SETTLED_TURNS)
    prefix: list[Event] = [
        ActionExecuted(ACTION_SESSION_START_NAME, timestamp=at),
        SessionStarted(timestamp=at),
    ]
    head = _replayed(settled[:start], slots)
    if head.active_loop_name:
        first, end = _loop_opening(settled[:start])
        prefix += _changes(_replayed([], slots), _replayed(settled[:first], slots), at)
        prefix += _condensed(settled[first:end])
    prefix += _changes(_replayed(prefix, slots), head, at)
    prefix += _condensed(settled[start:])
    return prefix + _changes(_replayed(prefix, slots), _replayed(older, slots), at)


def _replayed(events: list[Event], slots: list[Slot]) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("", events, slots)


def _changes(
    before: DialogueStateTracker, after: DialogueStateTracker, at: float | None
) -> list[Event]:
    """The events that turn one state into another, the active loop aside."""
    changes: list[Event] = [
        SlotSet(name, slot.value, timestamp=at)
        for name, slot in after.slots.items()
        if slot.value != before.slots[name].value
    ]
    if after.is_active_loop_rejected and not before.is_active_loop_rejected:
        changes.append(ActionExecutionRejected(after.active_loop_name, timestamp=at))
    if after.is_paused() and not before.is_paused():
        changes.append(ConversationPaused(timestamp=at))
    return changes


def _loop_opening(events: Sequence[Event]) -> tuple[int, int]:
    """Start and end of the turn in which the running loop was activated.

    The turn is kept: its user message is the loop's trigger, and the loop's first run is what Rasa looks for when it
    decides whether a later run continues the loop or returns to it.
    """
    activation = max(i for i, event in enumerate(events) if isinstance(event, ActiveLoop))
    starts = [index for index, event in enumerate(events) if _listens(event)]
    start = max((index for index in starts if index <= activation), default=0)
    return start, min((index for index in starts if index > activation), default=len(events))


def _condensed(events: Iterable[Event]) -> list[Event]:
    """The events without replies, and between two actions with the last value of each slot only.

    Rasa takes the turns that answer a form's questions back out of the history, but not what they set and said.
    """
    condensed: list[Event] = []
    seen: set[str] = set()
    for event in reversed(list(events)):
        if isinstance(event, ActionExecuted):
            seen.clear()
        elif isinstance(event, BotUttered):
            continue
        elif isinstance(event, SlotSet):
            if event.key in seen:
                continue
            seen.add(event.key)
        condensed.append(event)
    return condensed[::-1]
