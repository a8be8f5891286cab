"""Fees: what is owed, why it changed, where it is paid."""

from __future__ import annotations

import re

from rasa_sdk.events import EventType, SlotSet

from actions.base import ServiceAction
from actions.hearing import Hearing
from community.labels import label
from community.services import fee
from community.store.bills import Bill
from community.times import local
from language import times
from language.periods import Period

TOLD_AT_MOST = 6
_AND = re.compile(r"(那|还有)?[\u4e00-\u9fff]{2,4}费呢[？?]?")
"电费呢 asks of another fee what was asked of the last"


def _item(heard: Hearing) -> str | None:
    return fee.item_code("、".join(heard.meant("fee_item"))) or fee.item_code(heard.words)


def _asked(item: str | None) -> list[EventType]:
    """Remember which fee was asked about: 怎么比上个月多了 means that one."""
    return [SlotSet("fee_asked", item)]


def _month(one: Bill) -> str:
    year, month = one.period.split("-")
    return f"{year}年{int(month)}月"


class ActionFeeQuery(ServiceAction):
    def name(self) -> str:
        return "action_fee_query"

    async def handle(self, heard: Hearing) -> list[EventType]:
        account, item = await heard.party(), _item(heard)
        period = times.parse_period(heard.entity("period") or "", heard.now, past=True)
        if period is not None:
            return await self._tell_period(heard, item, period)
        owed = await fee.owed(heard.ctx, account, item)
        name = label("fee_item", item) if item else label("word", "fees")
        if not owed:
            paid = [one for one in await fee.recent(heard.ctx, account, item) if one.paid_at]
            if paid:
                when = local(paid[0].paid_at) if paid[0].paid_at else None
                heard.say(
                    "utter_fee_all_paid", item=name, period=_month(paid[0]),
                    day=f"{when.month}月{when.day}日" if when else "",
                )  # fmt: skip
            else:
                heard.say("utter_fee_no_bill", item=name)
            return _asked(item)
        total = sum(one.owed_fen for one in owed)
        heard.say("utter_fee_owed", item=name, total=fee.yuan(total), count=len(owed))
        for one in owed[:TOLD_AT_MOST]:
            late = f"（含滞纳金{fee.yuan(one.late_fee_fen)}）" if one.late_fee_fen else ""
            heard.say(
                "utter_fee_owed_one",
                item=label("fee_item", one.item),
                period=_month(one),
                amount=fee.yuan(one.owed_fen),
                late=late,
                due=f"{one.due_on.month}月{one.due_on.day}日",
            )
        return _asked(item)

    async def _tell_period(
        self, heard: Hearing, item: str | None, period: Period
    ) -> list[EventType]:
        """What the bills of the months that were asked about came to, and which are paid."""
        found = await fee.of_period(heard.ctx, await heard.party(), item, period)
        if not found:
            name = label("fee_item", item) if item else label("word", "fees")
            said = heard.entity("period") or ""
            heard.say("utter_fee_none_then", period=said, item=name)
            return _asked(item)
        if len(found) > 1:
            total = sum(one.amount_fen + one.late_fee_fen for one in found)
            heard.say("utter_fee_together", count=len(found), total=fee.yuan(total))
        for one in found[-TOLD_AT_MOST:]:
            day = one.due_on if one.owed_fen or one.paid_at is None else local(one.paid_at).date()
            heard.say(
                "utter_fee_not_paid" if one.owed_fen else "utter_fee_paid",
                item=label("fee_item", one.item), period=_month(one),
                amount=fee.yuan(one.amount_fen + one.late_fee_fen),
                day=f"{day.month}月{day.day}日",
            )  # fmt: skip
        return _asked(item)


class ActionFeeExplain(ServiceAction):
    def name(self) -> str:
        return "action_fee_explain"

    async def handle(self, heard: Hearing) -> list[EventType]:
        account, item = await heard.party(), _item(heard) or heard.slot("fee_asked")
        explained = await fee.explain(heard.ctx, account, item)
        if explained is None:
            heard.say(
                "utter_fee_no_bill", item=label("fee_item", item) if item else label("word", "fees")
            )
            return []
        now, before, lines = explained
        amount = fee.yuan(now.amount_fen + now.late_fee_fen)
        name = label("fee_item", now.item)
        change = fee.change(now, before) if before else 0
        if before is None:
            heard.say("utter_fee_first_bill", item=name, period=_month(now), amount=amount)
        elif not change:
            heard.say("utter_fee_same", item=name, period=_month(now), amount=amount)
        else:
            key = "utter_fee_more" if change > 0 else "utter_fee_less"
            heard.say(
                key, item=name, period=_month(now), amount=amount, change=fee.yuan(abs(change))
            )
        for line in lines[:4]:
            heard.say(
                "utter_fee_line", name=line.name, before=fee.yuan(line.before_fen),
                now=fee.yuan(line.now_fen), detail=f"，{line.detail}" if line.detail else "",
            )  # fmt: skip
        if before is not None and before.late_fee_fen not in {0, now.late_fee_fen}:
            heard.say(
                "utter_fee_line", name=label("word", "late_fee"), detail="",
                before=fee.yuan(before.late_fee_fen), now=fee.yuan(now.late_fee_fen),
            )  # fmt: skip
        elif now.late_fee_fen:
            heard.say("utter_fee_late", late=fee.yuan(now.late_fee_fen))
        return []


class ActionFeePay(ServiceAction):
    def name(self) -> str:
        return "action_fee_pay"

    async def handle(self, heard: Hearing) -> list[EventType]:
        if _AND.fullmatch(heard.text):
            return await ActionFeeQuery().handle(heard)
        account, item = await heard.party(), _item(heard)
        page = fee.payment_page(heard.ctx, account)
        owed = await fee.owed(heard.ctx, account, item)
        if not owed:
            heard.say("utter_fee_nothing_to_pay")
            return []
        total = fee.yuan(sum(one.owed_fen for one in owed))
        if page:
            heard.say("utter_fee_pay_page", total=total, page=page)
            return []
        heard.ask("utter_fee_pay_counter", total=total)
        return [SlotSet("offer", {"kind": "handoff", "reason": "asked", "words": heard.words})]
