"""Trackers are copied as they are, not by replaying their events, and event types are looked up in a table.

Replaces `rasa.shared.core.trackers.DialogueStateTracker.copy`, which builds a new tracker and applies every event to it
for every action that runs; `rasa.shared.core.events.Event.resolve_by_type`, which walks all subclasses for every event
that is read; and the name `copy` in `rasa.shared.core.trackers`, which is used to copy every slot of every tracker.
"""

import dataclasses
from collections import deque
from copy import copy
from types import SimpleNamespace

import rasa.shared.core.trackers
from rasa.shared.core.events import Event
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses

_walk_subclasses = Event.resolve_by_type


def install() -> None:
    """Put the quick ways in place of Rasa's."""
    rasa.shared.core.trackers.copy = SimpleNamespace(copy=_copy_slot)
    DialogueStateTracker.copy = _copy_tracker
    types = {kind.type_name: kind for kind in reversed(all_subclasses(Event))}

    def resolve_by_type(type_name: str, default: type[Event] | None = None) -> type[Event] | None:
        return types.get(type_name) or _walk_subclasses(type_name, default)

    Event.resolve_by_type = staticmethod(resolve_by_type)


def _copy_slot(slot: Slot) -> Slot:
    twin = object.__new__(type(slot))
    twin.__dict__ = slot.__dict__.copy()
    return twin


def _copy_tracker(tracker: DialogueStateTracker) -> DialogueStateTracker:
    twin = object.__new__(type(tracker))
    twin.__dict__.update(tracker.__dict__)
    twin.events = deque(tracker.events, tracker.events.maxlen)
    twin.slots = copy(tracker.slots)
    twin.slots.update((name, _copy_slot(slot)) for name, slot in tracker.slots.items())
    twin.active_loop = tracker.active_loop and dataclasses.replace(tracker.active_loop)
    # As with Rasa's copy, only the tracker itself stamps its events with the model.
    twin.model_id = twin.assistant_id = twin.sender_source = None
    return twin
