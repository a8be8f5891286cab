"""Saying what a guide has stored: only what is asked, only what is there, with place and telephone."""

from __future__ import annotations

from rasa_sdk.events import EventType, SlotSet

from actions.hearing import Hearing
from actions.listing import AT_ONCE
from community.labels import label
from community.services import guide
from community.store.guides import Guide

FOLLOWS_UP_AT_MOST = 10
"Characters of a question that names no matter"
ASKING = frozenset(
    {"query_fee", "explain_fee", "pay_fee", "query_parking", "query_notice", "query_facility",
     "query_meal", "query_activity", "query_job_education", "query_gov_case", "query_repair",
     "query_complaint", "query_time_bank", "query_my_items", "find_merchant", "contact_grid_worker",
     "chitchat", "repeat"}
)  # fmt: skip
"Intents of questions that may be about a matter when they name nothing"
BETWEEN = frozenset({"affirm", "thank", "repeat", "speak_differently", "greet"})
"Intents of turns after which the matter is still what is talked of"
FURTHER = ("materials", "steps", "fee")
"Aspects that are offered after the outline of a matter"


def tell(heard: Hearing, one: Guide, words: str) -> list[EventType]:
    """Answer what the words ask of the matter; remembers it as the last one."""
    events: list[EventType] = [SlotSet("guide_last", one.code)]
    if not is_done(heard, one):
        return events
    stored = guide.answer_to(one, words)
    if stored is not None:
        heard.say("utter_guide_answer", name=one.name, answer=stored)
        close(heard, one)
        return events
    aspect = guide.aspect_of(words)
    if aspect is None:
        _outline(heard, one)
        return events
    return [*events, *_aspect(heard, one, aspect)]


async def taken_up(heard: Hearing) -> list[EventType] | None:
    """要多少钱, taken for another service's question, right after a matter was told; else None."""
    if heard.intent not in ASKING or not _was_last(heard):
        return None
    return await followed_up(heard)


def _was_last(heard: Hearing) -> bool:
    """Whether a matter was told in the turn before this one, but for thanks and the like between."""
    turns = 0
    for event in reversed(heard.tracker.events):
        if event.get("event") == "slot" and event.get("name") == "guide_last":
            return turns > 0
        if event.get("event") == "user":
            said = ((event.get("parse_data") or {}).get("intent") or {}).get("name")
            if turns and said not in BETWEEN:
                return False
            turns += 1
    return False


async def followed_up(heard: Hearing) -> list[EventType] | None:
    """几点下班 after a matter was told; None when the words ask something else, or nothing was."""
    last = heard.slot("guide_last")
    beside = set(guide.content(heard.words)) - set(guide.lexicon()["beside"])
    asks = guide.aspect_of(heard.words) is not None and not beside
    if not last or not asks or len(heard.text) > FOLLOWS_UP_AT_MOST:
        return None
    found = await guide.all_of(heard.ctx, [last])
    return tell(heard, found[0], heard.words) if found else None


def is_done(heard: Hearing, one: Guide) -> bool:
    """Whether the matter is done today; says so when it is not, or not yet."""
    standing = guide.standing(one, guide.today(heard.ctx))
    if standing == "cancelled" and one.cancelled_on is not None:
        day = one.cancelled_on
        heard.say(
            "utter_guide_cancelled", name=one.name, day=f"{day.year}年{day.month}月{day.day}日"
        )
        _phone(heard, one)
        return False
    if standing == "not_yet" and one.effective_on is not None:
        day = one.effective_on
        heard.say("utter_guide_not_yet", name=one.name, day=f"{day.year}年{day.month}月{day.day}日")
    return True


def _outline(heard: Hearing, one: Guide) -> None:
    for aspect in ("conditions", "days"):
        said = guide.lines(one, aspect)
        if said:
            _say_line(heard, one, aspect, said[0])
    close(heard, one)
    further = [aspect for aspect in FURTHER if guide.lines(one, aspect)]
    if further:
        buttons = [
            (label("guide_aspect", a), f'/query_guide{{"aspect":"{label("guide_aspect", a)}"}}')
            for a in further
        ]
        names = "、".join(label("guide_aspect", a) for a in further)
        heard.say("utter_guide_further", aspects=names, buttons=buttons)


def _aspect(heard: Hearing, one: Guide, aspect: str) -> list[EventType]:
    said = guide.lines(one, aspect)
    if not said:
        heard.say("utter_guide_missing", name=one.name, aspect=label("guide_aspect", aspect))
        _phone(heard, one)
        return []
    if aspect == "materials":
        heard.say("utter_guide_materials", name=one.name, count=len(said))
        return list_up(heard, one, said)
    if aspect == "steps":
        heard.say("utter_guide_steps", name=one.name, count=len(said))
        return list_up(heard, one, said)
    if aspect == "place":
        heard.say("utter_guide_place", name=one.name, place=one.place)
        if one.hours:
            heard.say("utter_guide_hours", hours=one.hours)
        _phone(heard, one)
    elif aspect == "phone":
        _phone(heard, one)
    else:
        _say_line(heard, one, aspect, said[0])
        close(heard, one)
    return []


def _say_line(heard: Hearing, one: Guide, aspect: str, said: str) -> None:
    heard.say("utter_guide_aspect", name=one.name, aspect=label("guide_aspect", aspect), said=said)


def list_up(heard: Hearing, one: Guide, items: list[str]) -> list[EventType]:
    """The first items, where to go, and then whether to go on with the rest."""
    for item in items[:AT_ONCE]:
        heard.say("utter_list_item", item=item)
    close(heard, one)
    rest = items[AT_ONCE:]
    if not rest:
        return []
    heard.ask("utter_list_more", left=len(rest))
    return [SlotSet("offer", {"kind": "more", "lines": rest})]


def close(heard: Hearing, one: Guide) -> None:
    """Where it is done, and the telephone; what is not stored is not said."""
    if one.place and one.phone:
        heard.say("utter_guide_where", place=one.place, phone=one.phone)
    elif one.place:
        heard.say("utter_guide_place", name=one.name, place=one.place)
    else:
        _phone(heard, one)


def _phone(heard: Hearing, one: Guide) -> None:
    if one.phone:
        heard.say("utter_guide_phone", phone=one.phone)
    else:
        heard.say("utter_guide_no_phone")
