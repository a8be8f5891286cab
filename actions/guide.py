"""Guides: how a matter is done, asked for and followed up; which matter, when that is not clear."""

from __future__ import annotations

import re

from rasa_sdk.events import EventType

from actions.base import ServiceAction
from actions.eligibility import qualify
from actions.form_end import finished
from actions.forms import Fields, Form
from actions.guide_matter import ask_matter, asked_matter, words_of
from actions.guide_telling import tell
from actions.hearing import Hearing
from actions.material import check_papers
from community.errors import NotFound
from community.services import guide
from language.numerals import parse_number

_ORDINAL = re.compile("第([一二三123])|(头|前|上面|最后|后)(?:面)?(?:一)?个")


class ActionGuideQuery(ServiceAction):
    """高龄津贴要带啥材料; 那去哪办 is of the last matter."""

    def name(self) -> str:
        return "action_guide_query"

    async def handle(self, heard: Hearing) -> list[EventType]:
        found = await asked_matter(heard)
        if len(found) != 1:
            return ask_matter(heard, "tell", found)
        return tell(heard, found[0], words_of(heard))


class ValidateGuideForm(Form):
    """Which matter: by its name, or one of those that were offered."""

    stem = "guide"
    intents = frozenset({"query_guide", "check_material", "check_eligibility"})

    async def begin(self, heard: Hearing) -> Fields:
        return {}

    async def missing(self, heard: Hearing, known: Fields) -> str | None:
        return None if known.get("guide_matter") else "guide_matter"

    async def read(self, heard: Hearing, question: str, known: Fields) -> Fields | None:
        offered = known.get("guide_choices") or []
        chosen = _chosen(heard.text, offered)
        if chosen is not None:
            return {"guide_matter": chosen}
        matter = heard.entity("matter")
        found = await guide.meant(heard.ctx, heard.words or matter or "", matter)
        names = [one.name for one in await guide.all_of(heard.ctx, found.codes)]
        among = [name for name in names if name in offered]
        if len(among) == 1 or len(names) == 1:
            return {"guide_matter": (among or names)[0]}
        return {"guide_choices": names} if names else None

    async def put(self, heard: Hearing, question: str, known: Fields) -> None:
        offered = known.get("guide_choices") or []
        if not offered:
            heard.ask("utter_guide_ask_matter")
            return
        buttons = [(name, f'/query_guide{{"matter":"{name}"}}') for name in offered]
        heard.ask("utter_guide_ask_which", names="、".join(offered), buttons=buttons)


def _chosen(said: str, offered: list[str]) -> str | None:
    """第二个, 头一个, 最后一个 of the matters that were offered."""
    found = _ORDINAL.search(said)
    if found is None or not offered:
        return None
    if found[2]:
        return offered[-1 if "后" in found[2] else 0]
    place = int(parse_number(found[1]) or 0)
    return offered[place - 1] if place <= len(offered) else None


class ActionGuideResume(ServiceAction):
    """The matter is clear now: what was asked of it is answered."""

    writes = "guide"

    def name(self) -> str:
        return "action_guide_resume"

    async def handle(self, heard: Hearing) -> list[EventType]:
        purpose, said = heard.slot("guide_purpose"), heard.slot("guide_said") or {}
        meant = await guide.meant(heard.ctx, str(heard.slot("guide_matter") or ""))
        found = await guide.all_of(heard.ctx, meant.codes[:1])
        if not found:
            raise NotFound("no such matter")
        words = str(said.get("words") or "")
        match purpose:
            case "material":
                answered = check_papers(heard, found[0], words, [])
            case "eligibility":
                answered = await qualify(heard, found[0], words, said.get("age"))
            case _:
                answered = tell(heard, found[0], words)
        done = finished(heard, "guide")
        return [*_but_offers(done), *answered, *_offers(done)]


_ASKING = frozenset({"offer", "suspended"})


def _but_offers(events: list[EventType]) -> list[EventType]:
    return [event for event in events if event.get("name") not in _ASKING]


def _offers(events: list[EventType]) -> list[EventType]:
    """What the end of the form asks is the last question, and the one that a yes answers."""
    return [event for event in events if event.get("name") in _ASKING]
