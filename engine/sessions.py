"""A new session begins with the slots as they are.

Replaces `rasa.core.actions.action.ActionSessionStart._slot_set_events_from_tracker`, which carries over every slot that
was ever set in the old session, also those that `AllSlotsReset` has emptied since.
"""

from rasa.core.actions.action import ActionSessionStart
from rasa.shared.core.events import SlotSet
from rasa.shared.core.trackers import DialogueStateTracker


def install() -> None:
    """Carry over what the slots hold."""
    ActionSessionStart._slot_set_events_from_tracker = staticmethod(_slots_held)


def _slots_held(tracker: DialogueStateTracker) -> list[SlotSet]:
    return [
        SlotSet(name, slot.value)
        for name, slot in tracker.slots.items()
        if slot.value != slot.initial_value
    ]
