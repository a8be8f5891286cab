"""Owners' votes: explained from both sides, cast once on yes, and kindly refused to who has no vote."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from actions.vote import ActionVoteAnswer, ActionVoteCast, ValidateVoteForm
from community.services import vote
from community.store.identities import Home, Party
from community.store.schema import ballot, room
from tests.actions.stage import Stage, entity
from tests.community.estate import add_vote, family
from tests.community.village import Village

FORM = ValidateVoteForm()
DAY = 24 * 3600


@pytest.fixture
async def lift(village: Village) -> str:
    return await add_vote(village, "装电梯")


async def ask(stage: Stage, words: str, *found: Any) -> list[str]:
    """What the rule's action says; the name of a form that it begins."""
    stage.hear(words, "answer_vote", *found)
    events = await stage.run(ActionVoteAnswer())
    return [*stage.said, *(event["name"] for event in events if event["event"] == "followup")]


async def say(stage: Stage, words: str, intent: str = "answer_vote", *found: Any) -> list[str]:
    await stage.tell(FORM, words, intent, *found)
    return stage.said


async def cast(stage: Stage, turn_id: str = "turn_77") -> list[str]:
    await stage.tell(FORM, "确定", "affirm", turn_id=turn_id)
    await stage.run(ActionVoteCast())
    return stage.said


@pytest.fixture
async def insider(village: Village) -> Stage:
    """The owner of a home that is not let."""
    return Stage(village, (await village.account(await family(village), person=0)).conversation_id)


async def test_one_sentence_fills_everything_but_the_yes(
    insider: Stage, village: Village, lift: str
) -> None:
    words, found = "装电梯我同意", entity("choice", "同意")
    assert await ask(insider, words, found) == ["vote_form"]
    assert await say(insider, words, "answer_vote", found) == ["utter_vote_ask_confirm"]
    assert insider.values("utter_vote_ask_confirm") == {"title": "装电梯", "choice": "同意"}
    assert await village.count(ballot) == 0
    assert await cast(insider) == ["utter_vote_cast"]
    assert insider.values("utter_vote_cast") == {"no": "1001", "title": "装电梯", "choice": "同意"}
    assert insider.known("vote") == {}


async def test_what_is_open_is_asked_in_turn(insider: Stage, village: Village, lift: str) -> None:
    await add_vote(village, "修车棚", closes=9)
    found = entity("choice", "反对")
    assert await ask(insider, "我投反对", found) == ["vote_form"]
    assert await say(insider, "我投反对", "answer_vote", found) == ["utter_vote_ask_title"]
    assert insider.values("utter_vote_ask_title") == {"titles": "装电梯、修车棚"}
    assert await say(insider, "车棚那个", "nlu_fallback") == ["utter_vote_ask_confirm"]
    assert insider.values("utter_vote_ask_confirm") == {"title": "修车棚", "choice": "反对"}


async def test_choices_can_be_tapped(insider: Stage, lift: str) -> None:
    assert await say(insider, "装电梯的投票我要投") == ["utter_vote_ask_choice"]
    payloads = insider.buttons("utter_vote_ask_choice")
    assert payloads == [
        (words, f'/answer_vote{{"choice":"{words}"}}') for words in ("同意", "反对", "弃权")
    ]
    tapped = entity("choice", "弃权")
    assert await say(insider, payloads[2][1], "answer_vote", tapped) == ["utter_vote_ask_confirm"]
    assert insider.values("utter_vote_ask_confirm")["choice"] == "弃权"


async def test_yes_and_no_in_one_sentence_is_asked_again(insider: Stage, lift: str) -> None:
    assert await say(insider, "要掏钱就反对，不掏钱就同意") == ["utter_vote_ask_choice"]


