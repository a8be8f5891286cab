"""Shops nearby: who does it, where and for how much, and having them come."""

from __future__ import annotations

import re
from functools import partial

from rasa_sdk.events import EventType, SlotSet

from actions import reading
from actions.base import ServiceAction
from actions.binding import BindingQuestions
from actions.days import no_such_day
from actions.form_end import finished
from actions.forms import Fields
from actions.hearing import Hearing
from actions.mutual_aid import chosen, pending
from community.errors import BadInput
from community.labels import label
from community.services import merchant
from community.services.merchant import Found
from community.store.merchants import Merchant, Order
from community.times import window_words
from conversation import asking
from language import times

INTENT = "find_merchant"
LISTED = 3
_COME = re.compile(
    "帮我(?:叫|喊|约|请|找)|[叫喊约请搵幫]{1,2}(?:个|只|一?位|間|间|师傅)|上门|来(?:家里|我家|嘛|噻)|到家"
)
_CANCELS = re.compile("不用来|别来|不要来|取消|不用了|退掉|撤(?:回|了)|不来了")
_ASKS = re.compile("(?:啥|什么)时候来|几时来|几点来|接单|到哪|来不来|还来|怎么(?:样了|还)|没来")


class ValidateMerchantForm(BindingQuestions):
    """When the merchant should come and under which phone; who and what for is settled before."""

    stem = "merchant"
    intents = frozenset({INTENT, "bind_identity"})

    async def begin(self, heard: Hearing) -> Fields:
        phone = reading.phone(heard)
        return _time(heard) | ({"merchant_phone": phone} if phone else {})

    async def missing(self, heard: Hearing, known: Fields) -> str | None:
        open_binding = await self.bind_missing(heard, known)
        if open_binding:
            return open_binding
        if not known.get("merchant_time") or await _problem(heard, known):
            return "merchant_time"
        if not known.get("merchant_phone"):
            known["merchant_phone"] = (await heard.party()).phone
        if not known.get("merchant_phone"):
            return "merchant_phone"
        return None if known.get("merchant_confirm") else "merchant_confirm"

    async def read(self, heard: Hearing, question: str, known: Fields) -> Fields | None:
        phone = reading.phone(heard)
        told: Fields = {"merchant_phone": phone} if phone else {}
        match question:
            case "merchant_room" | "merchant_code":
                return await self.bind_read(heard, question, known)
            case "merchant_time":
                return (_time(heard) | told) or None
            case "merchant_phone":
                return told or None
            case _:
                answer = reading.yes_or_no(heard)
                return None if answer is None else {"merchant_confirm": answer}

    def _interrupts(self, heard: Hearing) -> bool:
        """A button below an older order is no answer here."""
        return bool(heard.entity("choice")) or super()._interrupts(heard)

    def amend(self, heard: Hearing, known: Fields) -> Fields:
        phone = reading.phone(heard)
        return _time(heard) | ({"merchant_phone": phone} if phone else {})

    async def put(self, heard: Hearing, question: str, known: Fields) -> None:
        match question:
            case "merchant_room" | "merchant_code":
                self.bind_put(heard, question, known)
            case "merchant_time":
                problem = await _problem(heard, known) if known.get("merchant_time") else None
                if problem:
                    shop = await merchant.named(heard.ctx, known["merchant_shop"])
                    words = label("merchant_problem", problem).format(hours=_hours(shop))
                    heard.say("utter_merchant_time_problem", problem=words)
                heard.ask("utter_merchant_ask_time")
            case "merchant_phone":
                heard.ask("utter_merchant_ask_phone")
            case _ if known.get("merchant_confirm") is False:
                heard.ask("utter_merchant_what_to_change")
            case _:
                heard.ask(
                    "utter_merchant_ask_confirm",
                    name=known["merchant_shop"],
                    service=merchant.service_name(known["merchant_service"]),
                    time=known["merchant_time"]["said"],
                    phone=known["merchant_phone"],
                )


def _time(heard: Hearing) -> Fields:
    window = None if no_such_day(heard.words) else reading.window(heard)
    return {"merchant_time": window} if window else {}


async def _problem(heard: Hearing, known: Fields) -> str | None:
    window = reading.moments(known["merchant_time"])
    assert window is not None  # noqa: S101 - the caller has looked
    return await merchant.problem(heard.ctx, known["merchant_shop"], window)


class ActionMerchantOrder(ServiceAction):
    """The yes: staff are to ask the merchant."""

    writes = "merchant"

    def name(self) -> str:
        return "action_merchant_order"

    async def handle(self, heard: Hearing) -> list[EventType]:
        window = reading.moments(heard.slot("merchant_time"))
        assert window is not None  # noqa: S101 - the form asked for it
        made = await merchant.order(
            heard.ctx,
            await heard.party(),
            turn_id=heard.turn_id,
            name=str(heard.slot("merchant_shop")),
            service=str(heard.slot("merchant_service")),
            window=window,
            phone=str(heard.slot("merchant_phone")),
            tell=partial(asking.about_order, heard.ctx.clock),
        )
        is_over = made.state == "cancelled"
        told = "utter_merchant_cancelled" if is_over else "utter_merchant_ordered"
        heard.say(told, name=made.shop, no=made.no)
        return finished(heard, "merchant")


