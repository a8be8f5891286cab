"""The time bank: one's own balance and last entries, and how it works."""

from __future__ import annotations

import re

from rasa_sdk.events import EventType

from actions.base import ServiceAction
from actions.hearing import Hearing
from community.services import time_bank
from community.services.volunteers import rules
from community.times import local

_HOW = re.compile(
    "怎么用|咋用|换(?:什么|啥|点啥|一次)|能换|规则|封顶|期限|没了|几个币|花几个|半个|算一个|转给|转到|"
    "给.{1,3}用|能用|拿出来用|先用后还|怎么算|咋算|捐"
)


class ActionTimeBankQuery(ServiceAction):
    def name(self) -> str:
        return "action_time_bank_query"

    async def handle(self, heard: Hearing) -> list[EventType]:
        if _HOW.search(heard.words):
            most = time_bank.coins(rules()["earn_minutes_a_month"])
            heard.say("utter_time_bank_rules", most=most)
            return []
        minutes, last, waiting = await time_bank.statement(heard.ctx, await heard.party())
        heard.say("utter_time_bank_balance", coins=time_bank.coins(minutes))
        for one in last:
            day = local(one.at)
            heard.say(
                "utter_time_bank_earned" if one.minutes > 0 else "utter_time_bank_given",
                day=f"{day.month}月{day.day}日",
                no=one.what,
                coins=time_bank.coins(abs(one.minutes)),
            )
        if waiting:
            heard.say("utter_time_bank_waiting", count=waiting)
        return []
