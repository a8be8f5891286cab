"""Asking the neighbours for a hand: the request, its progress, its end."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions import reading
from actions.base import ServiceAction
from actions.binding import BindingQuestions
from actions.days import no_such_day
from actions.form_end import finished
from actions.forms import STRANGE, Fields
from actions.hearing import Hearing
from actions.help_news import teller
from community.errors import BadInput
from community.labels import label
from community.services import mutual_aid
from community.services.time_bank import coins
from community.services.volunteers import rules
from community.store.helps import Help
from community.times import window_words

INTENT = "request_help"
_GENERIC = re.compile(
    "有没有|有没得|有冇|能不能|可不可以|帮忙|帮手|帮助|帮帮|互助|求助|志愿者|义工|邻居|街坊|哪个|谁|边个|啥人|一下|"
    "[我俺咱想要请求找搵寻喊叫个人来帮给发需能可以吗呢吧嘛撒呗啊呀的了你您们，。！？,.!? ]"
)
"What asks for help without saying for which"
_CANCELS = re.compile("不用|不要|不需要|不找|不必|取消|撤(?:回|了|掉)|算了|别来|退掉|用不着|不麻烦")
_ASKS = re.compile(
    "有人(?:接|来|应|去)(?:了|吗|没|不)|接了(?:没|吗)|(?:谁|有没有人)接|咋样|怎么样了|进度|到哪|"
    "啥时候来|什么时候来|几时来|没人(?:接|来|应)|没来"
)
_OF_OLD = re.compile("那个|那件|那单|单子|上回|上次|之前|发的")
_DONE = re.compile("帮(?:完|好)了|做(?:完|好)了|弄(?:完|好)了|确认|已经帮")
_MAY_NAME_A_TASK = STRANGE | {INTENT, "offer_help", "report_repair", "find_merchant"}
_LONGEST_TASK = 60


class ValidateHelpForm(BindingQuestions):
    """What for and when; the place is the home. Confirmed before the neighbours hear of it."""

    stem = "help"
    intents = frozenset({INTENT, "bind_identity"})

    async def begin(self, heard: Hearing) -> Fields:
        task = _task(heard)
        if not task and len(_GENERIC.sub("", heard.words)) >= 2:
            task = {"help_task": heard.words[:_LONGEST_TASK]}
        return task | _time(heard)

    async def missing(self, heard: Hearing, known: Fields) -> str | None:
        open_binding = await self.bind_missing(heard, known)
        if open_binding:
            return open_binding
        if not known.get("help_task"):
            return "help_task"
        if not known.get("help_time") or await _problem(heard, known):
            return "help_time"
        return None if known.get("help_confirm") else "help_confirm"

    async def read(self, heard: Hearing, question: str, known: Fields) -> Fields | None:
        match question:
            case "help_room" | "help_code":
                return await self.bind_read(heard, question, known)
            case "help_task":
                found = _task(heard)
                if not found and heard.intent in _MAY_NAME_A_TASK and len(heard.text) >= 2:
                    found = {"help_task": heard.text[:_LONGEST_TASK]}
                return (found | _time(heard)) or None
            case "help_time":
                return _time(heard) or None
            case _:
                answer = reading.yes_or_no(heard)
                return None if answer is None else {"help_confirm": answer}

    def _interrupts(self, heard: Hearing) -> bool:
        """A button below an older request is no answer here."""
        return bool(heard.entity("choice")) or super()._interrupts(heard)

    def amend(self, heard: Hearing, known: Fields) -> Fields:
        return _task(heard) | _time(heard)

    async def put(self, heard: Hearing, question: str, known: Fields) -> None:
        match question:
            case "help_room" | "help_code":
                self.bind_put(heard, question, known)
            case "help_task":
                heard.ask("utter_help_ask_task")
            case "help_time":
                problem = await _problem(heard, known) if known.get("help_time") else None
                if problem:
                    heard.say("utter_help_time_problem", problem=label("help_problem", problem))
                heard.ask("utter_help_ask_time")
            case _ if known.get("help_confirm") is False:
                heard.ask("utter_help_what_to_change")
            case _:
                heard.ask(
                    "utter_help_ask_confirm",
                    task=known["help_task"],
                    time=known["help_time"]["said"],
                )


def _task(heard: Hearing) -> Fields:
    tasks = heard.meant("task")
    return {"help_task": "、".join(tasks)[:_LONGEST_TASK]} if tasks else {}


def _time(heard: Hearing) -> Fields:
    window = None if no_such_day(heard.words) else reading.window(heard)
    return {"help_time": window} if window else {}


async def _problem(heard: Hearing, known: Fields) -> str | None:
    window = reading.moments(known["help_time"])
    if window is None:
        return None
    found = await mutual_aid.problem(heard.ctx, await heard.party(), window)
    return None if found == "too_many" else found


class ActionHelpCreate(ServiceAction):
    """The yes: posted, and told to those whom it fits."""

    writes = "help"

    def name(self) -> str:
        return "action_help_create"

    async def handle(self, heard: Hearing) -> list[EventType]:
        window = reading.moments(heard.slot("help_time"))
        assert window is not None  # noqa: S101 - the form asked for it
        made, asked = await mutual_aid.post(
            heard.ctx,
            await heard.party(),
            turn_id=heard.turn_id,
            task=str(heard.slot("help_task")),
            window=window,
            tell=teller(heard),
        )
        if made.state == "cancelled":
            heard.say("utter_help_cancelled", no=made.no)
            return finished(heard, "help")
        key = "utter_help_created" if asked else "utter_help_created_nobody_yet"
        heard.say(key, no=made.no, count=asked, card=_card(made))
        return finished(heard, "help")


def _card(one: Help) -> dict[str, Any]:
    return {
        "title": f"{label('form', 'help')} {one.no}",
        "state": label("help_state", one.state),
        "tone": "work",
        "facts": [
            [label("slot", "help_task"), one.task],
            [label("slot", "help_time"), window_words(one.starts_at, one.ends_at)],
        ],
    }


class ActionHelpRequest(ServiceAction):
    """request_help: a step of a request that is there, its progress, or the form of a new one."""

    steps = ("help_act",)

    def name(self) -> str:
        return "action_help_request"

    async def handle(self, heard: Hearing) -> list[EventType]:
        act = chosen(heard, "help_act")
        if act is not None:
            await self._act(heard, *act)
            return []
        account = await heard.party()
        own = await mutual_aid.mine(heard.ctx, account) if account.home else []
        one = _meant(heard, own)
        if one is not None and _CANCELS.search(heard.words):
            heard.ask("utter_help_ask_cancel", no=one.no, task=one.task)
            return [self._offer("cancel", one.no)]
        if one is not None and one.state == "done" and _DONE.search(heard.words):
            return self._ask_whether_done(heard, one)
        if one is not None and _ASKS.search(heard.words):
            return self._tell(heard, one)
        under_way = [each for each in own if each.state != "disputed"]
        if len(under_way) >= rules()["open_at_most"]:
            heard.say("utter_help_too_many", count=len(under_way))
            return self._tell(heard, under_way[0])
        return [FollowupAction("help_form")]

    def _offer(self, choice: str, no: int) -> EventType:
        return pending("help_act", self.name(), choice, no)

    def _ask_whether_done(self, heard: Hearing, one: Help) -> list[EventType]:
        heard.ask("utter_help_ask_done", no=one.no, task=one.task, coins=coins(one.minutes or 0))
        return [self._offer("confirm", one.no)]

    def _tell(self, heard: Hearing, one: Help) -> list[EventType]:
        if one.state == "done":
            return self._ask_whether_done(heard, one)
        heard.say(
            "utter_help_state", no=one.no, task=one.task, state=label("help_state", one.state)
        )
        return []

    async def _act(self, heard: Hearing, choice: str, no: int) -> None:
        account, tell = await heard.party(), teller(heard)
        match choice:
            case "cancel":
                await mutual_aid.cancel(heard.ctx, account, no, tell=tell)
                heard.say("utter_help_cancelled", no=no)
            case "confirm":
                settled = await mutual_aid.confirm(heard.ctx, account, no, tell=tell)
                heard.say("utter_help_confirmed", no=no, coins=coins(settled.minutes or 0))
            case "dispute":
                await mutual_aid.dispute(heard.ctx, account, no, tell=tell)
                heard.say("utter_help_disputed", no=no)
                heard.hand_off("rule", words=heard.words, slots={label("form", "help"): str(no)})
            case "staff":
                await mutual_aid.of_home(heard.ctx, account, no)
                heard.hand_off("rule", words=heard.words, slots={label("form", "help"): str(no)})
            case _:
                raise BadInput("no such choice")


def chosen(heard: Hearing, slot: str) -> tuple[str, int] | None:
    """The step that a button or a yes stands for: (choice, number); None for other words."""
    waiting = heard.slot(slot)
    if isinstance(waiting, dict):
        return waiting["choice"], int(waiting["no"])
    choice, no = heard.entity("choice"), heard.entity("order_no")
    if not choice or heard.text:
        return None
    if not no or not no.isdecimal():
        raise BadInput("a choice names its request")
    return choice, int(no)


def pending(slot: str, action: str, choice: str, no: int) -> EventType:
    """The offer of a step: a yes runs `action`, which finds the step in `slot`."""
    fills = {slot: {"choice": choice, "no": no}}
    return SlotSet("offer", {"kind": "resume", "form": action, "fills": fills})


def _meant(heard: Hearing, own: list[Help]) -> Help | None:
    """The request that the words are about: by number, by task, else the newest.

    None when they name another task: they ask for something new.
    """
    no, task = heard.entity("order_no"), heard.entity("task")
    named = [one for one in own if str(one.no) == no]
    named = named or [one for one in own if task and same_task(task, one.task)]
    is_new = task is not None and not _OF_OLD.search(heard.words)
    return next(iter(named), None if is_new else next(iter(own), None))


def same_task(said: str, task: str) -> bool:
    """Whether one is said with the words of the other: 扛米 is 扛袋米."""
    return set(said) <= set(task) or set(task) <= set(said)
