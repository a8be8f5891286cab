"""Activities in talk: what is on, signing up and leaving, and the word to whoever moves up."""

from __future__ import annotations

from typing import Any

import pytest

from actions.activity import ActionActivityJoin, ActionActivityRequest, ValidateActivityForm
from actions.activity_leave import ActionActivityCancel
from actions.activity_query import ActionActivityQuery
from actions.activity_words import people_of, who_of
from actions.offers import ActionAnswerOffer
from community.services import activity
from community.store.identities import Home, Party
from community.store.schema import activity_signup
from conversation import outbox, telling, timers
from tests.actions.stage import Stage, entity
from tests.community import canteen
from tests.community.village import Village

FORM = ValidateActivityForm()
WHEN = "明天（周二）下午2点05分"


@pytest.fixture(autouse=True)
async def choir(village: Village) -> str:
    return await canteen.activity(village, "合唱团", "唱歌", "合唱")


async def say(stage: Stage, words: str, intent: str = "join_activity", **named: str) -> None:
    await stage.tell(FORM, words, intent, *(entity(k, v, words) for k, v in named.items()))


async def request(stage: Stage, words: str, **named: str) -> None:
    """What the rule does with words that sign up: the request, then the form it begins."""
    stage.hear(words, "join_activity", *(entity(k, v, words) for k, v in named.items()))
    events = await stage.run(ActionActivityRequest())
    if events and events[-1].get("name") == "activity_form":
        stage.loop = FORM.form
        await stage.run(FORM)


async def join(stage: Stage, words: str, **named: str) -> None:
    await request(stage, words, **named)
    await say(stage, "对", "affirm")
    await stage.run(ActionActivityJoin())


async def joined(village: Village, account: Party, what: str, turn_id: str, **more: Any) -> int:
    made = await activity.join(village.ctx, account, turn_id=turn_id, activity_id=what, **more)
    return made.signup.no


async def test_one_sentence_is_said_back_and_signs_up_on_yes(
    stage: Stage, village: Village, wang: Party
) -> None:
    await request(stage, "合唱团给我报个名", activity="合唱团")
    assert stage.values("utter_activity_ask_confirm") == {
        "who": "您", "name": "合唱团", "when": WHEN, "place": "活动中心", "people": "1",
    }  # fmt: skip
    assert await village.count(activity_signup) == 0
    await say(stage, "对", "affirm")
    await stage.run(ActionActivityJoin())
    assert stage.values("utter_activity_joined") == {
        "no": "1001", "name": "合唱团", "when": WHEN, "place": "活动中心", "place_in_line": "1",
    }  # fmt: skip
    assert stage.known("activity") == {}
    (made,) = await activity.mine(village.ctx, wang)
    assert (made.signup.who, made.signup.people) == ("", 1)


@pytest.mark.parametrize(
    ("words", "who", "people"),
    [
        ("给我妈报合唱团", "我妈", "1"), ("合唱团报名，我和老伴俩人", "您", "2"),
        ("唱歌那个算我家四口", "您", "4"), ("我老伴也想唱歌", "我老伴", "1"),
        ("合唱团我跟我闺女都去", "您", "2"), ("邻居王奶奶要报合唱团", "王奶奶", "1"),
    ],
)  # fmt: skip
async def test_who_and_how_many_are_read(stage: Stage, words: str, who: str, people: str) -> None:
    await request(stage, words)
    told = stage.values("utter_activity_ask_confirm")
    assert (told["who"], told["people"]) == (who, people)


async def test_which_one_is_asked_with_choices(stage: Stage, village: Village) -> None:
    await canteen.activity(village, "太极拳", "太极", hours=48)
    await request(stage, "活动报名")
    assert stage.values("utter_activity_ask_which") == {"names": "合唱团、太极拳"}
    assert stage.buttons("utter_activity_ask_which")[1] == (
        "太极拳", '/join_activity{"activity":"太极拳"}',
    )  # fmt: skip
    await say(stage, "那个那个", "nlu_fallback")
    assert stage.said == ["utter_form_not_understood", "utter_activity_ask_which"]
    await say(stage, "太及拳", "nlu_fallback")
    assert stage.values("utter_activity_ask_confirm")["name"] == "太极拳"


