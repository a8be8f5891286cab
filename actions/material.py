"""Papers: whether what a resident has will do, by the record's list; the counter decides."""

from __future__ import annotations

from rasa_sdk.events import EventType, SlotSet

from actions.base import ServiceAction
from actions.guide_matter import ask_matter, matter_of_papers
from actions.guide_telling import close, is_done, list_up
from actions.hearing import Hearing
from community.labels import label
from community.services import guide, material
from community.services.material import Checked
from community.store.guides import Guide

CASES = 2
"Papers for other cases that are mentioned"


class ActionMaterialCheck(ServiceAction):
    """户口本有，照片没有，行不; 还差哪样 is of the papers named before."""

    def name(self) -> str:
        return "action_material_check"

    async def handle(self, heard: Hearing) -> list[EventType]:
        found = await matter_of_papers(heard)
        if len(found) != 1:
            return ask_matter(heard, "material", found)
        same = found[0].code == heard.slot("guide_last")
        before = list(heard.slot("guide_have") or []) if same else []
        return check_papers(heard, found[0], heard.words, before)


def check_papers(heard: Hearing, one: Guide, words: str, before: list[str]) -> list[EventType]:
    """Hold the papers that the words name, and those named before, against the list."""
    events: list[EventType] = [SlotSet("guide_last", one.code)]
    if not is_done(heard, one):
        return events
    if not one.materials:
        heard.say("utter_guide_missing", name=one.name, aspect=label("guide_aspect", "materials"))
        close(heard, one)
        return events
    said = material.said(material.without_names(one, words))
    have = frozenset(before) - said.lacking | said.having
    named = said.having or said.lacking or said.all_but or said.everything
    if material.is_doubtful(words):
        heard.say("utter_material_doubtful")
    if not named and not before:
        items = guide.lines(one, "materials")
        heard.say("utter_material_compare", name=one.name, count=len(items))
        return [*events, *list_up(heard, one, items)]
    heard_papers = material.Said(have, said.lacking, said.copies, said.all_but, said.everything)
    checked = material.check(one, heard_papers, by_agent=material.is_by_agent(words))
    return [*events, SlotSet("guide_have", sorted(have)), *_tell(heard, one, checked)]


def _tell(heard: Hearing, one: Guide, checked: Checked) -> list[EventType]:
    for copied in checked.copy_only[:1]:
        heard.say("utter_material_original", material=copied.name)
    missing = [guide.material_words(m) for m in checked.missing]
    if missing:
        heard.say("utter_material_missing", name=one.name, count=len(missing))
        return list_up(heard, one, missing)
    if not checked.copy_only:
        heard.say("utter_material_complete", name=one.name)
    for extra in checked.optional[:CASES]:
        heard.say("utter_material_case", case=extra.case, material=extra.name)
    heard.say("utter_guide_counter_decides")
    close(heard, one)
    return []
