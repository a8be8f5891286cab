"""How far a matter is that was handed in; nothing is said that its office has not said."""

from __future__ import annotations

from rasa_sdk.events import EventType, SlotSet

from actions.base import ServiceAction
from actions.hearing import Hearing
from community.errors import NotFound
from community.labels import label
from community.services import gov_case
from community.services.gov_case import Progress
from community.times import local

LISTED = 3


class ActionGovCaseQuery(ServiceAction):
    """By its number, or all of the home that the words may mean, three at a time."""

    def name(self) -> str:
        return "action_gov_case_query"

    async def handle(self, heard: Hearing) -> list[EventType]:
        account, words = await heard.party(), str(heard.slot("gov_case_words") or heard.words)
        first = int(heard.slot("gov_case_from") or 0)
        done = [SlotSet("gov_case_from", None), SlotSet("gov_case_words", None)] if first else []
        said = heard.entity("order_no")
        number = None if first else gov_case.number_in(said or words)
        if number is None:
            return [
                *done,
                *self._tell(heard, await gov_case.mine(heard.ctx, account, words), first),
            ]
        try:
            found = [await gov_case.find(heard.ctx, account, number)]
        except NotFound:
            heard.say("utter_gov_case_not_found")
            return []
        return self._tell(heard, found, 0)

    def _tell(self, heard: Hearing, found: list[Progress], first: int) -> list[EventType]:
        if not found:
            heard.say("utter_gov_case_none")
            return []
        listed, left = found[first : first + LISTED], len(found) - first - LISTED
        for one in listed:
            self._tell_one(heard, one)
        if left > 0:
            heard.ask("utter_gov_case_ask_more", count=left)
            fills = {"gov_case_from": first + LISTED, "gov_case_words": heard.words}
            return [SlotSet("offer", {"kind": "resume", "form": self.name(), "fills": fills})]
        if len(found) == 1 and found[0].is_late:
            heard.ask("utter_gov_case_ask_hurry")
            offer = {"kind": "handoff", "reason": "asked", "words": heard.words}
            return [SlotSet("offer", offer)]
        return []

    def _tell_one(self, heard: Hearing, one: Progress) -> None:
        case, last = one.case, one.steps[-1]
        at, by = local(last.at), case.promised_on
        heard.say(
            "utter_gov_case_one", person=case.person, matter=case.matter, no=case.no,
            state=label("gov_case_state", case.state), day=f"{at.month}月{at.day}日",
        )  # fmt: skip
        if case.state == "returned":
            heard.say("utter_gov_case_returned", note=last.note, office=case.office)
        elif last.note:
            heard.say("utter_gov_case_note", note=last.note)
        if case.state in gov_case.OPEN:
            key = "utter_gov_case_late" if one.is_late else "utter_gov_case_promised"
            heard.say(key, by=f"{by.month}月{by.day}日")