async def test_tapped_choice_answers(stage: Stage) -> None:
    await request(stage, "活动报名")
    await stage.tell(FORM, "/join_activity", "join_activity", entity("activity", "合唱团"))
    assert stage.said == ["utter_activity_ask_confirm"]


async def test_unknown_activity_is_said(stage: Stage) -> None:
    await request(stage, "瑜伽给我报个名", activity="瑜伽")
    assert stage.said == ["utter_activity_unknown", "utter_activity_ask_which"]
    assert stage.values("utter_activity_unknown") == {"name": "瑜伽"}


async def test_day_chooses_the_occurrence(stage: Stage, village: Village) -> None:
    await canteen.activity(village, "太极拳", hours=48, weekly=True)
    await request(stage, "下周三的太极拳算我一个", activity="太极拳")
    told = stage.values("utter_activity_ask_confirm")
    assert told["when"] == "11月12日（周三）下午2点05分"


@pytest.mark.parametrize("words", ["我们十个人都报合唱团", "合唱团，零个人"])
async def test_people_that_cannot_be_are_asked_for_again(stage: Stage, words: str) -> None:
    await request(stage, words)
    assert stage.said == ["utter_activity_people_range", "utter_activity_ask_people"]
    await say(stage, "三个人", "nlu_fallback")
    assert stage.values("utter_activity_ask_confirm")["people"] == "3"


async def test_more_people_than_there_are_seats_at_all_are_not_put_in_line(
    stage: Stage, village: Village
) -> None:
    await canteen.activity(village, "包饺子", capacity=2)
    await request(stage, "包饺子我们三个人")
    assert stage.said == ["utter_activity_people_range", "utter_activity_ask_people"]
    assert stage.values("utter_activity_people_range") == {"most": "2"}


async def test_correction_at_the_summary_changes_its_part(stage: Stage, village: Village) -> None:
    await canteen.activity(village, "太极拳", hours=48)
    await request(stage, "合唱团给我报个名")
    await say(stage, "是三个人", "correct_info")
    assert stage.said == ["utter_form_amended", "utter_activity_ask_confirm"]
    assert stage.values("utter_activity_ask_confirm")["people"] == "3"
    await say(stage, "报太极拳", "join_activity", activity="太极拳")
    told = stage.values("utter_activity_ask_confirm")
    assert (told["name"], told["people"]) == ("太极拳", "3")
    await say(stage, "不对", "deny")
    assert stage.said == ["utter_activity_what_to_change"]


async def test_full_one_offers_its_waiting_line(
    stage: Stage, village: Village, neighbour: Party
) -> None:
    what = await canteen.activity(village, "包饺子", capacity=1)
    await joined(village, neighbour, what, "a")
    await joined(village, neighbour, what, "b", who="我妈")
    await request(stage, "包饺子算我一个")
    assert stage.said == ["utter_activity_ask_wait"]
    await say(stage, "行", "affirm")
    await stage.run(ActionActivityJoin())
    assert stage.values("utter_activity_waiting")["place_in_line"] == "2"


async def test_duplicate_is_told_with_its_number(
    stage: Stage, village: Village, wang: Party, choir: str
) -> None:
    await joined(village, wang, choir, "a")
    await request(stage, "合唱团给我报个名")
    assert stage.said == ["utter_activity_already"]
    assert stage.values("utter_activity_already")["no"] == "1001"
    await request(stage, "给我妈报合唱团")
    assert stage.said == ["utter_activity_ask_confirm"]


async def test_duplicate_that_comes_up_in_the_form_is_told_at_its_end(
    stage: Stage, village: Village, wang: Party
) -> None:
    what = await canteen.activity(village, "包饺子", capacity=1, hours=48)
    await joined(village, wang, what, "a", who="我妈")
    await joined(village, wang, what, "b")
    await request(stage, "活动报名")
    await say(stage, "包饺子", "nlu_fallback")
    assert stage.loop is None
    await stage.run(ActionActivityJoin())
    assert stage.said == ["utter_activity_already_waiting"]
    assert await village.count(activity_signup) == 2


