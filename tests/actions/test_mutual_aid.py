"""Asking for help and offering it: the two forms, the buttons, what is told to whom and when."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from actions.forms import REQUESTED
from actions.mutual_aid import ActionHelpCreate, ActionHelpRequest, ValidateHelpForm
from actions.offers import ActionAnswerOffer
from actions.time_bank import ActionTimeBankQuery
from actions.volunteer import ActionHelpOffer, ActionVolunteerEnrol, ValidateVolunteerForm
from bot import reminders
from community.services import mutual_aid, volunteers
from community.store.identities import Home, Party
from community.store.schema import help_request, message, resident, timer, volunteer
from community.times import local
from conversation.timers import fire_due
from tests.actions.stage import Stage, entity
from tests.community.village import Village

HELP, VOLUNTEER = ValidateHelpForm(), ValidateVolunteerForm()
REQUEST, OFFER = ActionHelpRequest(), ActionHelpOffer()


@pytest.fixture
async def next_stage(village: Village, neighbour: Party) -> Stage:
    """A conversation with the owner of 502."""
    return Stage(village, neighbour.conversation_id)


async def heard_unasked(village: Village, account: Party) -> list[str]:
    """What the account was told in its conversation by itself."""
    async with village.db.read() as conn:
        rows = await conn.execute(
            select(message.c.text)
            .where(message.c.conversation_id == account.conversation_id)
            .order_by(message.c.seq)
        )
        return list(rows.scalars())


async def posted(stage: Stage) -> int:
    """A request for tomorrow 3 o'clock, as the form leads to it."""
    await stage.tell(
        HELP, "明天下午三点找个人帮我扛袋米", "request_help",
        entity("task", "扛袋米"), entity("time", "明天下午三点"),
    )  # fmt: skip
    await stage.tell(HELP, "对", "affirm")
    await stage.run(ActionHelpCreate())
    made = next(m for m in stage.messages if m["response"])
    return int(made["no"])


async def tap(stage: Stage, action: Any, intent: str, no: object, choice: str) -> list[str]:
    stage.hear("/", intent, entity("order_no", str(no)), entity("choice", choice))
    await stage.run(action)
    return stage.said


async def yes(stage: Stage, action: Any) -> None:
    """The yes to an offer, and the action that it leads to."""
    stage.hear("对", "affirm")
    events = await stage.run(ActionAnswerOffer())
    assert events[-1]["name"] == action.name()
    await stage.run(action)


async def test_one_sentence_fills_all_but_the_yes(stage: Stage) -> None:
    await stage.tell(
        HELP, "明天下午三点找个人帮我扛袋米", "request_help",
        entity("task", "扛袋米"), entity("time", "明天下午三点"),
    )  # fmt: skip
    assert stage.values("utter_help_ask_confirm") == {
        "task": "扛袋米", "time": "明天（周二）下午3点",
    }  # fmt: skip


async def test_what_is_open_is_asked_in_turn_and_bad_times_are_named(stage: Stage) -> None:
    told = []
    for words, intent, found in (
        ("想找人帮帮忙", "request_help", ()),
        ("扛米", "out_of_scope", (entity("task", "扛米"),)),
        ("昨天下午", "nlu_fallback", ()),
        ("2月31号", "nlu_fallback", ()),
        ("明天下午三点", "change_repair", (entity("time", "明天下午三点"),)),
    ):
        await stage.tell(HELP, words, intent, *found)
        told.append(stage.said)
    assert told == [
        ["utter_help_ask_task"],
        ["utter_help_ask_time"],
        ["utter_help_time_problem", "utter_help_ask_time"],
        ["utter_form_not_understood", "utter_help_time_problem", "utter_help_ask_time"],
        ["utter_help_ask_confirm"],
    ]
    assert stage.known("help") == {"task": "扛米", "time": "明天（周二）下午3点"}


async def test_words_without_a_named_task_are_the_task(stage: Stage) -> None:
    await stage.tell(HELP, "我跟老头子挪不动冰箱", "request_help")
    assert stage.known("help") == {"task": "我跟老头子挪不动冰箱"}


