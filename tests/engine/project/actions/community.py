"""Custom actions of the small project that the engine's tests talk to."""

from rasa_sdk import Action
from rasa_sdk.events import AllSlotsReset, SlotSet


class FeeQuery(Action):
    def name(self):
        return "action_fee_query"

    def run(self, dispatcher, tracker, domain):
        turn = (tracker.latest_message.get("metadata") or {}).get("turn_id")
        dispatcher.utter_message(text="您没有欠费。", json_message={"turn_id": turn})
        return [SlotSet("last_turn", turn)]


class RepairCreate(Action):
    def name(self):
        return "action_repair_create"

    def run(self, dispatcher, tracker, domain):
        outcome = "done" if tracker.get_slot("confirmed") else "refused"
        return [AllSlotsReset(), SlotSet("outcome", outcome)]


class BreakDown(Action):
    def name(self):
        return "action_break_down"

    def run(self, dispatcher, tracker, domain):
        raise RuntimeError(tracker.latest_message.get("text"))
