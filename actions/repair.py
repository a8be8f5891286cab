"""Repair: report, progress, urge, change, withdraw, rate and reopen."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk.events import EventType, SlotSet

from actions import matters, reading
from actions.base import ServiceAction
from actions.binding import BindingQuestions
from actions.form_end import finished
from actions.forms import STRANGE, Fields, Form
from actions.hearing import Hearing
from community.errors import Conflict, NotFound
from community.labels import group, label
from community.services import binding, repair, urgency
from community.store.tickets import Ticket
from community.times import window_words
from language.numbers import parse_number, parse_score
from language.phones import mask_phone

_GENERIC = re.compile(
    r"我?(要|想|得)?(报个?修|维修|修理|修一?下?|找(个|人)?(师傅|修)?|师傅|物业|派(个)?人|来人|家里|屋里|屋头|"
    r"东西|坏了?|帮(我|忙)?|一下|登记|个|的|吗|呢|啊|呀|吧|哦|嗯|那个|你好|您好|请|麻烦|[，。！？,.!?~… ])"
)
_NOT_FIXED = re.compile(
    r"没(有)?修好|没修|又(漏|坏|堵|不|响|掉|断|出|开始)|还(在|是)?(漏|坏|不行|不热|不亮|堵|响)|白修|修了跟没修|"
    r"老毛病|没弄好|没整好|没解决|不管用"
)
_ALSO = re.compile("也(?:不|没|坏|漏|堵|掉|松|卡|响)|还有.*(?:不|没|坏|漏|堵|掉|松|卡|响)")
_SWAP = re.compile(
    r"不是(?P<old>[^，,。 是]{1,12})[，,。 ]*(?:而|应该|我?说的)?是(?P<new>[^，,。 ]{1,12})"
)
_WITHDRAW = re.compile(
    r"不用(来|修|麻烦|上门)|不修了|不要修|撤(回|销|掉|了)|取消|退(掉|了)|自己(修|弄|整|搞)好|好了不|别来了|甭来|不报了"
)


_ROOMS = re.compile(
    r"(?:主|次|小|大)?(?:厨房|灶房|灶屋|卫生间|洗手间|厕所|客厅|堂屋|卧室|卧房|睡房|阳台|书房|餐厅|玄关|走廊|过道|储藏室)"
    r"|楼道|楼梯间|门口|(?:[一二三四五六七八九十两\d]{1,3})[楼层](?!道)"
)
_THINGS = frozenset("灯门锁窗水电气网墙床柜管阀闸")
"Words of one character that can be out of order"


def is_generic(words: str) -> bool:
    """Whether the words only say that something is to be repaired, not what."""
    left = _GENERIC.sub("", words)
    return len(left) < 2 and left not in _THINGS


def place_alone(heard: Hearing) -> str | None:
    """The place, when the words name one and nothing that is wrong there: 厨房 · 三楼的."""
    found = _ROOMS.search(heard.words)
    place = heard.entity("place") or (found[0] if found else None)
    if place is None or place not in heard.words:
        return None
    left = _GENERIC.sub("", heard.words.replace(place, "").replace("里", "").replace("在", ""))
    return None if left else str(place)


class ValidateRepairForm(BindingQuestions):
    """What is wrong, whose home, when, which telephone; then once more in full, and yes."""

    stem = "repair"
    intents = frozenset({"report_repair", "bind_identity", "change_repair"})

    async def begin(self, heard: Hearing) -> Fields:
        known: Fields = {}
        alone = place_alone(heard)
        if heard.words and not alone and not is_generic(heard.words):
            known |= {"repair_fault": heard.words, "repair_place": None}  # another's is no guide
        place = alone or heard.entity("place")
        if place:
            known["repair_place"] = place
        if heard.entity("time"):
            known |= _future(reading.window(heard))
        phone = reading.phone(heard)
        if phone:
            known["repair_phone"] = phone
        room = reading.room(heard)
        if room and (await heard.party()).home is None:
            known["repair_room"] = room
        return known

    async def missing(self, heard: Hearing, known: Fields) -> str | None:
        if not known.get("repair_fault"):
            return "repair_fault"
        open_binding = await self.bind_missing(heard, known)
        if open_binding:
            return open_binding
        if await self._is_known(heard, known):
            return None
        if not known.get("repair_time") and urgency.decide(known["repair_fault"]) != "critical":
            return "repair_time"
        if not known.get("repair_phone"):
            known_phone = await binding.contact_phone(heard.ctx, await heard.party())
            if known_phone is None:
                return "repair_phone"
            known["repair_phone"] = known_phone
        return None if known.get("repair_confirm") else "repair_confirm"

    async def _is_known(self, heard: Hearing, known: Fields) -> bool:
        """Whether the whole building has it: kept with the others, and easily undone."""
        account = await heard.party()
        return await repair.known(heard.ctx, account, known["repair_fault"]) is not None

    async def read(self, heard: Hearing, question: str, known: Fields) -> Fields | None:
        match question:
            case "repair_fault":
                return self._fault(heard, known)
            case "repair_room" | "repair_code":
                return await self.bind_read(heard, question, known)
            case "repair_time":
                return _future(reading.window(heard)) or None
            case "repair_phone":
                phone = reading.phone(heard)
                return {"repair_phone": phone} if phone else None
            case _:
                answer = reading.yes_or_no(heard)
                return None if answer is None else {"repair_confirm": answer}

    def _fault(self, heard: Hearing, known: Fields) -> Fields | None:
        alone = place_alone(heard)
        if alone:
            return {"repair_place": alone}
        if not heard.text or is_generic(heard.text) or heard.intent in {"affirm", "deny"}:
            return None
        place, before = heard.entity("place"), known.get("repair_place")
        if place:
            return {"repair_fault": heard.text, "repair_place": place}
        return {"repair_fault": f"{before}{heard.text}" if before else heard.text}

    def _may_amend(self, heard: Hearing, question: str) -> bool:
        more = question != "repair_fault" and _tells_more(heard)
        return more or super()._may_amend(heard, question)

    def amend(self, heard: Hearing, known: Fields) -> Fields:
        """不是厨房，是卫生间 · 改成后天上午 · 电话换成138… · 不是漏水是堵了."""
        if _tells_more(heard) and known.get("repair_fault"):
            more = _future(reading.window(heard))
            return more | {"repair_fault": f"{known['repair_fault']}；{heard.text}"}
        amended: Fields = _swapped(heard, known)
        place, fault = heard.entity("place"), heard.entity("fault")
        if place and place != known.get("repair_place"):
            amended["repair_place"] = place
            base = amended.get("repair_fault") or known.get("repair_fault")
            if base:
                amended["repair_fault"] = _replaced(heard, "place", place, str(base))
        if fault and "repair_fault" in known:
            base = str(amended.get("repair_fault") or known["repair_fault"])
            amended["repair_fault"] = _replaced(heard, "fault", fault, base)
        amended |= _future(reading.window(heard))
        phone = reading.phone(heard)
        if phone:
            amended["repair_phone"] = phone
        if known.get("repair_room"):
            room = reading.room(heard, known["repair_room"])
            if room:
                amended["repair_room"] = room
        return amended

    async def put(self, heard: Hearing, question: str, known: Fields) -> None:
        match question:
            case "repair_fault" if known.get("repair_place"):
                heard.ask("utter_repair_ask_fault_at", place=known["repair_place"])
            case "repair_fault":
                heard.ask("utter_repair_ask_fault")
            case "repair_room" | "repair_code":
                self.bind_put(heard, question, known)
            case "repair_time":
                key = "utter_repair_ask_time"
                if urgency.decide(known["repair_fault"]) == "high":
                    key = "utter_repair_ask_time_urgent"
                heard.ask(key)
            case "repair_phone":
                heard.ask("utter_repair_ask_phone")
            case _ if known.get("repair_confirm") is False:
                heard.ask("utter_repair_what_to_change")
            case _:
                await self._put_summary(heard, known)

    async def _put_summary(self, heard: Hearing, known: Fields) -> None:
        home = (await heard.party()).home
        when = known["repair_time"]["said"] if known.get("repair_time") else label("word", "soon")
        heard.ask(
            "utter_repair_ask_confirm",
            room=home.label if home else "",
            fault=known["repair_fault"],
            time=when,
            phone=mask_phone(known["repair_phone"]),
        )


def _tells_more(heard: Hearing) -> bool:
    """Another fault, or more of this one, and nothing is taken back: 客厅灯也不亮."""
    if heard.corrects:
        return False
    named = heard.intent == "report_repair" and bool(heard.entity("fault"))
    return named or (heard.intent in STRANGE and bool(_ALSO.search(heard.text)))


def _future(window: dict[str, Any] | None) -> Fields:
    """A time to come; one that is over is no answer. 现在 is no appointment but as soon as may be."""
    if window is None or window["past"]:
        return {}
    if window["start"] == window["end"] and "点" not in window["said"]:
        return {"repair_time": {"said": label("word", "soon")}}
    return {"repair_time": window}


def _swapped(heard: Hearing, known: Fields) -> Fields:
    """不是厨房，是卫生间: what was taken back stands in the description and is exchanged there."""
    said = _SWAP.search(heard.text)
    description = str(known.get("repair_fault") or "")
    if said is None or said["old"] not in description:
        return {}
    return {"repair_fault": description.replace(said["old"], said["new"])}


def _replaced(heard: Hearing, kind: str, meant: str, description: str) -> str:
    """The description with the old value replaced, or with the new one said in front."""
    for entity in heard.entities(kind):
        old = str(entity["value"])
        if old != meant and old in description:
            return description.replace(old, meant)
    return description if meant in description else f"{meant}：{description}"


class ActionRepairCreate(ServiceAction):
    """Writes the confirmed order and tells its number."""

    writes = "repair"

    def name(self) -> str:
        return "action_repair_create"

    async def handle(self, heard: Hearing) -> list[EventType]:
        field, account = heard.slot("repair_time"), await heard.party()
        fault, known = str(heard.slot("repair_fault")), None
        if not heard.slot("repair_confirm"):
            known = await repair.known(heard.ctx, account, fault)
        made = await repair.create(
            heard.ctx,
            account,
            turn_id=heard.turn_id,
            description=fault,
            place=heard.slot("repair_place"),
            phone=heard.slot("repair_phone"),
            appointment=reading.moments(field),
            photos=heard.slot("repair_photos") or [],
            voice="joined" if known else "proposed",
        )
        if known is not None:
            return [*finished(heard, "repair"), *matters.tell_known(heard, known, made.no)]
        heard.say(
            "utter_repair_created",
            no=made.no,
            promise=label("promise", made.urgency),
            card=card(made),
        )
        return finished(heard, "repair")


def card(one: Ticket) -> dict[str, Any]:
    """An order as a card: title, state with its word, two facts."""
    tones = {"pending": "wait", "accepted": "work", "paused": "wait", "withdrawn": "off"}
    return {
        "title": f"{label('kind', one.kind)} {one.no}",
        "state": label("repair_state", one.state),
        "tone": tones.get(one.state, "done"),
        "facts": [
            [label("slot", "repair_fault"), one.description[:40]],
            [label("slot", "repair_time"), _visit(one)],
        ],
    }


def _visit(one: Ticket) -> str:
    if one.appointment_start is None or one.appointment_end is None:
        return label("word", "soon")
    return window_words(one.appointment_start, one.appointment_end)


async def chosen(heard: Hearing, states: tuple[str, ...], act: str) -> Ticket | None:
    """The order that is meant: by its number, or the only one; else the resident is asked.

    One in none of `states` is not fit for the act: its state is told. None when a question or an answer was uttered instead.
    """
    account = await heard.party()
    said = heard.entity("order_no")
    number = parse_number(said) if said else None
    if number is not None:
        try:
            one = await repair.find(heard.ctx, account, int(number))
        except NotFound:
            if not await matters.tell_by_number(heard, int(number)):
                heard.say("utter_repair_not_found", no=int(number))
            return None
        if one.state in states:
            return one
        tell_progress(heard, one)
        return None
    found = await repair.of_home(heard.ctx, account, states)
    if not found:
        heard.say("utter_repair_none")
        return None
    if len(found) == 1:
        return found[0]
    buttons = [
        (f"{one.no} {one.description[:12]}", f'/{act}{{"order_no":"{one.no}"}}')
        for one in found[:4]
    ]
    heard.ask("utter_repair_which", buttons=buttons)
    return None


class ActionRepairQuery(ServiceAction):
    def name(self) -> str:
        return "action_repair_query"

    async def handle(self, heard: Hearing) -> list[EventType]:
        account = await heard.party()
        said = heard.entity("order_no")
        number = parse_number(said) if said else None
        if number is not None:
            try:
                found = [await repair.find(heard.ctx, account, int(number))]
            except NotFound:
                if not await matters.tell_by_number(heard, int(number)):
                    heard.say("utter_repair_not_found", no=int(number))
                return []
        else:
            found = await repair.of_home(heard.ctx, account, repair.OPEN)
            found = found or (await repair.of_home(heard.ctx, account, repair.FINISHED))[:1]
        if not found and not await matters.tell_all(heard, ("facility",)):
            heard.ask("utter_repair_none_offer")
            return []
        for one in found[:3]:
            tell_progress(heard, one)
        return []


def tell_progress(heard: Hearing, one: Ticket) -> None:
    """One order's state, in words and as a card."""
    who = one.assignee_name or ""
    key = f"utter_repair_state_{one.state}"
    heard.say(key, no=one.no, fault=one.description[:20], who=who, time=_visit(one), card=card(one))


