"""The only place where actions catch errors: nothing escapes, and our own faults bring a person."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa_sdk.events import ActionExecutionRejected, EventType, SlotSet

from actions.base import OURS, ServiceAction
from actions.hearing import Hearing
from community import errors, log
from community.errors import (
    BadInput,
    Code,
    Conflict,
    NotAllowed,
    NotBound,
    NotFound,
    StoreError,
    TooMany,
    Unavailable,
)
from tests.actions.stage import Stage

ROOT = Path(__file__).resolve().parents[2]
WORDS = "厨房水管漏水13812348000"


class Trial(ServiceAction):
    """An action whose work is given."""

    def __init__(self, work: Callable[[Hearing], Any]) -> None:
        self._work = work

    def name(self) -> str:
        return "action_trial"

    async def handle(self, heard: Hearing) -> list[EventType]:
        done: list[EventType] = self._work(heard)
        return done


def fails(error: Exception) -> Trial:
    def work(_heard: Hearing) -> list[EventType]:
        raise error

    return Trial(work)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (StoreError("locked"), "store_unavailable"),
        (Unavailable("gone"), "unavailable"),
        (KeyError("未料到"), "internal"),
        (RuntimeError(WORDS), "internal"),
        (AssertionError(), "internal"),
        (TimeoutError(), "internal"),
    ],
)
async def test_fault_of_ours_is_one_apology_and_a_person_with_the_words(
    talk: Stage, error: Exception, code: str
) -> None:
    assert Code(code) in OURS
    talk.hear(WORDS, "report_repair")
    assert await talk.run(fails(error)) == []
    assert talk.said == ["utter_error_internal"]
    assert talk.acts == [{"name": "handoff", "reason": "failed", "words": WORDS, "slots": {}}]


@pytest.mark.parametrize(
    ("error", "response"),
    [
        (BadInput("a score is 1 to 5"), "utter_error_bad_request"),
        (NotFound("no such order"), "utter_error_not_found"),
        (NotFound(code=Code.WRONG_CODE), "utter_error_wrong_code"),
        (NotAllowed("not a payer"), "utter_error_forbidden"),
        (TooMany("codes"), "utter_error_too_many"),
        (Conflict("reopened before"), "utter_error_conflict"),
        (Conflict("moved on", code=Code.STALE), "utter_error_stale"),
    ],
)
async def test_refusal_has_its_own_words_and_calls_nobody(
    talk: Stage, error: Exception, response: str
) -> None:
    talk.hear(WORDS, "report_repair")
    assert await talk.run(fails(error)) == []
    assert (talk.said, talk.acts, talk.asked) == ([response], [], False)


async def test_missing_home_is_a_question_that_leads_to_binding(talk: Stage) -> None:
    talk.hear("查物业费", "query_fee")
    assert await talk.run(fails(NotBound("bills belong to a home"))) == []
    assert (talk.said, talk.asked, talk.acts) == (["utter_bind_first"], True, [])


def test_every_refusal_that_a_service_can_raise_has_words_in_the_domain() -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))["responses"]
    have = {name.removeprefix("utter_error_") for name in domain if name.startswith("utter_error_")}
    sources = [
        *(ROOT / "community/services").glob("*.py"), *(ROOT / "community/store").glob("*.py"),
    ]  # fmt: skip
    raised = set()
    for file in sources:
        for name, arguments in re.findall(r"raise (\w+)\((.*)\)", file.read_text("utf-8")):
            kind = getattr(errors, name, None)
            if kind is not None:
                named = re.search(r"code=Code\.(\w+)", arguments)
                raised.add(Code[named[1]] if named else kind.code)
    assert {Code.WRONG_CODE, Code.STALE, Code.NOT_FOUND, Code.TOO_MANY} <= raised
    assert raised - OURS - {Code.NOT_BOUND} <= have
    assert "internal" in have


async def test_failure_is_logged_with_its_turn_and_without_the_words(
    talk: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.handler.addFilter(log.RedactionFilter())
    with caplog.at_level(logging.INFO):
        talk.hear(WORDS, "report_repair", turn_id="turn_77")
        await talk.run(fails(KeyError("field")))
        await talk.run(fails(NotFound("no such order")))
    told = [(one.levelname, one.getMessage(), one.turn_id) for one in caplog.records]
    assert told == [
        ("ERROR", "action_trial failed", "turn_77"),
        ("INFO", "action_trial ended with code=not_found", "turn_77"),
    ]
    assert "漏水" not in caplog.text
    assert log.turn_id.get() == "-"


# --- an offer stands for one turn


OFFER = {"kind": "handoff", "reason": "asked", "words": "找人"}


async def test_offer_and_unclear_words_are_forgotten_after_the_turn(talk: Stage) -> None:
    talk.slots |= {"offer": OFFER, "unclear": "那个"}
    talk.hear("你好", "greet")
    assert await talk.run(Trial(lambda _: [])) == [SlotSet("offer", None), SlotSet("unclear", None)]


async def test_offer_that_the_action_makes_anew_stays(talk: Stage) -> None:
    talk.slots["offer"] = {"kind": "resume", "form": "repair_form"}
    talk.hear("转给谁", "help_menu")
    made = [SlotSet("offer", OFFER)]
    assert await talk.run(Trial(lambda _: made)) == made
    assert talk.slots["offer"] == OFFER


async def test_offer_stays_for_the_action_that_a_form_leaves_the_answer_to(talk: Stage) -> None:
    talk.slots["offer"] = OFFER
    talk.hear("对", "affirm")
    events = await talk.run(Trial(lambda _: [ActionExecutionRejected("repair_form")]))
    assert events == [ActionExecutionRejected("repair_form")]
    assert talk.slots["offer"] == OFFER


async def test_nothing_is_said_about_an_offer_that_there_is_none_of(talk: Stage) -> None:
    talk.hear("你好", "greet")
    assert await talk.run(Trial(lambda _: [])) == []


# --- a step is for one attempt


class Step(Trial):
    steps = ("trial_act",)


@pytest.mark.parametrize("error", [None, Conflict("done before"), KeyError("field")])
async def test_step_is_used_up_by_its_attempt_whatever_comes_of_it(
    talk: Stage, error: Exception | None
) -> None:
    talk.slots["trial_act"] = {"choice": "cancel", "no": 7}
    talk.hear("对", "affirm")
    await talk.run(Step(fails(error)._work if error else lambda _: []))
    assert talk.slots["trial_act"] is None


async def test_step_that_the_action_sets_anew_stays(talk: Stage) -> None:
    talk.slots["trial_act"] = {"choice": "cancel", "no": 7}
    again = {"choice": "more", "no": 8}
    talk.hear("还有吗", "affirm")
    await talk.run(Step(lambda _: [SlotSet("trial_act", again)]))
    assert talk.slots["trial_act"] == again
