"""V10: what the speaker itself is told works in every state, by text and by voice."""

from __future__ import annotations

import pytest

from language.voice_commands import Command
from tests.voice.traces import room
from voice.talk import Habits, Kind, Said
from voice.words import listed

NEWS = "今天下午停水。明天上午恢复。"
QUESTION = "请问您家是几号楼？"
STATES = ["idle", "listening", "form", "thinking", "speaking"]
WORDS = {
    Command.HELP: "救命啊",
    Command.STOP: "别说了",
    Command.REPEAT: "再说一遍",
    Command.SLOWER: "慢一点",
    Command.FASTER: "快一点",
    Command.LOUDER: "大声一点",
    Command.QUIETER: "小声一点",
    Command.HUMAN: "找人工",
    Command.MENU: "能做什么",
    Command.UNDO: "撤销",
    Command.WAIT: "等一下",
    Command.ACKNOWLEDGE: "知道了",
}
HANDED_OVER = {Command.HELP, Command.HUMAN, Command.MENU, Command.UNDO, Command.ACKNOWLEDGE}


def answers(text):
    if text == "停水吗":
        return [(0.3, Said(1, NEWS, Kind.ANSWER))]
    return [(0.3, Said(2, QUESTION, Kind.ANSWER))] if text == "我要报修" else []


async def put(r, state):
    """Bring the session into a state; the last thing said is NEWS, in a form it is QUESTION."""
    await r.session.wake()
    await r.passes(3)
    await r.says("停水吗")
    if state == "speaking":
        await r.passes(0.8)
        return
    await r.passes(8)
    if state == "idle":
        await r.passes(15)
    elif state == "form":
        await r.says("我要报修")
        await r.passes(3)
    elif state == "thinking":
        r.talk.waits = True
        await r.says("交一下物业费")
    expected = {"idle": "idle", "form": "listening"}.get(state, state)
    assert r.states[-1] == expected


def last_of(state):
    return [QUESTION] if state == "form" else NEWS.replace("。", "。|").split("|")[:-1]


async def check(r, command, state, before, taken):
    """What must be seen of the command after it was said."""
    said = r.saying[before:]
    paces = [pace for text, pace in r.voice.spoken if text in last_of(state)]
    words = r.talk.words[taken:]
    assert words == ([WORDS[command]] if command in HANDED_OVER else []), (state, words)
    match command:
        case Command.STOP:
            own = [*listed("filler")] if state == "thinking" else []
            assert [one for one in said if one not in own] == []
        case Command.REPEAT:
            assert said[: len(last_of(state))] == last_of(state)
            assert (paces[-1], r.talk.kept.pace) == (2, 3)
        case Command.SLOWER:
            assert said[: len(last_of(state)) + 1] == [*listed("pace.slower"), *last_of(state)]
            assert (paces[-1], r.talk.kept.pace) == (2, 2)
        case Command.FASTER:
            assert (said[0], r.talk.kept.pace) == (listed("pace.faster")[0], 4)
        case Command.LOUDER | Command.QUIETER:
            level = 80 if command is Command.LOUDER else 40
            set_at = next(
                one.at_s for one in r.door.told if (one.what, one.value) == ("volume", level)
            )
            assert said[0] in listed(f"volume.{command.value}")
            assert set_at <= r.door.times("saying")[before]
            assert r.talk.kept.volume == level
        case Command.WAIT:
            assert said[0] in listed("wait")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("command", list(Command), ids=lambda command: command.value)
async def test_v10_each_command_works_in_each_state_by_text(command, state):
    r = room(answers)
    async with r:
        await put(r, state)
        before, taken = len(r.saying), len(r.talk.taken)
        await r.says(WORDS[command])
        await r.passes(7)
        await check(r, command, state, before, taken)


@pytest.mark.parametrize("state", ["listening", "form", "thinking", "speaking"])
@pytest.mark.parametrize("command", list(Command), ids=lambda command: command.value)
async def test_v10_each_command_works_in_each_state_by_voice(command, state):
    r = room(answers)
    async with r:
        await put(r, state)
        before, taken = len(r.saying), len(r.talk.taken)
        await r.speaks(WORDS[command], trace="v0.8 s1.5")
        await r.passes(7)
        await check(r, command, state, before, taken)


async def test_stop_by_voice_stops_at_its_first_partial():
    r = room(answers)
    async with r:
        await put(r, "speaking")
        await r.speaks("停", trace="v0.3 s0.1")
        stopped = r.door.times("hush")[-1]
        await r.passes(5)
    assert stopped - 0.8 < 4.0
    assert max(r.door.times("sound")) <= stopped
    assert (1, "cut") in [(seq, fate.value) for seq, fate in r.talk.fates]


