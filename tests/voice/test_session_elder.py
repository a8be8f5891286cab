"""A whole conversation with an elder: pauses, restarts, interruptions, silences, a hang-up."""

from __future__ import annotations

from tests.voice.traces import room
from voice.talk import Fate, Habits, Kind, Said
from voice.words import listed


class RepairForm:
    """A conversation that takes down a repair, as a form would."""

    def __init__(self):
        self.seq = 0
        self.place = None
        self.done = False

    def answer(self, text):
        if "漏水" in text:
            return self._say("好的，水管漏水。请问您家是几号楼几单元几室？")
        if "号楼" in text or "单元" in text:
            self.place = text
            return self._say(f"是{text}，对吗？")
        if text in {"中", "要得", "对", "对头", "嗯", "是的"}:
            self.done = True
            return self._say("登记好了。师傅明天上午来。")
        if "找人工" in text:
            return self._say("好的，马上请工作人员来。")
        return self._say("您请说。")

    def _say(self, text):
        self.seq += 1
        return [(0.4, Said(self.seq, text, Kind.ANSWER))]


async def test_a_repair_with_pauses_a_restart_a_correction_and_a_dialect_yes():
    form = RepairForm()
    r = room(form.answer, talk={"habits": Habits(senior=True)})
    async with r:
        await r.session.wake()
        await r.passes(2)
        await r.speaks(
            "我", "那个", "水管", "漏水了", trace="s0.6 v0.4 s1.9 v0.5 s2.0 v0.6 s1.2 v0.9 s2.4"
        )
        await r.passes(9)
        await r.says("再说一遍")
        await r.passes(14)
        await r.speaks(
            "三号楼",
            "不是",
            "五号楼",
            "二单元五零一",
            trace="s1.0 v0.8 s1.5 v0.4 s0.6 v0.8 s1.8 v1.4 s4.2",
        )
        await r.passes(6)
        await r.speaks("要得", trace="s1.5 v0.4 s1.2")
        await r.passes(8)
    assert r.talk.words == ["我那个水管漏水了", "三号楼不是五号楼二单元五零一", "要得"]
    assert form.done
    assert r.saying[-2:] == ["登记好了。", "师傅明天上午来。"]
    slow = [pace for text, pace in r.voice.spoken if "几号楼" in text]
    assert slow == [3, 2]


async def test_an_elder_who_interrupts_is_listened_to():
    form = RepairForm()
    r = room(form.answer)
    async with r:
        await r.session.wake()
        await r.passes(2)
        await r.speaks("水管", "漏水了", trace="v0.6 s0.4 v0.9 s2.8")
        await r.passes(3)
        await r.speaks("三号楼", "一单元一零二", trace="v0.9 s0.5 v1.3 s3.8")
        await r.passes(1)
    assert r.talk.words == ["水管漏水了", "三号楼一单元一零二"]
    assert r.talk.fates[0] == (1, Fate.CUT)


async def test_three_silences_are_bridged_and_the_answer_is_still_taken():
    form = RepairForm()
    r = room(form.answer)
    async with r:
        await r.session.wake()
        await r.passes(2)
        await r.says("水管漏水了")
        await r.passes(6)
        await r.hears("s44")
        said = r.saying[-8:]
        await r.speaks("三号楼", "一单元一零二", trace="v0.9 s0.5 v1.3 s4")
        await r.passes(2)
    assert any(one in listed("ladder.silent") for one in said)
    assert r.talk.words[-1] == "三号楼一单元一零二"
    assert form.place == "三号楼一单元一零二"


async def test_hang_up_in_the_form_and_back_within_half_an_hour():
    form = RepairForm()
    first = room(form.answer)
    async with first:
        await first.session.wake()
        await first.passes(2)
        await first.says("水管漏水了")
        await first.passes(2)
    question = Said(1, "好的，水管漏水。请问您家是几号楼几单元几室？", Kind.ANSWER)
    assert first.talk.fates == [(1, Fate.CUT)]
    back = room(form.answer)
    async with back:
        await back.passes(1_500)
        back.talk.comes(question)
        await back.session.wake()
        await back.passes(9)
        assert back.saying[-2:] == ["好的，水管漏水。", "请问您家是几号楼几单元几室？"]
        assert listed("resumed")[0] in back.saying
        await back.speaks("三号楼", "一单元一零二", trace="v0.9 s0.5 v1.3 s4")
        await back.passes(3)
        await back.says("对")
        await back.passes(6)
    assert form.done


async def test_an_elder_who_is_never_understood_gets_a_person():
    form = RepairForm()
    r = room(form.answer, ears={"confidence": 0.2})
    async with r:
        await r.session.wake()
        await r.passes(3)
        for _ in range(4):
            await r.speaks("叽里", "咕噜", trace="v0.8 s0.5 v0.8 s2.6")
            await r.passes(9)
        await r.speaks("好", trace="v0.4 s2.6")
        await r.passes(4)
    assert r.talk.words == ["找人工"]
    assert r.saying[-1] == "好的，马上请工作人员来。"
