"""Matters of all as they are told: how far one is, what is known of it, and taking one back."""

from __future__ import annotations

import re

from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions.base import ServiceAction
from actions.hearing import Hearing
from community.errors import Conflict, NotFound
from community.labels import label
from community.services import incident, matter, repair
from community.services.incident import Known
from community.services.matter import Matter
from community.times import date_words
from language.numbers import parse_number

FORMS = {
    "report_facility": "facility", "report_grid_event": "grid", "submit_hotline": "hotline",
}  # fmt: skip
"By intent: the form that takes a report down, which is the kind of its matter too"
TOLD_AT_MOST = 3
CHOSEN_FROM = 4
"Buttons, when it is asked which one is meant"
_OWN = re.compile("单独|单报|另外|另报|自己报|分开")
_PROGRESS = re.compile(
    "怎么?样了|咋样|办了没|办好了?没|有(?:没有)?(?:结果|消息|回音|答复|进展|下文)|到哪(?:一步|儿|里)?了|回复了?[没吗]|递上去[了没]"
)


def tell_known(heard: Hearing, known: Known, no: int) -> list[EventType]:
    """It is known, what is expected, and that this report is kept with the others; all can be undone."""
    if known.voices:
        heard.say("utter_known_reported", title=known.title, count=known.voices)
    else:
        heard.say("utter_known_staff", title=known.title)
    if known.expected:
        heard.say("utter_known_expected", words=known.expected)
    if known.expected_at is not None:
        heard.say("utter_known_until", until=date_words(known.expected_at))
    heard.ask(
        "utter_known_joined",
        no=no,
        buttons=[(label("known_choice", "keep"), "/affirm"), *_other_ways(no)],
    )
    return [SlotSet("offer", {"kind": "own_report", "no": no})]


def _other_ways(no: int) -> list[tuple[str, str]]:
    return [
        (label("known_choice", "own"), "/deny"),
        (label("known_choice", "withdraw"), f'/change_repair{{"order_no":"{no}"}}'),
    ]


async def settle_voice(heard: Hearing, no: int) -> list[EventType]:
    """Yes keeps the report with the others; one of its own is made when that is said or tapped.

    A bare no may mean either, so that it is asked.
    """
    if _OWN.search(heard.text) or (heard.intent == "deny" and not heard.text):
        one = await incident.insist(heard.ctx, await heard.party(), no)
        heard.say("utter_known_own", no=one.no)
        return [SlotSet("offer", None)]
    if heard.intent == "deny":
        heard.ask("utter_known_which", buttons=_other_ways(no))
        return [SlotSet("offer", {"kind": "own_report", "no": no})]
    heard.say("utter_all_right")
    return [SlotSet("offer", None)]


def said_number(heard: Hearing) -> int | None:
    """The number that was said of a ticket."""
    said = heard.entity("order_no")
    number = parse_number(said) if said else None
    return None if number is None else int(number)


async def tell_by_number(heard: Hearing, no: int) -> bool:
    """How far the household's matter of this number is; False when it has none."""
    try:
        one = await matter.find(heard.ctx, await heard.party(), no)
    except NotFound:
        return False
    tell(heard, one)
    return True


async def tell_all(heard: Hearing, kinds: tuple[str, ...] = matter.KINDS) -> bool:
    """How far what was reported is, the open ones first; False when there is nothing."""
    found = await matter.mine(heard.ctx, await heard.party(), kinds=kinds)
    still = [one for one in found if one.ticket.state in matter.OPEN]
    for one in (still or found[:1])[:TOLD_AT_MOST]:
        tell(heard, one)
    return bool(found)


def tell(heard: Hearing, one: Matter) -> None:
    """Its state, the city's number, what staff answered, and what is expected of its incident."""
    heard.say(
        "utter_matter_state", kind=label("kind", one.ticket.kind), no=one.ticket.no,
        what=one.ticket.description[:20], state=matter.state_words(one.ticket),
    )  # fmt: skip
    if one.detail.outside_no:
        heard.say("utter_matter_outside", number=one.detail.outside_no)
    if one.answer:
        heard.say("utter_matter_answer", words=one.answer)
    if one.expected:
        heard.say("utter_known_expected", words=one.expected)
    if one.expected_at is not None:
        heard.say("utter_known_until", until=date_words(one.expected_at))


async def offer_withdrawal(heard: Hearing) -> list[EventType] | None:
    """Ask whether the matter that is meant is to be taken back; None when none is meant."""
    account, no = await heard.party(), said_number(heard)
    found = await matter.mine(heard.ctx, account)
    if no is not None:
        meant = [one for one in found if one.ticket.no == no]
    elif await repair.of_home(heard.ctx, account, repair.OPEN):
        return None
    else:
        meant = [one for one in found if one.ticket.state in matter.OPEN]
    if not meant:
        return None
    if len(meant) > 1:
        heard.ask(
            "utter_matter_which",
            buttons=[
                (f"{one.ticket.no} {one.ticket.description[:12]}",
                 f'/change_repair{{"order_no":"{one.ticket.no}"}}')
                for one in meant[:CHOSEN_FROM]
            ],
        )  # fmt: skip
        return []
    (one,) = meant
    if one.ticket.state not in matter.WITHDRAWABLE[one.ticket.kind]:
        tell(heard, one)
        heard.say("utter_matter_too_late")
        return []
    heard.ask("utter_matter_ask_withdraw", no=one.ticket.no, what=one.ticket.description[:20])
    return [SlotSet("offer", {"kind": "withdraw_matter", "no": one.ticket.no})]


async def withdraw(heard: Hearing, no: int) -> None:
    """Take it back and say so; one that has gone too far is told instead."""
    try:
        await matter.withdraw(heard.ctx, await heard.party(), no, turn_id=heard.turn_id)
    except Conflict:
        await tell_by_number(heard, no)
        heard.say("utter_matter_too_late")
        return
    heard.say("utter_matter_withdrawn", no=no)


class ActionMatterRequest(ServiceAction):
    """A report begins, unless the words ask how an earlier one of its kind is going."""

    def name(self) -> str:
        return "action_matter_request"

    async def handle(self, heard: Hearing) -> list[EventType]:
        kind = FORMS[heard.intent]
        if _PROGRESS.search(heard.words) and await tell_all(heard, (kind,)):
            return []
        return [FollowupAction(f"{kind}_form")]
