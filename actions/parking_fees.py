"""What a car owes: the tariff, a stay, until when a card holds, and where it is renewed."""

from __future__ import annotations

import re

from rasa_sdk.events import EventType, SlotSet

from actions.base import ServiceAction
from actions.hearing import Hearing
from community.errors import NotAllowed
from community.labels import label
from community.services import fee, parking
from community.store.parking import Car
from language.numerals import NUMBER, parse_number
from language.plates import find_plates

_ALMOST = re.compile(
    "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Za-z][·.]?"
    "[0-9A-Za-z零一二三四五六七八九幺拐洞]{2,}"
)
"Words that begin as a plate does"
_TARIFF = re.compile(
    "收费|怎么收|咋(?:个)?收|多少钱|几多钱|好多钱|封顶|免费|最多|标准|要钱|超过|收几多|会收|给多少|给几多|打折|优惠"
)
_OWN = re.compile("到期|续|月卡|月保|包月|我的|我家|欠|过期|交到|付到|记录|租到")
_DISPUTE = re.compile(
    "扣了|为啥扣|怎么收我|发票|余额|优惠券|没抬|不抬|不认|退.{0,2}钱|剩的钱|照收|(?<!最)多收|显示欠|蹦出|打折券|扣的是|没给票|算错|还是收|给我计时|被拦"
)
"What only the desk can look into"
_RENT = re.compile("车位.{0,6}(?:租金|价|管理费|多少钱)|月租.{0,6}(?:价|多少钱)|地库比|涨了")
_RENEW = re.compile("[续續]|怎么交|咋交|在哪.{0,2}交|去哪")
_STAY = re.compile(
    rf"(?P<number>{NUMBER})个?(?P<half>半)?(?P<unit>小时|钟头|分钟|天|宿|晚上?)(?!内|以内)"
)
_UNIT_MINUTES = {"小时": 60, "钟头": 60, "分钟": 1}


def bad_plate(heard: Hearing) -> bool:
    """Whether something was said for a plate that is none."""
    marked = re.search(r"[0-9A-Za-z]", heard.entity("plate") or "")
    return bool(marked or _ALMOST.search(heard.words)) and not find_plates(heard.words)


def _stay(words: str) -> tuple[str, int] | None:
    """How long somebody parks, as said and in minutes."""
    found = _STAY.search(words)
    number = parse_number(found["number"]) if found else None
    if found is None or number is None or number > 1000:
        return None
    unit = _UNIT_MINUTES.get(found["unit"], parking.DAY_MINUTES)
    return found[0], int((number + (0.5 if found["half"] else 0)) * unit)


def _span(minutes: int) -> str:
    days, rest = divmod(minutes, parking.DAY_MINUTES)
    hours, rest = divmod(rest, 60)
    return "".join(
        f"{number}{label('unit', unit)}"
        for number, unit in ((days, "day"), (hours, "hour"), (rest, "minute"))
        if number or (unit == "minute" and not days and not hours)
    )


class ActionParkingQuery(ServiceAction):
    def name(self) -> str:
        return "action_parking_query"

    async def handle(self, heard: Hearing) -> list[EventType]:
        plates, stay = find_plates(heard.words), _stay(heard.words)
        if bad_plate(heard):
            heard.ask("utter_parking_plate_shape")
            return []
        if _DISPUTE.search(heard.words):
            heard.ask("utter_parking_ask_desk")
            return [SlotSet("offer", {"kind": "handoff", "reason": "asked", "words": heard.words})]
        if _RENT.search(heard.words):
            now = await parking.offer(heard.ctx)
            heard.say("utter_parking_rent", price=fee.yuan(now.from_fen), count=now.free)
            return []
        asks_tariff = _TARIFF.search(heard.words) and not _OWN.search(heard.words)
        if stay and asks_tariff and not plates:
            cost = fee.yuan(parking.fee_fen(stay[1]))
            heard.say("utter_parking_estimate", stay=stay[0], fee=cost)
        elif asks_tariff and not plates:
            tariff = parking.rules()
            heard.say(
                "utter_parking_tariff", free=tariff["free_minutes"],
                hour=fee.yuan(tariff["hour_fen"]), cap=fee.yuan(tariff["day_cap_fen"]),
                month=fee.yuan(tariff["month_fen"]),
            )  # fmt: skip
        else:
            await self._own(heard, plates[-1].value if plates else None)
        return []

    async def _own(self, heard: Hearing, plate: str | None) -> None:
        account = await heard.party()
        found = await parking.cars(heard.ctx, account, plate)
        rented = await parking.rented(heard.ctx, account) if plate is None else []
        if not found and not rented:
            heard.say("utter_parking_no_cars")
            return
        for one in found[:3]:
            _tell_car(heard, one)
        for space in rented[:3]:
            until = space.rented_until
            heard.say(
                "utter_parking_space_rented", space=space.code, zone=space.zone,
                day=f"{until.month}月{until.day}日" if until else label("word", "long"),
            )  # fmt: skip
        if len(found) > 3:
            heard.say("utter_parking_more", count=len(found) - 3)
        if _RENEW.search(heard.words):
            self._tell_where(heard, await _page(heard))

    def _tell_where(self, heard: Hearing, page: str | None) -> None:
        if page:
            heard.say("utter_parking_renew_page", page=page)
        else:
            heard.say("utter_parking_renew_counter", month=fee.yuan(parking.rules()["month_fen"]))


async def _page(heard: Hearing) -> str | None:
    """Where a payer of the home pays; at the counter anybody may."""
    try:
        return fee.payment_page(heard.ctx, await heard.party())
    except NotAllowed:
        return None


def _tell_car(heard: Hearing, one: Car) -> None:
    minutes = parking.minutes_inside(heard.ctx, one)
    if one.valid_until is not None:
        left = parking.days_left(heard.ctx, one.valid_until)
        day = f"{one.valid_until.month}月{one.valid_until.day}日"
        if left >= 0:
            heard.say("utter_parking_card", plate=one.plate, day=day, days=left)
        else:
            heard.say("utter_parking_card_over", plate=one.plate, day=day)
    elif minutes is not None:
        cost = fee.yuan(parking.fee_fen(minutes))
        heard.say("utter_parking_inside", plate=one.plate, stay=_span(minutes), fee=cost)
    else:
        heard.say("utter_parking_by_hour", plate=one.plate)
