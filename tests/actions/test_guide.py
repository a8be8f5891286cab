"""Guides in talk: the aspect that is asked, follow-ups, questions one at a time, papers held up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from actions.activity_query import ActionActivityQuery
from actions.conversation import ActionClarify, ActionOutOfScope
from actions.eligibility import (
    ActionEligibilityCheck,
    ActionEligibilityTell,
    ValidateEligibilityForm,
)
from actions.fee import ActionFeeQuery
from actions.forms import REQUESTED
from actions.guide import ActionGuideQuery, ActionGuideResume, ValidateGuideForm
from actions.material import ActionMaterialCheck
from actions.meal_query import ActionMealQuery
from actions.offers import ActionAnswerOffer
from community.demo import guides as demo
from community.guides.library import keep
from community.store.guides import Guide
from tests.actions.stage import Stage, entity
from tests.community.village import Village

WHERE = {"place": "社区政务服务站3号窗口", "phone": "61000003"}
FORM, RULES = ValidateGuideForm(), ValidateEligibilityForm()


@pytest.fixture
async def stage(village: Village, stage: Stage) -> Stage:
    """A conversation in a community that has the demonstration's guides."""
    async with village.db.write() as conn:
        await demo.fill(conn, village.clock)
    return stage


async def ask(stage: Stage, words: str, *found: Any) -> list[str]:
    stage.hear(words, "query_guide", *found)
    await stage.run(ActionGuideQuery())
    return stage.said


async def qualify(stage: Stage, words: str, *found: Any) -> list[str]:
    """The first question as the engine would put it: the form follows the action."""
    stage.hear(words, "check_eligibility", *found)
    events = await stage.run(ActionEligibilityCheck())
    if any(
        event["event"] == "followup" and event["name"] == "eligibility_form" for event in events
    ):
        stage.loop = "eligibility_form"
        await stage.run(RULES)
    return stage.said


async def hold(stage: Stage, words: str, *found: Any) -> list[str]:
    stage.hear(words, "check_material", *found)
    await stage.run(ActionMaterialCheck())
    return stage.said


def items(stage: Stage) -> list[str]:
    return [m["item"] for m in stage.messages if m["response"] == "utter_list_item"]


async def test_materials_are_read_three_at_a_time_and_the_rest_on_yes(stage: Stage) -> None:
    said = await ask(stage, "高龄津贴要带啥材料", entity("matter", "高龄津贴"))
    assert said == [
        "utter_guide_materials", *["utter_list_item"] * 3, "utter_guide_where", "utter_list_more",
    ]  # fmt: skip
    assert items(stage) == ["身份证原件和复印件1份", "户口本原件和复印件1份", "银行卡复印件1份"]
    assert stage.values("utter_guide_where") == WHERE
    assert stage.values("utter_list_more") == {"left": "2"}
    assert stage.asked
    stage.hear("还有啥", "affirm")
    await stage.run(ActionAnswerOffer())
    assert items(stage) == ["一寸照片2张", "委托书原件（家里人代办才要）"]


@pytest.mark.parametrize(
    ("words", "said", "values"),
    [
        ("那去哪办", ["utter_guide_place", "utter_guide_hours", "utter_guide_phone"],
         {"name": "高龄津贴", "place": "社区政务服务站3号窗口"}),
        ("几点下班", ["utter_guide_aspect", "utter_guide_where"],
         {"name": "高龄津贴", "aspect": "办公时间",
          "said": "周一到周五，上午9点到11点半，下午1点半到5点"}),
        ("多久能办好", ["utter_guide_aspect", "utter_guide_where"],
         {"name": "高龄津贴", "aspect": "办理时限", "said": "15个工作日"}),
        ("要多少钱", ["utter_guide_aspect", "utter_guide_where"],
         {"name": "高龄津贴", "aspect": "费用", "said": "免费"}),
        ("电话多少", ["utter_guide_phone"], {"phone": "61000003"}),
        ("能代办吗", ["utter_guide_aspect", "utter_guide_where"],
         {"name": "高龄津贴", "aspect": "代办", "said": "可以。代办人带上自己的身份证和委托书"}),
        ("津贴什么时候发", ["utter_guide_answer", "utter_guide_where"],
         {"name": "高龄津贴", "answer": "每月20号前打到卡上"}),
    ],
)  # fmt: skip
async def test_follow_up_is_of_the_last_matter_and_answers_what_is_asked(
    stage: Stage, words: str, said: list[str], values: dict[str, str]
) -> None:
    await ask(stage, "高龄津贴怎么办", entity("matter", "高龄津贴"))
    assert await ask(stage, words) == said
    assert stage.values(said[0]) == values


