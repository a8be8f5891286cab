"""Signing up for activities: which one, who comes along; a full one has a waiting line."""

from __future__ import annotations

from rasa_sdk.events import EventType, FollowupAction

from actions import reading
from actions.activity_words import firsts, meant, people_of, said, when_words, which, who_of
from actions.base import OURS, ServiceAction
from actions.binding import BindingQuestions
from actions.form_end import finished
from actions.forms import Fields
from actions.hearing import Hearing
from community.errors import BadInput, Code, Conflict
from community.labels import label
from community.services import activity
from community.services.activity import Place, rules
from community.store.activities import Activity
from language.numerals import parse_number


class ValidateActivityForm(BindingQuestions):
    """Which activity is asked when it is open; one person unless more are said."""

    stem = "activity"
    intents = frozenset({"join_activity", "bind_identity"})

    async def begin(self, heard: Hearing) -> Fields:
        found = firsts(await meant(heard))
        name = heard.entity("activity")
        if name and not found:
            heard.say("utter_activity_unknown", name=name)
        return self._people(heard) | (
            {"activity_which": which(found[0], heard.now)} if len(found) == 1 else {}
        )

    def _people(self, heard: Hearing) -> Fields:
        people, who = people_of(heard.words), who_of(heard.words)
        return ({"activity_people": people} if people is not None else {}) | (
            {"activity_who": who} if who else {}
        )

    async def missing(self, heard: Hearing, known: Fields) -> str | None:
        open_binding = await self.bind_missing(heard, known)
        if open_binding:
            return open_binding
        if not known.get("activity_which"):
            return "activity_which"
        if await _standing(heard, known) is not None:
            known["activity_confirm"] = True  # nothing to decide: the action says so
            return None
        people = known.get("activity_people")
        one = await _chosen(heard, known)
        most = min(rules()["people_at_most"], one.capacity if one else rules()["people_at_most"])
        if people is not None and not 1 <= people <= most:
            heard.say("utter_activity_people_range", most=most)
            known["activity_people"] = None
            return "activity_people"
        return None if known.get("activity_confirm") else "activity_confirm"

    async def read(self, heard: Hearing, question: str, known: Fields) -> Fields | None:
        match question:
            case "activity_room" | "activity_code":
                return await self.bind_read(heard, question, known)
            case "activity_which":
                found = firsts(await self._named(heard))
                if len(found) != 1:
                    return None
                return {"activity_which": which(found[0], heard.now)} | self._people(heard)
            case "activity_people":
                alone = parse_number(heard.text)
                people = people_of(heard.text) if alone is None else int(alone)
                return None if people is None else {"activity_people": people}
        answer = reading.yes_or_no(heard)
        if answer is not None:
            return {"activity_confirm": answer}
        found = await self._same_series(heard, await self._named(heard), known)
        return {"activity_which": which(found[0], heard.now)} if found else None

    async def _same_series(
        self, heard: Hearing, found: list[Activity], known: Fields
    ) -> list[Activity]:
        """是下周三的 names a day of what is being joined, not whatever else is on that day."""
        if heard.entity("activity") or activity.named(said(heard), found):
            return found
        chosen = await _chosen(heard, known)
        return [one for one in found if chosen is not None and one.series == chosen.series]

    async def _named(self, heard: Hearing) -> list[Activity]:
        """What the words mean; short words may be the name itself."""
        found = await meant(heard)
        text = heard.text.strip("。！，,.! 吧呢啊的")
        if found or not text:
            return found
        return activity.named(text, await activity.upcoming(heard.ctx), text[:8])

    def amend(self, heard: Hearing, known: Fields) -> Fields:
        return self._people(heard)

    def forget(self, heard: Hearing, code: Code) -> list[EventType]:
        """What is refused here would be refused again: there is nothing else to say to it."""
        return super().forget(heard, code) if code in OURS else self.give_up(heard)

    async def put(self, heard: Hearing, question: str, known: Fields) -> None:
        match question:
            case "activity_room" | "activity_code":
                self.bind_put(heard, question, known)
            case "activity_which":
                await self._put_choices(heard)
            case "activity_people":
                heard.ask("utter_activity_ask_people")
            case _ if known.get("activity_confirm") is False:
                heard.ask("utter_activity_what_to_change")
            case _:
                await self._put_summary(heard, known)

    async def _put_choices(self, heard: Hearing) -> None:
        """Those that the words may mean, or what is on soonest."""
        coming = await activity.upcoming(heard.ctx)
        found = firsts(await meant(heard)) or firsts(activity.of_kind(said(heard), coming))
        names = [one.name for one in found[:3]]
        if not names:
            heard.say("utter_activity_none")
        heard.ask(
            "utter_activity_ask_which",
            names="、".join(names),
            buttons=[(name, f'/join_activity{{"activity":"{name}"}}') for name in names],
        )

    async def _put_summary(self, heard: Hearing, known: Fields) -> None:
        one, people = await _chosen(heard, known), int(known.get("activity_people") or 1)
        if one is None:
            heard.ask("utter_activity_what_to_change")
            return
        heard.ask(
            "utter_activity_ask_confirm" if one.left >= people else "utter_activity_ask_wait",
            who=known.get("activity_who") or label("activity_word", "you"),
            name=one.name, when=when_words(one, heard.now), place=one.place, people=people,
        )  # fmt: skip


