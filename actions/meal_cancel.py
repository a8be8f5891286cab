"""Cancelling meals: the ones that are meant are said back; on yes the card gets its money back."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions.base import ServiceAction
from actions.conversation import stop_form
from actions.hearing import Hearing
from actions.meal_settling import open_orders, order_fields, when_field
from actions.meal_words import sittings_words, span_words, when_of
from community.labels import label
from community.services import fee, meal
from community.services.canteen import Sitting
from community.store.meal_orders import MealOrder
from language.numerals import NUMBER, parse_number

_ALL = re.compile("全|都(?:退|不|取消|停|撤)|统统")
_FEWER = re.compile(rf"(?:去掉|退掉?|少|减掉?)(?:了)?(?P<number>{NUMBER})份")


class ActionMealCancel(ServiceAction):
    def name(self) -> str:
        return "action_meal_cancel"

    async def handle(self, heard: Hearing) -> list[EventType]:
        words = heard.words or heard.entity("time") or ""
        when = when_of(words, heard.now)
        own = await open_orders(heard)
        meant = [one for one in own if _fits(one, when)]
        if not meant:
            return await self._none(heard, when)
        fewer = _FEWER.search(words)
        if fewer and len(meant) == 1:
            left = meant[0].portions - int(parse_number(fewer["number"]) or 0)
            if 0 < left < meant[0].portions:
                return self._change(heard, meant[0], left)
        if len(meant) > 1 and when is None and not _ALL.search(words):
            return self._which(heard, meant)
        return self._offer(heard, meant)

    async def _none(self, heard: Hearing, when: dict[str, Any] | None) -> list[EventType]:
        """Nothing to cancel: too late, only begun to be ordered, or never ordered."""
        late = [one for one in await meal.mine(heard.ctx, await heard.party()) if _fits(one, when)]
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
        named = [(_when(heard, one), meal.sitting_words(Sitting(one.day, one.meal)))
                 for one in found[:3]]  # fmt: skip
        heard.ask(
            "utter_meal_which_cancel",
            meals="、".join(words for words, _ in named),
            buttons=[
                (words, "/cancel_meal" + json.dumps({"time": date}, ensure_ascii=False))
                for words, date in named
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


def _fits(one: MealOrder, when: dict[str, Any] | None) -> bool:
    """Whether an order is of the time that was said; without one every order is."""
    return when is None or (
        one.day.isoformat() in when["days"] and when["meal"] in (None, one.meal)
    )


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