async def test_matter_alone_is_outlined_and_its_aspects_can_be_tapped(stage: Stage) -> None:
    said = await ask(stage, "高龄津贴怎么办", entity("matter", "高龄津贴"))
    assert said == ["utter_guide_aspect", "utter_guide_aspect", "utter_guide_where", "utter_guide_further"]  # fmt: skip
    assert stage.buttons("utter_guide_further")[1] == ("流程", '/query_guide{"aspect":"流程"}')
    said = await ask(stage, '/query_guide{"aspect":"流程"}', entity("aspect", "流程"))
    assert said[0] == "utter_guide_steps"
    assert items(stage) == ["到窗口交材料", "街道审核", "公示"]


async def test_missing_field_is_said_to_be_missing_with_the_telephone(stage: Stage) -> None:
    said = await ask(stage, "居家养老补贴要多少钱", entity("matter", "居家养老补贴"))
    assert said == ["utter_guide_missing", "utter_guide_phone"]
    assert stage.values(said[0]) == {"name": "居家养老服务补贴", "aspect": "费用"}
    assert stage.values(said[1]) == {"phone": "61000003"}


async def test_matter_that_is_over_is_told_and_nothing_of_it(stage: Stage) -> None:
    said = await ask(stage, "取暖补贴要啥材料", entity("matter", "取暖补贴"))
    assert said == ["utter_guide_cancelled", "utter_guide_phone"]
    assert stage.values(said[0]) == {"name": "冬季取暖补贴", "day": "2024年3月31日"}
    assert await qualify(stage, "取暖补贴我有没有", entity("matter", "取暖补贴")) == said
    assert await hold(stage, "取暖补贴我带了身份证", entity("matter", "取暖补贴")) == said


async def test_matter_of_tomorrow_is_told_with_its_day(stage: Stage, village: Village) -> None:
    one = Guide(code="T1", name="养鸽登记", conditions="住底楼", effective_on=date(2025, 11, 4))
    async with village.db.write() as conn:
        await keep(conn, one)
    said = await ask(stage, "养鸽登记什么条件")
    assert said == ["utter_guide_not_yet", "utter_guide_aspect", "utter_guide_no_phone"]


async def test_matter_that_is_not_in_the_library_is_passed_on_if_wanted(stage: Stage) -> None:
    assert await ask(stage, "护照多少钱", entity("matter", "护照")) == ["utter_guide_unknown"]
    stage.hear("好", "affirm")
    await stage.run(ActionAnswerOffer())
    assert [(act["name"], act["words"]) for act in stage.acts] == [("handoff", "护照多少钱")]


async def test_close_matters_are_asked_about_and_the_question_is_kept(stage: Stage) -> None:
    await ask(stage, "身份证去哪办", entity("matter", "身份证"))
    stage.loop = "guide_form"
    await stage.run(FORM)
    assert stage.said == ["utter_guide_ask_which"]
    names = [title for title, _ in stage.buttons("utter_guide_ask_which")]
    assert sorted(names) == ["临时身份证办理", "居民身份证换领", "居民身份证补领"]
    await stage.tell(FORM, "第二个", "affirm")
    assert stage.slots[REQUESTED] is None
    await stage.run(ActionGuideResume())
    assert stage.said == ["utter_guide_place", "utter_guide_hours", "utter_guide_phone"]
    assert stage.values("utter_guide_place")["name"] == names[1]
    assert list(stage.known("guide")) == ["last"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("换领的那个", []),
        ("身份证丢了", []),
        ('/query_guide{"matter":"居民身份证补领"}', [entity("matter", "居民身份证补领")]),
    ],
)
async def test_matter_is_chosen_by_its_words_or_a_tap(
    stage: Stage, words: str, found: list[Any]
) -> None:
    await ask(stage, "身份证去哪办", entity("matter", "身份证"))
    stage.loop = "guide_form"
    await stage.run(FORM)
    await stage.tell(FORM, words, "query_guide", *found)
    assert stage.slots["guide_matter"] == ("居民身份证换领" if "换" in words else "居民身份证补领")


async def test_no_matter_at_all_is_asked_for_and_then_answered(stage: Stage) -> None:
    stage.hear("我八成够条件不", "check_eligibility")
    await stage.run(ActionEligibilityCheck())
    stage.loop = "guide_form"
    await stage.run(FORM)
    assert (stage.said, stage.asked) == (["utter_guide_ask_matter"], True)
    await stage.tell(FORM, "嗯那个啥", "nlu_fallback")
    assert stage.said == ["utter_form_not_understood", "utter_guide_ask_matter"]
    await stage.tell(FORM, "高龄津贴", "check_eligibility", entity("matter", "高龄津贴"))
    events = await stage.run(ActionGuideResume())
    assert "eligibility_form" in [one["name"] for one in events if one["event"] == "followup"]