async def test_sign_up_is_made_once_per_turn(stage: Stage, village: Village) -> None:
    for _ in range(2):
        await request(stage, "合唱团给我报个名")
        if "utter_activity_already" in stage.said:
            break
        slots = dict(stage.slots) | {"activity_confirm": True}
        for _ in range(2):
            stage.slots = dict(slots)
            stage.hear("对", "affirm", turn_id="turn_77")
            await stage.run(ActionActivityJoin())
            assert stage.said == ["utter_activity_joined"]
    assert await village.count(activity_signup) == 1


async def test_account_without_a_home_is_bound_first(unbound: Stage) -> None:
    await request(unbound, "合唱团给我报个名")
    told = [unbound.said]
    for words in ("3号楼2单元501", "35010001"):
        await say(unbound, words, "nlu_fallback")
        told.append(unbound.said)
    assert told == [
        ["utter_bind_ask_room"], ["utter_bind_ask_code"],
        ["utter_bind_done", "utter_activity_ask_confirm"],
    ]  # fmt: skip


async def cancel(stage: Stage, words: str, **named: str) -> None:
    stage.hear(words, "cancel_activity", *(entity(k, v, words) for k, v in named.items()))
    await stage.run(ActionActivityCancel())


async def told_to(village: Village, account: Party) -> list[str]:
    async with village.db.read() as conn:
        last = await outbox.last_said(conn, account.conversation_id)
    return [last.text] if last else []


NEWS = "好消息，您候补的包饺子有位子了。11月4日（周二）{clock}，在活动中心。去不了请跟我说一声，编号1002。"


async def test_leaving_moves_the_first_in_line_up_and_tells_them(
    stage: Stage, village: Village, wang: Party, neighbour: Party
) -> None:
    what = await canteen.activity(village, "包饺子", capacity=1)
    await joined(village, wang, what, "a")
    await joined(village, neighbour, what, "b")
    await cancel(stage, "包饺子我不去了", activity="包饺子")
    assert stage.values("utter_activity_ask_cancel") == {
        "no": "1001", "name": "包饺子", "when": WHEN, "who": "您",
    }  # fmt: skip
    assert await told_to(village, neighbour) == []
    stage.hear("不去了", "affirm")
    await stage.run(ActionAnswerOffer())
    assert stage.values("utter_activity_cancelled") == {"no": "1001", "name": "包饺子"}
    assert await told_to(village, neighbour) == [NEWS.format(clock="下午2点05分")]
    (entry,) = await activity.mine(village.ctx, neighbour)
    assert entry.signup.state == "joined"


async def test_word_waits_for_the_morning(
    stage: Stage, village: Village, wang: Party, neighbour: Party
) -> None:
    village.clock.advance(8 * 3600)  # 22:05
    what = await canteen.activity(village, "包饺子", capacity=1, hours=15)
    await joined(village, wang, what, "a")
    await joined(village, neighbour, what, "b")
    await cancel(stage, "包饺子我不去了", activity="包饺子")
    stage.hear("不去了", "affirm")
    await stage.run(ActionAnswerOffer())
    assert await told_to(village, neighbour) == []
    village.clock.advance(9.5 * 3600)  # 7:35
    await timers.fire_due(village.db, village.clock, telling.timers(village.clock))
    assert await told_to(village, neighbour) == [NEWS.format(clock="下午1点05分")]


async def test_word_of_the_question_is_a_yes_to_it(
    stage: Stage, village: Village, wang: Party, choir: str
) -> None:
    await joined(village, wang, choir, "a")
    await cancel(stage, "合唱团我不去了", activity="合唱团")
    await cancel(stage, "不去了")
    assert stage.said == ["utter_activity_cancelled"]
    assert await activity.mine(village.ctx, wang) == []


