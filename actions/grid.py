"""The grid: who its worker is, a call or a visit, and disorder that is reported."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from rasa_sdk.events import EventType, SlotSet

from actions.base import ServiceAction
from actions.hearing import Hearing
from actions.matter_form import ActionMatterCreate, MatterForm, Told
from community.labels import label
from community.services import grid
from community.services.grid import Duty
from community.store.tickets import Ticket
from community.times import date_words

_VISIT = re.compile(
    r"来|上门|上我家|到我|调解|调停|调和|条解|调节|劝|评理|评评|说和|公道|看看|看下|看望|睇|望望|入户|登记|陪|敲门|转告|告诉|"
    r"捎|回(?:个)?电话|联系我|协商|解交|谈|聊|坐坐"
)


class ValidateGridForm(MatterForm):
    """What is going on, where, and once more in full."""

    stem = "grid"
    asks: ClassVar[Mapping[str, str]] = {
        "text": "utter_grid_ask_text", "place": "utter_grid_ask_place",
        "confirm": "utter_grid_ask_confirm", "anonymous": "utter_grid_ask_confirm_anonymous",
    }  # fmt: skip
    intents = frozenset({"report_grid_event"})
    generic = re.compile(
        r"我?(要|想|得)?(反映|举报|说个?事|报个?|情况|环境|秩序|网格|一下|个|件|事儿?|有|的|吗|呢|啊|呀|吧|问题|[，。！？,.!? ])"
    )

    def category_of(self, words: str) -> str:
        return grid.category_of(words)


class ActionGridCreate(ActionMatterCreate):
    writes = "grid"
    form = ValidateGridForm

    def name(self) -> str:
        return "action_grid_create"

    async def file(self, heard: Hearing, told: Told) -> Ticket:
        return await grid.report(heard.ctx, await heard.party(), turn_id=heard.turn_id, **told)

    def tell(self, heard: Hearing, made: Ticket) -> None:
        heard.say("utter_grid_created", no=made.no, promise=label("promise_to_look", made.urgency))


class ActionGridWorker(ServiceAction):
    """Name, hours and office telephone of whoever is there, and the offer to be called or visited."""

    def name(self) -> str:
        return "action_grid_worker"

    async def handle(self, heard: Hearing) -> list[EventType]:
        found = await grid.of_words(heard.ctx, await heard.party(), heard.words)
        for one in found:
            _tell(heard, one)
        if len(found) == 1 and found[0].worker is not None:
            name = found[0].worker.name
            heard.ask(
                "utter_grid_ask_visit" if _VISIT.search(heard.words) else "utter_grid_ask_call",
                name=name,
            )
        else:
            name = ""
            heard.ask("utter_grid_ask_desk" if found else "utter_grid_unknown")
        return [SlotSet("offer", {"kind": "grid_call", "name": name, "words": heard.words})]


def _tell(heard: Hearing, one: Duty) -> None:
    area = grid.area_words(one.grid)
    until = one.away.away_until if one.away else None
    if one.worker is None:
        heard.say("utter_grid_nobody", area=area, until=date_words(until) if until else "")
        return
    if one.away is not None:
        heard.say("utter_grid_away", area=area, name=one.away.name,
                  until=date_words(until) if until else "")  # fmt: skip
    key = "utter_grid_substitute" if one.away else "utter_grid_worker"
    heard.say(key, area=area, name=one.worker.name, phone=one.worker.phone, hours=one.worker.hours)


def call(heard: Hearing, name: str, words: str) -> None:
    """A case at the desk: the worker is to call or to come."""
    slots = {label("role", "grid"): name} if name else {}
    heard.hand_off("grid_worker", words=words, slots=slots)
