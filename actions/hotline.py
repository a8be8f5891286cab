"""12345: a city matter is taken down for a person to file."""

from __future__ import annotations

import re

from rasa_sdk.events import EventType

from actions.account_form import AccountForm
from actions.base import ServiceAction
from actions.form_end import finished
from actions.forms import Fields
from actions.hearing import Hearing
from community.labels import label
from community.services import hotline


class ValidateHotlineForm(AccountForm):
    """What it is about, where, and once more in full."""

    stem = "hotline"
    intents = frozenset({"submit_hotline"})
    asks_place = True
    generic = re.compile(
        r"我?(要|想|得)?(反映|翻映|反应|投诉|举报|打|大|转|给|帮我|帮|跟|向|市[里民长]?|政府|城市|热[线献]|电话|12345|一二三四五|幺二三四五|"
        r"提个?|诉求|问题|怎么|提交|说个?事|一下|个|的事?|事儿?|吗|呢|啊|呀|吧|行不|归|你们|报上去|不|[，。！？,.!? ])"
    )

    async def ask(self, heard: Hearing, question: str, known: Fields) -> None:
        match question:
            case "text":
                heard.ask("utter_hotline_ask_text")
            case "place":
                heard.ask("utter_hotline_ask_place")
            case _:
                key = "utter_hotline_ask_confirm"
                if known.get("hotline_anonymous"):
                    key = "utter_hotline_ask_confirm_anonymous"
                whole = self.whole(known)
                kind = label("hotline_category", hotline.category_of(whole))
                heard.ask(key, kind=kind, content=whole)


class ActionHotlineCreate(ServiceAction):
    """Its number here; the city's comes when staff have filed it."""

    writes = "hotline"

    def name(self) -> str:
        return "action_hotline_create"

    async def handle(self, heard: Hearing) -> list[EventType]:
        known = {name: heard.slot(name) for name in ("hotline_text", "hotline_place")}
        made = await hotline.submit(
            heard.ctx, await heard.party(), turn_id=heard.turn_id,
            words=ValidateHotlineForm().whole(known), place=heard.slot("hotline_place") or None,
            anonymous=bool(heard.slot("hotline_anonymous")),
            photos=heard.slot("hotline_photos") or (),
        )  # fmt: skip
        heard.say("utter_hotline_created", no=made.no, days=hotline.accept_days())
        return finished(heard, "hotline")