async def test_age_in_the_words_is_not_asked_again(stage: Stage) -> None:
    said = await qualify(stage, "我八十二了能领多少", entity("age", "八十二"))
    assert said == ["utter_eligibility_ask"]
    assert stage.values(said[0]) == {"question": "户口在本区吗？"}
    assert [title for title, _ in stage.buttons(said[0])] == ["是", "不是", "不清楚"]
    await stage.tell(RULES, "在的", "affirm")
    await stage.run(ActionEligibilityTell())
    assert stage.said == [
        "utter_eligibility_yes", "utter_eligibility_amount", "utter_guide_counter_decides",
        "utter_guide_where",
    ]  # fmt: skip
    assert stage.values("utter_eligibility_amount") == {"per": "每月", "amount": "100元"}
    assert stage.known("eligibility") == {}
    assert await ask(stage, "那要带啥") == [
        "utter_guide_materials", *["utter_list_item"] * 3, "utter_guide_where", "utter_list_more",
    ]  # fmt: skip


async def test_what_is_told_at_once_is_judged_at_once(stage: Stage) -> None:
    said = await qualify(
        stage, "高龄津贴我七十九有没有", entity("matter", "高龄津贴"), entity("age", "七十九")
    )
    assert said == ["utter_eligibility_no", "utter_guide_counter_decides", "utter_guide_where"]
    assert stage.values(said[0]) == {"name": "高龄津贴", "reason": "要年满80周岁"}


async def test_what_nobody_knows_leaves_it_open(stage: Stage) -> None:
    await qualify(stage, "高龄津贴我够格不", entity("matter", "高龄津贴"))
    assert stage.values("utter_eligibility_ask") == {"question": "请问多大岁数了？说周岁就行。"}
    await stage.tell(RULES, "八十五", "correct_info", entity("age", "八十五"))
    await stage.tell(RULES, "不知道", "deny")
    assert stage.slots[REQUESTED] is None
    await stage.run(ActionEligibilityTell())
    assert stage.said[0] == "utter_eligibility_maybe"
    assert stage.values(stage.said[0]) == {"name": "高龄津贴", "reason": "户口要在本区"}


async def test_age_is_corrected_after_the_next_question(stage: Stage) -> None:
    await qualify(stage, "我八十二了能领多少", entity("age", "八十二"))
    await stage.tell(RULES, "不对，是九十二岁", "correct_info", entity("age", "九十二岁"))
    assert stage.said == ["utter_form_amended", "utter_eligibility_ask"]
    assert stage.slots["eligibility_facts"] == {"age": 92}


async def test_answer_that_nobody_has_is_asked_again(stage: Stage) -> None:
    await qualify(stage, "高龄津贴我够格不", entity("matter", "高龄津贴"))
    await stage.tell(RULES, "三百岁", "correct_info", entity("age", "三百岁"))
    assert stage.said == ["utter_form_not_understood", "utter_eligibility_ask"]
    assert stage.slots["eligibility_facts"] == {}


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("要人工", "ask_human"), ("要找个人", "nlu_fallback"), ("人工", "nlu_fallback"),
        ("算了，没事", "deny"), ("不问了", "cancel_flow"), ("没有，算了", "deny"), ("没气了快救命", "sos"),
        ("没气了，快来救救我老伴", "deny"), ("要报修", "report_repair"), ("没水了", "report_repair"),
        ("有没有人工", "affirm"),
    ],
)  # fmt: skip
async def test_wish_cry_and_other_business_are_no_answer(
    stage: Stage, words: str, intent: str
) -> None:
    await qualify(stage, "我八十二了能领多少", entity("age", "八十二"))
    stage.hear(words, intent)
    stage.loop = RULES.form
    await stage.run(RULES)
    assert stage.slots["eligibility_facts"] == {"age": 82}
    assert stage.slots[REQUESTED] == "eligibility_answer"


@pytest.mark.parametrize(
    ("words", "intent"),
    [("是的", "ask_human"), ("是的", "cancel_flow"), ("不", "sos"), ("要报修", "report_repair")],
)
async def test_other_intents_are_left_to_their_rules(stage: Stage, words: str, intent: str) -> None:
    await qualify(stage, "我八十二了能领多少", entity("age", "八十二"))
    stage.hear(words, intent)
    stage.loop = RULES.form
    events = await stage.run(RULES)
    assert [one["event"] for one in events] == ["action_execution_rejected"]


