"""Cancelling meals: the ones that are meant are said back; on yes the card gets its money back."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions.base import ServiceAction
from actions.conversation import stop_form
from actions.hearing import Hearing
from actions.meal_said import sittings_words, span_words
from actions.meal_settling import open_orders, order_fields, when_field
from actions.meal_words import fits, when_of
from community.labels import label
from community.services import canteen, fee, meal
from community.services.canteen import Sitting
from community.store.meal_orders import MealOrder
from language.numerals import NUMBER, parse_number

AT_MOST = 7
"Orders that are named to choose from"
_ALL = re.compile("全|[都俩](?:退|不|取消|停|撤|别)|统统|[两二]个都|一起退")
_YES = re.compile(
    "(?:好的?|嗯|对|行|是的?|那就?|就|都|全|给我|帮我|[，,])*(?:退|取消|不要|不吃|不订)(?:[掉了吧呗嘛啊的]|餐)*[。！]?"
)
"退掉 to 退掉吗 is the yes, though it looks like the request again"
_FEWER = re.compile(rf"(?:去掉|退掉?|少|减掉?)(?:了)?(?P<number>{NUMBER})份")


class ActionMealCancel(ServiceAction):
    def name(self) -> str:
        return "action_meal_cancel"

    async def handle(self, heard: Hearing) -> list[EventType]:
        words = heard.words or heard.entity("time") or ""
        offer = heard.slot("offer")
        if isinstance(offer, dict) and offer["kind"] == "cancel_meal" and _YES.fullmatch(words):
            await carry_out(heard, offer["numbers"])
            return []
        when = when_of(words, heard.now)
        own = await open_orders(heard)
        meant = _named(heard, [one for one in own if fits(one, when)])
        if not meant:
            return await self._none(heard, when)
        fewer = _FEWER.search(words)
        if fewer and len(meant) == 1:
            left = meant[0].portions - int(parse_number(fewer["number"]) or 0)
            if 0 < left < meant[0].portions:
                return self._change(heard, meant[0], left)
        is_one_meal = len({(one.day, one.meal) for one in meant}) == 1
        if len(meant) > 1 and (when is None or is_one_meal) and not _ALL.search(words):
            return self._which(heard, meant)
        return self._offer(heard, meant)

    async def _none(self, heard: Hearing, when: dict[str, Any] | None) -> list[EventType]:
        """Nothing to cancel: too late, only begun to be ordered, or never ordered."""
        late = [one for one in await meal.mine(heard.ctx, await heard.party()) if fits(one, when)]
        if late:
            heard.ask("utter_meal_too_late", no=late[0].no, when=_when(heard, late[0]))
            offer = {"kind": "handoff", "reason": "asked", "words": heard.words}
            return [SlotSet("offer", offer)]
        if heard.tracker.active_loop.get("name") == "meal_form":
            heard.say("utter_cancelled", service=label("form", "meal"))
            return stop_form(heard)
        heard.say("utter_meal_none_ordered")
        return []

    def _change(self, heard: Hearing, old: MealOrder, portions: int) -> list[EventType]:
        """Fewer portions of the same: the form says it back."""
        fields = order_fields(old) | {
            "meal_no": old.no,
            "meal_when": when_field([Sitting(old.day, old.meal)], heard),
            "meal_portions": portions,
        }
        return [*(SlotSet(*one) for one in fields.items()), FollowupAction("meal_form")]

    def _which(self, heard: Hearing, found: list[MealOrder]) -> list[EventType]:
        often = Counter((one.day, one.meal) for one in found)
        named = [_name(heard, one, often[(one.day, one.meal)] > 1) for one in found[:AT_MOST]]
        heard.ask(
            "utter_meal_which_cancel",
            meals="、".join(words for words, _ in named),
            buttons=[
                (words, f"/cancel_meal{json.dumps(payload, ensure_ascii=False)}")
                for words, payload in named
            ],
        )
        return []

    def _offer(self, heard: Hearing, found: list[MealOrder]) -> list[EventType]:
        first = found[0]
        if len(found) == 1:
            heard.ask(
                "utter_meal_ask_cancel", no=first.no, set=label("meal_set", first.code),
                portions=first.portions, when=_when(heard, first),
            )  # fmt: skip
        else:
            sittings = [Sitting(one.day, one.meal) for one in found]
            heard.ask(
                "utter_meal_ask_cancel_all", count=len(found), when=span_words(sittings, heard.now)
            )
        numbers = [one.no for one in found]
        return [SlotSet("offer", {"kind": "cancel_meal", "numbers": numbers})]


def _named(heard: Hearing, among: list[MealOrder]) -> list[MealOrder]:
    """Those of the orders whose number or set is said; all of them when neither is."""
    said = heard.entity("order_no") or heard.words
    numbers = {int(number) for number in re.findall(r"(?<!\d)\d{4,}(?!\d)", said)}
    numbered = [one for one in among if one.no in numbers]
    code = canteen.set_named(heard.words)
    return numbered or [one for one in among if one.code == code] or among


def _name(heard: Hearing, one: MealOrder, by_number: bool) -> tuple[str, dict[str, str]]:
    """What an order is called to be chosen from several, and what choosing it says."""
    if not by_number:
        return _when(heard, one), {"time": meal.sitting_words(Sitting(one.day, one.meal))}
    words = label("meal_word", "numbered").format(
        when=_when(heard, one), set=label("meal_set", one.code), no=one.no
    )
    return words, {"order_no": str(one.no)}


def _when(heard: Hearing, one: MealOrder) -> str:
    return sittings_words([Sitting(one.day, one.meal)], heard.now)


async def carry_out(heard: Hearing, numbers: Sequence[int]) -> None:
    """Cancel these orders and say what went back to the card. Raises what the service raises."""
    ended = await meal.cancel(heard.ctx, await heard.party(), numbers)
    back = sum(one.due_fen for one in ended if one.paid_by == "card")
    numbers_said = "、".join(str(one.no) for one in ended)
    if back:
        heard.say("utter_meal_cancelled_refund", no=numbers_said, back=fee.yuan(back))
    else:
        heard.say("utter_meal_cancelled", no=numbers_said)
