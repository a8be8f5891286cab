"""Things at home: operated by words, asked how they are, brought to a scene."""

from __future__ import annotations

import re
from datetime import timedelta

from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions.base import ServiceAction
from actions.device_doing import (
    UNDO,
    asks_whether_now,
    carry_out,
    commands_of,
    said,
    tell_have,
    undo_last,
)
from actions.device_words import ask_question, names, tell_results, tell_states
from actions.form_end import finished
from actions.forms import Fields, Form
from actions.hearing import Hearing
from actions.listing import AT_ONCE
from community.apis.home import Entity
from community.labels import group, label
from community.services import device, scenes
from community.services.device_plan import Plan
from language import device_commands
from language.device_commands import Command
from language.device_values import parse_act, parse_value

_SCENE_LASTS = timedelta(hours=12)
_ELSEWHERE = re.compile(
    "(?:(?<!回)我?[妈爸婆奶爷娘姐哥妹弟]|孩子|女儿|儿子)(?:她|他)?(?:们)?家(?!里的?灯)"
)


class ActionDeviceControl(ServiceAction):
    """Does it at once when it is clear; else the form asks the one thing that is open."""

    def name(self) -> str:
        return "action_device_control"

    async def handle(self, heard: Hearing) -> list[EventType]:
        words = said(heard)
        if UNDO.search(words) and not any(one.kind for one in device_commands.parse(words)):
            return await undo_last(heard)
        asked = asks_whether_now(heard, words)
        if asked is not None:
            return asked
        made = await device.look(heard.ctx, await heard.party(), commands_of(words, {}))
        if made.question is not None:
            return [FollowupAction("device_form")]
        return await carry_out(heard, commands_of(words, {}))


class ActionDeviceChosen(ServiceAction):
    """What the form asked for is known now."""

    writes = "device"

    def name(self) -> str:
        return "action_device_chosen"

    async def handle(self, heard: Hearing) -> list[EventType]:
        known = {name: heard.slot(name) for name in ("device_name", "device_area", "device_value")}
        commands = commands_of(str(heard.slot("device_words") or ""), known)
        return [*await carry_out(heard, commands), *finished(heard, "device")]


class ValidateDeviceForm(Form):
    """Which thing, in which room, or how: asked only when the words leave it open."""

    stem = "device"
    intents = frozenset({"control_device"})

    async def begin(self, heard: Hearing) -> Fields:
        return {
            "device_words": said(heard),
            "device_name": None,
            "device_area": None,
            "device_value": None,
        }

    async def _plan(self, heard: Hearing, known: Fields) -> Plan:
        commands = commands_of(str(known.get("device_words") or ""), known)
        return await device.look(heard.ctx, await heard.party(), commands)

    async def missing(self, heard: Hearing, known: Fields) -> str | None:
        question = (await self._plan(heard, known)).question
        return None if question is None else f"device_{question.what}"

    async def read(self, heard: Hearing, question: str, known: Fields) -> Fields | None:
        words = said(heard)
        if self._begins_anew(heard, words):
            return await self.begin(heard)
        match question:
            case "device_area":
                return await self._read_area(heard, words, known)
            case "device_value":
                fits = parse_value(words) or parse_act(words)
                return {"device_value": words} if fits else None
            case _:
                kind = device_commands.parse(words)[0].kind
                return {"device_name": words} if kind else None

    def _begins_anew(self, heard: Hearing, words: str) -> bool:
        """Whether another thing is to be operated: 算了，关空调."""
        first = device_commands.parse(words)[0]
        return heard.intent in self.intents and bool(first.kind and (first.act or first.value))

    async def _read_area(self, heard: Hearing, words: str, known: Fields) -> Fields | None:
        every = label("device_word", "every")
        tapped = heard.entity("area") or ""
        if tapped == every or device_commands.says_every(words) or every in words:
            return {"device_area": every}
        asked = (await self._plan(heard, known)).question
        named = device_commands.areas_in(words if heard.text else tapped)
        fits = [area for area in named if asked is not None and area in asked.choices]
        return {"device_area": fits[-1]} if fits else None

    async def put(self, heard: Hearing, question: str, known: Fields) -> None:
        ask_question(heard, await self._plan(heard, known))


class ActionDeviceQuery(ServiceAction):
    """How things are at home, from what they reported."""

    def name(self) -> str:
        return "action_device_query"

    async def handle(self, heard: Hearing) -> list[EventType]:
        words = said(heard)
        if _ELSEWHERE.search(words):
            heard.say("utter_device_other_home")
            return []
        commands = device_commands.parse(words)
        account = await heard.party()
        found, absent = await device.states(heard.ctx, account, commands)
        if not found and not absent:
            heard.say("utter_device_all_off")
            return []
        if absent:
            heard.say("utter_device_absent", what=names(absent))
            await tell_have(heard)
        open_ = self._left_open(commands, found)
        if not open_:
            return tell_states(heard, found)
        tell_states(heard, open_[:AT_ONCE])
        rest = [one.title for one in found if one not in open_[:AT_ONCE]]
        if rest:
            heard.say("utter_device_state_more", what=names(rest))
        heard.ask("utter_device_ask_close", what=names(one.title for one in open_))
        kinds = list(dict.fromkeys(one.kind for one in open_))
        return [SlotSet("offer", {"kind": "close_device", "kinds": kinds})]

    def _left_open(self, commands: list[Command], found: list[Entity]) -> list[Entity]:
        """Gas that is open, or a home that is not locked: it is offered to be closed."""
        asked = {one.kind for one in commands}
        return [
            one
            for one in found
            if one.kind in {"gas", "lock"} and (one.kind in asked or None in asked)
            and one.is_online and one.state["state"] in {"open", "unlocked"}
        ]  # fmt: skip


class ActionSceneRun(ServiceAction):
    """A scene: several things at one word."""

    def name(self) -> str:
        return "action_scene_run"

    async def handle(self, heard: Hearing) -> list[EventType]:
        account = await heard.party()
        named = "，".join(heard.meant("scene"))
        scene = scenes.find(named) or scenes.find(heard.text)
        if _ended(heard):
            return await undo_last(heard, within=_SCENE_LASTS)
        if scene is None:
            have = group("scene")
            heard.ask(
                "utter_scene_unknown",
                buttons=[(have[code], f'/run_scene{{"scene": "{have[code]}"}}')
                         for code in scenes.codes()[:AT_ONCE]],
                some="、".join(have.values()),
            )  # fmt: skip
            return []
        results = await device.run_scene(heard.ctx, account, scene, turn_id=heard.turn_id)
        changed = [one for one in results if one.outcome != "already"]
        if not results:
            heard.say("utter_device_none")
        elif not changed:
            heard.say("utter_scene_already", name=label("scene", scene))
        else:
            heard.say("utter_scene_done", name=label("scene", scene))
            tell_results(heard, changed)
        return []


def _ended(heard: Hearing) -> bool:
    """退出离家, 关掉影院模式: the scene is over, none other is named."""
    return re.search("换|改成|切", heard.text) is None and bool(
        re.search(
            "(?:退出|结束|取消).{1,6}|(?:关掉|别开|不要).{0,5}(?:模式|场景)|模式关掉", heard.text
        )
    )
