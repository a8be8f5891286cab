"""What actions and offers do with the things of a home: read the words, carry out, put back."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions.device_words import names, tell_refusals, tell_results
from actions.forms import Fields
from actions.hearing import Hearing
from community.labels import label
from community.services import device
from language import device_commands
from language.device_commands import Command
from language.device_hours import later
from language.device_values import parse_act, parse_value
from language.periods import say_period

UNDO = re.compile(
    "弄错|搞错|开错|关错|恢复|还原|复原|变回|改回(?!到)|撤[销回]|取消|刚才的?不算|倒回去|退回去"
)
_AT_ONCE = timedelta(minutes=2)
"For so long 取消 or 不是客厅是卧室 is about what was just done"


def said(heard: Hearing) -> str:
    """The words with misheard names of things and rooms put right."""
    named = [(of, str(e["value"])) for of in ("device", "area") for e in heard.entities(of)]
    return device_commands.mend(heard.words, named)


def commands_of(words: str, known: Fields) -> list[Command]:
    """The commands of the words, with what was answered to our questions since."""
    found = device_commands.parse(words)
    if known.get("device_name"):
        named = device_commands.parse(str(known["device_name"]))
        first = found[0]
        found = [
            replace(
                one, act=one.act or first.act, value=one.value or first.value,
                areas=one.areas or first.areas,
            )
            for one in named
        ]  # fmt: skip
    if known.get("device_area"):
        found = [_placed(one, str(known["device_area"])) for one in found]
    if known.get("device_value"):
        found = [_valued(one, str(known["device_value"])) for one in found]
    return found


def _placed(command: Command, area: str) -> Command:
    if command.areas or command.kind is None:
        return command
    if area == label("device_word", "every"):
        return replace(command, every=True)
    return replace(command, areas=(area,), shared=True)


def _valued(command: Command, answer: str) -> Command:
    value = parse_value(answer)
    if value is not None:
        return replace(command, value=value, act="on")
    return replace(command, act=parse_act(answer) or command.act, value=None)


def asks_whether_now(heard: Hearing, words: str) -> list[EventType] | None:
    """A wish for a later moment is not done at once behind the resident's back: it is asked about."""
    moment = later(words, heard.now)
    if moment is None:
        return None
    heard.ask("utter_device_later", when=say_period(moment, heard.now))
    return [SlotSet("offer", {"kind": "device_now", "words": words})]


async def do_now(heard: Hearing, words: str) -> list[EventType]:
    """Yes to doing at once what was wished for later; what it leaves open is asked."""
    made = await device.look(heard.ctx, await heard.party(), commands_of(words, {}))
    if made.question is None:
        return await carry_out(heard, commands_of(words, {}))
    return [SlotSet("device_words", words), FollowupAction("device_form")]


async def carry_out(heard: Hearing, commands: list[Command]) -> list[EventType]:
    report = await device.control(heard.ctx, await heard.party(), commands, turn_id=heard.turn_id)
    tell_results(heard, report.results)
    tell_refusals(heard, report.plan.refusals)
    if any(one.why == "absent" for one in report.plan.refusals):
        await tell_have(heard)
    if report.plan.is_kept and not report.results:
        heard.say("utter_device_kept")
    return []


async def tell_have(heard: Hearing) -> None:
    """What the home does have, three by name."""
    have = await device.entities(heard.ctx, await heard.party())
    if have:
        heard.say("utter_device_have", what=names(one.title for one in have))


async def close_offered(heard: Hearing, kinds: list[str]) -> None:
    """Yes to closing what was found open."""
    commands = [Command(kind, act="off", every=True) for kind in kinds]
    await carry_out(heard, commands)


async def undo_last(heard: Hearing, within: timedelta = device.MOMENT) -> list[EventType]:
    """Put back what was changed last, and say so."""
    results = await device.undo(
        heard.ctx, await heard.party(), turn_id=heard.turn_id, within=within
    )
    back = [one for one in results if one.outcome in {"done", "already"}]
    if not results:
        heard.say("utter_device_nothing_to_undo")
    elif back:
        heard.say("utter_device_undone", what=names(one.title for one in back))
    tell_results(heard, [one for one in results if one not in back])
    return []


async def corrected(heard: Hearing) -> list[EventType] | None:
    """Words that take back what was just done at home; None when they are about something else.

    不是客厅是卧室 puts the one back and does it to the other; 弄错了 only puts it back.
    """
    account = await heard.party()
    act = await device.recent(heard.ctx, account, _AT_ONCE)
    if act is None:
        return None
    words = said(heard)
    meant = device_commands.parse(words)[0]
    if not meant.kind and not meant.areas:
        return await undo_last(heard) if UNDO.search(words) else None
    again = await _again(heard, meant)
    if not again:
        return None
    turn = heard.turn_id
    await device.undo(heard.ctx, account, turn_id=f"{turn}:back"[:64])
    return await carry_out(heard, again)


async def _again(heard: Hearing, meant: Command) -> list[Command]:
    """What was just done, to the thing or in the room that is meant."""
    account = await heard.party()
    act = await device.recent(heard.ctx, account, _AT_ONCE)
    have = {one.id: one for one in await device.entities(heard.ctx, account)}
    done = [step for step in act.steps if step["entity"] in have] if act else []
    if len(done) != 1:
        return []
    before = have[done[0]["entity"]]
    off = done[0]["wanted"].get("state") in {"off", "closed", "locked"}
    if meant.kind is None:
        return [
            Command(before.kind, before.name, areas=meant.areas, act="off" if off else "on",
                    is_named=not device_commands.means_any(before.kind, before.name))
        ]  # fmt: skip
    return [replace(meant, act=meant.act or ("off" if off else "on"))]