async def test_no_keeps_the_seat(stage: Stage, village: Village, wang: Party, choir: str) -> None:
    await joined(village, wang, choir, "a")
    await cancel(stage, "合唱团我不去了", activity="合唱团")
    stage.hear("还是去", "deny")
    await stage.run(ActionAnswerOffer())
    assert len(await activity.mine(village.ctx, wang)) == 1


async def test_which_of_several_is_asked_and_a_tap_answers(
    stage: Stage, village: Village, wang: Party, choir: str
) -> None:
    await joined(village, wang, choir, "a")
    other = await canteen.activity(village, "太极拳", hours=48)
    await joined(village, wang, other, "b")
    await cancel(stage, "取消报名")
    assert stage.values("utter_activity_which_cancel") == {"names": "合唱团、太极拳"}
    assert stage.buttons("utter_activity_which_cancel")[1] == (
        "太极拳", '/cancel_activity{"activity": "太极拳"}',
    )  # fmt: skip
    stage.hear("/cancel_activity", "cancel_activity", entity("activity", "太极拳"))
    await stage.run(ActionActivityCancel())
    assert stage.values("utter_activity_ask_cancel")["no"] == "1002"
    await cancel(stage, "后天的活动我去不了")
    assert stage.values("utter_activity_ask_cancel")["no"] == "1002"


async def test_person_who_is_named_leaves_and_nobody_else(
    stage: Stage, village: Village, wang: Party, choir: str
) -> None:
    await joined(village, wang, choir, "a", who="我妈")
    await joined(village, wang, choir, "b")
    for words, no, who in (
        ("合唱团我不去了", "1002", "您"), ("我妈妈的合唱团不去了", "1001", "我妈"),
        ("合唱团，我妈去不了", "1001", "我妈"),
    ):  # fmt: skip
        await cancel(stage, words, activity="合唱团")
        told = stage.values("utter_activity_ask_cancel")
        assert (told["no"], told["who"]) == (no, who)
    await cancel(stage, "我妈病了，合唱团我去不了", activity="合唱团")
    assert stage.values("utter_activity_which_cancel") == {
        "names": f"本人的合唱团，{WHEN}（编号1002）、我妈的合唱团，{WHEN}（编号1001）"
    }
    payload = stage.buttons("utter_activity_which_cancel")[1][1]
    assert payload == '/cancel_activity{"order_no": "1001"}'
    stage.hear("/cancel_activity", "cancel_activity", entity("order_no", "1001"))
    await stage.run(ActionActivityCancel())
    assert stage.values("utter_activity_ask_cancel")["who"] == "我妈"


async def test_seat_of_another_account_of_the_home_is_not_taken_for_ones_own(
    stage: Stage, village: Village, wang: Party, home: Home, choir: str
) -> None:
    other = await village.account(home)
    await joined(village, other, choir, "a")
    await joined(village, wang, choir, "b")
    await cancel(stage, "合唱团我不去了", activity="合唱团")
    assert stage.values("utter_activity_ask_cancel")["no"] == "1002"
    stage.hear("对", "affirm")
    await stage.run(ActionAnswerOffer())
    await cancel(stage, "合唱团我不去了", activity="合唱团")
    told = stage.values("utter_activity_ask_cancel")
    assert (told["no"], told["who"]) == ("1001", "您家里")


async def test_week_that_is_said_is_the_one_that_is_left(
    stage: Stage, village: Village, wang: Party
) -> None:
    await canteen.activity(village, "太极拳", hours=48, weekly=True)
    weeks = [one for one in await activity.upcoming(village.ctx) if one.name == "太极拳"]
    for turn, one in enumerate(weeks[:2]):
        await joined(village, wang, one.id, f"t{turn}")
    await cancel(stage, "下周三的太极拳我不去了", activity="太极拳")
    told = stage.values("utter_activity_ask_cancel")
    assert (told["no"], told["when"]) == ("1002", "11月12日（周三）下午2点05分")
    await cancel(stage, "太极拳我不去了", activity="太极拳")
    assert stage.values("utter_activity_which_cancel") == {
        "names": "本人的太极拳，后天（周三）下午2点05分（编号1001）、"
        "本人的太极拳，11月12日（周三）下午2点05分（编号1002）"
    }


