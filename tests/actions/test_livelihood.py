"""Work and schools: three at a time with source and phone, and a person when nothing fits."""

from __future__ import annotations

from datetime import date

from actions.livelihood import ActionLivelihoodQuery
from actions.offers import ActionAnswerOffer
from tests.actions.stage import Stage, entity
from tests.community.services.test_livelihood import add_job, add_school
from tests.community.village import Village

QUERY = ActionLivelihoodQuery()


async def ask(stage: Stage, words: str, topic: str = "", age: str = "") -> None:
    found = [entity(kind, said) for kind, said in (("topic", topic), ("age", age)) if said]
    stage.hear(words, "query_job_education", *found)
    await stage.run(QUERY)


async def test_job_that_fits_is_told_with_its_source(stage: Stage, village: Village) -> None:
    await add_job(village)
    await add_job(village, "年轻人", to_age=49)
    await ask(stage, "有没有五十岁能干的活", "活", "五十岁")
    assert stage.said == ["utter_livelihood_count", "utter_livelihood_job"]
    assert stage.values("utter_livelihood_job") == {
        "title": "门卫", "employer": "学校", "hours": "夜班", "pay": "2600元",
        "ages": "40到60岁", "phone": "0000-2", "source": "就业站", "until": "11月3日",
    }  # fmt: skip


async def test_job_without_an_upper_age_says_so(stage: Stage, village: Village) -> None:
    await add_job(village, to_age=99)
    await ask(stage, "找活")
    assert stage.values("utter_livelihood_job")["ages"] == "40岁以上"


async def test_school_tells_when_it_enrols(stage: Stage, village: Village) -> None:
    await add_school(village)
    await add_school(
        village, "小学", topics=["primary"], from_months=72, to_months=144,
        enrols_from=date(2025, 12, 1), enrols_to=date(2025, 12, 10),
    )  # fmt: skip
    await ask(stage, "两岁半能上托班吗", "上托班", "两岁半")
    assert stage.values("utter_livelihood_school") == {
        "name": "托育园", "when": "现在到11月3日", "advice": "带户口本", "fee": "1800元",
        "phone": "0000-3", "source": "教育办",
    }  # fmt: skip
    await ask(stage, "孙子上小学哪天报名", "上小学")
    assert stage.values("utter_livelihood_school")["when"] == "12月1日到12月10日"


async def test_more_than_three_are_offered(stage: Stage, village: Village) -> None:
    for number in range(4):
        await add_job(village, f"活{number}", distance_m=number)
    await ask(stage, "招工", "招工")
    assert stage.said == [
        "utter_livelihood_count", *["utter_livelihood_job"] * 3, "utter_livelihood_ask_more",
    ]  # fmt: skip
    stage.hear("好", "affirm")
    events = await stage.run(ActionAnswerOffer())
    assert events[-1]["name"] == "action_livelihood_query"
    await stage.run(QUERY)
    assert stage.said == ["utter_livelihood_job"]
    assert stage.values("utter_livelihood_job")["title"] == "活3"
    assert stage.slots["livelihood_more"] is None


async def test_nothing_that_fits_is_passed_on_when_wanted(stage: Stage) -> None:
    await ask(stage, "找个会计的活", "会计")
    assert stage.values("utter_livelihood_none") == {"what": "工作"}
    stage.hear("好", "affirm")
    await stage.run(ActionAnswerOffer())
    assert [act["reason"] for act in stage.acts] == ["asked"]


async def test_open_question_is_asked_back(stage: Stage) -> None:
    await ask(stage, "嗯那个")
    assert stage.said == ["utter_livelihood_ask_what"]
    assert stage.asked