@pytest.mark.parametrize(
    ("words", "found", "changed"),
    [
        ("改成后天上午", (), {"time": "后天（周三）上午"}),
        ("不是扛米，是搬桌子", (entity("task", "搬桌子"),), {"task": "搬桌子"}),
    ],
)
async def test_correction_changes_its_part(
    stage: Stage, words: str, found: Any, changed: dict[str, str]
) -> None:
    await stage.tell(HELP, "明天下午三点扛米", "request_help", entity("task", "扛米"))
    before = stage.known("help")
    await stage.tell(HELP, words, "correct_info", *found)
    assert stage.said == ["utter_form_amended", "utter_help_ask_confirm"]
    assert stage.known("help") == before | changed


async def test_no_at_the_summary_asks_what_to_change(stage: Stage) -> None:
    await stage.tell(HELP, "明天下午三点扛米", "request_help", entity("task", "扛米"))
    await stage.tell(HELP, "不对", "deny")
    assert stage.said == ["utter_help_what_to_change"]


async def test_account_without_a_home_is_bound_first(unbound: Stage) -> None:
    told = []
    await unbound.tell(HELP, "明天下午三点扛米", "request_help", entity("task", "扛米"))
    told.append(unbound.said)
    for words in ("3号楼2单元501", "35010001"):
        await unbound.tell(HELP, words, "nlu_fallback")
        told.append(unbound.said)
    assert told == [
        ["utter_bind_ask_room"], ["utter_bind_ask_code"],
        ["utter_bind_done", "utter_help_ask_confirm"],
    ]  # fmt: skip


async def test_volunteers_hear_of_it_without_home_or_phone_and_the_winner_gets_both(
    stage: Stage, next_stage: Stage, village: Village, home: Home, wang: Party, neighbour: Party
) -> None:
    await volunteers.enrol(village.ctx, neighbour, kinds=[])
    no = await posted(stage)
    assert stage.said == ["utter_help_created"]
    assert stage.values("utter_help_created") == {"no": str(no), "count": "1"}
    (call,) = await heard_unasked(village, neighbour)
    assert call == f"有邻居想请人帮忙：扛袋米，11月4日 15:00。编号{no}，您能去吗？"
    assert await tap(next_stage, OFFER, "offer_help", no, "accept") == ["utter_volunteer_accepted"]
    assert next_stage.values("utter_volunteer_accepted") == {
        "no": str(no), "home": home.label, "when": "11月4日 15:00", "task": "扛袋米",
        "phone": "13812348000",
    }  # fmt: skip
    assert await heard_unasked(village, wang) == [
        f"{no}号有人接了：李宏伟会来帮您扛袋米，11月4日 15:00。"
    ]


async def test_call_masks_a_home_or_phone_that_the_task_names(
    stage: Stage, village: Village, neighbour: Party
) -> None:
    await volunteers.enrol(village.ctx, neighbour, kinds=[])
    task = "到3号楼2单元501搬柜子，打13812348000"
    await stage.tell(HELP, f"明天下午三点{task}", "request_help", entity("task", task))
    await stage.tell(HELP, "对", "affirm")
    await stage.run(ActionHelpCreate())
    (call,) = await heard_unasked(village, neighbour)
    assert "501" not in call
    assert "13812348000" not in call


async def test_the_others_hear_that_it_is_taken(
    stage: Stage, village: Village, wang: Party, neighbour: Party
) -> None:
    other_home = await village.home(9, 1, "101", ("乙", "owner", None), code="91")
    other = await village.account(other_home, person=0)
    for who in (neighbour, other):
        await volunteers.enrol(village.ctx, who, kinds=[])
    no = await posted(stage)
    await tap(Stage(village, other.conversation_id), OFFER, "offer_help", no, "accept")
    assert (await heard_unasked(village, neighbour))[1:] == [
        f"{no}号的忙有人接了，这次不用您跑了。谢谢您！"
    ]
    late = Stage(village, neighbour.conversation_id)
    assert await tap(late, OFFER, "offer_help", no, "accept") == ["utter_error_conflict"]


