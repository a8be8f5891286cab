"""Parking: asking for a space or a change of plate, and how far that is."""

from __future__ import annotations

import re

from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions import cancelling
from actions.base import ServiceAction
from actions.binding import BindingQuestions
from actions.form_end import finished
from actions.forms import REQUESTED, Fields
from actions.hearing import Hearing
from actions.parking_fees import bad_plate
from community.errors import Conflict
from community.labels import label
from community.services import fee, parking
from community.store.parking import Request
from community.times import date_words
from conversation import parking_line
from language.plates import find_plates

_KINDS = (
    (
        "desk",
        re.compile(
            "换.{0,3}车位|转让|过户|买.{0,2}车位|产权|停车证|临时牌|房东的车位|挪到|几个牌|对换"
        ),
    ),
    ("line", re.compile("排(?:到|在)?第?几|排队排|轮到|排上")),
    ("cancel", re.compile("不排了|不换了|不办了|撤(?:回|销|掉)?申请|取消")),
    (
        "return",
        re.compile("(?:车位|位子).{0,6}(?:退|不租|不要|解约|腾)|退租|解约|不租了|退.{0,3}车位"),
    ),
    ("remove", re.compile("删|解绑|注销(?!.*换)|报废|车.{0,3}卖了|月卡退")),
    (
        "plate",
        re.compile(
            "[换改]成|换.{0,4}牌|[牌排].{0,6}[换改错]|新车?牌|换了?(?:新|辆|台|一辆)?.{0,3}车(?!位)|新能源牌|绿牌|变更"
        ),
    ),
    (
        "add",
        re.compile(
            "登记|录[入进]|加.{0,3}(?:车|辆)|月[卡租保]|第二[辆台]|停进来|登上|办.{0,4}停车证"
        ),
    ),
)
"What is asked for, by its words; the first that fits, else a space to rent"
_NO_CAR = re.compile("没有?车|没买|还没|没上牌|没下来|再说|以后|不知道")
_SPACE = re.compile(r"[A-Za-z]\d?-?\d{1,4}")


def kind_of(words: str) -> str:
    """What of parking the words ask for."""
    return next((kind for kind, said in _KINDS if said.search(words)), "rent")


class ActionParkingRequest(ServiceAction):
    """Answers what needs no form, and begins the form for what does."""

    def name(self) -> str:
        return "action_parking_request"

    async def handle(self, heard: Hearing) -> list[EventType]:
        kind = kind_of(heard.words)
        if kind == "desk":
            heard.ask("utter_parking_ask_desk")
            return [SlotSet("offer", {"kind": "handoff", "reason": "asked", "words": heard.words})]
        account = await heard.party()
        if account.home is None and kind not in {"line", "cancel"}:
            return [FollowupAction("parking_form")]
        found = await parking.mine(heard.ctx, account)
        rents = [one for one, _ in found if one.kind == "rent"]
        rented = await parking.rented(heard.ctx, account)
        if kind == "cancel" or (kind == "return" and rents and not rented):
            return self._offer_cancel(heard, rents or [one for one, _ in found])
        if kind == "line" or (kind == "rent" and rents):
            for one, place in found[:3]:
                tell_request(heard, one, place)
            if not found:
                heard.say("utter_parking_no_request")
            return []
        if kind == "return" and not rented:
            heard.say("utter_parking_no_space")
            return []
        if kind == "rent" and len(rented) >= parking.rules()["spaces_per_home"]:
            heard.say("utter_parking_enough_spaces", count=len(rented))
            return []
        return [FollowupAction("parking_form")]

    def _offer_cancel(self, heard: Hearing, found: list[Request]) -> list[EventType]:
        if not found:
            heard.say("utter_parking_no_request")
            return []
        last = found[-1]
        what = label("parking_kind", last.kind)
        heard.ask("utter_parking_ask_cancel", no=last.no, what=what)
        return [cancelling.offer("cancel_parking", last.no)]


def tell_request(heard: Hearing, one: Request, place: int) -> None:
    """Say how far a request is."""
    if one.state == "waiting":
        heard.say("utter_parking_waiting", no=one.no, place=place)
    elif one.state == "reserved" and one.held_until is not None:
        until = date_words(one.held_until)
        heard.say("utter_parking_reserved", no=one.no, space=one.space_code or "", until=until)
    elif one.state == "pending":
        heard.say("utter_parking_pending", no=one.no, what=label("parking_kind", one.kind))
    else:
        heard.say(
            "utter_parking_over", no=one.no, what=label("parking_kind", one.kind),
            state=label("parking_state", one.state),
        )  # fmt: skip


