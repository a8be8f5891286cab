"""Volunteers: offering a hand, taking a request, and saying when it is done."""

from __future__ import annotations

import re

from rasa_sdk.events import EventType, FollowupAction

from actions import reading
from actions.base import ServiceAction
from actions.binding import BindingQuestions
from actions.form_end import finished
from actions.forms import Fields
from actions.hearing import Hearing
from actions.help_news import teller
from actions.mutual_aid import chosen, pending, same_task
from community.errors import BadInput
from community.labels import label
from community.services import help_words, mutual_aid, volunteers
from community.services.time_bank import coins
from community.services.volunteers import ANY, OTHER
from community.store.helps import Help
from community.times import window_words
from language.ages import find_age

INTENT = "offer_help"
_LEAVES = re.compile(
    "(?:不|别|退出|取消|去掉|退)(?:想|要|再|能)?(?:当|做|是|参加)?.{0,3}(?:志愿|自愿|义工|名字|名单|报名)"
    "|不(?:想|再|能)*(?:当|做|干)了"
)
_TAKES = re.compile(
    "(?:我|俺)(?:可以|能)?(?:来|接|去|接了|去吧|来吧|包了)[吧呀啊了]?[。！]?$|单子|我接|这个忙我|"
    "(?:刚才|上次|听说)[^，。]*(?:要人|缺人|陪|帮)|(?:那个|这个)[^，。]{1,12}的?(?:活|忙|单)"
)
_DONE = re.compile("(?:帮|做|弄|办|搬|陪|修|送|买)(?:完|好)了|完事|干完")
_STEPS_BACK = re.compile(
    "(?:去|来|帮|做|搬|陪|干)不(?:了|完|成|下去)|换个?人|有事去不|没法(?:去|来|接着)|(?:得|要|先)走|有急事"
)
YEAR_MONTHS = 12
LISTED = 3


class ValidateVolunteerForm(BindingQuestions):
    """Which help and when; confirmed, with the word of one whose age is not on record."""

    stem = "volunteer"
    intents = frozenset({INTENT, "bind_identity"})

    async def begin(self, heard: Hearing) -> Fields:
        return _kinds(heard) | _when(heard)

    async def missing(self, heard: Hearing, known: Fields) -> str | None:
        open_binding = await self.bind_missing(heard, known)
        if open_binding:
            return open_binding
        for slot in ("volunteer_kinds", "volunteer_time"):
            if not known.get(slot):
                return slot
        return None if known.get("volunteer_confirm") else "volunteer_confirm"

    async def read(self, heard: Hearing, question: str, known: Fields) -> Fields | None:
        match question:
            case "volunteer_room" | "volunteer_code":
                return await self.bind_read(heard, question, known)
            case "volunteer_kinds":
                return (_kinds(heard) | _when(heard)) or None
            case "volunteer_time":
                any_time = volunteers.takes_anything(heard.text) or "随时" in heard.text
                always = {"volunteer_time": {"days": ANY, "part": ANY, "said": _said(ANY, ANY)}}
                return _when(heard) or (always if any_time else None)
            case _:
                answer = reading.yes_or_no(heard)
                return None if answer is None else {"volunteer_confirm": answer}

    def _interrupts(self, heard: Hearing) -> bool:
        """A button below a request is no answer here."""
        return bool(heard.entity("choice")) or super()._interrupts(heard)

    def amend(self, heard: Hearing, known: Fields) -> Fields:
        return _kinds(heard) | _when(heard)

    async def put(self, heard: Hearing, question: str, known: Fields) -> None:
        match question:
            case "volunteer_room" | "volunteer_code":
                self.bind_put(heard, question, known)
            case "volunteer_kinds":
                heard.ask("utter_volunteer_ask_kinds")
            case "volunteer_time":
                heard.ask("utter_volunteer_ask_time")
            case _ if known.get("volunteer_confirm") is False:
                heard.ask("utter_volunteer_what_to_change")
            case _:
                of_age = await volunteers.knows_age(heard.ctx, await heard.party())
                heard.ask(
                    "utter_volunteer_ask_confirm" if of_age else "utter_volunteer_ask_adult",
                    kinds="、".join(label("help_kind", one) for one in known["volunteer_kinds"]),
                    time=known["volunteer_time"]["said"],
                )


def _kinds(heard: Hearing) -> Fields:
    """The kinds that are offered; a task that is of none of them is another kind."""
    found = volunteers.kinds_in("、".join(heard.meant("task")) or heard.words)
    if not found and volunteers.takes_anything(heard.words):
        found = [ANY]
    if not found and heard.meant("task"):
        found = [OTHER]
    return {"volunteer_kinds": found} if found else {}


def _when(heard: Hearing) -> Fields:
    found = volunteers.availability(heard.words)
    if found is None:
        return {}
    return {"volunteer_time": {"days": found[0], "part": found[1], "said": _said(*found)}}


def _said(days: str, part: str) -> str:
    named = (("help_days", days), ("help_part", part))
    return "".join(label(*one) for one in named if one[1] != ANY) or label("help_when", ANY)