async def test_doubtful_answer_that_looks_like_another_question_of_the_field_is_asked_again(
    stage: Stage,
) -> None:
    await qualify(stage, "我八十二了能领多少", entity("age", "八十二"))
    await stage.tell(RULES, "户口可能迁走了", "query_guide")
    assert stage.said == ["utter_form_not_understood", "utter_eligibility_ask"]
    stage.hear("居住证去哪办", "query_guide", entity("matter", "居住证"))
    events = await stage.run(RULES)
    assert [one["event"] for one in events] == ["action_execution_rejected"]


async def test_no_that_is_unclear_is_asked_once_more(stage: Stage) -> None:
    await qualify(stage, "高龄津贴我够格不", entity("matter", "高龄津贴"))
    for words, facts in (("八十左右", {}), ("差两个月八十", {"age": 79})):
        await stage.tell(RULES, words, "nlu_fallback")
        assert stage.slots["eligibility_facts"] == facts
    await stage.run(ActionEligibilityTell())
    assert stage.values("utter_eligibility_no") == {"name": "高龄津贴", "reason": "要年满80周岁"}


async def test_age_that_is_not_reached_is_no_age_in_the_first_words(stage: Stage) -> None:
    said = await qualify(stage, "高龄津贴我快八十了能领不", entity("matter", "高龄津贴"), entity("age", "八十"))  # fmt: skip
    assert said[0] == "utter_eligibility_no"


async def test_choice_is_tapped(stage: Stage) -> None:
    await qualify(stage, "残疾补贴本地户口的给多少", entity("matter", "残疾补贴"))
    assert stage.buttons("utter_eligibility_ask")[1] == (
        "二级",
        '/check_eligibility{"choice":"二级"}',
    )
    await stage.tell(RULES, '/check_eligibility{"choice":"二级"}', "check_eligibility", entity("choice", "二级"))  # fmt: skip
    await stage.run(ActionEligibilityTell())
    assert stage.values("utter_eligibility_amount") == {"per": "每月", "amount": "150元"}


async def test_choice_of_another_question_is_no_answer(stage: Stage) -> None:
    await qualify(stage, "高龄津贴我够格不", entity("matter", "高龄津贴"))
    await stage.tell(RULES, '/check_eligibility{"choice":"二级"}', "check_eligibility", entity("choice", "二级"))  # fmt: skip
    assert stage.said == ["utter_form_not_understood", "utter_eligibility_ask"]
    assert stage.slots["eligibility_facts"] == {}


async def test_matter_without_rules_tells_its_conditions(stage: Stage) -> None:
    said = await qualify(stage, "结婚登记我够不够", entity("matter", "结婚登记"))
    assert said[0] == "utter_eligibility_unjudged"
    assert said[1:] == ["utter_guide_counter_decides", "utter_guide_where"]


async def test_papers_are_held_against_the_list_and_remembered(stage: Stage) -> None:
    words = "高龄津贴我拿了身份证银行卡，还缺啥"
    said = await hold(stage, words, entity("matter", "高龄津贴"))
    assert said == ["utter_material_missing", "utter_list_item", "utter_list_item", "utter_guide_where"]  # fmt: skip
    assert items(stage) == ["户口本原件和复印件1份", "一寸照片2张"]
    await hold(stage, "户口本也有")
    assert items(stage) == ["一寸照片2张"]
    await hold(stage, "还差哪样")
    assert items(stage) == ["一寸照片2张"]
    assert await hold(stage, "照片也有了") == [
        "utter_material_complete", "utter_material_case", "utter_guide_counter_decides",
        "utter_guide_where",
    ]  # fmt: skip
    assert stage.values("utter_material_case") == {"case": "家里人代办", "material": "委托书"}
    await hold(stage, "身份证丢了")
    assert items(stage) == ["身份证原件和复印件1份"]


async def test_asking_for_the_list_is_no_having_of_it(stage: Stage) -> None:
    said = await hold(stage, "高龄津贴材料都有哪些", entity("matter", "高龄津贴"))
    assert said[0] == "utter_material_compare"
    assert stage.known("guide")["last"]
    assert "have" not in stage.known("guide")


async def test_papers_of_one_matter_are_not_those_of_another(stage: Stage) -> None:
    await hold(stage, "高龄津贴我拿了身份证户口本", entity("matter", "高龄津贴"))
    said = await hold(stage, "居住证还差哪样", entity("matter", "居住证"))
    assert said[0] == "utter_material_compare"


