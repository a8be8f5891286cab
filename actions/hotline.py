"""12345: a city matter is taken down for a person to file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from actions.hearing import Hearing
from actions.matter_form import ActionMatterCreate, MatterForm, Told
from community.services import hotline
from community.store.tickets import Ticket


class ValidateHotlineForm(MatterForm):
    """What it is about, where, and once more in full."""

    stem = "hotline"
    asks: ClassVar[Mapping[str, str]] = {
        "text": "utter_hotline_ask_text", "place": "utter_hotline_ask_place",
        "confirm": "utter_hotline_ask_confirm", "anonymous": "utter_hotline_ask_confirm_anonymous",
    }  # fmt: skip
    intents = frozenset({"submit_hotline"})
    generic = re.compile(
        r"我?(要|想|得)?(反映|翻映|反应|投诉|举报|打|大|转|给|帮我|帮|跟|向|市[里民长]?|政府|城市|热[线献]|电话|12345|一二三四五|幺二三四五|"
        r"提个?|诉求|问题|怎么|提交|说个?事|一下|个|的事?|事儿?|吗|呢|啊|呀|吧|行不|归|你们|报上去|不|[，。！？,.!? ])"
    )

    def category_of(self, words: str) -> str:
        return hotline.category_of(words)


class ActionHotlineCreate(ActionMatterCreate):
    """Its number here; the city's comes when staff have filed it."""

    writes = "hotline"
    form = ValidateHotlineForm

    def name(self) -> str:
        return "action_hotline_create"

    async def file(self, heard: Hearing, told: Told) -> Ticket:
        return await hotline.submit(heard.ctx, await heard.party(), turn_id=heard.turn_id, **told)

    def tell(self, heard: Hearing, made: Ticket) -> None:
        heard.say("utter_hotline_created", no=made.no, days=hotline.accept_days())
