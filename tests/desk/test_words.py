"""Every code that a page or a message names has its words."""

from __future__ import annotations

from typing import get_args

import pytest

from community.labels import group as labels
from community.services import complaint, repair
from conversation import queue
from desk import acts, progress, thread, words
from desk.staff import Role


@pytest.mark.parametrize(
    ("group", "codes"),
    [
        ("acts", thread.SHOWN_ACTS),
        ("moves", repair.STAFF_MOVES),
        ("complaint_moves", complaint.STAFF_MOVES),
        ("events", ["created", "urged", "rescheduled", "withdrawn", "rated", "reopened"]),
        ("delivery", get_args(thread.Delivery)),
        ("progress", [*progress.TOLD, "reply_complaint", "reply_suggestion"]),
        ("case_state", [queue.WAITING, queue.PROMISED, queue.OWNED, queue.PARKED, queue.CLOSED]),
        ("causes", ["put_back", "lease_lost", "clerk_off_duty", "logged_out"]),
    ],
)
def test_group_has_words_for_every_code(group: str, codes: list[str]) -> None:
    assert set(codes) <= set(words.group(group))


def test_every_reason_is_offered_in_some_lane() -> None:
    assert {*acts.EMERGENCY_RESOLUTIONS, *acts.RESOLUTIONS} == set(labels("resolution"))


def test_every_score_has_words() -> None:
    assert list(labels("score")) == ["5", "4", "3", "2", "1"]
    assert list(labels("verdict")) == [str(complaint.CONTENT), str(complaint.NOT_CONTENT)]


def test_every_role_has_a_name() -> None:
    assert set(Role) <= set(labels("role"))


def test_canned_replies_are_short_and_found_by_different_keys() -> None:
    canned = words.canned()
    keys = [one["key"] for one in canned]
    assert len(set(keys)) == len(keys)
    assert all(0 < len(one["text"]) <= 100 and one["title"] for one in canned)


def test_missing_words_are_an_error_not_a_blank() -> None:
    with pytest.raises(KeyError):
        words.words("errors.nothing_of_the_kind")