async def test_copies_and_worn_papers_are_no_promise(stage: Stage) -> None:
    said = await hold(stage, "高龄津贴，户口本是复印件，身份证过期了", entity("matter", "高龄津贴"))
    assert said[:3] == [
        "utter_material_doubtful", "utter_material_original", "utter_material_missing",
    ]  # fmt: skip
    assert stage.values("utter_material_original") == {"material": "户口本"}


async def test_papers_without_a_matter_wait_for_it(stage: Stage) -> None:
    await hold(stage, "身份证户口本都有，够了吗")
    stage.loop = "guide_form"
    await stage.run(FORM)
    assert stage.said == ["utter_guide_ask_matter"]
    await stage.tell(FORM, "老年证", "query_guide", entity("matter", "老年证"))
    await stage.run(ActionGuideResume())
    assert stage.said[0] == "utter_material_missing"
    assert items(stage) == ["一寸照片2张"]
    assert stage.known("guide")["have"] == ["户口本", "身份证"]


async def test_matter_without_a_list_says_so(stage: Stage, village: Village) -> None:
    bare = replace(demo.demo_guides()[0], code="T1", name="养鸽登记", aliases=[], materials=[])
    async with village.db.write() as conn:
        await keep(conn, bare)
    said = await hold(stage, "养鸽登记我带了身份证", entity("matter", "养鸽登记"))
    assert said == ["utter_guide_missing", "utter_guide_where"]


async def test_guides_are_for_accounts_without_a_home_too(unbound: Stage, village: Village) -> None:
    async with village.db.write() as conn:
        await demo.fill(conn, village.clock)
    assert (await ask(unbound, "老年证去哪办"))[0] == "utter_guide_place"


@pytest.mark.parametrize(
    "action", [ActionClarify(), ActionOutOfScope()], ids=lambda one: one.name()
)
async def test_bare_question_after_a_matter_is_about_it(stage: Stage, action: Any) -> None:
    await ask(stage, "高龄津贴去哪办", entity("matter", "高龄津贴"))
    stage.hear("几点下班", "out_of_scope")
    await stage.run(action)
    assert stage.values("utter_guide_aspect")["name"] == "高龄津贴"
    assert "misses" not in stage.slots


@pytest.mark.parametrize(
    ("words", "intent", "action", "said"),
    [
        ("要多少钱", "query_fee", ActionFeeQuery(), "免费"),
        ("几点下班", "query_meal", ActionMealQuery(), "周一到周五，上午9点到11点半，下午1点半到5点"),
        ("多久能办好", "query_activity", ActionActivityQuery(), "15个工作日"),
    ],
)  # fmt: skip
async def test_bare_question_right_after_a_matter_is_no_other_services(
    stage: Stage, words: str, intent: str, action: Any, said: str
) -> None:
    await ask(stage, "高龄津贴去哪办", entity("matter", "高龄津贴"))
    stage.hear("谢谢", "thank")
    for _ in range(2):
        stage.hear(words, intent)
        await stage.run(action)
        assert stage.values("utter_guide_aspect")["name"] == "高龄津贴"
        assert stage.values("utter_guide_aspect")["said"] == said


@pytest.mark.parametrize("words", ["物业费多少钱", "食堂几点开门"])
async def test_question_that_names_its_own_thing_goes_to_its_service(
    stage: Stage, words: str
) -> None:
    await ask(stage, "高龄津贴去哪办", entity("matter", "高龄津贴"))
    stage.hear(words, "query_meal")
    await stage.run(ActionMealQuery())
    assert "utter_guide_aspect" not in stage.said


async def test_matter_that_was_talked_of_before_something_else_is_not_meant(stage: Stage) -> None:
    await ask(stage, "高龄津贴去哪办", entity("matter", "高龄津贴"))
    stage.hear("食堂电话多少", "query_meal")
    await stage.run(ActionMealQuery())
    stage.hear("几点下班", "query_meal")
    await stage.run(ActionMealQuery())
    assert stage.said == ["utter_meal_hours"]


@pytest.mark.parametrize("words", ["股票涨了没有", "几点下班呀我想知道你们食堂师傅几点下班"])
async def test_other_words_after_a_matter_are_not(stage: Stage, words: str) -> None:
    await ask(stage, "高龄津贴去哪办", entity("matter", "高龄津贴"))
    stage.hear(words, "out_of_scope")
    await stage.run(ActionOutOfScope())
    assert stage.said == ["utter_out_of_scope"]


async def test_bare_question_without_a_matter_is_out_of_scope(stage: Stage) -> None:
    stage.hear("几点下班", "out_of_scope")
    await stage.run(ActionOutOfScope())
    assert stage.said == ["utter_out_of_scope"]
