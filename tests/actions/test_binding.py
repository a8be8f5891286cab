"""Binding form: address and code in any order of saying, and guesses that are held down."""

from __future__ import annotations

import pytest

from actions.binding import ValidateBindForm
from actions.forms import REQUESTED
from community.services import binding
from tests.actions.stage import Stage
from tests.community.village import Village

FORM = ValidateBindForm()


async def bound(stage: Stage) -> str | None:
    home = (await binding.party(stage.ctx, stage.conversation_id)).home
    return home and home.label


@pytest.mark.parametrize(
    "code", ["35010001", "3501 0001", "户号是35010001", "三五零幺零零零幺", "三五零一 零零零一"]
)
async def test_eight_digits_are_read_however_they_are_said(unbound: Stage, code: str) -> None:
    await unbound.tell(FORM, "我要绑定房子，3号楼2单元501", "bind_identity")
    assert unbound.said == ["utter_bind_ask_code"]
    await unbound.tell(FORM, code, "nlu_fallback")
    assert (unbound.said, unbound.slots[REQUESTED]) == (["utter_bind_done"], None)
    assert unbound.slots.get("bind_code") is None
    assert await bound(unbound) == "3号楼2单元501"


@pytest.mark.parametrize("code", ["3501000", "350100011", "三五零"])
async def test_what_is_not_eight_digits_is_no_guess(
    unbound: Stage, village: Village, code: str
) -> None:
    await unbound.tell(FORM, "我要绑定房子，3号楼2单元501", "bind_identity")
    await unbound.tell(FORM, code, "nlu_fallback")
    assert unbound.said == ["utter_form_not_understood", "utter_bind_ask_code"]
    assert await bound(unbound) is None


@pytest.mark.parametrize("words", ["不知道", "在哪看", "户号忘了", "单子找不到了"])
async def test_who_has_no_code_is_told_where_it_is_and_offered_a_person(
    unbound: Stage, words: str
) -> None:
    await unbound.tell(FORM, "我要绑定房子，3号楼2单元501", "bind_identity")
    for _ in range(3):
        await unbound.tell(FORM, words, "nlu_fallback")
        assert (unbound.said, unbound.asked) == (["utter_bind_no_code"], True)
    await unbound.tell(FORM, "35010001", "nlu_fallback")
    assert unbound.said == ["utter_bind_done"]


async def test_address_is_put_together_from_its_parts_and_corrected(unbound: Stage) -> None:
    told = []
    for words in ("我要绑定", "三号楼", "二单元502", "不对，是501", "35010001"):
        intent = "bind_identity" if words == "我要绑定" else "nlu_fallback"
        await unbound.tell(FORM, words, intent)
        told.append((unbound.said[-1], unbound.known("bind").get("room")))
    assert told == [
        ("utter_bind_ask_room", None), ("utter_bind_ask_room_rest", "3号楼"),
        ("utter_bind_ask_code", "3号楼2单元502"), ("utter_bind_ask_code", "3号楼2单元501"),
        ("utter_bind_done", "3号楼2单元501"),
    ]  # fmt: skip


async def test_sixth_guess_is_refused_even_when_it_is_right(unbound: Stage) -> None:
    await unbound.tell(FORM, "我要绑定房子，3号楼2单元501", "bind_identity")
    for guess in range(5):
        await unbound.tell(FORM, f"9999999{guess}", "nlu_fallback")
        assert unbound.said == ["utter_bind_wrong_code", "utter_bind_ask_code"]
    await unbound.tell(FORM, "35010001", "nlu_fallback")
    assert unbound.said == ["utter_error_too_many"]
    assert await bound(unbound) is None


async def test_code_of_the_neighbours_does_not_open_this_address(
    unbound: Stage, next_door: object
) -> None:
    await unbound.tell(FORM, "我要绑定房子，3号楼2单元501", "bind_identity")
    await unbound.tell(FORM, "35020002", "nlu_fallback")
    assert unbound.said == ["utter_bind_wrong_code", "utter_bind_ask_code"]
    assert await bound(unbound) is None