async def test_whole_way_by_buttons_ends_with_the_coins(
    stage: Stage, next_stage: Stage, village: Village, wang: Party, neighbour: Party
) -> None:
    await volunteers.enrol(village.ctx, neighbour, kinds=[])
    no = await posted(stage)
    said = []
    for choice in ("accept", "start", "finish"):
        said += await tap(next_stage, OFFER, "offer_help", no, choice)
        village.clock.advance(5400)
    said += await tap(stage, REQUEST, "request_help", no, "confirm")
    assert said == [
        "utter_volunteer_accepted", "utter_volunteer_started", "utter_volunteer_finished",
        "utter_help_confirmed",
    ]  # fmt: skip
    assert (await heard_unasked(village, wang))[-1] == (
        f"李宏伟说{no}号帮完了，记1.5个时间币。对吗？"
    )
    assert (await heard_unasked(village, neighbour))[-1] == (
        f"{no}号对方确认了，1.5个时间币到账了。谢谢您！"
    )
    next_stage.hear("我存了多少个时间币了", "query_time_bank")
    await next_stage.run(ActionTimeBankQuery())
    assert next_stage.said == ["utter_time_bank_balance", "utter_time_bank_earned"]
    assert next_stage.values("utter_time_bank_earned") == {
        "day": "11月3日", "no": str(no), "coins": "1.5",
    }  # fmt: skip


async def test_helper_who_cannot_go_on_says_so_and_another_comes(
    stage: Stage, next_stage: Stage, village: Village, wang: Party, neighbour: Party
) -> None:
    await volunteers.enrol(village.ctx, neighbour, kinds=[])
    no = await posted(stage)
    for choice in ("accept", "start"):
        await tap(next_stage, OFFER, "offer_help", no, choice)
    assert next_stage.buttons("utter_volunteer_started") == [
        ("帮完了", f'/offer_help{{"order_no":"{no}","choice":"finish"}}'),
        ("帮不下去了", f'/offer_help{{"order_no":"{no}","choice":"leave"}}'),
    ]
    next_stage.hear("我有急事得先走", "offer_help")
    await next_stage.run(OFFER)
    assert next_stage.values("utter_volunteer_ask_leave") == {"no": str(no), "task": "扛袋米"}
    await yes(next_stage, OFFER)
    assert next_stage.said == ["utter_volunteer_released"]
    assert (await heard_unasked(village, wang))[-1] == (
        f"{no}号的志愿者有事先走了，没帮完。我接着帮您问别人。"
    )
    next_stage.hear("/", "offer_help", entity("order_no", str(no)), entity("choice", "leave"))
    await next_stage.run(OFFER)
    assert next_stage.said == ["utter_volunteer_released"]


async def test_dispute_goes_to_staff(
    stage: Stage, next_stage: Stage, village: Village, neighbour: Party
) -> None:
    await volunteers.enrol(village.ctx, neighbour, kinds=[])
    no = await posted(stage)
    for choice in ("accept", "start", "finish"):
        await tap(next_stage, OFFER, "offer_help", no, choice)
    assert await tap(stage, REQUEST, "request_help", no, "dispute") == ["utter_help_disputed"]
    assert [(act["name"], act["reason"]) for act in stage.acts] == [("handoff", "rule")]


async def test_cancelling_in_words_is_asked_first(stage: Stage, village: Village) -> None:
    no = await posted(stage)
    stage.hear("找人扛袋米那个不用了", "request_help", entity("task", "扛袋米"))
    await stage.run(REQUEST)
    assert stage.said == ["utter_help_ask_cancel"]
    assert stage.values("utter_help_ask_cancel") == {"no": str(no), "task": "扛袋米"}
    await yes(stage, REQUEST)
    assert stage.said == ["utter_help_cancelled"]
    assert stage.slots["help_act"] is None
    assert await mutual_aid.mine(village.ctx, await stage.hearing().party()) == []


async def test_request_that_was_taken_back_is_not_said_to_stand_by_the_same_turn(
    stage: Stage,
) -> None:
    await stage.tell(
        HELP, "明天下午三点找个人帮我扛袋米", "request_help",
        entity("task", "扛袋米"), entity("time", "明天下午三点"),
    )  # fmt: skip
    await stage.tell(HELP, "对", "affirm")
    slots = dict(stage.slots)
    said = []
    for _ in range(3):
        stage.slots |= slots
        stage.hear("对", "affirm", turn_id="turn_77")
        await stage.run(ActionHelpCreate())
        said.append(stage.said)
        no = stage.messages[0]["no"]
        if len(said) == 2:
            await tap(stage, REQUEST, "request_help", no, "cancel")
    assert said == [["utter_help_created_nobody_yet"]] * 2 + [["utter_help_cancelled"]]