class ActionVolunteerEnrol(ServiceAction):
    """The yes: registered, and told what waits already."""

    writes = "volunteer"

    def name(self) -> str:
        return "action_volunteer_enrol"

    async def handle(self, heard: Hearing) -> list[EventType]:
        when = heard.slot("volunteer_time")
        kinds = [one for one in heard.slot("volunteer_kinds") if one != ANY]
        _, waiting = await volunteers.enrol(
            heard.ctx, await heard.party(), kinds=kinds, days=when["days"], part=when["part"]
        )
        heard.say("utter_volunteer_enrolled")
        if waiting:
            _list(heard, waiting)
        return finished(heard, "volunteer")


def _list(heard: Hearing, waiting: list[Help]) -> None:
    """At most LISTED requests, without whose they are, each with its button."""
    heard.say("utter_volunteer_waiting", count=len(waiting))
    for one in waiting[:LISTED]:
        heard.say(
            "utter_volunteer_waiting_one",
            buttons=help_words.choices(INTENT, one.no, "accept"),
            no=one.no,
            task=one.public_task,
            when=window_words(one.starts_at, one.ends_at),
        )


class ActionHelpOffer(ServiceAction):
    """offer_help: a step of a request, leaving, or the form of a new volunteer."""

    steps = ("volunteer_act",)

    def name(self) -> str:
        return "action_help_offer"

    async def handle(self, heard: Hearing) -> list[EventType]:
        act = chosen(heard, "volunteer_act")
        if act is not None:
            await self._act(heard, *act)
            return []
        account = await heard.party()
        if _LEAVES.search(heard.words):
            left = await volunteers.leave(heard.ctx, account)
            heard.say("utter_volunteer_left" if left else "utter_volunteer_is_none")
            return []
        age = find_age(heard.words)
        young = age is not None and age < volunteers.rules()["adult_age"] * YEAR_MONTHS
        if young or await volunteers.is_minor(heard.ctx, account):
            heard.say("utter_volunteer_too_young")
            return []
        return await self._as_volunteer(heard)

    async def _as_volunteer(self, heard: Hearing) -> list[EventType]:
        """What one who has registered before may mean; everybody else registers."""
        account = await heard.party()
        helping = [
            one
            for one in await mutual_aid.helping(heard.ctx, account)
            if one.state in ("accepted", "started")
        ]
        if helping and _STEPS_BACK.search(heard.words):
            one, begun = helping[0], helping[0].state == "started"
            asked = "utter_volunteer_ask_leave" if begun else "utter_volunteer_ask_release"
            heard.ask(asked, no=one.no, task=one.task)
            return [pending("volunteer_act", self.name(), "release", one.no)]
        if helping and _DONE.search(heard.words):
            heard.ask("utter_volunteer_ask_done", no=helping[0].no, task=helping[0].task)
            return [pending("volunteer_act", self.name(), "finish", helping[0].no)]
        if await volunteers.own(heard.ctx, account) is None:
            return [FollowupAction("volunteer_form")]
        waiting = await volunteers.open_for(heard.ctx, account)
        if waiting and _TAKES.search(heard.words):
            return self._ask_to_take(heard, waiting)
        if _kinds(heard) or _when(heard):
            return [FollowupAction("volunteer_form")]
        if waiting:
            _list(heard, waiting)
        else:
            heard.say("utter_volunteer_nothing_waiting")
        return []

    def _ask_to_take(self, heard: Hearing, waiting: list[Help]) -> list[EventType]:
        task = heard.entity("task")
        named = [one for one in waiting if task and same_task(task, one.task)]
        one = (named or waiting)[0]
        heard.ask(
            "utter_volunteer_ask_take",
            no=one.no,
            task=one.public_task,
            when=window_words(one.starts_at, one.ends_at),
        )
        return [pending("volunteer_act", self.name(), "accept", one.no)]

    async def _act(self, heard: Hearing, choice: str, no: int) -> None:
        account, tell = await heard.party(), teller(heard)
        match choice:
            case "accept":
                taken = await mutual_aid.accept(heard.ctx, account, no, tell=tell)
                heard.say(
                    "utter_volunteer_accepted",
                    buttons=help_words.choices(INTENT, no, "start", "release"),
                    no=no,
                    home=taken.label,
                    when=window_words(taken.starts_at, taken.ends_at),
                    task=taken.task,
                    phone=taken.phone or label("help_word", "no_phone"),
                )
            case "start":
                await mutual_aid.start(heard.ctx, account, no, tell=tell)
                buttons = help_words.choices(INTENT, no, "finish", "leave")
                heard.say("utter_volunteer_started", buttons=buttons, no=no)
            case "finish":
                ended = await mutual_aid.finish(heard.ctx, account, no, tell=tell)
                heard.say("utter_volunteer_finished", no=no, coins=coins(ended.minutes or 0))
            case "release" | "leave":
                await mutual_aid.release(heard.ctx, account, no, tell=tell)
                heard.say("utter_volunteer_released", no=no)
            case _:
                raise BadInput("no such choice")