async def test_repeat_is_slower_each_time_and_repeats_the_list_not_the_prompt():
    def listing(text):
        return [
            (0.3, Said(1, "今天有三家。第一家，第二家，第三家。", Kind.ANSWER)),
            (0.4, Said(2, "您要哪一家？", Kind.ANSWER)),
        ]

    r = room(listing)
    async with r:
        await r.session.wake()
        await r.says("有哪些饭店")
        await r.passes(12)
        paces = []
        for _ in range(3):
            before = len(r.voice.spoken)
            await r.says("再说一遍")
            await r.passes(16)
            paces.append(r.voice.spoken[before:])
    whole = ["今天有三家。", "第一家，第二家，第三家。", "您要哪一家？"]
    assert paces == [[(one, pace) for one in whole] for pace in (2, 1, 1)]


async def test_repeat_after_a_reprompt_repeats_the_answer():
    r = room(lambda _: [(0.3, Said(1, QUESTION, Kind.ANSWER))])
    async with r:
        await r.session.wake()
        await r.says("我要报修")
        await r.passes(3 + 11)  # the question, and a silence that is broken
        assert r.saying[-1] in listed("ladder.silent")
        await r.says("再说一遍")
        await r.passes(3)
        assert r.saying[-1] == QUESTION


async def test_repeat_of_our_own_question_asks_it_again():
    r = room(answers, ears={"confidence": 0.5})
    async with r:
        await r.session.wake()
        await r.passes(3)
        await r.speaks("我要", "报修", trace="s0.2 v1.0 s3.8")
        asked = r.saying[-1]
        assert asked == "您是说“我要报修”吗？"
        await r.passes(3)
        await r.says("再说一遍")
        await r.passes(3)
        assert r.saying[-2:] == [asked, asked]


async def test_nothing_to_repeat_is_said_kindly():
    r = room()
    async with r:
        await r.session.wake()
        await r.says("再说一遍")
        await r.passes(3)
        assert r.saying[-2:] == ["我还没说什么呢。", "您有什么事，请讲。"]


async def test_volume_has_five_steps_and_the_last_one_says_so():
    r = room(talk={"habits": Habits(volume=40)})
    async with r:
        await r.session.wake()
        for _ in range(4):
            await r.says("大声一点")
            await r.passes(4)
        for _ in range(5):
            await r.says("小声一点")
            await r.passes(4)
    assert r.door.values("volume") == [40, 60, 80, 100, 80, 60, 40, 20]
    assert r.saying.count("已经是最大声了。") == 1
    assert r.saying.count("已经是最小声了。") == 1
    assert r.talk.kept.volume == 20


async def test_a_device_whose_volume_cannot_be_set_says_so():
    r = room()
    r.door.has_volume = False
    async with r:
        await r.session.wake()
        await r.says("大声一点")
        await r.passes(4)
    assert r.saying[-1] == listed("volume.by_hand")[0]
    assert r.talk.kept.volume == 60


async def test_louder_in_the_middle_goes_on_with_the_sentence():
    r = room(answers)
    async with r:
        await put(r, "speaking")
        before = len(r.saying)
        await r.says("大声一点")
        await r.passes(8)
    assert r.saying[before:][1:] == ["今天下午停水。", "明天上午恢复。"]
    assert [(seq, fate.value) for seq, fate in r.talk.fates] == [(1, "cut"), (1, "played")]


async def test_wait_gives_twenty_seconds_and_then_goes_on_with_the_rest():
    r = room(answers)
    async with r:
        await put(r, "speaking")
        await r.says("等一下")
        await r.passes(21)
        assert r.saying[-1] in listed("wait")
        await r.passes(8)
    assert r.saying[-3:] == [*listed("go_on"), "今天下午停水。", "明天上午恢复。"]


async def test_pace_has_ends_that_are_told():
    r = room(answers, talk={"habits": Habits(pace=1)})
    async with r:
        await r.session.wake()
        await r.says("停水吗")
        await r.passes(25)
        await r.says("慢一点")
        await r.passes(25)
    assert r.saying[-3:] == [*listed("pace.slowest"), "今天下午停水。", "明天上午恢复。"]
    assert r.talk.kept.pace == 1


async def test_pace_is_kept_for_what_is_said_later():
    r = room(answers)
    async with r:
        await put(r, "listening")
        await r.says("慢一点")
        await r.passes(12)
        await r.says("我要报修")
        await r.passes(4)
    assert r.voice.spoken[-1] == (QUESTION, 2)


async def test_an_announcement_of_water_is_no_stop():
    r = room(answers)
    async with r:
        await put(r, "listening")
        await r.speaks("停", "水了", trace="v0.6 s0.3 v0.6 s2.5")
        assert r.talk.words[-1] == "停水了"