async def test_progress_is_told_and_a_new_wish_opens_the_form(stage: Stage) -> None:
    no = await posted(stage)
    stage.hear("我找人扛米那个有人来吗", "request_help")
    await stage.run(REQUEST)
    assert stage.values("utter_help_state") == {
        "no": str(no), "task": "扛袋米", "state": "等人接",
    }  # fmt: skip
    stage.hear("想找人陪我去医院", "request_help", entity("task", "陪我去医院"))
    events = await stage.run(REQUEST)
    assert [event["name"] for event in events] == ["help_form"]


async def test_fourth_request_at_once_is_declined(stage: Stage) -> None:
    for _ in range(3):
        await posted(stage)
    stage.hear("想找人陪我去医院", "request_help", entity("task", "陪我去医院"))
    await stage.run(REQUEST)
    assert stage.said == ["utter_help_too_many", "utter_help_state"]


@pytest.mark.parametrize("choice", ["cancel", "confirm", "dispute", "staff"])
async def test_another_homes_number_is_as_absent(
    stage: Stage, next_stage: Stage, choice: str
) -> None:
    no = await posted(stage)
    for number in (no, 9999):
        said = await tap(next_stage, REQUEST, "request_help", number, choice)
        assert said == ["utter_error_not_found"]
    assert next_stage.acts == []


@pytest.mark.parametrize(("no", "choice"), [("x", "cancel"), ("1001", "burn")])
async def test_made_up_buttons_are_refused(stage: Stage, no: str, choice: str) -> None:
    await posted(stage)
    assert await tap(stage, REQUEST, "request_help", no, choice) == ["utter_error_bad_request"]
    assert await tap(stage, OFFER, "offer_help", no, choice) == ["utter_error_bad_request"]


async def test_volunteer_is_registered_and_hears_what_waits(
    stage: Stage, next_stage: Stage, village: Village
) -> None:
    no = await posted(stage)
    told = []
    for words, intent, found in (
        ("我退休了想当志愿者", "offer_help", ()),
        ("可以搬东西", "offer_help", (entity("task", "搬东西"),)),
        ("工作日下午", "nlu_fallback", ()),
    ):
        await next_stage.tell(VOLUNTEER, words, intent, *found)
        told.append(next_stage.said)
    assert told == [
        ["utter_volunteer_ask_kinds"], ["utter_volunteer_ask_time"],
        ["utter_volunteer_ask_confirm"],
    ]  # fmt: skip
    assert next_stage.values("utter_volunteer_ask_confirm") == {
        "kinds": "搬东西", "time": "工作日下午",
    }  # fmt: skip
    await next_stage.tell(VOLUNTEER, "对", "affirm")
    await next_stage.run(ActionVolunteerEnrol())
    assert next_stage.said == [
        "utter_volunteer_enrolled", "utter_volunteer_waiting", "utter_volunteer_waiting_one",
    ]  # fmt: skip
    assert next_stage.buttons("utter_volunteer_waiting_one") == [
        ("我来", f'/offer_help{{"order_no":"{no}","choice":"accept"}}')
    ]


async def test_any_help_at_any_time(next_stage: Stage, village: Village) -> None:
    await next_stage.tell(VOLUNTEER, "我想做志愿者", "offer_help")
    await next_stage.tell(VOLUNTEER, "什么都能干", "help_menu")
    await next_stage.tell(VOLUNTEER, "随时", "nlu_fallback")
    assert next_stage.values("utter_volunteer_ask_confirm") == {"kinds": "什么都行", "time": "随时"}
    await next_stage.tell(VOLUNTEER, "对", "affirm")
    await next_stage.run(ActionVolunteerEnrol())
    own = await volunteers.own(village.ctx, await next_stage.hearing().party())
    assert own is not None
    assert (own.kinds, own.days, own.part) == ([], "any", "any")


async def test_whose_age_is_unknown_gives_their_word_and_minors_are_thanked(
    village: Village, next_door: Home, neighbour: Party
) -> None:
    unknown = Stage(village, (await village.account(next_door)).conversation_id)
    await unknown.tell(VOLUNTEER, "周末可以搬东西", "offer_help", entity("task", "搬东西"))
    assert unknown.said == ["utter_volunteer_ask_adult"]
    unknown.hear("我十六岁，想当志愿者", "offer_help")
    await unknown.run(OFFER)
    assert unknown.said == ["utter_volunteer_too_young"]
    async with village.db.write() as conn:
        await conn.execute(
            update(resident).where(resident.c.id == neighbour.resident_id).values(birth_year=2010)
        )
    child = Stage(village, neighbour.conversation_id)
    child.hear("我想当志愿者", "offer_help")
    await child.run(OFFER)
    assert child.said == ["utter_volunteer_too_young"]


