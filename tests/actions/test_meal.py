"""Meals in talk: what is said fills the order, the rest has defaults that are said back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from actions.forms import REQUESTED
from actions.meal import ValidateMealForm
from actions.meal_cancel import ActionMealCancel
from actions.meal_order import ActionMealOrder
from actions.meal_query import ActionMealQuery
from actions.meal_words import mode_of, note_of, notes_together, when_of
from actions.offers import ActionAnswerOffer
from community.services import meal
from community.services.canteen import Sitting
from community.store.identities import Home, Party
from community.store.meal_orders import MealOrder
from community.store.schema import meal_order, meal_week
from community.times import SHANGHAI
from tests.actions.stage import Stage, entity
from tests.community.canteen import born, cook, top_up
from tests.community.village import Village

FORM = ValidateMealForm()
LUNCH = Sitting(date(2025, 11, 4), "lunch")
NOW = datetime(2025, 11, 3, 14, 5, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
async def kitchen(village: Village) -> None:
    await cook(village)


async def say(stage: Stage, words: str, intent: str = "order_meal", **entities: str) -> None:
    await stage.tell(FORM, words, intent, *(entity(k, v, words) for k, v in entities.items()))


async def order(stage: Stage, words: str, **entities: str) -> None:
    """Order and confirm."""
    await say(stage, words, **entities)
    await say(stage, "对", "affirm")
    await stage.run(ActionMealOrder())


async def placed(village: Village, account: Party, turn_id: str, **more: Any) -> MealOrder:
    values: dict[str, Any] = {
        "sittings": [LUNCH], "code": "basic", "portions": 2, "mode": "dine_in",
    }  # fmt: skip
    (made,) = await meal.order(village.ctx, account, turn_id=turn_id, **(values | more))
    return made


def summary(stage: Stage, response: str = "utter_meal_ask_confirm") -> dict[str, Any]:
    return stage.values(response)


async def test_one_sentence_fills_it_and_the_defaults_are_said(stage: Stage) -> None:
    await say(stage, "给我订一份软烂点的送上来", portions="一份")
    assert stage.said == ["utter_meal_ask_confirm"]
    assert summary(stage) == {
        "set": "软烂套餐", "portions": "1", "when": "今天晚餐", "mode": "送到3号楼2单元501",
        "note": "", "cost": "自付14元",
    }  # fmt: skip


async def test_only_the_set_is_asked(stage: Stage) -> None:
    await say(stage, "我要订餐")
    assert stage.said == ["utter_meal_ask_set"]
    assert stage.values("utter_meal_ask_set") == {
        "when": "今天晚餐", "sets": "普惠套餐10元、少盐套餐11元、软烂套餐12元", "more": "等等",
    }  # fmt: skip
    assert stage.buttons("utter_meal_ask_set")[1] == ("少盐套餐", '/order_meal{"dish":"C餐"}')
    await stage.tell(FORM, "/order_meal", "order_meal", entity("dish", "C餐"))
    assert (summary(stage)["set"], summary(stage)["mode"]) == ("少盐套餐", "在食堂吃")


@pytest.mark.parametrize(
    ("answer", "intent", "chosen"),
    [("普惠的", "nlu_fallback", "普惠套餐"), ("红烧肉", "out_of_scope", "普惠套餐"),
     ("随便", "affirm", "普惠套餐"), ("清蒸鱼吧", "nlu_fallback", "控糖套餐")],
)  # fmt: skip
async def test_set_or_dish_answers_the_question(
    stage: Stage, answer: str, intent: str, chosen: str
) -> None:
    await say(stage, "我要订餐")
    await say(stage, answer, intent)
    assert summary(stage)["set"] == chosen


async def test_answer_that_names_nothing_is_asked_again_and_nothing_is_lost(stage: Stage) -> None:
    await say(stage, "明天中午订两份", portions="两份", time="明天中午")
    await say(stage, "那个那个", "nlu_fallback")
    assert stage.said == ["utter_form_not_understood", "utter_meal_ask_set"]
    await say(stage, "普惠套餐", "nlu_fallback")
    assert (summary(stage)["portions"], summary(stage)["when"]) == ("2", "明天（周二）午餐")


async def test_dish_that_is_not_cooked_is_said(stage: Stage) -> None:
    await say(stage, "来一份烤鸭", portions="一份", dish="烤鸭")
    assert stage.said == ["utter_meal_no_dish", "utter_meal_ask_set"]
    assert stage.values("utter_meal_no_dish") == {"dish": "烤鸭", "when": "今天晚餐"}


@pytest.mark.parametrize(
    ("words", "said", "when"),
    [
        ("今天中午订一份A餐", ["utter_meal_closed"], "今天晚餐"),
        ("昨天中午订一份A餐", ["utter_meal_past"], "今天晚餐"),
        ("明早订一份A餐", ["utter_meal_no_breakfast"], "明天（周二）午餐"),
        ("今天订一份A餐", [], "今天晚餐"),
        ("后天订一份A餐", [], "后天（周三）午餐"),
        ("晚餐订一份A餐", [], "今天晚餐"),
        ("后天到周五的午餐订一份A餐", [], "后天（周三）午餐到11月7日（周五）午餐，共3顿"),
        ("明天到下周五的午餐订一份A餐", [], "明天（周二）午餐到11月10日（周一）午餐，共7顿"),
    ],
)
async def test_meal_that_is_too_late_gives_way_to_the_next(
    stage: Stage, words: str, said: list[str], when: str
) -> None:
    await say(stage, words)
    assert stage.said == [*said, "utter_meal_ask_confirm"]
    assert summary(stage)["when"] == when


async def test_cut_off_is_said_with_its_hour(stage: Stage, village: Village) -> None:
    village.clock.advance(2 * 3600)
    await say(stage, "今天晚餐订一份A餐")
    assert stage.values("utter_meal_closed") == {"when": "今天晚餐", "until": "15点30分"}
    assert summary(stage)["when"] == "明天（周二）午餐"


@pytest.mark.parametrize(
    ("words", "said"),
    [("2月31号订一份A餐", "utter_meal_no_such_day"), ("12月20号订一份A餐", "utter_meal_too_far")],
)
async def test_day_that_cannot_be_is_asked_for_again(stage: Stage, words: str, said: str) -> None:
    await say(stage, words)
    assert stage.said == [said, "utter_meal_ask_when"]
    await say(stage, "后天吧", "nlu_fallback")
    assert (summary(stage)["when"], summary(stage)["set"]) == ("后天（周三）午餐", "普惠套餐")


async def test_day_without_a_menu_gives_way_to_the_next(stage: Stage, village: Village) -> None:
    async with village.db.write() as conn:
        await conn.execute(meal_week.delete().where(meal_week.c.weekday == 6))
    await say(stage, "这周日订一份A餐")
    assert stage.said == ["utter_meal_not_cooked", "utter_meal_ask_confirm"]
    assert stage.values("utter_meal_not_cooked") == {"when": "11月9日（周日）晚餐"}


@pytest.mark.parametrize("portions", ["0份", "999份", "十一份"])
async def test_portions_that_cannot_be_are_asked_for_again(stage: Stage, portions: str) -> None:
    await say(stage, f"订{portions}A餐", portions=portions)
    assert stage.said == ["utter_meal_portions_range", "utter_meal_ask_portions"]
    await say(stage, "两", "nlu_fallback")
    assert (summary(stage)["portions"], summary(stage)["set"]) == ("2", "普惠套餐")


async def test_few_or_no_portions_left_are_said(
    stage: Stage, village: Village, neighbour: Party
) -> None:
    dinner = Sitting(date(2025, 11, 3), "dinner")
    for turn, portions in (("a", 10), ("b", 9)):
        await placed(village, neighbour, turn, sittings=[dinner], portions=portions)
    await say(stage, "订两份A餐", portions="两份")
    assert stage.said == ["utter_meal_few_left", "utter_meal_ask_portions"]
    assert stage.values("utter_meal_few_left") == {"set": "普惠套餐", "left": "1"}
    await placed(village, neighbour, "c", sittings=[dinner], portions=1)
    await say(stage, "一份", "nlu_fallback")
    assert stage.said == ["utter_meal_sold_out", "utter_meal_ask_set"]


@pytest.mark.parametrize(
    ("words", "intent", "changed"),
    [
        ("不是一份是两份", "correct_info", {"portions": "2", "cost": "自付20元"}),
        ("要送上来", "order_meal", {"mode": "送到3号楼2单元501", "cost": "自付12元"}),
        ("改成明天", "correct_info", {"when": "明天（周二）晚餐"}),
        ("换成软烂的", "order_meal", {"set": "软烂套餐", "cost": "自付12元"}),
        ("不要辣", "nlu_fallback", {"note": "，不要辣"}),
        ("改自取吧", "correct_info", {"mode": "自己来取"}),
    ],
)
async def test_correction_at_the_summary_changes_its_part(
    stage: Stage, words: str, intent: str, changed: dict[str, str]
) -> None:
    await say(stage, "订一份A餐", portions="一份")
    before = summary(stage)
    await say(stage, words, intent)
    assert stage.said == ["utter_form_amended", "utter_meal_ask_confirm"]
    assert summary(stage) == before | changed


async def test_no_asks_what_to_change_and_writes_nothing(stage: Stage, village: Village) -> None:
    await say(stage, "订一份A餐")
    await say(stage, "不对", "deny")
    assert stage.said == ["utter_meal_what_to_change"]
    assert await village.count(meal_order) == 0


async def test_account_without_a_home_is_bound_first(unbound: Stage) -> None:
    await say(unbound, "订一份A餐")
    told = [unbound.said]
    for words in ("3号楼2单元501", "35010001"):
        await say(unbound, words, "nlu_fallback")
        told.append(unbound.said)
    assert told == [
        ["utter_bind_ask_room"], ["utter_bind_ask_code"],
        ["utter_bind_done", "utter_meal_ask_confirm"],
    ]  # fmt: skip


async def test_order_is_made_once_per_turn_and_told_with_its_number(
    stage: Stage, village: Village, wang: Party, home: Home
) -> None:
    await top_up(village, home, 5000)
    await born(village, home, 0, 1940)
    for _ in range(2):
        await say(stage, "明天中午订一份A餐，少放盐，送上来")
        slots = dict(stage.slots)
        stage.hear("对", "affirm", turn_id="turn_77")
        await stage.run(ActionMealOrder())
        assert stage.said == ["utter_meal_ordered"]
        assert stage.known("meal") == {}
        stage.slots |= slots
    assert stage.values("utter_meal_ordered") == {
        "no": "1001", "set": "普惠套餐", "portions": "1", "when": "明天（周二）午餐",
        "mode": "送到3号楼2单元501", "note": "，少放盐", "cost": "补贴5元，自付7元",
        "paid": "从饭卡里扣了",
    }  # fmt: skip
    (made,) = await meal.mine(village.ctx, wang)
    assert (made.note, made.mode) == ("少放盐", "deliver")
    assert await meal.balance(village.ctx, wang) == 4300


async def test_somebody_quicker_leaves_all_but_the_set(
    stage: Stage, village: Village, neighbour: Party
) -> None:
    await say(stage, "明天中午订两份A餐", portions="两份")
    for turn in ("a", "b"):
        await placed(village, neighbour, turn, portions=10)
    stage.hear("对", "affirm")
    await stage.run(ActionMealOrder())
    assert stage.said == ["utter_meal_sold_out", "utter_meal_ask_other"]
    assert stage.slots["offer"] == {"kind": "resume", "form": "meal_form"}
    known = stage.known("meal")
    assert (known["when"], known["portions"], "set" in known) == ("明天（周二）午餐", 2, False)


async def test_second_order_of_a_meal_is_pointed_out(
    stage: Stage, village: Village, wang: Party
) -> None:
    await placed(village, wang, "a")
    await say(stage, "明天中午订一份A餐")
    assert stage.said == ["utter_meal_have_already", "utter_meal_ask_confirm"]
    assert stage.values("utter_meal_have_already") == {"no": "1001", "portions": "2"}


@pytest.mark.parametrize(
    ("words", "changed"),
    [
        ("我明天中午那份换成软烂的", {"set": "软烂套餐"}),
        ("明天的饭再加一份，我闺女来", {"portions": "3"}),
        ("改自取吧", {"mode": "自己来取"}),
        ("把明天中午的改到后天晚上", {"when": "后天（周三）晚餐"}),
        ("改成一份", {"portions": "1"}),
    ],
)
async def test_order_is_changed_in_place_of_the_old_one(
    stage: Stage, village: Village, wang: Party, words: str, changed: dict[str, str]
) -> None:
    old = await placed(village, wang, "a")
    await say(stage, words)
    assert stage.said == ["utter_meal_ask_change"]
    unchanged = {"no": "1001", "set": "普惠套餐", "portions": "2", "when": "明天（周二）午餐", "mode": "在食堂吃",
                 "note": ""}  # fmt: skip
    told = {k: v for k, v in summary(stage, "utter_meal_ask_change").items() if k != "cost"}
    assert told == unchanged | changed
    await say(stage, "对", "affirm")
    await stage.run(ActionMealOrder())
    (new,) = await meal.mine(village.ctx, wang)
    assert (new.no, old.no) == (1002, 1001)


@pytest.mark.parametrize("words", ["改自取吧，后天中午我自己下去拿", "还是老样子，后天再来一份A餐"])
async def test_change_of_a_meal_that_is_not_ordered_is_a_new_order(
    stage: Stage, village: Village, wang: Party, words: str
) -> None:
    await placed(village, wang, "a")
    await say(stage, words)
    assert "utter_meal_ask_change" not in stage.said
    assert stage.known("meal")["when"] == "后天（周三）午餐"


async def test_change_to_a_dish_that_is_not_cooked_asks_for_another_set(
    stage: Stage, village: Village, wang: Party
) -> None:
    await placed(village, wang, "a")
    await say(stage, "红烧肉换成烤鸭", dish="烤鸭")
    assert stage.said == ["utter_meal_no_dish", "utter_meal_ask_set"]
    await say(stage, "软烂的", "nlu_fallback")
    assert summary(stage, "utter_meal_ask_change")["set"] == "软烂套餐"


async def test_change_counts_the_portions_that_the_order_has_already(
    stage: Stage, village: Village, wang: Party, neighbour: Party
) -> None:
    await placed(village, neighbour, "a", portions=10)
    await placed(village, wang, "b", portions=10)
    await say(stage, "改成送上来")
    assert stage.said == ["utter_meal_ask_change"]
    await say(stage, "对", "affirm")
    await stage.run(ActionMealOrder())
    assert stage.said == ["utter_meal_ordered"]


async def test_change_of_something_else_is_a_new_order(
    stage: Stage, village: Village, wang: Party
) -> None:
    await placed(village, wang, "a")
    await say(stage, "再加一份清蒸鱼", dish="清蒸鱼", portions="一份")
    assert stage.said == ["utter_meal_ask_confirm"]
    assert summary(stage)["set"] == "控糖套餐"


async def test_same_as_before_is_what_was_ordered_last(
    stage: Stage, village: Village, wang: Party
) -> None:
    await placed(village, wang, "a", code="soft", mode="pickup", note="少放盐")
    await say(stage, "后天跟昨天一样的给我来")
    assert summary(stage) == {
        "set": "软烂套餐", "portions": "2", "when": "后天（周三）午餐", "mode": "自己来取",
        "note": "，少放盐", "cost": "自付24元",
    }  # fmt: skip


async def test_two_meals_of_one_sentence_keep_their_days(
    stage: Stage, village: Village, wang: Party
) -> None:
    await order(stage, "今天晚饭和明天午饭A餐各一份", portions="一份")
    assert stage.values("utter_meal_ordered")["when"] == "今天晚餐、明天（周二）午餐，共2顿"
    assert stage.values("utter_meal_ordered")["no"] == "1001、1002"
    made = [(str(one.day), one.meal) for one in await meal.mine(village.ctx, wang)]
    assert made == [("2025-11-03", "dinner"), ("2025-11-04", "lunch")]


async def test_one_of_two_meals_that_is_too_late_is_said(stage: Stage) -> None:
    await say(stage, "今天午饭和明天晚饭A餐各一份", portions="一份")
    assert stage.said == ["utter_meal_closed", "utter_meal_ask_confirm"]
    assert stage.values("utter_meal_closed") == {"when": "今天午餐", "until": "9点30分"}
    assert summary(stage)["when"] == "明天（周二）晚餐"


async def test_two_sets_for_two_meals_are_ordered_one_after_the_other(stage: Stage) -> None:
    await say(stage, "今天晚饭来一份B餐，明天午饭来一份A餐", portions="一份")
    assert stage.said == ["utter_meal_one_set", "utter_meal_ask_confirm"]
    assert (summary(stage)["set"], summary(stage)["when"]) == ("软烂套餐", "今天晚餐")


async def test_days_that_are_not_in_a_row_are_said_one_by_one(stage: Stage) -> None:
    await say(stage, "周三、周五的午餐订一份A餐", portions="一份")
    assert summary(stage)["when"] == "后天（周三）午餐、11月7日（周五）午餐，共2顿"


async def test_yes_after_the_cut_off_proposes_the_next_meal(stage: Stage, village: Village) -> None:
    await say(stage, "今天晚餐订一份A餐")
    await say(stage, "对", "affirm")
    village.clock.advance(2 * 3600)
    events = await stage.run(ActionMealOrder())
    assert [one["name"] for one in events if one["event"] == "followup"] == ["meal_form"]
    stage.loop = FORM.form
    await stage.run(FORM)
    assert stage.said == ["utter_meal_closed", "utter_meal_ask_confirm"]
    assert summary(stage)["when"] == "明天（周二）午餐"
    await say(stage, "对", "affirm")
    await stage.run(ActionMealOrder())
    assert stage.said == ["utter_meal_ordered"]


async def test_meal_whose_time_runs_out_while_it_is_ordered_gives_way(
    stage: Stage, village: Village
) -> None:
    await say(stage, "今天晚餐订一份A餐")
    village.clock.advance(2 * 3600)
    await say(stage, "要两份", "order_meal", portions="两份")
    assert stage.said == ["utter_form_amended", "utter_meal_closed", "utter_meal_ask_confirm"]
    assert (summary(stage)["when"], summary(stage)["portions"]) == ("明天（周二）午餐", "2")


async def test_change_after_the_cut_off_goes_to_a_person_and_is_forgotten(
    stage: Stage, village: Village, wang: Party
) -> None:
    old = await placed(village, wang, "a", sittings=[Sitting(date(2025, 11, 3), "dinner")])
    await say(stage, "改成一份")
    await say(stage, "对", "affirm")
    village.clock.advance(2 * 3600)
    await stage.run(ActionMealOrder())
    assert stage.said == ["utter_meal_too_late"]
    assert (stage.slots["offer"]["kind"], stage.known("meal")) == ("handoff", {})
    assert await meal.mine(village.ctx, wang) == [old]


async def test_order_that_was_refused_leaves_nothing_that_stops_the_next(
    stage: Stage, village: Village, wang: Party
) -> None:
    old = await placed(village, wang, "a")
    await say(stage, "改成一份")
    await meal.cancel(village.ctx, wang, [old.no])
    await say(stage, "要三份", "order_meal", portions="三份")
    assert stage.said == ["utter_form_amended", "utter_error_not_found"]
    assert (stage.loop, stage.known("meal")) == (None, {})
    stage.hear("", "affirm")
    await stage.run(ActionMealOrder())
    assert stage.said == []
    await order(stage, "明天中午订一份A餐")
    assert stage.said == ["utter_meal_ordered"]


async def test_guardian_without_the_right_is_told_once_and_let_go(
    village: Village, home: Home
) -> None:
    other = await village.home(
        5, 1, "101", ("甲", "owner", None), ("丁", "guardian", None), code="51010001"
    )
    guardian = await village.account(other, person=1)
    stage = Stage(village, guardian.conversation_id)
    await say(stage, "明天中午订一份A餐")
    assert stage.said == ["utter_error_forbidden"]
    assert (stage.loop, stage.slots[REQUESTED], stage.known("meal")) == (None, None, {})


async def test_set_that_one_of_the_meals_lacks_is_asked_for_again(
    stage: Stage, village: Village
) -> None:
    async with village.db.write() as conn:
        await conn.execute(
            meal_week.delete().where(meal_week.c.weekday == 2, meal_week.c.code == "soft")
        )
    await say(stage, "明天和后天的午餐订一份B餐")
    assert stage.said == ["utter_meal_no_set", "utter_meal_ask_set"]


async def test_allergy_and_wishes_are_kept_and_told_with_no_promise(
    stage: Stage, village: Village, wang: Party
) -> None:
    await say(stage, "明天中午订一份A餐，少盐")
    await say(stage, "我对花生过敏", "nlu_fallback")
    assert stage.said == ["utter_form_amended", "utter_meal_no_promise", "utter_meal_ask_confirm"]
    assert (summary(stage)["note"], summary(stage)["set"]) == ("，对花生过敏、少盐", "普惠套餐")
    await say(stage, "对", "affirm")
    await stage.run(ActionMealOrder())
    assert stage.values("utter_meal_ordered")["note"] == "，对花生过敏、少盐"
    kitchen_list = await meal.register(village.ctx, LUNCH.day)
    assert [row[4] for row in kitchen_list.rows] == ["对花生过敏、少盐"]
    await say(stage, "改成不要葱")
    assert summary(stage, "utter_meal_ask_change")["note"] == "，对花生过敏、少盐、不要葱"


async def test_letter_counts_before_an_illness_and_both_are_kept(stage: Stage) -> None:
    await say(stage, "明天中午订一份A餐，我有糖尿病")
    assert (summary(stage)["set"], summary(stage)["note"]) == ("普惠套餐", "，有糖尿病")


@pytest.mark.parametrize(
    ("fen", "portions", "days", "paid"),
    [
        (5000, "一份", "明天和后天", "从饭卡里扣了"), (0, "一份", "明天", "饭卡余额不够，吃的时候再付"),
        (1500, "一份", "明天和后天", "饭卡扣了10元，余下10元吃的时候再付"),
    ],
)  # fmt: skip
async def test_what_the_card_paid_is_told_to_the_fen(
    stage: Stage, village: Village, home: Home, fen: int, portions: str, days: str, paid: str
) -> None:
    if fen:
        await top_up(village, home, fen)
    await order(stage, f"{days}的午餐订{portions}A餐", portions=portions)
    assert stage.values("utter_meal_ordered")["paid"] == paid


async def cancel(stage: Stage, words: str, *entities: Any) -> None:
    stage.hear(words, "cancel_meal", *entities)
    await stage.run(ActionMealCancel())


async def test_cancellation_is_said_back_and_the_card_gets_its_money(
    stage: Stage, village: Village, wang: Party, home: Home
) -> None:
    await top_up(village, home, 2000)
    await placed(village, wang, "a")
    await cancel(stage, "明天不吃了，退掉")
    assert stage.values("utter_meal_ask_cancel") == {
        "no": "1001", "set": "普惠套餐", "portions": "2", "when": "明天（周二）午餐",
    }  # fmt: skip
    assert len(await meal.mine(village.ctx, wang)) == 1
    stage.hear("退掉", "affirm")
    await stage.run(ActionAnswerOffer())
    assert stage.values("utter_meal_cancelled_refund") == {"no": "1001", "back": "20元"}
    assert (await meal.mine(village.ctx, wang), await meal.balance(village.ctx, wang)) == ([], 2000)


@pytest.mark.parametrize("words", ["退掉", "退了吧", "嗯，退"])
async def test_word_of_the_question_is_a_yes_to_it(
    stage: Stage, village: Village, wang: Party, words: str
) -> None:
    await placed(village, wang, "a")
    await cancel(stage, "明天的退掉")
    await cancel(stage, words)
    assert stage.said == ["utter_meal_cancelled"]
    assert stage.slots["offer"] is None
    await cancel(stage, words)
    assert stage.said == ["utter_meal_none_ordered"]


async def test_change_is_of_the_order_made_last_or_the_one_that_is_named(
    stage: Stage, village: Village, wang: Party
) -> None:
    await placed(village, wang, "a")
    await placed(village, wang, "b", code="soft")
    for words, no in (("改成一份", "1002"), ("普惠那份改成一份", "1001"), ("1001改成一份", "1001")):
        await say(stage, words)
        assert summary(stage, "utter_meal_ask_change")["no"] == no
        stage.slots = {}
        stage.loop = None


async def test_no_to_the_cancellation_keeps_the_meal(
    stage: Stage, village: Village, wang: Party
) -> None:
    await placed(village, wang, "a")
    await cancel(stage, "退餐")
    stage.hear("留着", "deny")
    await stage.run(ActionAnswerOffer())
    assert len(await meal.mine(village.ctx, wang)) == 1


async def test_which_of_several_is_asked_and_a_tap_answers(
    stage: Stage, village: Village, wang: Party
) -> None:
    await placed(village, wang, "a")
    await placed(village, wang, "b", sittings=[Sitting(date(2025, 11, 5), "dinner")])
    await cancel(stage, "退餐")
    assert stage.values("utter_meal_which_cancel") == {
        "meals": "明天（周二）午餐、后天（周三）晚餐"
    }
    payload = stage.buttons("utter_meal_which_cancel")[1][1]
    assert payload == '/cancel_meal{"time": "11月5日晚餐"}'
    await cancel(stage, "/cancel_meal", entity("time", "11月5日晚餐"))
    assert stage.values("utter_meal_ask_cancel")["no"] == "1002"


async def test_two_orders_of_one_meal_are_one_stretch(
    stage: Stage, village: Village, wang: Party
) -> None:
    await placed(village, wang, "a")
    await placed(village, wang, "b")
    await cancel(stage, "全退了吧")
    assert stage.values("utter_meal_ask_cancel_all") == {"count": "2", "when": "明天（周二）午餐"}


@pytest.mark.parametrize("words", ["明天后天的都退了", "全退了吧", "这礼拜剩下的别送了"])
async def test_several_are_cancelled_together(
    stage: Stage, village: Village, wang: Party, words: str
) -> None:
    await placed(village, wang, "a")
    await placed(village, wang, "b", sittings=[Sitting(date(2025, 11, 5), "lunch")])
    await cancel(stage, words)
    assert stage.values("utter_meal_ask_cancel_all") == {
        "count": "2", "when": "明天（周二）午餐到后天（周三）午餐",
    }  # fmt: skip
    stage.hear("都退", "affirm")
    await stage.run(ActionAnswerOffer())
    assert stage.values("utter_meal_cancelled") == {"no": "1001、1002"}


async def test_one_of_two_orders_of_a_meal_is_chosen_by_its_number(
    stage: Stage, village: Village, wang: Party, home: Home
) -> None:
    await top_up(village, home, 9000)
    await placed(village, wang, "a")
    await placed(village, wang, "b", code="soft")
    await cancel(stage, "明天中午的退掉")
    assert stage.values("utter_meal_which_cancel") == {
        "meals": "明天（周二）午餐普惠套餐（编号1001）、明天（周二）午餐软烂套餐（编号1002）"
    }
    assert stage.buttons("utter_meal_which_cancel")[1][1] == '/cancel_meal{"order_no": "1002"}'
    for words, found, no in (
        ("/cancel_meal", [entity("order_no", "1002")], "1002"), ("1001那单退了", [], "1001"),
    ):  # fmt: skip
        await cancel(stage, words, *found)
        assert stage.values("utter_meal_ask_cancel")["no"] == no
        stage.hear("退掉", "affirm")
        await stage.run(ActionAnswerOffer())
        assert stage.values("utter_meal_cancelled_refund")["no"] == no
    assert (await meal.mine(village.ctx, wang), await meal.balance(village.ctx, wang)) == ([], 9000)


async def test_set_tells_two_orders_of_a_meal_apart(
    stage: Stage, village: Village, wang: Party
) -> None:
    await placed(village, wang, "a")
    await placed(village, wang, "b", code="soft")
    await cancel(stage, "软烂的那份不要了")
    assert stage.values("utter_meal_ask_cancel")["no"] == "1002"


async def test_same_yes_again_is_answered_the_same_and_pays_back_once(
    stage: Stage, village: Village, wang: Party, home: Home
) -> None:
    await top_up(village, home, 2000)
    await placed(village, wang, "a")
    await cancel(stage, "明天的退掉")
    offer, answers = stage.slots["offer"], []
    for _ in range(2):
        stage.slots["offer"] = offer
        stage.hear("退掉", "affirm", turn_id="turn_9")
        await stage.run(ActionAnswerOffer())
        answers.append(stage.values("utter_meal_cancelled_refund"))
    assert answers == [{"no": "1001", "back": "20元"}] * 2
    assert await meal.balance(village.ctx, wang) == 2000


async def test_one_of_two_meals_said_together_is_not_another(
    stage: Stage, village: Village, wang: Party
) -> None:
    await placed(village, wang, "a", sittings=[Sitting(date(2025, 11, 4), "dinner")])
    await cancel(stage, "今天晚饭和明天午饭都不要了")
    assert stage.said == ["utter_meal_none_ordered"]


async def test_one_portion_less_is_a_change(stage: Stage, village: Village, wang: Party) -> None:
    await placed(village, wang, "a")
    stage.hear("饭订多了，去掉一份", "cancel_meal")
    events = await stage.run(ActionMealCancel())
    assert events[-1]["name"] == "meal_form"
    await stage.run(FORM)
    assert summary(stage, "utter_meal_ask_change")["portions"] == "1"


async def test_meal_after_its_cut_off_is_passed_on_to_a_person(
    stage: Stage, village: Village, wang: Party
) -> None:
    await placed(village, wang, "a", sittings=[Sitting(date(2025, 11, 3), "dinner")])
    village.clock.advance(2 * 3600)
    await cancel(stage, "今晚的饭不要了")
    assert stage.values("utter_meal_too_late") == {"no": "1001", "when": "今天晚餐"}
    stage.hear("转吧", "affirm")
    await stage.run(ActionAnswerOffer())
    assert [act["name"] for act in stage.acts] == ["handoff"]


async def test_nothing_ordered_and_an_order_only_begun_are_told_apart(stage: Stage) -> None:
    await cancel(stage, "退餐")
    assert stage.said == ["utter_meal_none_ordered"]
    await say(stage, "订一份A餐")
    await cancel(stage, "不要了，饭不订了")
    assert stage.said == ["utter_cancelled"]
    assert (stage.known("meal"), stage.slots[REQUESTED]) == ({}, None)


async def test_cancelling_another_homes_meal_is_impossible(
    stage: Stage, village: Village, neighbour: Party
) -> None:
    theirs = await placed(village, neighbour, "a")
    await cancel(stage, "退餐")
    assert stage.said == ["utter_meal_none_ordered"]
    stage.slots["offer"] = {"kind": "cancel_meal", "numbers": [theirs.no]}
    stage.hear("对", "affirm")
    await stage.run(ActionAnswerOffer())
    assert stage.said == ["utter_error_not_found"]
    assert await meal.mine(village.ctx, neighbour) == [theirs]


async def ask(stage: Stage, words: str) -> list[str]:
    stage.hear(words, "query_meal")
    await stage.run(ActionMealQuery())
    return stage.said


def items(stage: Stage) -> list[str]:
    return [m["item"] for m in stage.messages if m["response"] == "utter_list_item"]


async def test_menu_reads_three_and_then_asks(unbound: Stage) -> None:
    assert await ask(unbound, "明天中午有什么菜") == [
        "utter_meal_menu", *["utter_list_item"] * 3, "utter_list_more",
    ]  # fmt: skip
    assert unbound.values("utter_meal_menu") == {"when": "明天（周二）午餐"}
    assert items(unbound)[0] == "A餐，普惠套餐，10元，有红烧肉、炒白菜、番茄蛋汤。"
    unbound.hear("还有呢", "affirm")
    await unbound.run(ActionAnswerOffer())
    assert items(unbound) == ["E餐，控糖套餐，15元，有清蒸鱼、杂粮饭。"]
    assert unbound.said == ["utter_list_item"]


@pytest.mark.parametrize(
    ("words", "when"),
    [
        ("今天食堂吃啥", "今天晚餐"),
        ("今天中午吃啥", "明天（周二）午餐"),
        ("后天晚上呢", "后天（周三）晚餐"),
    ],
)
async def test_menu_is_that_of_the_meal_that_is_eaten_next(
    stage: Stage, words: str, when: str
) -> None:
    await ask(stage, words)
    assert stage.values("utter_meal_menu") == {"when": when}


@pytest.mark.parametrize(
    ("words", "letters"),
    [
        ("有糖尿病人能吃的吗", "E"),
        ("明天有红烧肉没", "A"),
        ("今晚有鱼吗", "E"),
        ("有啥软和的", "B"),
    ],
)
async def test_menu_is_narrowed_to_what_is_asked_for(
    stage: Stage, words: str, letters: str
) -> None:
    await ask(stage, words)
    assert "".join(item[0] for item in items(stage)) == letters


async def test_food_that_is_not_cooked_is_said_before_the_menu(stage: Stage) -> None:
    said = await ask(stage, "今晚有饺子吗")
    assert said[:2] == ["utter_meal_no_dish", "utter_meal_menu"]


async def test_week_is_told_day_by_day(stage: Stage) -> None:
    await ask(stage, "念念下礼拜的菜单")
    assert items(stage)[0] == "11月10日（周一）午餐有红烧肉、炒白菜、番茄蛋汤。"
    assert stage.values("utter_list_more") == {"left": "4"}


async def test_card_is_told_to_its_home_alone(
    stage: Stage, unbound: Stage, village: Village, home: Home
) -> None:
    await top_up(village, home, 12650)
    await born(village, home, 0, 1940)
    assert await ask(stage, "我饭卡还剩多少") == [
        "utter_meal_balance", "utter_meal_subsidies_left",
    ]  # fmt: skip
    assert stage.values("utter_meal_balance") == {"balance": "126.50元"}
    assert stage.values("utter_meal_subsidies_left") == {"times": "44"}
    for words in ("我饭卡还剩多少", "我订的饭呢", "这个月吃了多少钱"):
        assert await ask(unbound, words) == ["utter_bind_first"]


async def test_own_orders_are_told(stage: Stage, village: Village, wang: Party) -> None:
    assert await ask(stage, "我明天订饭了没有") == ["utter_meal_none_ordered"]
    await placed(village, wang, "a")
    await ask(stage, "我明天订饭了没有")
    assert items(stage) == ["明天（周二）午餐，普惠套餐2份，在食堂吃，编号1001。"]
    assert await ask(stage, "我后天订饭了没有") == ["utter_meal_none_ordered"]


async def test_prices_hours_spending_and_the_card_are_explained(
    stage: Stage, village: Village, wang: Party, home: Home
) -> None:
    await top_up(village, home, 5000)
    await placed(village, wang, "a")
    assert await ask(stage, "一份套餐多少钱") == ["utter_meal_price_range", "utter_meal_prices"]
    assert stage.values("utter_meal_price_range") == {"low": "10元", "high": "15元"}
    assert stage.values("utter_meal_prices") == {
        "sixty": "2元", "eighty": "5元", "diet": "8元", "delivery": "2元",
    }  # fmt: skip
    assert await ask(stage, "最晚几点能点晚饭") == ["utter_meal_hours"]
    assert stage.values("utter_meal_hours") == {
        "place": "活动中心一楼", "lunch": "11点到13点", "dinner": "17点到18点半",
        "lunch_until": "9点半", "dinner_until": "15点半",
    }  # fmt: skip
    assert await ask(stage, "我这个月在食堂吃了多少钱") == ["utter_meal_spent"]
    assert stage.values("utter_meal_spent")["spent"] == "20元"
    assert await ask(stage, "丢了饭卡怎么补") == ["utter_meal_card_help"]


@pytest.mark.parametrize(
    ("words", "mode"),
    [("送上来", "deliver"), ("端一碗来", "deliver"), ("我自己下去拿", "pickup"), ("打包带走", "pickup"),
     ("堂食", "dine_in"), ("别送早了", None), ("来一份", None)],
)  # fmt: skip
def test_mode_is_read(words: str, mode: str | None) -> None:
    assert mode_of(words) == mode


@pytest.mark.parametrize(
    ("words", "note"),
    [("一份，不要葱", "不要葱"), ("少放辣，多放醋", "少放辣、多放醋"), ("忌海鲜", "忌海鲜"),
     ("半份就够", "半份"), ("来一份", ""), ("十一点半以后送", "十一点半以后"),
     ("少盐，对海鲜、花生过敏", "对海鲜和花生过敏、少盐"), ("不能吃鱼虾", "不能吃鱼虾"),
     ("血压高，要清淡", "血压高、清淡"), ("我妈有糖尿病", "有糖尿病")],
)  # fmt: skip
def test_wishes_are_kept_in_the_residents_words(words: str, note: str) -> None:
    assert note_of(words) == note


@pytest.mark.parametrize(
    ("words", "days", "kind"),
    [
        ("明天中午", ["2025-11-04"], "lunch"), ("今晚", ["2025-11-03"], "dinner"),
        ("六点送", ["2025-11-03"], "dinner"), ("后晌", ["2025-11-03"], "dinner"),
        ("明后两天", ["2025-11-04", "2025-11-05"], None), ("早饭", ["2025-11-04"], "breakfast"),
        ("明天和后天中午", ["2025-11-04", "2025-11-05"], "lunch"),
        ("明天的饭不要了", ["2025-11-04"], None),
        ("今天没胃口，明天来一份", ["2025-11-03"], None),
        ("晚餐", ["2025-11-03"], "dinner"), ("明天的晚餐", ["2025-11-04"], "dinner"),
    ],
)  # fmt: skip
def test_days_and_meal_are_read(words: str, days: list[str], kind: str | None) -> None:
    assert when_of(words, NOW) == {"days": days, "meal": kind, "problem": None}


@pytest.mark.parametrize(
    ("words", "pairs"),
    [
        ("今天午饭和明天晚饭各一份", [["2025-11-03", "lunch"], ["2025-11-04", "dinner"]]),
        ("明天午饭和晚饭", [["2025-11-04", "lunch"], ["2025-11-04", "dinner"]]),
        ("今晚和明天中午", [["2025-11-03", "dinner"], ["2025-11-04", "lunch"]]),
        ("明天午餐后天晚餐", [["2025-11-04", "lunch"], ["2025-11-05", "dinner"]]),
        ("明天中午，不对，明天晚上", None), ("明天和后天中午", None),
        ("明天中午有事，晚饭给我送来", None),
    ],
)  # fmt: skip
def test_meals_of_several_days_keep_their_own(words: str, pairs: Any) -> None:
    when = when_of(words, NOW)
    assert when is not None
    assert when.get("pairs") == pairs


def test_later_wishes_are_added_and_a_later_hour_takes_the_place_of_the_first() -> None:
    assert notes_together("少盐、十一点半", "不要葱、十二点") == "少盐、不要葱、十二点"
    assert notes_together("、".join(["不要葱"] * 3), "花生过敏") == "花生过敏、不要葱"
    long = "、".join(f"不要{'葱' * n}" for n in range(1, 12))
    kept = notes_together(long, "海鲜过敏")
    assert (kept.startswith("海鲜过敏、不要葱"), len(kept) <= 60, kept.endswith("葱")) == (
        True,
    ) * 3


def test_day_or_meal_alone_is_completed_by_what_was_known() -> None:
    old = Sitting(date(2025, 11, 5), "dinner")
    assert when_of("改成周五", NOW, old) == {
        "days": ["2025-11-07"], "meal": "dinner", "problem": None,
    }  # fmt: skip
    assert when_of("中午吧", NOW, old) == {
        "days": ["2025-11-05"], "meal": "lunch", "problem": None,
    }  # fmt: skip
    assert when_of("好的", NOW, old) is None
