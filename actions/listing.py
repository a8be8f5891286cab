"""Long lists: three items, then the question whether to go on."""

from __future__ import annotations

from rasa_sdk.events import EventType, SlotSet

from actions.hearing import Hearing

AT_ONCE = 3


def say_list(heard: Hearing, lines: list[str]) -> list[EventType]:
    """Say the first items; the rest waits for a yes to the question that follows them."""
    for line in lines[:AT_ONCE]:
        heard.say("utter_list_item", item=line)
    rest = lines[AT_ONCE:]
    if not rest:
        return []
    heard.ask("utter_list_more", left=len(rest))
    return [SlotSet("offer", {"kind": "more", "lines": rest})]
