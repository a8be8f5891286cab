"""Notices: outages first, then news; what concerns the asker's own building."""

from __future__ import annotations

import re

from rasa_sdk.events import EventType, SlotSet

from actions import reading
from actions.base import ServiceAction
from actions.hearing import Hearing
from community.labels import label
from community.services import notice
from community.store.notices import Notice
from community.times import date_words, window_words

_IS_OUT = re.compile(
    r"(家|屋|这|楼|现在|突然|刚刚?|又|怎么|咋)[^，。？]{0,4}(停|断|没)了?(水|电|气)(?!费)"
)
"It is out now; whether it will be (明天停水不) is another question"


class ActionNoticeQuery(ServiceAction):
    def name(self) -> str:
        return "action_notice_query"

    async def handle(self, heard: Hearing) -> list[EventType]:
        account = await heard.party()
        topic = notice.topic_of("、".join(heard.meant("topic")) or heard.words)
        window = reading.window(heard) if heard.entity("time") else None
        period = reading.moments(window)
        found = await notice.about(heard.ctx, account, topic=topic, period=period)
        if topic in notice.OUTAGES and period is None and _IS_OUT.search(heard.words):
            found = [one for one in found if notice.is_on(one, heard.now)]
            if not found:
                return _offer_repair(heard, topic)
        when = window["said"] if window else label("word", "recent")
        if not found:
            key = "utter_notice_none_topic" if topic else "utter_notice_none"
            heard.say(key, topic=topic or "", time=when)
            return []
        for one in found[:3]:
            heard.say("utter_notice_one", title=one.title, body=one.body, time=_when(one))
        if account.home is None and topic:
            heard.say("utter_notice_bind_for_yours")
        return []


def _offer_repair(heard: Hearing, topic: str) -> list[EventType]:
    """Nobody has announced this outage: it may be the home's own."""
    heard.ask("utter_notice_none_now", topic=topic)
    offer = {"kind": "resume", "form": "repair_form", "fills": {"repair_fault": heard.words}}
    return [SlotSet("offer", offer)]


def _when(one: Notice) -> str:
    if one.starts_at is None:
        return f"{date_words(one.published_at)}发布"
    if one.ends_at is None:
        return f"{date_words(one.starts_at)}开始"
    return window_words(one.starts_at, one.ends_at)