class ActionMerchantFind(ServiceAction):
    """find_merchant: an order that is there, or the shops, and the next step with them."""

    steps = ("merchant_act", "merchant_more")

    def name(self) -> str:
        return "action_merchant_find"

    async def handle(self, heard: Hearing) -> list[EventType]:
        act = chosen(heard, "merchant_act")
        if act is not None:
            await self._act(heard, *act)
            return []
        more = heard.slot("merchant_more")
        if more:
            found = await merchant.find(heard.ctx, more["service"])
            return self._list(heard, more["service"], found, int(more["from"]), more["words"])
        said = "、".join(heard.meant("service"))
        code = merchant.service_of(said) or merchant.service_of(heard.words)
        placed = await self._about_an_order(heard, code)
        if placed is not None:
            return placed
        if code is None:
            return self._unknown(heard, said)
        return await self._answer(heard, code)

    def _unknown(self, heard: Hearing, said: str) -> list[EventType]:
        if not said:
            heard.ask("utter_merchant_unknown")
            return []
        heard.ask("utter_merchant_none", service=said)
        return [SlotSet("offer", {"kind": "handoff", "reason": "asked", "words": heard.words})]

    async def _answer(self, heard: Hearing, code: str) -> list[EventType]:
        found = await merchant.find(heard.ctx, code)
        if found.open:
            heard.say(
                "utter_merchant_found", service=merchant.service_name(code), count=len(found.open)
            )
            return self._list(heard, code, found, 0, heard.words)
        if found.opens_at is None:
            return self._unknown(heard, merchant.service_name(code))
        at = times.say_period(times.Period(found.opens_at, found.opens_at), heard.now)
        heard.say("utter_merchant_closed", service=merchant.service_name(code), when=at)
        return []

    def _list(
        self, heard: Hearing, code: str, found: Found, first: int, words: str
    ) -> list[EventType]:
        """Three shops from the `first`, then one question: have one come, repair, or go on."""
        shown = found.open[first : first + LISTED]
        for one in shown:
            heard.say(
                "utter_merchant_one",
                name=one.name,
                place=one.place,
                hours=_hours(one),
                prices=one.prices,
                phone=one.phone,
            )
        comers = [one for one in shown if merchant.comes(one)]
        left = len(found.open) - first - len(shown)
        if merchant.repairable(code, words):
            heard.ask("utter_merchant_ask_repair")
            return [_resume("repair_form", {"repair_fault": words})]
        if comers and (_COME.search(words) or not left):
            heard.ask("utter_merchant_ask_order", name=comers[0].name)
            fills = {"merchant_service": code, "merchant_shop": comers[0].name}
            return [_resume("merchant_form", fills | _time(heard))]
        if left > 0:
            heard.ask("utter_merchant_ask_more", count=left)
            more = {"service": code, "from": first + LISTED, "words": words}
            return [_resume(self.name(), {"merchant_more": more})]
        return []

    async def _about_an_order(self, heard: Hearing, code: str | None) -> list[EventType] | None:
        """Cancelling or asking after an order of the home; None when the words do neither."""
        account = await heard.party()
        cancels, asks = _CANCELS.search(heard.words), _ASKS.search(heard.words)
        if account.home is None or not (cancels or asks):
            return None
        own = await merchant.mine(heard.ctx, account)
        no = heard.entity("order_no")
        meant = [one for one in own if str(one.no) == no or one.service == code] or (
            [] if code else own
        )
        if not meant:
            return None
        if not cancels:
            _tell(heard, meant[0])
            return []
        heard.ask(
            "utter_merchant_ask_cancel",
            no=meant[0].no,
            name=meant[0].shop,
            service=merchant.service_name(meant[0].service),
        )
        return [pending("merchant_act", self.name(), "cancel", meant[0].no)]

    async def _act(self, heard: Hearing, choice: str, no: int) -> None:
        if choice != "cancel":
            raise BadInput("no such choice")
        ended = await merchant.cancel(heard.ctx, await heard.party(), no)
        is_known = ended.state == "recalled"
        told = "utter_merchant_recalled" if is_known else "utter_merchant_cancelled"
        heard.say(told, no=no, name=ended.shop)


def _tell(heard: Hearing, one: Order) -> None:
    heard.say(
        "utter_merchant_state",
        no=one.no,
        name=one.shop,
        service=merchant.service_name(one.service),
        when=window_words(one.starts_at, one.ends_at),
        state=label("merchant_state", one.state),
    )


def _hours(one: Merchant) -> str:
    """`8点到20点30分`."""
    return "到".join(_clock(minutes) for minutes in (one.opens, one.closes))


def _clock(minutes: int) -> str:
    hour, minute = divmod(minutes, 60)
    return f"{hour}点{minute}分" if minute else f"{hour}点"


def _resume(form: str, fills: Fields) -> EventType:
    return SlotSet("offer", {"kind": "resume", "form": form, "fills": fills})
