"""Ordering a meal and changing the order: which meal, which set, how many; said back with its cost."""

from __future__ import annotations

import re

from rasa_sdk.events import EventType

from actions import reading
from actions.base import OURS
from actions.binding import BindingQuestions
from actions.forms import Fields
from actions.hearing import Hearing
from actions.meal_said import cost_words, mode_words, note_words, sittings_words
from actions.meal_settling import (
    open_orders,
    order_fields,
    settle_portions,
    settle_set,
    settle_when,
    sittings_of,
    when_field,
)
from actions.meal_words import (
    chosen,
    fits,
    is_harmful,
    mode_field,
    mode_of,
    note_of,
    notes_together,
    portions_of,
    set_of,
    when_of,
    without_before,
)
from community.errors import Code
from community.labels import label
from community.services import canteen, fee, meal
from community.services.canteen import Sitting, rules
from community.store.meal_orders import MealOrder
from language.numerals import NUMBER, parse_number

_CHANGE = re.compile("[改换变](?:[成为到在掉]|个|一下)?(?!换?口味)")
_MOVE = re.compile(
    "[改换挪推](?:成|到|在|为)?(?:今|明|后|大后|听|周|礼拜|星期|下个?[周礼]|[\\d一二三四五六七八九十]{1,3}[月号点]|晚|中午|晌午)"
)
_MORE = re.compile(
    rf"(?:再|多|另)(?:加|送|要|来|添)(?P<number>{NUMBER})份|[加添](?P<added>{NUMBER})份"
)


