"""How the things of a home are spoken of: what was done, what was not, and how they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from rasa_sdk.events import EventType

from actions.hearing import Hearing
from actions.listing import AT_ONCE, say_list
from community.apis.home import Entity
from community.labels import group, label
from community.services import device
from community.services.device import Result
from community.services.device_plan import Plan, Refusal


def tell_results(heard: Hearing, results: Sequence[Result]) -> None:
    """Say what became of each thing: what was done, then what was so before, then what failed."""
    told = {outcome: [r for r in results if r.outcome == outcome] for outcome in
            ("done", "already", "offline", "failed")}  # fmt: skip
    if told["done"]:
        heard.say("utter_device_done", what=_sentences(told["done"], "device_did"))
    elif told["already"]:
        heard.say("utter_device_already", what=_sentences(told["already"], "device_was"))
    if told["offline"]:
        heard.say("utter_device_offline", what=names(r.title for r in told["offline"]))
    if told["failed"]:
        heard.say("utter_device_failed", what=names(r.title for r in told["failed"]))


def _sentences(results: Sequence[Result], words: str) -> str:
    """`客厅灯、卧室灯关了，客厅空调调到26度了`."""
    alike: dict[tuple[str, str], list[Result]] = {}
    for one in results:
        alike.setdefault((one.did, one.amount), []).append(one)
    return "，".join(
        label(words, did).format(what=names(one.title for one in some), amount=_amount(did, amount))
        for (did, amount), some in alike.items()
    )


def _amount(did: str, amount: str) -> str:
    return label("device_mode", amount) if did == "mode" else amount.removesuffix(".0")


def names(titles: Iterable[str]) -> str:
    """At most three by name, then how many."""
    found = list(dict.fromkeys(titles))
    said = "、".join(found[:AT_ONCE])
    if len(found) <= AT_ONCE:
        return said
    return label("device_word", "and_more").format(said=said, count=len(found))


def tell_refusals(heard: Hearing, refusals: Sequence[Refusal]) -> None:
    """Say why something is not done, each reason once."""
    by_why: dict[str, list[str]] = {}
    for one in refusals:
        by_why.setdefault(one.why, []).append(one.title)
    responses = {
        "absent": "utter_device_absent",
        "gas": "utter_device_gas_stays",
        "lock": "utter_device_lock_stays",
        "unmoved": "utter_device_unmoved",
        "unfit": "utter_device_unfit",
    }
    for why, titles in by_why.items():
        heard.say(responses[why], what=names(titles))


def ask_question(heard: Hearing, plan: Plan) -> None:
    """Put the plan's question, with its answers as buttons."""
    question = plan.question
    if question is None:
        return
    match question.what:
        case "area":
            buttons = [(area, _area_payload(area)) for area in question.choices[:AT_ONCE]]
            every = label("device_word", "every")
            heard.ask(
                "utter_device_ask_area",
                buttons=[*buttons, (every, _area_payload(every))],
                what=question.title,
                areas="、".join(question.choices),
            )
        case "value" if question.limits:
            low, high = question.limits
            heard.ask("utter_device_ask_range", what=question.title, low=low, high=high)
        case "value":
            heard.ask("utter_device_ask_value", what=question.title)
        case _:
            heard.ask("utter_device_ask_name", some="、".join(question.choices))


def _area_payload(area: str) -> str:
    return f'/control_device{{"area": "{area}"}}'


def tell_states(heard: Hearing, found: Sequence[Entity]) -> list[EventType]:
    """Say how things are, three at once; events that keep the rest for a yes."""
    return say_list(heard, [_line(heard, one) for one in found])


def _line(heard: Hearing, one: Entity) -> str:
    old = device.age(heard.ctx, one)
    words = {"what": one.title, "state": state_words(one), "age": _age(old) if old else ""}
    kind = "lost" if not one.is_online else "old" if old else "now"
    return label("device_line", kind).format(**words)


def state_words(one: Entity) -> str:
    """`开着，制冷，26度`; a reading with its unit."""
    state = one.state
    if one.kind in {"temperature", "humidity"}:
        return label("device_reading", one.kind).format(amount=state["state"])
    by_kind = group("device_is")
    said = by_kind.get(f"{one.kind}_{state['state']}") or by_kind[str(state["state"])]
    if state["state"] in {"off", "closed"}:
        return said
    settings = [
        _setting(key, str(state[key]))
        for key in ("mode", "temperature", "brightness", "position", "volume", "level")
        if key in state and key in one.limits and not (key == "position" and state[key] == 100)
    ]
    return "，".join([said, *settings])


def _setting(key: str, amount: str) -> str:
    if key == "mode":
        return label("device_mode", amount)
    return label("device_setting", key).format(amount=_amount(key, amount))


def _age(old: timedelta) -> str:
    hours, minutes = divmod(int(old.total_seconds()) // 60, 60)
    if hours >= 24:
        return f"{hours // 24}{label('unit', 'day')}"
    if hours:
        return f"{hours}{label('unit', 'hour')}"
    return f"{minutes}{label('unit', 'minute')}"
