"""Release slips: what is carried out, when and with which van; shown again, and taken back."""

from __future__ import annotations

import re
from functools import partial

from rasa_sdk.events import EventType, FollowupAction

from actions import cancelling, reading
from actions.base import ServiceAction
from actions.binding import BindingQuestions
from actions.days import no_such_day
from actions.form_end import finished
from actions.forms import STRANGE, Fields
from actions.hearing import Hearing
from community.labels import label
from community.services import release
from community.store.releases import Slip
from community.times import date_words, window_words
from conversation import asking
from language.plates import find_plates

_CANCEL = re.compile("不搬了|不拉了|不运了|取消|作废|撤(?:掉|了|销)|条.{0,4}不[用要]了")
_SHOW = re.compile(
    "条.{0,3}丢|补一张|批了?(?:没|吗)|批下来|码是多少|放行码|[开办]好了?(?:没|吗)|上次那张"
)
_MOVING = re.compile("搬|退租|般家|办家|租.{0,3}到|全家走|家当")
_RULES = re.compile(
    "提前几天|时间限制|几趟|能搬吗|几点能|手续|谁的名|写.{0,4}名|签字|结清|要办什么|先办什么"
)
_CHANGE = re.compile("再加|还有|加一样|加上")
_NOTHING = re.compile(
    "我?[要想]?(?:帮我|给我|麻烦)?(?:[办开弄申请]+)?(?:一?[个张]?)?(?:电子)?(?:放行|出门|放型|放心)?[条证单]?[的吗呢吧，。！？ ]*"
)


def _items(heard: Hearing) -> str | None:
    """What is carried out: what was named, or a whole household's things."""
    found = list(dict.fromkeys(heard.meant("items")))
    if found:
        return "、".join(found)
    return label("word", "household") if _MOVING.search(heard.words) else None


class ValidateReleaseForm(BindingQuestions):
    """Which things and when, with the van's plate if one was named; confirmed before it is made."""

    stem = "release"
    intents = frozenset({"release_items", "bind_identity"})

    async def begin(self, heard: Hearing) -> Fields:
        return self._read_all(heard, {})

    def _read_all(self, heard: Hearing, known: Fields) -> Fields:
        items, plates = _items(heard), find_plates(heard.words)
        old = known.get("release_items")
        if items and old and _CHANGE.search(heard.words):
            items = f"{old}、{items}"
        return (
            ({"release_items": items} if items else {})
            | ({"release_plate": plates[-1].value} if plates else {})
            | self._time(heard)
        )

    def _time(self, heard: Hearing) -> Fields:
        if no_such_day(heard.words):
            return {"release_time": {"problem": "no_day", "said": ""}}
        window = reading.window(heard)
        return {"release_time": window} if window else {}

    async def missing(self, heard: Hearing, known: Fields) -> str | None:
        open_binding = await self.bind_missing(heard, known)
        if open_binding:
            return open_binding
        if not self._time_fits(heard, known):
            known["release_time"] = None
        for slot in ("release_items", "release_time"):
            if not known.get(slot):
                return slot
        return None if known.get("release_confirm") else "release_confirm"

    def _time_fits(self, heard: Hearing, known: Fields) -> bool:
        """Whether the time stands; says why it does not."""
        time, limits = known.get("release_time"), release.rules()
        if not time:
            return True
        window = reading.moments(time)
        wrong = release.fitted(heard.ctx, *window) if window else time["problem"]
        match wrong:
            case "no_day":
                heard.say("utter_release_no_such_day")
            case "past":
                heard.say("utter_release_past")
            case "night":
                heard.say("utter_release_night", opens=limits["opens"], closes=limits["closes"])
            case "too_long":
                heard.say("utter_release_too_long", days=limits["days_at_most"])
            case "too_far":
                heard.say("utter_release_too_far", days=limits["ahead_days"])
            case _:
                return True
        return False

    async def read(self, heard: Hearing, question: str, known: Fields) -> Fields | None:
        match question:
            case "release_room" | "release_code":
                return await self.bind_read(heard, question, known)
            case "release_items":
                found = self._read_all(heard, known)
                said = heard.text.strip("。！，,.! ")
                plain = heard.intent in STRANGE | self.intents and 0 < len(said) <= 40
                if "release_items" not in found and plain and not _NOTHING.fullmatch(said):
                    found |= {} if "release_time" in found else {"release_items": said}
                return found or None
            case "release_time":
                found = self._read_all(heard, known)
                return found if "release_time" in found else None
            case _:
                answer = reading.yes_or_no(heard)
                return None if answer is None else {"release_confirm": answer}

    def amend(self, heard: Hearing, known: Fields) -> Fields:
        found = self._read_all(heard, known)
        return {k: v for k, v in found.items() if known.get(k) or k == "release_plate"}

    async def put(self, heard: Hearing, question: str, known: Fields) -> None:
        match question:
            case "release_room" | "release_code":
                self.bind_put(heard, question, known)
            case "release_items":
                heard.ask("utter_release_ask_items")
            case "release_time":
                heard.ask("utter_release_ask_time")
            case _ if known.get("release_confirm") is False:
                heard.ask("utter_release_what_to_change")
            case _:
                plate = known.get("release_plate")
                heard.ask(
                    "utter_release_ask_confirm", items=known["release_items"],
                    time=known["release_time"]["said"],
                    car=f"，{label('slot', 'release_plate')}{plate}" if plate else "",
                )  # fmt: skip