async def test_correction_before_the_yes_counts(
    insider: Stage, village: Village, lift: str
) -> None:
    await say(insider, "装电梯我同意")
    assert await say(insider, "不对，我反对", "correct_info") == [
        "utter_form_amended", "utter_vote_ask_confirm",
    ]  # fmt: skip
    await cast(insider)
    assert insider.values("utter_vote_cast")["choice"] == "反对"


async def test_no_leads_back_to_the_choice(insider: Stage, village: Village, lift: str) -> None:
    await say(insider, "装电梯我同意")
    assert await say(insider, "再想想", "deny") == ["utter_vote_ask_choice"]
    assert await village.count(ballot) == 0


async def test_turn_delivered_twice_casts_once(insider: Stage, village: Village, lift: str) -> None:
    await say(insider, "装电梯我同意")
    slots, said = dict(insider.slots), []
    for _ in range(2):
        insider.slots |= slots
        said.append(await cast(insider))
    assert said == [["utter_vote_cast"]] * 2
    assert await village.count(ballot) == 1


@pytest.mark.parametrize("words", ["装电梯我反对", "能改票吗？我想改成反对", "我投过没有，忘了"])
async def test_cast_ballot_stays_and_that_is_said(
    insider: Stage, village: Village, lift: str, words: str
) -> None:
    await say(insider, "装电梯我同意")
    await cast(insider)
    assert await ask(insider, words) == ["utter_vote_already"]
    assert insider.values("utter_vote_already") == {"title": "装电梯", "no": "1001"}


async def test_second_of_the_home_is_told_when_the_first_was_quicker(
    insider: Stage, village: Village, lift: str
) -> None:
    await say(insider, "装电梯我同意")
    account = await insider.hearing().party()
    other = await village.account(account.home)
    await vote.cast(village.ctx, other, vote_id=lift, choice="against", turn_id="t")
    assert await cast(insider) == ["utter_vote_already"]
    assert await village.count(ballot) == 1


async def test_not_cast_yet_is_said_with_the_end(insider: Stage, lift: str) -> None:
    assert await ask(insider, "我投过没有，忘了") == ["utter_vote_not_cast"]
    assert insider.values("utter_vote_not_cast") == {"title": "装电梯", "until": "11月8日 14:05"}


async def test_tenant_is_told_kindly(village: Village, home: Home, lift: str) -> None:
    stage = Stage(village, (await village.account(home, person=1)).conversation_id)
    for words in ("装电梯我同意", "我投过没有，忘了"):
        assert await ask(stage, words) == ["utter_vote_owners_only"]


async def test_account_without_a_home_is_bound_and_then_told(
    unbound: Stage, village: Village, lift: str
) -> None:
    """501 has a tenant, so its code alone is not its owner's word."""
    assert await ask(unbound, "装电梯我同意") == ["vote_form"]
    told = [await say(unbound, "装电梯我同意")]
    for words in ("3号楼2单元501", "35010001"):
        told.append(await say(unbound, words, "nlu_fallback"))
    assert told == [["utter_bind_ask_room"], ["utter_bind_ask_code"], ["utter_bind_done"]]
    assert await cast(unbound) == ["utter_vote_owners_only"]
    assert await village.count(ballot) == 0


async def test_vote_that_ended_while_it_was_talked_about_takes_nothing(
    insider: Stage, village: Village, lift: str
) -> None:
    await say(insider, "装电梯我同意")
    village.clock.advance(5 * DAY)
    assert await cast(insider) == ["utter_vote_closed"]
    assert await village.count(ballot) == 0


@pytest.mark.parametrize(
    ("words", "response", "values"),
    [
        ("加装电梯那个投票咋投", "utter_vote_about",
         {"title": "装电梯", "question": "要不要办？", "choices": "同意、反对、弃权",
          "until": "11月8日 14:05"}),
        ("装电梯两边怎么说", "utter_vote_arguments",
         {"title": "装电梯", "reasons": "方便。", "objections": "要花钱。"}),
        ("装电梯的投票结果出来了吗", "utter_vote_not_over",
         {"title": "装电梯", "until": "11月8日 14:05"}),
        ("租客能参加投票吗", "utter_vote_rules", {}),
    ],
)  # fmt: skip
async def test_what_is_asked_is_answered_to_anybody(
    unbound: Stage, lift: str, words: str, response: str, values: dict[str, str]
) -> None:
    assert await ask(unbound, words) == [response]
    assert unbound.values(response) == values