class ValidateParkingForm(BindingQuestions):
    """Which of the five things, for which plate or space; confirmed before it is asked for."""

    stem = "parking"
    intents = frozenset({"apply_parking", "bind_identity"})

    async def begin(self, heard: Hearing) -> Fields:
        kind = kind_of(heard.words)
        known: Fields = {"parking_kind": kind if kind in parking.KINDS else "rent"}
        plates = [one.value for one in find_plates(heard.words)]
        if kind == "plate" and len(plates) > 1:
            return known | {"parking_old": plates[0], "parking_plate": plates[-1]}
        return known | ({"parking_plate": plates[-1]} if plates else {})

    async def missing(self, heard: Hearing, known: Fields) -> str | None:
        open_binding = await self.bind_missing(heard, known)
        if open_binding:
            return open_binding
        kind = known.setdefault("parking_kind", "rent")
        own = [one.plate for one in await parking.cars(heard.ctx, await heard.party())]
        if kind == "plate" and not own:
            kind = known["parking_kind"] = "add"
        question = None
        if kind == "plate":
            question = self._which(heard, known, "parking_old", own)
        elif kind == "remove":
            question = self._which(heard, known, "parking_plate", own)
        elif kind == "return":
            rented = [one.code for one in await parking.rented(heard.ctx, await heard.party())]
            question = self._which(heard, known, "parking_space", rented)
        if question is None and kind != "return" and known.get("parking_plate") is None:
            question = "parking_plate"
        return question or (None if known.get("parking_confirm") else "parking_confirm")

    def _which(self, heard: Hearing, known: Fields, slot: str, own: list[str]) -> str | None:
        """The slot, while it is open which of the home's own is meant; one alone is meant."""
        if known.get(slot) is not None and known[slot] not in own:
            heard.say("utter_parking_not_yours")
            known[slot] = None
        if known.get(slot) is None and len(own) == 1:
            known[slot] = own[0]
        return slot if known.get(slot) is None else None

    async def read(self, heard: Hearing, question: str, known: Fields) -> Fields | None:
        plates = find_plates(heard.words)
        match question:
            case "parking_room" | "parking_code":
                return await self.bind_read(heard, question, known)
            case "parking_plate" | "parking_old" if plates:
                return {question: plates[-1].value}
            case "parking_plate":
                later = known.get("parking_kind") == "rent" and _NO_CAR.search(heard.words)
                return {"parking_plate": ""} if later else None
            case "parking_space":
                said = _SPACE.search(heard.words)
                return {"parking_space": said[0].upper()} if said else None
            case "parking_confirm" if heard.intent in {"affirm", "deny"}:
                return {"parking_confirm": heard.intent == "affirm"}
            case _:
                return None

    def amend(self, heard: Hearing, known: Fields) -> Fields:
        plates = find_plates(heard.words)
        if not plates or known.get("parking_plate") is None:
            return {}
        return {"parking_plate": plates[-1].value}

    async def _missed(self, heard: Hearing, question: str, known: Fields) -> list[EventType]:
        if question in {"parking_plate", "parking_old"} and bad_plate(heard):
            heard.ask("utter_parking_plate_shape")
            return [SlotSet(REQUESTED, question), SlotSet("misses", 0)]
        return await super()._missed(heard, question, known)

    async def put(self, heard: Hearing, question: str, known: Fields) -> None:
        kind = known.get("parking_kind", "rent")
        match question:
            case "parking_room" | "parking_code":
                self.bind_put(heard, question, known)
            case "parking_old":
                heard.ask("utter_parking_ask_old")
            case "parking_space":
                heard.ask("utter_parking_ask_space")
            case "parking_plate" if kind == "rent":
                await self._tell_offer(heard)
                heard.ask("utter_parking_ask_plate_or_none")
            case "parking_plate":
                heard.ask("utter_parking_ask_plate")
            case _ if known.get("parking_confirm") is False:
                heard.ask("utter_parking_what_to_change")
            case _:
                heard.ask(
                    "utter_parking_ask_confirm", what=label("parking_kind", kind),
                    details=_details(known),
                )  # fmt: skip

    async def _tell_offer(self, heard: Hearing) -> None:
        now = await parking.offer(heard.ctx)
        if now.free > now.waiting:
            heard.say("utter_parking_free", count=now.free, price=fee.yuan(now.from_fen))
        else:
            heard.say("utter_parking_none_free", waiting=now.waiting)


def _details(known: Fields) -> str:
    """The old plate, the new one and the space, each with its name."""
    return "".join(
        f"，{label('slot', name)}{known[name]}"
        for name in ("parking_old", "parking_plate", "parking_space")
        if known.get(name)
    )


class ActionParkingApply(ServiceAction):
    writes = "parking"

    def name(self) -> str:
        return "action_parking_apply"

    async def handle(self, heard: Hearing) -> list[EventType]:
        account = await heard.party()
        try:
            made = await parking.request(
                heard.ctx, account, turn_id=heard.turn_id, kind=str(heard.slot("parking_kind")),
                plate=heard.slot("parking_plate") or None, old_plate=heard.slot("parking_old"),
                space_code=heard.slot("parking_space"), tell=parking_line.look_when_due,
            )  # fmt: skip
        except Conflict:
            heard.say("utter_parking_asked_before")
            return finished(heard, "parking")
        place = next((at for one, at in await parking.mine(heard.ctx, account) if one == made), 0)
        tell_request(heard, made, place)
        return finished(heard, "parking")