class ActionRepairUrge(ServiceAction):
    def name(self) -> str:
        return "action_repair_urge"

    async def handle(self, heard: Hearing) -> list[EventType]:
        one = await chosen(heard, repair.OPEN, "urge_repair")
        if one is None:
            return []
        done = await repair.urge(heard.ctx, await heard.party(), one.no, turn_id=heard.turn_id)
        if done.urged >= 3:
            heard.say("utter_repair_urged_often", no=one.no)
            heard.hand_off("rule", words=heard.words, slots={label("kind", "repair"): str(one.no)})
        else:
            heard.say("utter_repair_urged", no=one.no, fault=one.description[:20])
        return []


class ValidateChangeForm(Form):
    """Another time for an order, or its withdrawal; confirmed before it is written."""

    stem = "change"
    intents = frozenset({"change_repair", "query_repair", "cancel_flow"})

    async def begin(self, heard: Hearing) -> Fields:
        known: Fields = {}
        number = heard.entity("order_no")
        if number and parse_number(number) is not None:
            known["change_no"] = int(parse_number(number) or 0)
        if _WITHDRAW.search(heard.words):
            known["change_what"] = "withdraw"
        known |= self._time(heard)
        return known

    def _time(self, heard: Hearing) -> Fields:
        window = reading.window(heard)
        if window is None or window["past"]:
            return {}
        return {"change_what": "time", "change_time": window}

    def _only_time(self, heard: Hearing) -> Fields | None:
        """改时间: what is to change, before to when."""
        return {"change_what": "time"} if "时间" in heard.words else None

    async def missing(self, heard: Hearing, known: Fields) -> str | None:
        if not known.get("change_no"):
            found = await repair.of_home(heard.ctx, await heard.party(), repair.OPEN)
            if len(found) != 1:
                return "change_no" if found else None
            known["change_no"] = found[0].no
        if not known.get("change_what"):
            return "change_what"
        if known["change_what"] == "time" and not known.get("change_time"):
            return "change_time"
        return None if known.get("change_confirm") else "change_confirm"

    async def read(self, heard: Hearing, question: str, known: Fields) -> Fields | None:
        match question:
            case "change_no":
                said = heard.entity("order_no") or heard.text
                number = parse_number(said.strip("号单 ")) if said else None
                return {"change_no": int(number)} if number else None
            case "change_what" | "change_time":
                if _WITHDRAW.search(heard.words) or "撤" in heard.words:
                    return {"change_what": "withdraw"}
                return self._time(heard) or self._only_time(heard)
            case _:
                answer = reading.yes_or_no(heard)
                if answer is False:
                    return {"change_what": None, "change_time": None}
                return {"change_confirm": True} if answer else None

    def amend(self, heard: Hearing, known: Fields) -> Fields:
        return self._time(heard)

    async def put(self, heard: Hearing, question: str, known: Fields) -> None:
        match question:
            case "change_no":
                found = await repair.of_home(heard.ctx, await heard.party(), repair.OPEN)
                buttons = [
                    (f"{one.no} {one.description[:12]}", f'/change_repair{{"order_no":"{one.no}"}}')
                    for one in found[:4]
                ]
                heard.ask("utter_repair_which", buttons=buttons)
            case "change_what":
                heard.ask("utter_change_ask_what", no=known["change_no"])
            case "change_time":
                heard.ask("utter_change_ask_time")
            case _:
                if known["change_what"] == "withdraw":
                    heard.ask("utter_change_ask_withdraw", no=known["change_no"])
                else:
                    heard.ask(
                        "utter_change_ask_confirm",
                        no=known["change_no"],
                        time=known["change_time"]["said"],
                    )