class ValidateMealForm(BindingQuestions):
    """Which set is asked when it is open; portions, meal and mode have defaults that are said."""

    stem = "meal"
    intents = frozenset({"order_meal", "bind_identity"})

    async def begin(self, heard: Hearing) -> Fields:
        changed = await self._order_meant(heard)
        if changed is not None:
            return self._changes(heard, changed)
        found = self._said(heard, heard.words)
        self._only_one_set(heard, found)
        if any(word in heard.words for word in rules()["same"]):
            found = await self._as_before(heard) | found
        return found

    def _only_one_set(self, heard: Hearing, found: Fields) -> None:
        """Of two sets for two meals the first is ordered now, and the resident hears so."""
        pairs = (found.get("meal_when") or {}).get("pairs") or []
        codes = canteen.lettered(heard.words)
        if len(codes) < 2 or len(pairs) < 2:
            return
        first = min(codes, key=lambda code: heard.words.find(label("meal_letter", code)))
        found["meal_set"] = chosen(first)
        found["meal_when"] = found["meal_when"] | {"days": [pairs[0][0]], "pairs": pairs[:1]}
        heard.say("utter_meal_one_set", set=label("meal_set", first))

    async def _order_meant(self, heard: Hearing) -> MealOrder | None:
        """The order that the words change; None when they order anew."""
        if not (_CHANGE.search(heard.words) or _MORE.search(heard.words)):
            return None
        is_same = any(word in heard.words for word in rules()["same"])
        if is_same or (await heard.party()).home is None:
            return None
        found = await open_orders(heard)
        dish = heard.entity("dish")
        if dish and _MORE.search(heard.words):  # one more of the same, not of something else
            found = [one for one in found if any(dish in name for name in one.dishes)]
        before = _CHANGE.split(heard.words, maxsplit=1)[0]
        when = when_of(before if _MOVE.search(heard.words) else heard.words, heard.now)
        meant = [one for one in found if fits(one, when)]
        number = re.search(r"(?<!\d)\d{4,}(?!\d)", heard.words)
        numbered = [one for one in meant if number and one.no == int(number[0])]
        code = canteen.set_named(before)
        named = numbered or [one for one in meant if one.code == code] or meant
        # Of several the one that was ordered last, told with its number
        return max(named, key=lambda one: one.no, default=None)

    def _changes(self, heard: Hearing, old: MealOrder) -> Fields:
        sitting, more = Sitting(old.day, old.meal), _MORE.search(heard.words)
        known = order_fields(old) | {"meal_no": old.no, "meal_when": when_field([sitting], heard)}
        if more:
            number = parse_number(more["number"] or more["added"])
            return known | {"meal_portions": old.portions + int(number or 1)}
        after = _CHANGE.split(heard.words, maxsplit=1)[-1]
        found = self._said(heard, after, sitting)
        if not _MOVE.search(heard.words):
            found.pop("meal_when", None)
        if "meal_dish" in found:
            found.setdefault("meal_set", None)
        if "meal_note" in found:
            found["meal_note"] = notes_together(old.note, found["meal_note"])
        mode = mode_of(heard.words)
        return known | found | ({"meal_mode": mode_field(mode)} if mode else {})

    async def _as_before(self, heard: Hearing) -> Fields:
        account = await heard.party()
        old = await meal.last(heard.ctx, account) if account.home else None
        return order_fields(old) if old else {}

    def _said(self, heard: Hearing, words: str, old: Sitting | None = None) -> Fields:
        portions, mode, note = portions_of(heard), mode_of(words), note_of(words)
        when = when_of(without_before(words), heard.now, old)
        return (
            set_of(heard, words)
            | ({"meal_portions": portions} if portions is not None else {})
            | ({"meal_mode": mode_field(mode)} if mode else {})
            | ({"meal_note": note} if note else {})
            | ({"meal_when": when} if when else {})
        )

    async def missing(self, heard: Hearing, known: Fields) -> str | None:
        open_binding = await self.bind_missing(heard, known)
        if open_binding:
            return open_binding
        if not await settle_when(heard, known):
            return "meal_when"
        if not await settle_set(heard, known):
            return "meal_set"
        if not await settle_portions(heard, known):
            return "meal_portions" if known.get("meal_set") else "meal_set"
        known.setdefault("meal_mode", mode_field("dine_in"))
        return None if known.get("meal_confirm") else "meal_confirm"

    async def read(self, heard: Hearing, question: str, known: Fields) -> Fields | None:
        if question in {"meal_room", "meal_code"}:
            return await self.bind_read(heard, question, known)
        found = self._fresh(heard, known)
        match question:
            case "meal_set":
                if not {"meal_set", "meal_dish"} & set(found):
                    found |= await self._bare_dish(heard, known)
                return found if {"meal_set", "meal_dish"} & set(found) else None
            case "meal_portions":
                alone = parse_number(heard.text)
                if alone is not None:
                    found |= {"meal_portions": int(alone)}
                return found if {"meal_portions", "meal_set"} & set(found) else None
            case "meal_when":
                return found if "meal_when" in found else None
        answer = reading.yes_or_no(heard)
        return None if answer is None else {"meal_confirm": answer}

    async def _bare_dish(self, heard: Hearing, known: Fields) -> Fields:
        """A dish of the menu that was said alone."""
        said = heard.text.strip("。！，,.! 吧呢啊")
        if not said or heard.intent in {"affirm", "deny"} or not known.get("meal_when"):
            return {}
        having = canteen.with_dish(said, await canteen.on(heard.ctx, sittings_of(known)[0]))
        return {"meal_set": chosen(having[0].code)} if having else {}

    def _fresh(self, heard: Hearing, known: Fields) -> Fields:
        """What the words say, a day or a meal alone completed by what was known."""
        settled = (known.get("meal_when") or {}).get("sittings")
        old = sittings_of(known)[0] if settled and len(settled) == 1 else None
        said = _CHANGE.split(heard.words, maxsplit=1)[-1]
        found = self._said(heard, said, old)
        if "meal_dish" in found and "meal_set" not in found:
            found["meal_set"] = None
        elif "meal_set" in found:
            found.setdefault("meal_dish", None)
        if "meal_note" in found:
            found["meal_note"] = notes_together(known.get("meal_note") or "", found["meal_note"])
        return found

    def amend(self, heard: Hearing, known: Fields) -> Fields:
        return self._fresh(heard, known)

    async def put(self, heard: Hearing, question: str, known: Fields) -> None:
        match question:
            case "meal_room" | "meal_code":
                self.bind_put(heard, question, known)
            case "meal_set":
                await self._put_sets(heard, known)
            case "meal_when":
                heard.ask("utter_meal_ask_when")
            case "meal_portions":
                heard.ask("utter_meal_ask_portions")
            case _ if known.get("meal_confirm") is False:
                heard.ask("utter_meal_what_to_change")
            case _:
                await self._put_summary(heard, known)

    def forget(self, heard: Hearing, code: Code) -> list[EventType]:
        """What is refused here would be refused again: there is nothing else to say to it."""
        return super().forget(heard, code) if code in OURS else self.give_up(heard)

    async def _put_sets(self, heard: Hearing, known: Fields) -> None:
        sitting = sittings_of(known)[0]
        offered = [one for one in await canteen.on(heard.ctx, sitting) if one.left]
        names = [(label("meal_set", one.code), one) for one in offered]
        heard.ask(
            "utter_meal_ask_set",
            when=sittings_words([sitting], heard.now),
            sets="、".join(f"{name}{fee.yuan(one.price_fen)}" for name, one in names[:3]),
            more=label("meal_word", "and_more") if len(names) > 3 else "",
            buttons=[
                (name, f'/order_meal{{"dish":"{label("meal_letter", one.code)}"}}')
                for name, one in names
            ],
        )

    async def _put_summary(self, heard: Hearing, known: Fields) -> None:
        account, sittings, changed = await heard.party(), sittings_of(known), known.get("meal_no")
        portions, mode = int(known["meal_portions"]), known["meal_mode"]["code"]
        costs = await meal.quotes(
            heard.ctx, account, sittings, known["meal_set"]["code"], portions, mode, changed
        )
        if not changed:
            same = [one for one in await open_orders(heard) if (one.day, one.meal) in sittings]
            if same:
                heard.say("utter_meal_have_already", no=same[0].no, portions=same[0].portions)
        note = known.get("meal_note")
        if note and is_harmful(note):
            heard.say("utter_meal_no_promise", note=note)
        heard.ask(
            "utter_meal_ask_change" if changed else "utter_meal_ask_confirm",
            **({"no": changed} if changed else {}), set=known["meal_set"]["said"], portions=portions,
            when=sittings_words(sittings, heard.now),
            mode=mode_words(mode, account.home.label if account.home else ""),
            note=note_words(note),
            cost=cost_words(sum(c.due_fen for c in costs), sum(c.subsidy_fen for c in costs)),
        )  # fmt: skip
