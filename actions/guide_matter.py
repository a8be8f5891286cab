"""Which matter is talked about: named, meant by what was said before, or asked for."""

from __future__ import annotations

import re

from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions.hearing import Hearing
from community.services import eligibility_words, guide
from community.store.guides import Guide


def words_of(heard: Hearing) -> str:
    """The words; of a tapped choice what stands in it."""
    return heard.words or (heard.entity("aspect") or "")


async def asked_matter(heard: Hearing) -> list[Guide]:
    """What a question of how it is done is about; several to choose from; empty when unknown."""
    words, last = words_of(heard), heard.slot("guide_last")
    meant = await guide.meant(heard.ctx, words, heard.entity("matter"))
    is_new = meant.is_named or heard.entity("matter")
    if last and not is_new and (_points_back(words) or _asks_only(words, meant)):
        return await guide.all_of(heard.ctx, [last])
    if last in meant.codes:
        return await guide.all_of(heard.ctx, [last])
    return await guide.all_of(heard.ctx, meant.codes)


def _points_back(words: str) -> bool:
    pointing = re.search(guide.lexicon()["pointing"], words) is not None
    return pointing or not guide.content(words)


def _asks_only(words: str, meant: guide.Meant) -> bool:
    """Whether an aspect is asked for and nothing of the library is meant."""
    return not meant.codes and guide.aspect_of(words) is not None


async def matter_of_papers(heard: Hearing) -> list[Guide]:
    """What papers are held against: the matter that is named, or the last one."""
    matter, last = heard.entity("matter"), heard.slot("guide_last")
    meant = await guide.meant(heard.ctx, heard.words, matter, of_papers=True)
    if not meant.is_named:
        return await guide.all_of(heard.ctx, [last] if last and not matter else [])
    return await guide.all_of(heard.ctx, [last] if last in meant.codes else meant.codes)


async def matter_to_qualify_for(heard: Hearing) -> list[Guide]:
    """What somebody may qualify for: named, the last one, or the one that an age is asked about."""
    matter, words = heard.entity("matter"), heard.words
    meant = await guide.meant(heard.ctx, words, matter)
    if meant.is_named or matter:
        return await guide.all_of(heard.ctx, meant.codes)
    age = eligibility_words.years_in(words, heard.entity("age"))
    last = await guide.find(heard.ctx, heard.slot("guide_last"))
    if last is not None and (age is None or _asks_age(last)):
        return [last]
    found = await guide.all_of(heard.ctx, meant.codes)
    if len(found) == 1:
        return found
    assumed = await guide.assumed(heard.ctx, age) if age is not None else None
    return [assumed] if assumed is not None else found


def _asks_age(one: Guide) -> bool:
    return any(rule.kind == "age" for rule in one.eligibility.rules)


def ask_matter(heard: Hearing, purpose: str, among: list[Guide]) -> list[EventType]:
    """Go and ask which matter; `purpose` and the words are kept for its answer.

    A matter that was named and is not in the library is said to be unknown, and a person offered.
    """
    matter = heard.entity("matter")
    if matter and not among:
        heard.ask("utter_guide_unknown", matter=matter)
        offer = {"kind": "handoff", "reason": "asked", "words": heard.words}
        return [SlotSet("offer", offer)]
    return [
        SlotSet("guide_purpose", purpose),
        SlotSet("guide_said", {"words": words_of(heard), "age": heard.entity("age")}),
        SlotSet("guide_choices", [one.name for one in among] or None),
        SlotSet("guide_matter", None),
        FollowupAction("guide_form"),
    ]