@pytest.mark.parametrize("words", ["不当志愿者了", "我不想当志愿者了，把我名字去掉"])
async def test_leaving(next_stage: Stage, village: Village, neighbour: Party, words: str) -> None:
    await volunteers.enrol(village.ctx, neighbour, kinds=[])
    said = []
    for _ in range(2):
        next_stage.hear(words, "offer_help")
        await next_stage.run(OFFER)
        said += next_stage.said
    assert said == ["utter_volunteer_left", "utter_volunteer_is_none"]
    assert await village.count(volunteer) == 1


async def test_taking_in_words_names_the_request_and_waits_for_a_yes(
    stage: Stage, next_stage: Stage, village: Village, neighbour: Party
) -> None:
    await volunteers.enrol(village.ctx, neighbour, kinds=[])
    no = await posted(stage)
    next_stage.hear("我来", "offer_help")
    await next_stage.run(OFFER)
    assert next_stage.values("utter_volunteer_ask_take") == {
        "no": str(no), "task": "扛袋米", "when": "11月4日 15:00",
    }  # fmt: skip
    await yes(next_stage, OFFER)
    assert next_stage.said == ["utter_volunteer_accepted"]
    await tap(next_stage, OFFER, "offer_help", no, "start")
    next_stage.hear("那个忙我帮完了", "offer_help")
    await next_stage.run(OFFER)
    assert next_stage.said == ["utter_volunteer_ask_done"]
    await yes(next_stage, OFFER)
    assert next_stage.said == ["utter_volunteer_finished"]


async def test_volunteer_who_offers_again_hears_what_waits_or_changes_the_offer(
    next_stage: Stage, village: Village, neighbour: Party
) -> None:
    await volunteers.enrol(village.ctx, neighbour, kinds=[])
    next_stage.hear("有需要帮忙的邻居吗", "offer_help")
    await next_stage.run(OFFER)
    assert next_stage.said == ["utter_volunteer_nothing_waiting"]
    next_stage.hear("我周末也能遛狗", "offer_help", entity("task", "遛狗"))
    events = await next_stage.run(OFFER)
    assert [event["name"] for event in events] == ["volunteer_form"]


async def test_button_of_an_older_request_interrupts_the_form(
    stage: Stage, village: Village
) -> None:
    no = await posted(stage)
    await stage.tell(HELP, "想找人陪我去医院", "request_help", entity("task", "陪我去医院"))
    stage.hear("/", "request_help", entity("order_no", str(no)), entity("choice", "cancel"))
    events = await stage.run(HELP)
    assert [event["event"] for event in events] == ["action_execution_rejected"]


async def test_night_keeps_the_call_until_the_morning(
    stage: Stage, village: Village, neighbour: Party
) -> None:
    await volunteers.enrol(village.ctx, neighbour, kinds=[])
    village.clock.advance(8 * 3600)
    await posted(stage)
    assert await heard_unasked(village, neighbour) == []
    village.clock.advance(9.5 * 3600)
    assert local(village.clock.now()).date() == date(2025, 11, 4)
    await fire_due(village.db, village.clock, reminders.handlers(village.clock))
    assert len(await heard_unasked(village, neighbour)) == 1


async def timers_of(village: Village) -> dict[str, datetime]:
    async with village.db.read() as conn:
        rows = await conn.execute(select(timer.c.kind, timer.c.due_at))
        return {row.kind: row.due_at for row in rows}


async def test_what_nobody_takes_comes_back_to_who_asked(
    stage: Stage, village: Village, wang: Party
) -> None:
    no = await posted(stage)
    assert stage.said == ["utter_help_created_nobody_yet"]
    village.clock.advance(4 * 3600)
    for _ in range(2):
        await fire_due(village.db, village.clock, reminders.handlers(village.clock))
    assert await heard_unasked(village, wang) == [
        f"{no}号的忙（扛袋米）还没人接。要转给工作人员吗？"
    ]
    assert await tap(stage, REQUEST, "request_help", no, "staff") == []
    assert [act["reason"] for act in stage.acts] == ["rule"]