class ActionReleaseRequest(ServiceAction):
    """Shows the slips that are there or takes one back; for a new one the form begins."""

    def name(self) -> str:
        return "action_release_request"

    async def handle(self, heard: Hearing) -> list[EventType]:
        cancels = _CANCEL.search(heard.words)
        if not cancels and not _SHOW.search(heard.words):
            if _RULES.search(heard.words):
                limits = release.rules()
                heard.say(
                    "utter_release_rules", opens=limits["opens"], closes=limits["closes"],
                    days=limits["ahead_days"],
                )  # fmt: skip
            return [FollowupAction("release_form")]
        found = await release.mine(heard.ctx, await heard.party())
        if cancels:
            found = [one for one in found if one.state in {"pending", "approved"}]
        if not found:
            heard.say("utter_release_none")
            return []
        if cancels:
            first = found[0]
            heard.ask("utter_release_ask_cancel", no=first.no, items=first.items)
            return [cancelling.offer("cancel_release", first.no)]
        for one in found[:3]:
            tell_slip(heard, one)
        return []


def tell_slip(heard: Hearing, one: Slip) -> None:
    """Say how a slip stands, with its code once it holds."""
    when = window_words(one.starts_at, one.ends_at)
    if one.state == "refused":
        heard.say("utter_release_refused", no=one.no, items=one.items)
    elif one.state == "pending":
        heard.say("utter_release_pending", no=one.no, items=one.items)
    elif one.state == "cancelled":
        heard.say("utter_release_cancelled", no=one.no)
    else:
        heard.say(
            "utter_release_created",
            no=one.no, items=one.items, when=when, code=" ".join((one.code[:3], one.code[3:])),
            card={
                "title": f"{label('word', 'release_code')} {one.code}",
                "state": label("release_state", one.state),
                "tone": "work",
                "facts": [[label("slot", "release_items"), one.items],
                          [label("word", "valid_until"), date_words(one.ends_at)]],
            },
        )  # fmt: skip


class ActionReleaseCreate(ServiceAction):
    writes = "release"

    def name(self) -> str:
        return "action_release_create"

    async def handle(self, heard: Hearing) -> list[EventType]:
        window = reading.moments(heard.slot("release_time"))
        assert window is not None  # noqa: S101 - the form asked for it
        made = await release.request(
            heard.ctx, await heard.party(), turn_id=heard.turn_id,
            items=str(heard.slot("release_items")), window=window,
            plate=heard.slot("release_plate"), tell=partial(asking.about_slip, heard.ctx.clock),
        )  # fmt: skip
        tell_slip(heard, made)
        return finished(heard, "release")