async def test_same_yes_again_is_answered_the_same_and_frees_one_seat(
    stage: Stage, village: Village, wang: Party, choir: str
) -> None:
    await joined(village, wang, choir, "a")
    await cancel(stage, "合唱团我不去了", activity="合唱团")
    offer = stage.slots["offer"]
    for _ in range(2):
        stage.slots["offer"] = offer
        stage.hear("对", "affirm", turn_id="turn_9")
        await stage.run(ActionAnswerOffer())
        assert stage.values("utter_activity_cancelled") == {"no": "1001", "name": "合唱团"}
    (one,) = [one for one in await activity.upcoming(village.ctx) if one.id == choir]
    assert one.taken == 0


async def test_what_began_before_the_yes_is_said_and_forgotten(
    stage: Stage, village: Village
) -> None:
    await request(stage, "合唱团给我报个名")
    await say(stage, "对", "affirm")
    village.clock.advance(25 * 3600)
    await stage.run(ActionActivityJoin())
    assert stage.said == ["utter_activity_begun"]
    assert stage.known("activity") == {}


async def test_day_alone_at_the_summary_is_of_the_same_series(
    stage: Stage, village: Village
) -> None:
    await canteen.activity(village, "书法班", hours=24 * 9 - 2)
    await canteen.activity(village, "太极拳", hours=48, weekly=True)
    await request(stage, "太极拳算我一个", activity="太极拳")
    await say(stage, "不是这周，是下周三的", "correct_info")
    told = stage.values("utter_activity_ask_confirm")
    assert (told["name"], told["when"]) == ("太极拳", "11月12日（周三）下午2点05分")


async def test_what_nobody_joined_cannot_be_left(
    stage: Stage, village: Village, neighbour: Party, wang: Party, choir: str
) -> None:
    theirs = await joined(village, neighbour, choir, "a")
    await cancel(stage, "取消报名")
    assert stage.said == ["utter_activity_none_joined"]
    await cancel(stage, "唱歌我不去了", activity="唱歌")
    assert stage.values("utter_activity_not_joined") == {"name": "合唱团"}
    stage.slots["offer"] = {"kind": "leave_activity", "no": theirs}
    stage.hear("对", "affirm")
    await stage.run(ActionAnswerOffer())
    assert stage.said == ["utter_error_not_found"]
    assert len(await activity.mine(village.ctx, neighbour)) == 1


async def ask(stage: Stage, words: str, **named: str) -> list[str]:
    stage.hear(words, "query_activity", *(entity(k, v, words) for k, v in named.items()))
    await stage.run(ActionActivityQuery())
    return stage.said


def items(stage: Stage) -> list[str]:
    return [m["item"] for m in stage.messages if m["response"] == "utter_list_item"]


async def test_list_reads_three_and_then_asks(unbound: Stage, village: Village) -> None:
    for i, name in enumerate(("太极拳", "书法班", "剪纸")):
        await canteen.activity(village, name, hours=48 + i, capacity=i)
    assert await ask(unbound, "这礼拜有啥活动") == [
        "utter_activity_list", *["utter_list_item"] * 3, "utter_list_more",
    ]  # fmt: skip
    assert unbound.values("utter_activity_list")["count"] == "4"
    assert items(unbound)[:2] == [
        f"合唱团，{WHEN}，在活动中心，还有10个位子。",
        "太极拳，后天（周三）下午2点05分，在活动中心，报满了，可以候补。",
    ]
    unbound.hear("要", "affirm")
    await unbound.run(ActionAnswerOffer())
    assert [item[:2] for item in items(unbound)] == ["剪纸"]