async def test_helper_who_does_not_come_or_forgets_the_end_is_asked_after(
    stage: Stage, next_stage: Stage, village: Village, wang: Party, neighbour: Party
) -> None:
    await volunteers.enrol(village.ctx, neighbour, kinds=[])
    no = await posted(stage)
    await tap(next_stage, OFFER, "offer_help", no, "accept")
    village.clock.advance(26 * 3600)
    await fire_due(village.db, village.clock, reminders.handlers(village.clock))
    assert (await heard_unasked(village, wang))[-1] == (
        f"{no}号的忙（扛袋米）时间过了，李宏伟还没说开始帮。人来了就不用管，没来要转给工作人员吗？"
    )
    await tap(next_stage, OFFER, "offer_help", no, "start")
    village.clock.advance(4 * 3600)
    await fire_due(village.db, village.clock, reminders.handlers(village.clock))
    assert (await heard_unasked(village, neighbour))[-1] == (
        f"{no}号的忙（扛袋米）帮完了吗？帮完了点一下，时间币才记得上。"
    )


async def test_what_is_taken_needs_no_reminder_and_what_is_unconfirmed_does(
    stage: Stage, next_stage: Stage, village: Village, wang: Party, neighbour: Party
) -> None:
    await volunteers.enrol(village.ctx, neighbour, kinds=[])
    no = await posted(stage)
    for choice in ("accept", "start", "finish"):
        await tap(next_stage, OFFER, "offer_help", no, choice)
    before = await heard_unasked(village, wang)
    village.clock.advance(4 * 3600)
    await fire_due(village.db, village.clock, reminders.handlers(village.clock))
    assert await heard_unasked(village, wang) == before
    village.clock.advance(20 * 3600)
    await fire_due(village.db, village.clock, reminders.handlers(village.clock))
    assert (await heard_unasked(village, wang))[len(before) :] == [
        f"{no}号的忙志愿者说帮完了，记0.5个时间币。对吗？"
    ]


async def test_time_bank_explains_itself_and_needs_a_home(stage: Stage, unbound: Stage) -> None:
    stage.hear("时间币能换什么", "query_time_bank")
    await stage.run(ActionTimeBankQuery())
    assert stage.values("utter_time_bank_rules") == {"most": "20"}
    unbound.hear("我存了多少个时间币了", "query_time_bank")
    await unbound.run(ActionTimeBankQuery())
    assert unbound.said == ["utter_bind_first"]


async def test_same_yes_twice_posts_once(stage: Stage, village: Village) -> None:
    await stage.tell(HELP, "明天下午三点扛米", "request_help", entity("task", "扛米"))
    slots = dict(stage.slots)
    for _ in range(2):
        stage.slots |= slots
        stage.hear("对", "affirm", turn_id="turn_77")
        await stage.run(ActionHelpCreate())
    assert await village.count(help_request) == 1
    assert stage.slots[REQUESTED] == "help_confirm"


@pytest.mark.parametrize(
    ("words", "task", "said"),
    [
        ("帮我取消找人扛米那个", "扛米", "utter_help_ask_cancel"),
        ("帮忙的人怎么还没来", "", "utter_help_state"),
        ("上回发的那个互助用不着了", "", "utter_help_ask_cancel"),
        ("找人扛桌子，不用上楼", "扛桌子", None),
    ],
)
async def test_what_is_said_of_a_request_is_told_from_a_new_one(
    stage: Stage, words: str, task: str, said: str | None
) -> None:
    await posted(stage)
    stage.hear(words, "request_help", *((entity("task", task),) if task else ()))
    events = await stage.run(REQUEST)
    assert stage.said == ([said] if said else [])
    opens = [event["name"] for event in events if event["event"] == "followup"]
    assert opens == ([] if said else ["help_form"])


async def test_helper_steps_back_in_words_on_yes(
    stage: Stage, next_stage: Stage, village: Village, neighbour: Party, wang: Party
) -> None:
    await volunteers.enrol(village.ctx, neighbour, kinds=[])
    no = await posted(stage)
    await tap(next_stage, OFFER, "offer_help", no, "accept")
    next_stage.hear("接的那单我去不了了，换个人吧", "offer_help")
    await next_stage.run(OFFER)
    assert next_stage.said == ["utter_volunteer_ask_release"]
    await yes(next_stage, OFFER)
    assert next_stage.said == ["utter_volunteer_released"]
    (one,) = await mutual_aid.mine(village.ctx, wang)
    assert (one.state, one.helper_id) == ("posted", None)
