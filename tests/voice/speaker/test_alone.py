"""A speaker without its line: cries are answered, noted and delivered once; reminders are said once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from language.voice_commands import cry
from tests.voice.speaker.home import START, Home
from voice.speaker.frames import Agenda, Due, Noted, Refused, Stored
from voice.speaker.journal import ANSWER, SPOKEN, WORDS
from voice.speaker.memory import Memory

CRY = "救命啊我摔倒了"
NOTED = "救命啊我摔倒了（11月3日 08:05说的，当时网络断了）"
PILLS = Due(
    "due:7@2025-11-03T00:10:00+00:00", START + timedelta(minutes=5), "该吃药了：降压药一片。"
)


async def cries(home, words=CRY):
    home.client.pressed()
    await home.speaks(words, trace="v1.0")
    home.client.released()
    await home.passes(1)


async def test_a_cry_without_a_line_is_answered_at_once_and_noted(tmp_path):
    async with Home(tmp_path) as home:
        home.box.memory.learn(help_phones=("120", "值班电话62345678"))
        await cries(home)
        assert [one.text for one in home.box.journal.waiting(WORDS)] == [NOTED]
        await home.passes(3)
        said = "".join(home.said)
        assert "网络断了，您的话我先记下了" in said
        assert "幺二零，或者值班电话六二三四，五六七八" in said
        assert any(any(frame) for frame in home.card.played)


async def test_a_cry_is_answered_when_no_gateway_was_ever_reached(tmp_path):
    async with Home(tmp_path) as home:
        await cries(home)
        await home.passes(3)
        assert "".join(home.said).count("请您现在就打电话，幺二零。") == 1


async def test_a_cry_that_only_an_ear_takes_for_one_is_a_cry_here_too(tmp_path):
    async with Home(tmp_path) as home:
        await cries(home, "抓小头")
        await home.passes(3)
        assert [one.text[:3] for one in home.box.journal.waiting(WORDS)] == ["抓小头"]
        assert [cry(one.text).sos for one in home.box.journal.waiting(WORDS)] == [True]


async def test_a_cry_is_delivered_once_when_the_line_is_back(tmp_path):
    async with Home(tmp_path) as home:
        await cries(home)
        (noted,) = home.box.journal.waiting(WORDS)
        await home.comes_up()
        await home.is_told(Stored(noted.id))
        assert {(one["id"], one["text"]) for one in home.sent("say")} == {(noted.id, NOTED)}
        home.line.sent.clear()
        await home.goes_down()
        await home.comes_up()
        await home.passes(1)
        assert home.sent("say") == []


async def test_a_cry_outlives_the_process_and_keeps_its_id(tmp_path):
    async with Home(tmp_path) as home:
        await cries(home)
        (noted,) = home.box.journal.waiting(WORDS)
    async with Home(tmp_path) as again:
        await again.comes_up()
        assert {(one["id"], one["text"]) for one in again.sent("say")} == {(noted.id, NOTED)}


async def test_a_cry_that_is_refused_is_sent_again(tmp_path):
    async with Home(tmp_path) as home:
        await cries(home)
        await home.comes_up()
        home.line.sent.clear()
        await home.is_told(Refused(home.box.journal.waiting(WORDS)[0].id))
        await home.waits(29)
        assert home.sent("say") == []
        await home.waits(2)
        assert len(home.sent("say")) == 1


async def test_other_words_are_not_kept_for_later(tmp_path):
    async with Home(tmp_path) as home:
        await cries(home, "帮我把灯打开")
        await home.passes(2)
        assert home.box.journal.waiting(WORDS) == []
        assert "这件事我办不了" in "".join(home.said)


async def test_without_ears_a_button_held_for_three_seconds_is_a_cry(tmp_path):
    async with Home(tmp_path, can_hear=False) as home:
        home.client.pressed()
        await home.passes(2.8)
        assert home.box.journal.waiting(WORDS) == []
        await home.passes(0.4)
        (noted,) = home.box.journal.waiting(WORDS)
        assert noted.text.startswith("救命！音箱上的求助按钮被按住了三秒")
        home.client.released()
        await home.passes(2)
        assert "网络断了，您的话我先记下了" in "".join(home.said)


async def test_without_ears_a_shorter_press_is_told_what_to_do(tmp_path):
    async with Home(tmp_path, can_hear=False) as home:
        home.client.pressed()
        await home.passes(0.2)
        home.client.released()
        await home.passes(2)
        assert home.box.journal.waiting(WORDS) == []
        assert "请按住按钮三秒钟不放" in "".join(home.said)


async def test_a_reminder_is_said_at_its_time_once_and_told_of_when_the_line_is_back(tmp_path):
    async with Home(tmp_path) as home:
        await home.comes_up()
        await home.is_told(Agenda((PILLS,)))
        await home.goes_down()
        await home.waits(290)
        assert home.said == []
        await home.waits(40)
        assert home.said == ["该吃药了，降压药一片。"]
        await home.waits(600)
        assert home.said == ["该吃药了，降压药一片。"]
        (spoken,) = home.box.journal.waiting(SPOKEN)
        home.line.sent.clear()
        await home.comes_up()
        assert home.sent("spoken")[0] == {
            "type": "spoken", "key": PILLS.key, "at": spoken.at.isoformat(),
        }  # fmt: skip
        await home.is_told(Noted(PILLS.key))
        assert home.box.journal.waiting(SPOKEN) == []


OPENER = ["有一条给王秀英的提醒，是哪位在听？", "请说一下您是谁。"]
PRIVATE = Due("k", START + timedelta(minutes=5), "该吃药了。", private=True)


async def test_a_private_reminder_is_announced_and_said_to_its_owner(tmp_path):
    Memory(tmp_path).learn(agenda=(PRIVATE,), person="王秀英")
    async with Home(tmp_path) as home:
        await home.waits(330)
        assert home.said == OPENER
        assert home.box.journal.waiting(SPOKEN) == []
        await cries(home, "我是王秀英")
        await home.passes(3)
        assert home.said.count("该吃药了。") == 1
        assert [one.id for one in home.box.journal.waiting(SPOKEN)] == ["k"]


async def test_a_private_reminder_that_nobody_listened_to_is_announced_again_and_said_once(
    tmp_path,
):
    Memory(tmp_path).learn(agenda=(PRIVATE,), person="王秀英")
    async with Home(tmp_path) as home:
        await home.waits(330)
        await home.waits(17 * 60)
        assert home.said == OPENER * 3  # at its time, and five and fifteen minutes after
        await cries(home, "是我")
        await home.passes(3)
        await home.waits(40 * 60)
        assert home.said.count("该吃药了。") == 1


async def test_without_ears_a_private_reminder_is_read_out(tmp_path):
    async with Home(tmp_path, can_hear=False) as home:
        home.box.memory.learn(agenda=(PRIVATE,))
        await home.waits(330)
        assert home.said == ["该吃药了。"]


async def test_a_reminder_that_was_said_is_not_said_again_after_a_restart(tmp_path):
    async with Home(tmp_path) as home:
        home.box.memory.learn(agenda=(PILLS,))
        await home.waits(330)
        assert len(home.said) == 1
        now = home.clock
    async with Home(tmp_path, clock=now) as again:
        again.box.memory.learn(agenda=(PILLS,))
        await again.waits(60)
        assert again.said == []


async def test_a_reminder_that_no_voice_could_say_is_left_to_the_gateway(tmp_path):
    async with Home(tmp_path) as home:
        home.voice.broken = True
        home.box.memory.learn(agenda=(PILLS,))
        await home.waits(330)
        assert home.box.journal.waiting(SPOKEN) == []


async def test_while_the_line_is_up_reminders_are_the_gateways(tmp_path):
    async with Home(tmp_path) as home:
        await home.comes_up()
        await home.is_told(Agenda((PILLS,)))
        await home.waits(400)
        assert home.said == []


@pytest.mark.parametrize(("late", "said"), [(119, 1), (121, 0)])
async def test_a_reminder_two_hours_late_is_not_said_any_more(tmp_path, late, said):
    async with Home(tmp_path) as home:
        home.box.memory.learn(agenda=(Due("k", START - timedelta(minutes=late), "该吃药了。"),))
        await home.waits(30)
        assert len(home.said) == said


@pytest.mark.parametrize(("wait_s", "said"), [(60, ["已经吃过了"]), (1_900, [])])
async def test_the_answer_to_a_reminder_is_told_as_long_as_it_can_mean_no_other(
    tmp_path, wait_s, said
):
    async with Home(tmp_path) as home:
        home.box.memory.learn(agenda=(PILLS,))
        await home.waits(330)
        await cries(home, "已经吃过了")
        await home.waits(wait_s)
        await home.comes_up()
        assert [one["text"] for one in home.sent("say")][:1] == said
        for one in home.sent("say"):
            await home.is_told(Stored(one["id"]))
        assert home.box.journal.waiting(ANSWER) == []


async def test_pace_by_voice_is_kept_for_the_next_time(tmp_path):
    async with Home(tmp_path) as home:
        await cries(home, "说慢一点")
        await home.passes(2)
    assert Home(tmp_path).box.memory.known.pace == 2


async def test_a_cry_after_a_session_that_failed_is_heard_too(tmp_path):
    async with Home(tmp_path) as home:
        home.ears.failures = [ZeroDivisionError()]
        await cries(home, "帮我把灯打开")
        await home.waits(2)
        await cries(home)
        assert [one.text for one in home.box.journal.waiting(WORDS)] == [NOTED]


async def test_a_cry_that_the_disk_does_not_take_is_answered_all_the_same(tmp_path):
    async with Home(tmp_path) as home:
        home.box.journal.close()
        await cries(home)
        await home.passes(4)
        assert "".join(home.said).count("请您现在就打电话，幺二零。") == 1
        home.box.journal = home.box.journal.__class__(tmp_path)


async def test_a_cry_is_noted_before_its_sentence_is_finished_and_answered_once(tmp_path):
    async with Home(tmp_path) as home:
        home.client.pressed()
        await home.speaks("救命啊", "快来人", trace="v1.0 s0.8 v0.6")
        assert [one.text[:3] for one in home.box.journal.waiting(WORDS)] == ["救命啊"]
        home.client.released()
        await home.passes(6)
        (noted,) = home.box.journal.waiting(WORDS)
        assert noted.text.startswith("救命啊快来人（")
        assert "".join(home.said).count("您的话我先记下了") == 1
