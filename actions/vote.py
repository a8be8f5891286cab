"""Owners' votes: what they are about, what speaks for and against, and casting a home's one ballot."""

from __future__ import annotations

import re

from rasa_sdk.events import EventType, FollowupAction

from actions import reading
from actions.base import ServiceAction
from actions.binding import BindingQuestions
from actions.form_end import finished
from actions.forms import Fields
from actions.hearing import Hearing
from community.errors import Conflict
from community.labels import label
from community.services import vote
from community.services.vote import Result
from community.store.votes import Vote
from community.times import date_words

_RESULT = re.compile("结果|通过没|过了?没|几比几|多不多|多少户|赢了")
_SO_FAR = re.compile("几比几|现在|多少户|到底")
_ARGUMENTS = re.compile("两边|理由|为什么|为啥|好处|坏处|别人|大家.{0,3}说|咋说|怎么说|掏不掏|利弊")
_MINE = re.compile("投过(?:没|吗|了)|改票|改成|改投|按错|点了|回执|改得|反悔")
_RULES = re.compile(
    "租客|谁能投|匿名|实名|我家几票|几票|代投|替.{0,3}投|两套房|两个名|被.{0,4}知道"
)
_ASKS = re.compile(
    "[吗呢？?]|么[？?，。]?$|咋|怎么|如何|啥|什么|哪|(?<!十)几[时户票]|截止|多少|念一?下|念给|解释|算不算|能不能|行不"
)


def _choice(heard: Hearing, one: Vote) -> str | None:
    """The one choice that is meant; None for none or, without a correction, for several."""
    said = "、".join(heard.meant("choice"))
    found = vote.chosen(said, one) or vote.chosen(heard.words, one)
    return found[-1] if len(found) == 1 or (found and heard.corrects) else None


class ActionVoteAnswer(ServiceAction):
    """Answers what is asked about the votes; to cast one, the form begins."""

    def name(self) -> str:
        return "action_vote_answer"

    async def handle(self, heard: Hearing) -> list[EventType]:
        running, ended = await vote.running(heard.ctx), await vote.ended(heard.ctx)
        words = heard.words
        meant = vote.named(words, running + ended) or (running[0] if len(running) == 1 else None)
        if _MINE.search(words) and running and (meant is None or meant in running):
            await self._own(heard, [meant] if meant else running)
            return []
        if _RESULT.search(words):
            return await self._result(heard, vote.named(words, running + ended), ended)
        if meant is not None and meant not in running:
            return await self._result(heard, meant, ended)
        if _ARGUMENTS.search(words) and meant is not None:
            heard.say("utter_vote_arguments", title=meant.title, reasons=meant.arguments_for,
                      objections=meant.arguments_against)  # fmt: skip
            return []
        if not running:
            heard.say("utter_vote_none")
            return []
        if _RULES.search(words):
            heard.say("utter_vote_rules")
            return []
        if not _ASKS.search(words) and (any(_choice(heard, one) for one in running) or meant):
            return await self._begin(heard, meant)
        _explain(heard, [meant] if meant else running)
        return []

    async def _begin(self, heard: Hearing, meant: Vote | None) -> list[EventType]:
        """The form, unless the home has nothing to cast."""
        account = await heard.party()
        if account.home is not None:
            if not await vote.may_vote(heard.ctx, account):
                heard.say("utter_vote_owners_only")
                return []
            if meant and await vote.mine(heard.ctx, account, meant.id):
                await self._own(heard, [meant])
                return []
        return [FollowupAction("vote_form")]

    async def _result(
        self, heard: Hearing, meant: Vote | None, ended: list[Vote]
    ) -> list[EventType]:
        running = await vote.running(heard.ctx)
        first = running if _SO_FAR.search(heard.words) else []
        one = meant or next(iter([*first, *ended, *running]), None)
        if one is None:
            heard.say("utter_vote_none")
        elif one not in ended:
            heard.say("utter_vote_not_over", title=one.title, until=date_words(one.closes_at))
        else:
            _tell_result(heard, one, await vote.result(heard.ctx, one))
        return []

    async def _own(self, heard: Hearing, among: list[Vote]) -> None:
        account = await heard.party()
        if not await vote.may_vote(heard.ctx, account):
            heard.say("utter_vote_owners_only")
            return
        for one in among[:3]:
            cast = await vote.mine(heard.ctx, account, one.id)
            if cast is None:
                heard.say("utter_vote_not_cast", title=one.title, until=date_words(one.closes_at))
            else:
                heard.say("utter_vote_already", title=one.title, no=cast.no)


def _tell_result(heard: Hearing, one: Vote, found: Result) -> None:
    """By homes, by areas where all are on record, and whether homes are level."""
    if not found.cast:
        heard.say("utter_vote_result_nobody", title=one.title)
        return
    by_homes = "，".join(
        label("word", "vote_homes").format(choice=name, homes=share.homes)
        for name, share in found.choices
    )
    heard.say(
        "utter_vote_result", title=one.title, counted=by_homes, homes=found.everybody.homes,
        cast=found.cast,
    )  # fmt: skip
    if found.level:
        heard.say("utter_vote_level", choices="、".join(found.level))
    if found.is_measured:
        by_area = "，".join(
            label("word", "vote_area").format(choice=name, area=vote.square_metres(share.area_dm2))
            for name, share in found.choices
        )
        heard.say("utter_vote_result_area", counted=by_area)