async def _chosen(heard: Hearing, known: Fields) -> Activity | None:
    coming = await activity.upcoming(heard.ctx)
    return next((one for one in coming if one.id == known["activity_which"]["id"]), None)


async def _standing(heard: Hearing, known: Fields) -> Place | None:
    return await activity.standing(
        heard.ctx, await heard.party(), known["activity_which"]["id"],
        str(known.get("activity_who") or ""),
    )  # fmt: skip


def say_already(heard: Hearing, found: Place) -> None:
    """The person is on the list: with a seat, or in line."""
    one = found.signup
    key = "utter_activity_already" if found.ahead is None else "utter_activity_already_waiting"
    heard.say(
        key, no=one.no, name=one.name, when=when_words(one, heard.now),
        place_in_line=(found.ahead or 0) + 1,
    )  # fmt: skip


class ActionActivityRequest(ServiceAction):
    """Says so when the resident is on the list already; else the form begins."""

    def name(self) -> str:
        return "action_activity_request"

    async def handle(self, heard: Hearing) -> list[EventType]:
        found = firsts(await meant(heard))
        if len(found) == 1 and (await heard.party()).home is not None:
            known = {
                "activity_which": which(found[0], heard.now),
                "activity_who": who_of(heard.words),
            }
            standing = await _standing(heard, known)
            if standing is not None:
                say_already(heard, standing)
                return []
        return [FollowupAction("activity_form")]


class ActionActivityJoin(ServiceAction):
    writes = "activity"

    def name(self) -> str:
        return "action_activity_join"

    async def handle(self, heard: Hearing) -> list[EventType]:
        known: Fields = {
            name: heard.slot(name) for name in ("activity_which", "activity_people", "activity_who")
        }
        if not known["activity_which"]:
            return []  # the form was let go: there is nothing to join
        try:
            made = await activity.join(
                heard.ctx, await heard.party(), turn_id=heard.turn_id,
                activity_id=known["activity_which"]["id"],
                people=int(known["activity_people"] or 1), who=str(known["activity_who"] or ""),
            )  # fmt: skip
        except Conflict:
            standing = await _standing(heard, known)
            if standing is not None:
                say_already(heard, standing)
            return finished(heard, "activity")
        except BadInput:
            heard.say("utter_activity_begun", name=known["activity_which"]["said"])
            return finished(heard, "activity")
        self._say_made(heard, made)
        return finished(heard, "activity")

    def _say_made(self, heard: Hearing, made: Place) -> None:
        one = made.signup
        card = {
            "title": f"{one.name} {one.no}",
            "state": label("activity_state", one.state),
            "tone": "work",
            "facts": [[label("activity_column", "when"), when_words(one, heard.now)],
                      [label("activity_column", "people"), str(one.people)]],
        }  # fmt: skip
        heard.say(
            "utter_activity_joined" if made.ahead is None else "utter_activity_waiting",
            no=one.no, name=one.name, when=when_words(one, heard.now), place=one.place,
            place_in_line=(made.ahead or 0) + 1, card=card,
        )  # fmt: skip
