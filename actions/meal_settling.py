"""Making a meal order whole: meals out of what was said, a set out of a dish, portions that are left."""

from __future__ import annotations

from datetime import date
from typing import Any

from actions.forms import Fields
from actions.hearing import Hearing
from actions.meal_said import sittings_words
from actions.meal_words import chosen, mode_field
from community.labels import label
from community.services import canteen, meal
from community.services.canteen import Sitting, rules
from community.store.meal_orders import MealOrder


def when_field(sittings: list[Sitting], heard: Hearing) -> dict[str, Any]:
    """Meals as a slot holds them."""
    return {
        "sittings": [[one.day.isoformat(), one.meal] for one in sittings],
        "said": sittings_words(sittings, heard.now),
    }


def sittings_of(known: Fields) -> list[Sitting]:
    """The meals of the form, once they are settled."""
    return [Sitting(date.fromisoformat(day), one) for day, one in known["meal_when"]["sittings"]]


def order_fields(old: MealOrder) -> Fields:
    """An order as the form's fields, but for its day."""
    return {
        "meal_set": chosen(old.code), "meal_portions": old.portions,
        "meal_mode": mode_field(old.mode), "meal_note": old.note,
    }  # fmt: skip


async def open_orders(heard: Hearing) -> list[MealOrder]:
    """The home's orders that can still be changed, soonest first. Raises NotBound."""
    return [
        one
        for one in await meal.mine(heard.ctx, await heard.party())
        if canteen.problem(heard.ctx, Sitting(one.day, one.meal)) is None
    ]


async def settle_when(heard: Hearing, known: Fields) -> bool:
    """Make the meals out of what was said; one that is too late gives way to the next."""
    said = known.get("meal_when")
    if said and said.get("sittings"):
        said = _still(heard, known)
        if said is None:
            return True
    found: list[Sitting] = []
    if said and (said["problem"] or not said["days"]):
        heard.say("utter_meal_no_such_day")
        known["meal_when"] = None
        return False
    if said:
        found, refused = await _possible(heard, said)
        if refused == "too_far":
            heard.say("utter_meal_too_far", days=rules()["ahead_days"])
            known["meal_when"] = None
            return False
    if not found:
        following = await canteen.next_open(heard.ctx)
        if following is None:
            heard.say("utter_meal_no_menu")
            known["meal_when"] = None
            return False
        found = [following]
    known["meal_when"] = when_field(found, heard)
    return True


def _still(heard: Hearing, known: Fields) -> dict[str, Any] | None:
    """Settled meals of which the time has run out meanwhile, to be settled anew; None when none has."""
    settled = sittings_of(known)
    if all(canteen.problem(heard.ctx, one) is None for one in settled):
        return None
    pairs = [[one.day.isoformat(), one.meal] for one in settled]
    days = sorted({day for day, _ in pairs})
    return {"days": days, "meal": None, "problem": None, "pairs": pairs}


async def _possible(heard: Hearing, said: dict[str, Any]) -> tuple[list[Sitting], str | None]:
    """The meals of what was said that can be ordered; says why when none can."""
    kind = said["meal"]
    if kind == "breakfast":
        heard.say("utter_meal_no_breakfast")
        kind = "lunch"
    days = [date.fromisoformat(one) for one in said["days"]]
    kinds = [kind] if kind else list(rules()["meals"])
    wanted = [Sitting(day, one) for day in days for one in kinds]
    each = [Sitting(date.fromisoformat(day), one) for day, one in said.get("pairs", [])]
    if any(one.meal == "breakfast" for one in each):
        heard.say("utter_meal_no_breakfast")
    wanted = [one for one in each if one.meal != "breakfast"] or wanted
    found = [one for one in wanted if canteen.problem(heard.ctx, one) is None]
    cooked = {
        Sitting(one.day, one.meal) for one in await canteen.between(heard.ctx, days[0], days[-1])
    }
    if kind is None and not each:  # one meal a day: the first that is still possible
        found = list({one.day: one for one in reversed(found)}.values())[::-1]
    served = [one for one in found if one in cooked][: rules()["sittings_at_once"]]
    refused = canteen.problem(heard.ctx, wanted[-1])
    if not served and refused != "too_far":
        _say_why(heard, "not_cooked" if found else str(refused), wanted[-1])
    if served and each:
        for one in wanted:
            if one not in served:
                why = canteen.problem(heard.ctx, one)
                _say_why(heard, why or "not_cooked", one)
    return served, None if served else refused


def _say_why(heard: Hearing, refused: str, sitting: Sitting) -> None:
    words = sittings_words([sitting], heard.now)
    match refused:
        case "closed":
            until = canteen.cut_off(sitting)
            heard.say("utter_meal_closed", when=words, until=f"{until.hour}点{until.minute}分")
        case "not_cooked":
            heard.say("utter_meal_not_cooked", when=words)
        case "too_far":
            heard.say("utter_meal_too_far", days=rules()["ahead_days"])
        case _:
            heard.say("utter_meal_past")


async def settle_set(heard: Hearing, known: Fields) -> bool:
    """Make the set out of a dish; one that is not on the menu is said, and another asked for."""
    first, *others = sittings_of(known)
    offered = await canteen.on(heard.ctx, first)
    dish = known.get("meal_dish")
    if dish:
        having = canteen.with_dish(dish, offered)
        known["meal_dish"] = None
        if having:
            known["meal_set"] = chosen(having[0].code)
        else:
            heard.say("utter_meal_no_dish", dish=dish, when=sittings_words([first], heard.now))
    code = (known.get("meal_set") or {}).get("code")
    everywhere = {one.code for one in offered}
    for other in others:
        everywhere &= {one.code for one in await canteen.on(heard.ctx, other)}
    if code and code not in everywhere:
        heard.say("utter_meal_no_set", set=label("meal_set", code))
        known["meal_set"] = None
    return bool(known.get("meal_set"))


async def settle_portions(heard: Hearing, known: Fields) -> bool:
    """One portion unless said; as many as may be, and as are left."""
    portions = known.get("meal_portions")
    portions = 1 if portions is None else int(portions)
    known["meal_portions"] = portions
    most = rules()["portions_at_most"]
    if not 1 <= portions <= most:
        heard.say("utter_meal_portions_range", most=most)
        known["meal_portions"] = None
        return False
    left = await _left(heard, known)
    if portions <= left:
        return True
    name = known["meal_set"]["said"]
    if left:
        heard.say("utter_meal_few_left", set=name, left=left)
        known["meal_portions"] = None
    else:
        heard.say("utter_meal_sold_out", set=name)
        known["meal_set"] = None
    return False


async def _left(heard: Hearing, known: Fields) -> int:
    """Portions of the set that are left in each of the meals; a changed order's own count."""
    code, left = known["meal_set"]["code"], []
    own = {}
    if known.get("meal_no"):
        orders = await open_orders(heard)
        own = {
            (one.day, one.meal, one.code): one.portions
            for one in orders
            if one.no == known["meal_no"]
        }
    for sitting in sittings_of(known):
        on = [one for one in await canteen.on(heard.ctx, sitting) if one.code == code]
        left += [one.left + own.get((one.day, one.meal, one.code), 0) for one in on] or [0]
    return min(left)