async def test_choice_can_be_tapped_or_named_right_after_the_explanation(
    unbound: Stage, lift: str
) -> None:
    await ask(unbound, "加装电梯那个投票咋投")
    assert unbound.buttons("utter_vote_about") == [
        ("同意", "装电梯，我投同意"), ("反对", "装电梯，我投反对"), ("弃权", "装电梯，我投弃权"),
    ]  # fmt: skip


async def test_several_votes_are_named(stage: Stage, village: Village, lift: str) -> None:
    await add_vote(village, "修车棚", closes=9)
    assert await ask(stage, "现在有什么投票") == ["utter_vote_running"]
    assert stage.values("utter_vote_running") == {
        "count": "2",
        "titles": "装电梯（11月8日 14:05截止）、修车棚（11月12日 14:05截止）",
    }


async def test_result_is_told_after_the_end(
    stage: Stage, village: Village, wang: Party, lift: str
) -> None:
    await vote.cast(village.ctx, wang, vote_id=lift, choice="agree", turn_id="t")
    village.clock.advance(5 * DAY)
    for words in ("投票结果出来了吗", "装电梯的投票咋投"):
        assert await ask(stage, words) == ["utter_vote_result"]
        assert stage.values("utter_vote_result") == {
            "title": "装电梯", "counted": "同意1户，反对0户，弃权0户", "homes": "1", "cast": "1",
        }  # fmt: skip


async def test_result_of_what_still_runs_is_promised_and_not_denied(
    stage: Stage, lift: str
) -> None:
    assert await ask(stage, "投票结果出来了吗") == ["utter_vote_not_over"]
    assert stage.values("utter_vote_not_over")["title"] == "装电梯"


async def test_vote_in_which_nobody_voted_is_said_to_be(
    stage: Stage, village: Village, lift: str
) -> None:
    village.clock.advance(5 * DAY)
    assert await ask(stage, "投票结果出来了吗") == ["utter_vote_result_nobody"]


async def test_result_is_told_by_areas_too_and_level_homes_are_said(
    stage: Stage, village: Village, wang: Party, neighbour: Party, lift: str
) -> None:
    async with village.db.write() as conn:
        await conn.execute(update(room).values(area_dm2=8950))
    for who, choice in ((wang, "agree"), (neighbour, "against")):
        await vote.cast(village.ctx, who, vote_id=lift, choice=choice, turn_id=choice)
    village.clock.advance(5 * DAY)
    assert await ask(stage, "投票结果出来了吗") == [
        "utter_vote_result", "utter_vote_level", "utter_vote_result_area",
    ]  # fmt: skip
    assert stage.values("utter_vote_level") == {"choices": "同意、反对"}
    assert stage.values("utter_vote_result_area") == {
        "counted": "同意89.5平方米，反对89.5平方米，弃权0平方米"
    }


async def test_count_so_far_of_a_running_vote_is_not_told(
    stage: Stage, village: Village, lift: str
) -> None:
    await add_vote(village, "换物业", opens=-9, closes=-1)
    assert await ask(stage, "现在几比几了") == ["utter_vote_not_over"]
    assert stage.values("utter_vote_not_over")["title"] == "装电梯"
    assert await ask(stage, "上一回的投票通过没") == ["utter_vote_result_nobody"]


async def test_no_vote_at_all_is_said(stage: Stage) -> None:
    for words in ("现在有什么投票", "投票结果出来了吗", "我同意"):
        assert await ask(stage, words) == ["utter_vote_none"]