class ActionRepairChange(ServiceAction):
    """Writes the confirmed change or withdrawal."""

    writes = "change"

    def name(self) -> str:
        return "action_repair_change"

    async def handle(self, heard: Hearing) -> list[EventType]:
        number, account = heard.slot("change_no"), await heard.party()
        if number is None:
            heard.say("utter_repair_none")
            return finished(heard, "change")
        try:
            if heard.slot("change_what") == "withdraw":
                await repair.withdraw(heard.ctx, account, int(number), turn_id=heard.turn_id)
                heard.say("utter_repair_withdrawn", no=number)
            else:
                window = heard.slot("change_time")
                when = reading.moments(window)
                assert when is not None  # noqa: S101 - the form asked for it
                await repair.reschedule(
                    heard.ctx, account, int(number), when, turn_id=heard.turn_id
                )
                heard.say("utter_repair_rescheduled", no=number, time=window["said"])
        except NotFound:
            heard.say("utter_repair_not_found", no=number)
        except Conflict:
            heard.say("utter_repair_not_open", no=number)
        return finished(heard, "change")


class ActionRepairRate(ServiceAction):
    """Takes a score, or reopens an order that was not fixed."""

    def name(self) -> str:
        return "action_repair_rate"

    async def handle(self, heard: Hearing) -> list[EventType]:
        one = await chosen(heard, repair.FINISHED, "rate_repair")
        if one is None:
            return []
        if _NOT_FIXED.search(heard.words):
            return self._offer_reopen(heard, one)
        said = heard.entity("score")
        score = parse_score(said) if said else None
        score = score or parse_score(heard.words)
        if score is None:
            buttons = [
                (words, f'/rate_repair{{"order_no":"{one.no}","score":"{score}"}}')
                for score, words in group("score").items()
            ]
            heard.ask("utter_repair_ask_score", buttons=buttons, no=one.no)
            return [SlotSet("unclear", heard.words)]
        await repair.rate(heard.ctx, await heard.party(), one.no, score, turn_id=heard.turn_id)
        if score < repair.HAPPY_SCORE and not one.reopened:
            heard.say("utter_repair_rated_low")
            return self._offer_reopen(heard, one)
        heard.say("utter_repair_rated", score=score)
        return []

    def _offer_reopen(self, heard: Hearing, one: Ticket) -> list[EventType]:
        if one.reopened:
            heard.say("utter_repair_reopened_before", no=one.no)
            heard.hand_off("rule", words=heard.words, slots={label("kind", "repair"): str(one.no)})
            return []
        heard.ask("utter_repair_ask_reopen", no=one.no)
        return [SlotSet("offer", {"kind": "reopen", "no": one.no, "words": heard.words})]
