"""The order itself, after the yes: written, told with its numbers; what stops it is said and cleared."""

from __future__ import annotations

from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions.base import ServiceAction
from actions.form_end import finished
from actions.hearing import Hearing
from actions.meal_said import cost_words, mode_words, note_words, paid_words, sittings_words
from actions.meal_settling import sittings_of
from community.errors import BadInput, Conflict
from community.labels import label
from community.services import meal
from community.services.canteen import Sitting


class ActionMealOrder(ServiceAction):
    writes = "meal"

    def name(self) -> str:
        return "action_meal_order"

    async def handle(self, heard: Hearing) -> list[EventType]:
        slots = {name: heard.slot(name) for name in ("meal_when", "meal_set", "meal_mode")}
        if not slots["meal_when"]:
            return []  # the form was let go: there is nothing to order
        account, sittings = await heard.party(), sittings_of(slots)
        try:
            made = await meal.order(
                heard.ctx, account, turn_id=heard.turn_id, sittings=sittings,
                code=slots["meal_set"]["code"], portions=int(heard.slot("meal_portions")),
                mode=slots["meal_mode"]["code"], note=str(heard.slot("meal_note") or ""),
                moved=heard.slot("meal_no"),
            )  # fmt: skip
        except Conflict:
            return self._was_quicker(heard, slots["meal_set"]["said"])
        except BadInput:
            return self._is_late(heard, sittings)
        first = made[0]
        numbers = "、".join(str(one.no) for one in made)
        heard.say(
            "utter_meal_ordered", no=numbers, set=label("meal_set", first.code),
            portions=first.portions, when=sittings_words(sittings, heard.now),
            mode=mode_words(first.mode, first.home),
            cost=cost_words(sum(m.due_fen for m in made), sum(m.subsidy_fen for m in made)),
            note=note_words(first.note), paid=paid_words(made),
            card={
                "title": f"{label('meal_set', first.code)} {numbers}",
                "state": label("meal_state", first.state),
                "tone": "work",
                "facts": [[label("slot", "meal_when"), sittings_words(sittings, heard.now)],
                          [label("slot", "meal_mode"), label("meal_mode", first.mode)]],
            },
        )  # fmt: skip
        return finished(heard, "meal")

    def _is_late(self, heard: Hearing, sittings: list[Sitting]) -> list[EventType]:
        """The cut-off passed before the yes: another meal is proposed; a change goes to a person."""
        no = heard.slot("meal_no")
        if not no:
            return [SlotSet("meal_confirm", None), FollowupAction("meal_form")]
        heard.ask("utter_meal_too_late", no=no, when=sittings_words(sittings, heard.now))
        offer = {"kind": "handoff", "reason": "asked", "words": heard.words}
        return [*finished(heard, "meal"), SlotSet("offer", offer)]

    def _was_quicker(self, heard: Hearing, name: str) -> list[EventType]:
        """Somebody else has the last portions: all else stays, another set is asked for."""
        heard.say("utter_meal_sold_out", set=name)
        heard.ask("utter_meal_ask_other")
        offer = {"kind": "resume", "form": "meal_form"}
        return [
            SlotSet("meal_set", None), SlotSet("meal_confirm", None), SlotSet("offer", offer),
        ]  # fmt: skip