async def test_list_is_of_the_time_and_the_kind_that_are_asked_for(
    stage: Stage, village: Village
) -> None:
    await canteen.activity(village, "太极拳", hours=48, kind="sport")
    await canteen.activity(village, "亲子活动", hours=48, kind="family")
    await ask(stage, "后天有啥活动")
    assert [item[:2] for item in items(stage)] == ["亲子", "太极"]
    await ask(stage, "有没有带孩子的活动")
    assert [item[:2] for item in items(stage)] == ["亲子"]
    assert (await ask(stage, "今天晚上有啥活动"))[0] == "utter_activity_none"


async def test_one_is_told_with_the_offer_to_sign_up(stage: Stage, choir: str) -> None:
    assert await ask(stage, "合唱团什么时候排练", activity="合唱团") == [
        "utter_activity_detail", "utter_activity_ask_join",
    ]  # fmt: skip
    assert stage.values("utter_activity_detail") == {
        "name": "合唱团", "place": "活动中心", "note": "欢迎来。",
        "when": "明天（周二）下午2点05分到4点05分",
    }  # fmt: skip
    stage.hear("报名", "affirm")
    await stage.run(ActionAnswerOffer())
    assert stage.slots["activity_which"]["id"] == choir
    stage.loop = FORM.form
    await stage.run(FORM)
    assert stage.said == ["utter_activity_ask_confirm"]


async def test_full_or_joined_ones_are_told_as_such(
    stage: Stage, village: Village, wang: Party, neighbour: Party, choir: str
) -> None:
    what = await canteen.activity(village, "包饺子", capacity=1)
    await joined(village, neighbour, what, "a")
    assert await ask(stage, "包饺子还有位子吗", activity="包饺子") == [
        "utter_activity_detail", "utter_activity_ask_join_full",
    ]  # fmt: skip
    await joined(village, wang, choir, "b")
    assert await ask(stage, "合唱团几点", activity="合唱团") == [
        "utter_activity_detail", "utter_list_item",
    ]  # fmt: skip


async def test_own_entries_and_places_in_line_are_told(
    stage: Stage, unbound: Stage, village: Village, wang: Party, neighbour: Party, choir: str
) -> None:
    assert await ask(stage, "我报名的那个活动几号") == ["utter_activity_none_joined"]
    what = await canteen.activity(village, "包饺子", capacity=1, hours=48)
    await joined(village, neighbour, what, "a")
    await joined(village, wang, what, "b")
    await joined(village, wang, choir, "c")
    await ask(stage, "我报名的那个活动几号")
    assert items(stage) == [
        f"合唱团，{WHEN}，在活动中心，报上了，编号1003。",
        "包饺子，后天（周三）下午2点05分，候补第1位，编号1002。",
    ]
    await ask(stage, "包饺子候补排到第几了", activity="包饺子")
    assert len(items(stage)) == 1
    assert await ask(stage, "我报上了吗摄影课", activity="摄影课") == ["utter_activity_not_joined"]
    assert await ask(unbound, "我报名的那个活动几号") == ["utter_bind_first"]


async def test_unknown_or_past_ones_are_not_on(stage: Stage, village: Village) -> None:
    assert (await ask(stage, "瑜伽有吗", activity="瑜伽"))[:2] == [
        "utter_activity_unknown", "utter_activity_list",
    ]  # fmt: skip
    village.clock.advance(25 * 3600)
    assert await ask(stage, "有啥活动") == ["utter_activity_none"]


@pytest.mark.parametrize(
    ("words", "people"),
    [("我和老伴俩人", 2), ("三个人", 3), ("算我一个", 1), ("一大一小", 2), ("我家两口子", 2),
     ("留俩座", 2), ("报一个名额", None)],
)  # fmt: skip
def test_people_are_counted(words: str, people: int | None) -> None:
    assert people_of(words) == people


@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("给我妈报手机课", "我妈"),
        ("替我老婆占个位", "我老婆"),
        ("给我报个名", ""),
        ("我和老伴都去", ""),
    ],
)
def test_who_is_signed_up_is_read(words: str, who: str) -> None:
    assert who_of(words) == who
