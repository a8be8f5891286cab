"""The end of a form: its slots are cleared, and one that it interrupted is offered again."""

from __future__ import annotations

from rasa_sdk.events import EventType, SlotSet

from actions.hearing import Hearing
from community.labels import label

GAVE_UP = "gave_up"
"Slot with the stem of a form that ended without its answers; Rasa runs its last action all the same"


def finished(heard: Hearing, stem: str) -> list[EventType]:
    """Clear a form after its work is done, and offer to go on with one that it interrupted."""
    events = [
        SlotSet(name, None)
        for name in heard.tracker.slots
        if name.startswith(f"{stem}_") and heard.slot(name) is not None
    ]
    suspended = heard.slot("suspended")
    if suspended and suspended != f"{stem}_form":
        service = label("form", str(suspended).removesuffix("_form"))
        heard.ask("utter_form_resume", service=service)
        events += [
            SlotSet("suspended", None),
            SlotSet("offer", {"kind": "resume", "form": suspended}),
        ]
    return events
