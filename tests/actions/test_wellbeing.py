"""How somebody is, by word: noted, told to the family on a yes; away, back, and asked daily."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from actions.offers import ActionAnswerOffer
from actions.wellbeing import ActionWellbeingAway, ActionWellbeingReport, ValidateWellbeingForm
from actions.wellbeing_words import absence_of, meaning_of
from community.services import wellbeing
from community.store import checkins
from community.store.identities import Home, Party
from community.store.schema import absence, outbox
from community.times import local
from tests.actions.stage import Stage, entity
from tests.community.care import make_guardian, told
from tests.community.village import Village

FORM = ValidateWellbeingForm()
REPORT = ActionWellbeingReport()


async def reported(stage: Stage, text: str, *entities: Any) -> None:
    """Words of report_wellbeing, through the action and the form that it may lead to."""
    stage.hear(text, "report_wellbeing", *entities)
    events = await stage.run(REPORT)
    if any(event.get("name") == FORM.form for event in events):
        stage.loop = FORM.form
        await stage.run(FORM)


async def noted(stage: Stage) -> list[tuple[str, str]]:
    async with stage.village.db.read() as conn:
        found = await checkins.of_day(conn, local(stage.village.clock.now()).date())
    return [(one.name, one.state) for one in found]


@pytest.mark.parametrize(
    ("words", "meaning"),
    [("我今天挺好", "well"), ("报个平安", "well"), ("膝盖今天不疼了", "well"), ("感冒快好了", "well"),
     ("身上有点不得劲", "unwell"), ("今天有啲头晕，抖下就得", "unwell"), ("昨晚没睡好，人没劲儿", "unwell"),
     ("这两天去女儿家，别找我", "away"), ("明天住院，下礼拜三回来", "away"), ("外出报备，三天", "away"),
     ("本人5月1日至5月4日外出，勿念", "away"), ("我今晚不回家，住我妹妹那儿", "away"),
     ("我已经回来了，今天下午到的家", "back"), ("提前从海南回来了，恢复吧", "back"),
     ("我今儿贼精神，刚遛完弯回来", "well"), ("每天早上问问我好不好", "daily"),
     ("不用每天问我了", "no_daily"), ("别再问了", "no_daily"), ("以后不用问了", "no_daily"),
     ("不要老问我了", "no_daily"), ("问候就算了", "no_daily"), ("我很好，不用打电话来问", "well")],
)  # fmt: skip
def test_words_mean_one_thing(words: str, meaning: str) -> None:
    assert meaning_of(words) == meaning


@pytest.mark.parametrize(
    ("words", "said"),
    [("这两天去女儿家，别找我", "今天到明天（周二）"), ("我要出门一个礼拜", "今天到11月9日（周日）"),
     ("明天住院，下礼拜三回来", "明天（周二）到11月12日（周三）"), ("外出报备，三天", "今天到后天（周三）"),
     ("我今晚不回家，住我妹妹那儿", "今天晚上6点到明天（周二）中午12点"),
     ("去我闺女家住到下周五", "今天到11月14日（周五）"), ("大概半个月", "今天到11月17日（周一）"),
     ("八号到十二号跟团旅游", "11月8日（周六）到11月12日（周三）")],
)  # fmt: skip
def test_absence_is_said_back(talk: Stage, words: str, said: str) -> None:
    found = absence_of(words, talk.hearing().now)
    assert found is not None
    assert found["said"] == said


async def test_being_well_is_noted_for_today(stage: Stage) -> None:
    await reported(stage, "我今天挺好")
    assert stage.said == ["utter_wellbeing_noted"]
    assert await noted(stage) == [("王建国", "well")]


async def test_nothing_is_claimed_for_a_person_who_is_not_known(
    village: Village, home: Home
) -> None:
    account = await village.account(home)
    stage = Stage(village, account.conversation_id)
    await reported(stage, "我今天挺好")
    assert stage.said == ["utter_wellbeing_glad"]


async def test_tap_on_the_daily_question_answers_it(stage: Stage) -> None:
    await reported(stage, "/report_wellbeing", entity("choice", "well"))
    assert await noted(stage) == [("王建国", "well")]


async def test_elder_is_reported_of_by_the_guardian_alone(
    stage: Stage, wang: Party, neighbour: Party
) -> None:
    await reported(stage, "我妈今天状态挺好的，跟你们说一声")
    assert stage.said == ["utter_wellbeing_not_yours"]
    assert await noted(stage) == []
    await make_guardian(stage.village, neighbour, wang, "alarm")
    await reported(stage, "我妈今天状态挺好的")
    assert await noted(stage) == [("李宏伟", "well")]


async def test_family_is_told_on_yes_alone(stage: Stage, wang: Party, neighbour: Party) -> None:
    await make_guardian(stage.village, wang, neighbour, "alarm")
    await reported(stage, "身上有点不得劲")
    assert stage.said == ["utter_wellbeing_unwell", "utter_wellbeing_ask_family"]
    assert await told(stage.village, neighbour) == []
    assert await noted(stage) == [("王建国", "unwell")]
    stage.hear("好", "affirm")
    events = await stage.run(ActionAnswerOffer())
    assert [one["name"] for one in events if one["event"] == "followup"] == [REPORT.name()]
    await stage.run(REPORT)
    assert stage.said == ["utter_wellbeing_family_told"]
    assert await told(stage.village, neighbour) == [
        "您妈妈说身上不太舒服，让我告诉您一声。请给家里打个电话。"
    ]
    assert stage.slots["wellbeing_family"] is None
    async with stage.village.db.read() as conn:
        assert (await conn.execute(select(outbox.c.purpose))).scalars().all() == ["alarm"]


async def test_no_leaves_the_family_in_peace(stage: Stage, wang: Party, neighbour: Party) -> None:
    await make_guardian(stage.village, wang, neighbour, "alarm")
    await reported(stage, "身上有点不得劲")
    stage.hear("不用", "deny")
    await stage.run(ActionAnswerOffer())
    assert stage.said == ["utter_all_right"]
    assert await told(stage.village, neighbour) == []


async def test_who_has_no_family_here_is_offered_a_person(stage: Stage) -> None:
    await reported(stage, "我今天有点头晕")
    assert stage.said == ["utter_wellbeing_unwell", "utter_wellbeing_ask_person"]
    stage.hear("好", "affirm")
    await stage.run(ActionAnswerOffer())
    assert [act["reason"] for act in stage.acts] == ["unwell"]


async def test_family_for_other_matters_is_not_asked(
    stage: Stage, wang: Party, neighbour: Party
) -> None:
    await make_guardian(stage.village, wang, neighbour, "meals", "medication")
    await reported(stage, "身上有点不得劲")
    assert stage.said[-1] == "utter_wellbeing_ask_person"


async def test_absence_is_read_back_and_kept_on_yes(stage: Stage, village: Village) -> None:
    await reported(stage, "这两天去女儿家，别找我")
    assert stage.values("utter_wellbeing_ask_confirm") == {
        "time": "今天到明天（周二）",
        "who": "您",
    }
    assert await village.count(absence) == 0
    await stage.tell(FORM, "对", "affirm")
    await stage.run(ActionWellbeingAway())
    assert stage.said == ["utter_wellbeing_away"]
    assert await village.count(absence) == 1
    await reported(stage, "我已经回来了")
    assert stage.said == ["utter_wellbeing_back"]


async def test_end_that_is_open_is_asked(stage: Stage) -> None:
    await reported(stage, "我去女儿家住，别找我")
    assert stage.said == ["utter_wellbeing_ask_time"]
    await stage.tell(FORM, "下周三", "greet")
    assert stage.values("utter_wellbeing_ask_confirm") == {
        "time": "今天到11月12日（周三）",
        "who": "您",
    }


async def test_summary_takes_a_correction(stage: Stage) -> None:
    await reported(stage, "这两天去女儿家，别找我")
    await stage.tell(FORM, "不对，去三天", "correct_info")
    assert stage.said == ["utter_form_amended", "utter_wellbeing_ask_confirm"]
    assert stage.known("wellbeing") == {"time": "今天到后天（周三）"}


@pytest.mark.parametrize(
    ("words", "said"),
    [("我去女儿家住，2月31号回来", "utter_wellbeing_no_such_day"),
     ("我去儿子家住五个月", "utter_wellbeing_too_long")],
)  # fmt: skip
async def test_end_that_cannot_be_is_asked_again(stage: Stage, words: str, said: str) -> None:
    await reported(stage, words)
    assert stage.said == [said, "utter_wellbeing_ask_time"]


async def test_absence_needs_a_home(unbound: Stage) -> None:
    await reported(unbound, "这两天去女儿家，别找我")
    assert unbound.said == ["utter_bind_ask_room"]


async def test_daily_question_is_wished_and_unwished(stage: Stage, wang: Party) -> None:
    await reported(stage, "每天上午十点问问我好不好")
    assert stage.values("utter_wellbeing_daily_on") == {"time": "早上10点"}
    assert (await wellbeing.open_items(stage.ctx, wang))[0][1] == "每日问候"
    await reported(stage, "不用每天问我了")
    assert stage.said == ["utter_wellbeing_daily_off"]
    await reported(stage, "不用每天问我了")
    assert stage.said == ["utter_wellbeing_daily_was_off"]


async def test_daily_question_is_at_nine_unless_wished_otherwise(stage: Stage) -> None:
    await reported(stage, "每天问问我好不好")
    assert stage.values("utter_wellbeing_daily_on") == {"time": "早上9点"}


async def test_home_of_several_is_asked_who_it_is(village: Village, home: Home) -> None:
    account = await village.account(home)
    stage = Stage(village, account.conversation_id)
    await reported(stage, "每天问问我好不好")
    assert stage.said == ["utter_wellbeing_who_unknown"]


async def test_somebody_who_is_not_well_is_answered_before_the_absence(stage: Stage) -> None:
    await reported(stage, "这两天去女儿家，别找我")
    assert stage.said == ["utter_wellbeing_ask_confirm"]
    before = dict(stage.slots)
    stage.hear("身上有点不得劲", "report_wellbeing", confidence=0.9)
    events = await stage.run(FORM)
    assert [event["event"] for event in events] == ["action_execution_rejected"]
    assert (stage.said, stage.slots) == ([], before)
    await stage.run(REPORT)
    assert stage.said == ["utter_wellbeing_unwell", "utter_wellbeing_ask_person"]


@pytest.mark.parametrize(
    "words",
    ["我妈挺好的", "我父亲今天挺好", "我家老太太精神着呢", "我岳母有点头晕", "我妈回来了", "我爸去我姐家住三天",
     "每天问问我妈好不好", "不用每天问我妈了"],
)  # fmt: skip
async def test_words_about_kin_are_never_written_of_the_speaker(
    stage: Stage, wang: Party, words: str
) -> None:
    before = await wellbeing.open_items(stage.ctx, wang)
    await reported(stage, words)
    assert await noted(stage) == []
    assert stage.loop is None
    assert await wellbeing.open_items(stage.ctx, wang) == before
    assert stage.said[0] in {
        "utter_wellbeing_not_yours", "utter_wellbeing_unwell_kin", "utter_wellbeing_daily_own",
    }  # fmt: skip


async def test_guardian_reports_that_the_elder_is_unwell(
    stage: Stage, wang: Party, neighbour: Party
) -> None:
    await make_guardian(stage.village, neighbour, wang, "alarm")
    await reported(stage, "我妈有点头晕")
    assert stage.said == ["utter_wellbeing_unwell_kin", "utter_wellbeing_ask_person"]
    assert await noted(stage) == [("李宏伟", "unwell")]


async def test_guardian_says_that_the_elder_is_away_and_back(
    stage: Stage, wang: Party, neighbour: Party
) -> None:
    await make_guardian(stage.village, neighbour, wang, "alarm")
    await reported(stage, "我妈去我姐家住三天")
    assert stage.values("utter_wellbeing_ask_confirm") == {
        "time": "今天到后天（周三）", "who": "您妈妈",
    }  # fmt: skip
    await stage.tell(FORM, "对", "affirm")
    await stage.run(ActionWellbeingAway())
    assert stage.values("utter_wellbeing_away")["who"] == "您妈妈"
    assert await wellbeing.open_items(stage.ctx, wang) == []
    assert len(await wellbeing.open_items(stage.ctx, neighbour)) == 1
    await reported(stage, "我妈已经回来了")
    assert stage.said == ["utter_wellbeing_back_kin"]
    assert await wellbeing.open_items(stage.ctx, neighbour) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [("每天晚上十点问问我好不好", "早上7点半"), ("每天早上五点问问我好不好", "早上7点半")],
)
async def test_question_that_is_wished_at_night_is_put_by_day_and_said_so(
    stage: Stage, words: str, said: str
) -> None:
    await reported(stage, words)
    assert stage.values("utter_wellbeing_daily_by_day") == {"time": said}