def _explain(heard: Hearing, among: list[Vote]) -> None:
    """What can be voted on; of one vote alone everything, and how to cast it."""
    if len(among) > 1:
        titles = "、".join(
            label("word", "vote_until").format(title=one.title, until=date_words(one.closes_at))
            for one in among[:3]
        )
        heard.ask("utter_vote_running", count=len(among), titles=titles)
        return
    one = among[0]
    names = [str(choice["label"]) for choice in one.choices]
    cast = label("word", "vote_cast")
    heard.ask(
        "utter_vote_about", title=one.title, question=one.question, choices="、".join(names),
        until=date_words(one.closes_at),
        buttons=[(name, cast.format(title=one.title, choice=name)) for name in names],
    )  # fmt: skip


class ValidateVoteForm(BindingQuestions):
    """Which vote and which choice; confirmed, since a ballot that is cast stays."""

    stem = "vote"
    intents = frozenset({"answer_vote", "bind_identity"})
    _running: list[Vote]

    async def handle(self, heard: Hearing) -> list[EventType]:
        self._running = await vote.running(heard.ctx)
        return await super().handle(heard)

    def _named(self, title: str | None) -> Vote | None:
        return next((one for one in self._running if one.title == title), None)

    def _read_all(self, heard: Hearing, known: Fields) -> Fields:
        named = vote.named(heard.words, self._running)
        one = named or self._named(known.get("vote_title"))
        if one is None and len(self._running) == 1:
            one = self._running[0]
        if one is None:
            said = heard.entity("choice")
            return {"vote_said": said} if said else {}
        choice = _choice(heard, one)
        return {"vote_title": one.title} | ({"vote_choice": choice} if choice else {})

    async def begin(self, heard: Hearing) -> Fields:
        return self._read_all(heard, {})

    async def missing(self, heard: Hearing, known: Fields) -> str | None:
        open_binding = await self.bind_missing(heard, known)
        if open_binding:
            return open_binding
        one = self._named(known.get("vote_title"))
        account = await heard.party()
        if not await vote.may_vote(heard.ctx, account):
            return None
        if one is None:
            return "vote_title" if self._running else None
        if await vote.mine(heard.ctx, account, one.id) is not None:
            return None
        if not known.get("vote_choice") and known.get("vote_said"):
            found = vote.chosen(str(known["vote_said"]), one)
            known["vote_choice"] = found[0] if len(found) == 1 else None
        if not known.get("vote_choice"):
            return "vote_choice"
        return None if known.get("vote_confirm") else "vote_confirm"

    async def read(self, heard: Hearing, question: str, known: Fields) -> Fields | None:
        if question in {"vote_room", "vote_code"}:
            return await self.bind_read(heard, question, known)
        if question == "vote_confirm":
            answer = reading.yes_or_no(heard)
            if answer is False:
                return {"vote_confirm": None, "vote_choice": None}
            return {"vote_confirm": True} if answer else None
        found = self._read_all(heard, known)
        return found if question in found else None

    def amend(self, heard: Hearing, known: Fields) -> Fields:
        found = self._read_all(heard, known)
        changed = known.get("vote_choice") and found.get("vote_choice")
        if not changed or found["vote_choice"] == known["vote_choice"]:
            return {}
        return found

    async def put(self, heard: Hearing, question: str, known: Fields) -> None:
        one = self._named(known.get("vote_title"))
        match question:
            case "vote_room" | "vote_code":
                self.bind_put(heard, question, known)
            case "vote_choice" if one is not None:
                heard.ask(
                    "utter_vote_ask_choice", title=one.title, question=one.question,
                    buttons=choices(one),
                )  # fmt: skip
            case "vote_confirm" if one is not None:
                choice = one.label(known["vote_choice"])
                heard.ask("utter_vote_ask_confirm", title=one.title, choice=choice)
            case _:
                titles = "、".join(one.title for one in self._running[:3])
                heard.ask("utter_vote_ask_title", titles=titles)


def choices(one: Vote) -> list[tuple[str, str]]:
    """What can be chosen: label and payload of each."""
    labels = [str(choice["label"]) for choice in one.choices]
    return [(words, f'/answer_vote{{"choice":"{words}"}}') for words in labels]


class ActionVoteCast(ServiceAction):
    """Casts what was confirmed; says kindly why there is nothing to cast."""

    writes = "vote"

    def name(self) -> str:
        return "action_vote_cast"

    async def handle(self, heard: Hearing) -> list[EventType]:
        account, title = await heard.party(), heard.slot("vote_title")
        one = next((o for o in await vote.running(heard.ctx) if o.title == title), None)
        if not await vote.may_vote(heard.ctx, account):
            heard.say("utter_vote_owners_only")
        elif one is None:
            heard.say("utter_vote_closed")
        else:
            await self._cast(heard, one)
        return finished(heard, "vote")

    async def _cast(self, heard: Hearing, one: Vote) -> None:
        account = await heard.party()
        before = await vote.mine(heard.ctx, account, one.id)
        try:
            if not heard.slot("vote_confirm"):
                raise Conflict("nothing was confirmed")
            made = await vote.cast(
                heard.ctx, account, vote_id=one.id, choice=str(heard.slot("vote_choice")),
                turn_id=heard.turn_id,
            )  # fmt: skip
        except Conflict:
            before = before or await vote.mine(heard.ctx, account, one.id)
            if before is None:
                heard.say("utter_vote_closed")
            else:
                heard.say("utter_vote_already", title=one.title, no=before.no)
            return
        heard.say("utter_vote_cast", title=one.title, choice=one.label(made.choice), no=made.no)
