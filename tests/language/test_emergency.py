"""No cry for help is missed, ordinary words do not ring, and every guard is needed."""

import math
import random
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from language.emergency import Verdict, detect, is_false_alarm, judge
from language.emergency_gate import needed
from language.emergency_rules import Guard, Rulebook, compile_rulebook, rulebook
from language.emergency_score import BIAS, Scorer
from language.emergency_sound import fold_syllable

HERE = Path(__file__).parent
DATA = HERE.parents[1] / "language" / "data" / "emergency.yml"
CASES = yaml.safe_load((HERE / "emergency_cases.yml").read_text("utf-8"))
CRIES = [(kind, cry) for kind, cries in CASES["cries"].items() for cry in cries]
GUARDED = [(name, words) for name, sentences in CASES["guards"].items() for words in sentences]
NEVER = re.compile("(?!)")
HELD_OUT = HERE / "emergency_heldout.yml"
EVERYDAY = 500  # of its ordinary sentences; those after them all hold a word of danger


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return rulebook()


@pytest.fixture(scope="module")
def rules(book: Rulebook) -> Rulebook:
    """The rules alone, without the score."""
    return replace(
        book, scorer=Scorer({BIAS: 0.0}, sure=math.inf, certain=math.inf, refuted=-math.inf)
    )


def deafened(rules: Rulebook) -> Rulebook:
    """The rules without anything that goes by sound."""
    return replace(rules, ear=replace(rules.ear, pattern=NEVER, homophones={}))


# --- cries and ordinary words


@pytest.mark.parametrize(("kind", "cry"), CRIES)
def test_cry_is_heard_with_its_kind_and_evidence(kind: str, cry: str) -> None:
    verdict = detect(cry)

    assert (verdict.sos, verdict.kind) == (True, kind)
    assert verdict.evidence
    assert verdict.evidence in cry


@pytest.mark.parametrize("words", CASES["ordinary"])
def test_ordinary_words_do_not_ring(words: str) -> None:
    assert detect(words) == Verdict(sos=False, kind=None, evidence=None)


def test_tables_are_large_and_have_no_sentence_twice() -> None:
    sentences = [cry for _, cry in CRIES] + CASES["ordinary"]

    assert len(CRIES) >= 300
    assert len(CASES["ordinary"]) >= 400
    assert len(sentences) == len(set(sentences))


@pytest.mark.parametrize("words", CASES["false_alarms"])
def test_known_false_alarm_still_rings(words: str) -> None:
    assert detect(words).sos, "quiet by now: move it to the ordinary words"


@pytest.mark.parametrize("words", ["", " ", "？", "\u200b", "👍", "1", "。。。", "\ud800", "\x00"])
def test_nothing_said_is_no_cry(words: str) -> None:
    assert not detect(words).sos
    assert not is_false_alarm(words)


# --- each guard is needed


@pytest.mark.parametrize(("name", "words"), GUARDED)
def test_guard_alone_keeps_ordinary_words_quiet(name: str, words: str, rules: Rulebook) -> None:
    without = replace(rules, guards={**rules.guards, name: Guard(name, NEVER, None)})

    assert not detect(words).sos
    assert not judge(words, rules).sos
    assert judge(words, without).sos


def test_every_guard_has_such_words(book: Rulebook) -> None:
    assert set(CASES["guards"]) == set(book.guards)
    assert all(CASES["guards"].values())


def test_every_guard_is_asked_for(book: Rulebook) -> None:
    assert set().union(*(rule.guards for rule in book.rules)) == set(book.guards)


@pytest.mark.parametrize(
    "words",
    [
        "救命稻草是什么意思",
        "困死了先睡了",
        "燃气灶打不着火",
        "嗓子冒烟了，来瓶水",
        "这价格爆炸了",
        "SOS按钮在哪里",
        "摔跤比赛报名",
    ],
)
def test_harmless_words_are_blotted_out(words: str, rules: Rulebook) -> None:
    assert not detect(words).sos
    assert judge(words, replace(rules, harmless=NEVER)).sos


@pytest.mark.parametrize(
    ("name", "cry"),
    [
        ("negation", "没停电，是着火了"),
        ("negation", "不是我晕倒了，是我老伴"),
        ("negation", "不是我家着火，是隔壁"),
        ("negation", "是不是着火了，屋里有烟"),
        ("negation", "不会是煤气漏了吧"),
        ("negation", "不是，着火了"),
        ("negation", "没有，我摔倒了"),
        ("needless", "没人叫救护车，快点"),
        ("risk", "我好怕，煤气漏了"),
        ("past", "上次着火是误会，这次又着火了"),
        ("yesterday", "昨天摔了一跤，到现在起不来"),
        ("condition", "要是再不来人，我妈就不行了"),
        ("condition", "家里着火了怎么办"),
        ("drill", "不是演习，真的着火了"),
        ("media", "刚才电视里正放着呢，突然电视冒烟了"),
        ("hearsay", "听说楼上着火了，快来"),
        ("retracted", "不是开玩笑，我真的不想活了"),
        ("retracted", "上次是误报，这次真着火了"),
        ("over", "摔了一跤，不要紧的，哎呀又晕倒了"),
    ],
)
def test_guard_lets_the_real_cry_through(name: str, cry: str) -> None:
    assert name in CASES["guards"]
    assert detect(cry).sos


# --- however it is written


def odd_spellings(cry: str) -> Iterator[str]:
    yield " ".join(cry)
    yield "，".join(cry)
    yield "…".join(cry)
    yield "😭".join(cry)
    yield "\u200b".join(cry)
    yield "".join(char * 3 if "\u4e00" <= char <= "\u9fff" else char for char in cry)
    yield f"！！！{cry}？？？"
    yield f"{cry}{cry}"
    yield f"你好，我想问一下物业费，哎呀，{cry}"
    yield f"喂你好啊{cry}你们快点"


@pytest.mark.parametrize(
    "cry",
    ["救命", "着火了", "煤气味", "我摔倒了", "老伴叫不醒", "喘不上气", "电梯困人了", "不想活了"],
)
def test_cry_is_heard_through_odd_spellings(cry: str) -> None:
    assert [odd for odd in odd_spellings(cry) if not detect(odd).sos] == []


def test_evidence_is_the_stretch_as_received() -> None:
    assert detect("喂，救 救，命！！").evidence == "救 救，命"
    assert detect("樓上著 火，快").evidence == "著 火"


@pytest.mark.parametrize(
    "cry", ["樓上著火", "煤氣味好大", "我媽暈倒咗", "電梯夾傷人", "手腳癱瘓了"]
)
def test_traditional_characters_are_read(cry: str, rules: Rulebook) -> None:
    as_written = type(rules.folds)({char: char for char in cry})
    unread = replace(deafened(rules), folds=as_written)

    assert detect(cry).sos
    assert not judge(cry, unread).sos


def test_full_width_and_signs_are_read() -> None:
    assert detect("ＳＯＳ").sos
    assert detect("🆘").sos
    assert detect("打１２０").sos
    assert detect("着🔥了").sos


@pytest.mark.parametrize(
    "cry",
    [
        "老头子叫不行",
        "脑溢雪了",
        "凶口疼",
        "点梯困住了",
        "流学不止",
        "报竟",
        "抽处了",
        "踹们进来了",
    ],
)
def test_word_that_sounds_like_one_of_a_cry_is_mended(cry: str, rules: Rulebook) -> None:
    assert judge(cry, rules).sos
    assert not judge(cry, deafened(rules)).sos


@pytest.mark.parametrize(
    "cry", ["就命", "救名啊", "煤气非", "一股煤气非", "我晕到了", "家里找火了"]
)
def test_common_slips_are_heard(cry: str) -> None:
    assert detect(cry).sos


@pytest.mark.parametrize(
    "cry",
    [
        "我快不行乐",
        "嘴歪乐说不出话",
        "手指头被们夹断了",
        "高压郭炸了",
        "有人撬我嘉的门",
        "头可破了一直流血",
    ],
)
def test_one_slip_in_a_long_hit_is_heard(cry: str) -> None:
    assert detect(cry).sos


def test_slips_are_heard_by_their_sound(rules: Rulebook) -> None:
    cry = "地下时淹了，有人在里面"

    assert judge(cry, rules).sos
    assert not judge(cry, replace(rules, ear=replace(rules.ear, homophones={}))).sos


@pytest.mark.parametrize(
    "words",
    [
        "就民",
        "就明天来吧",
        "九名同学",
        "我运到楼下了",
        "煤气费多少",
        "我上班了",
        "大家好",
        "没意思",
        "卡欠费了",
    ],
)
def test_ordinary_words_of_the_same_sound_are_left_alone(words: str) -> None:
    assert not detect(words).sos


@pytest.mark.parametrize(
    ("one", "other"),
    [("ni", "li"), ("zhi", "zi"), ("chi", "ci"), ("shi", "si"), ("fei", "hui"), ("jing", "jin")],
)
def test_confused_syllables_are_folded(one: str, other: str) -> None:
    assert fold_syllable(one) == fold_syllable(other)


@pytest.mark.parametrize("number", ["打120", "打幺二零", "打一一九", "拨幺幺零"])
def test_numbers_to_call_are_cries(number: str) -> None:
    assert detect(number).sos


@pytest.mark.parametrize("words", ["120平米", "119号楼", "打120分", "充110块", "下午1点20"])
def test_other_numbers_are_not(words: str) -> None:
    assert not detect(words).sos


# --- taking an alarm back


@pytest.mark.parametrize(
    "words",
    ["误报", "按错了", "没事了是闹着玩的", "不好意思点错了", "孩子乱按的", "别来了，没事", "虚惊一场", "撳錯咗",
     "不小心碰到了", "测试一下", "冇事啦", "我没事了", "开玩笑的", "不用来了"],
)  # fmt: skip
def test_words_that_take_an_alarm_back(words: str) -> None:
    assert is_false_alarm(words)


@pytest.mark.parametrize(
    "words",
    [
        "不是误报",
        "没按错",
        "我不是开玩笑",
        "着火了快来",
        "怎么没事",
        "救命",
        "明天上午来",
        "有没有事",
        "不是闹着玩的",
    ],
)
def test_words_that_do_not(words: str) -> None:
    assert not is_false_alarm(words)


# --- size and speed


@pytest.mark.parametrize(
    "piece",
    [
        "我",
        "我妈",
        "着火",
        "没着火",
        "上半现在",
        "电梯",
        "快来人",
        "老头子",
        "气都",
        "打",
        "，",
        "去年着火",
        "emoji😀",
    ],
)
def test_ten_thousand_characters_are_judged_in_time(piece: str) -> None:
    text = (piece * 10_000)[:10_000]
    rulebook()
    began = time.process_time()

    detect(text)

    assert time.process_time() - began < 5


def test_cry_at_the_end_of_a_long_message_is_heard() -> None:
    assert detect("今天停水不，最近有啥通知。" * 700 + "我摔倒了").sos


@pytest.mark.parametrize(
    "cry", ["救命", "着火了", "我摔倒了起不来", "煤气味好大", "我妈晕倒了", "喘不上气"]
)
def test_cry_among_other_business_is_heard_wherever_it_stands(cry: str) -> None:
    business = ["谢了老铁", "退款退到哪里了", "搬到九楼了", "老年卡怎么办理", "几点集合"]
    said = ["，".join([*business[:place], cry, *business[place:]]) for place in range(6)]

    assert [words for words in said if not detect(words).sos] == []


def test_ordinary_turn_takes_less_than_a_millisecond(book: Rulebook) -> None:
    for words in CASES["ordinary"]:
        judge(words, book)
    began = time.process_time()

    for words in CASES["ordinary"]:
        judge(words, book)

    assert (time.process_time() - began) / len(CASES["ordinary"]) < 0.002


# --- the data file


def test_data_is_in_the_form_it_is_matched_in() -> None:
    data = yaml.safe_load(DATA.read_text("utf-8"))
    written = f"{data['words']}{data['rules']}{data['guards']}{data['harmless']}{data['heard']}"
    doubled = re.findall("([\u4e00-\u9fff])(?<![零一二三四五六七八九十百幺两])\\1", written)

    assert doubled == [], "runs are squeezed before matching"
    assert [
        char for char in set(written) if char >= "\u4e00" and rulebook().folds[ord(char)] != char
    ] == []


def test_same_rule_is_not_written_twice() -> None:
    patterns = [rule.pattern.pattern for rule in rulebook().rules]

    assert len(patterns) == len(set(patterns))


def test_gate_never_shuts_out_a_hit(rules: Rulebook) -> None:
    open_gate = replace(
        rules,
        rules=tuple(replace(rule, needs=frozenset(), sound=re.compile("")) for rule in rules.rules),
    )
    sample = random.Random(1).sample([cry for _, cry in CRIES], 60)

    assert [cry for cry in sample if judge(cry, open_gate).sos != judge(cry, rules).sos] == []


@pytest.mark.parametrize(
    ("pattern", "chars"),
    [
        ("ab", "a"),
        ("[abc]d", "d"),
        ("(?:ab|c)?d", "d"),
        ("(?:ab|cd)", "ac"),
        ("(?:ab|.)", ""),
        ("a{0,3}b{1,3}c+", "b"),
        ("^.{2}x$", "x"),
        (r"\d", "0123456789"),
    ],
)
def test_gate_knows_what_a_pattern_needs(pattern: str, chars: str) -> None:
    assert needed(pattern) == frozenset(chars)


def test_broken_data_is_refused() -> None:
    data = yaml.safe_load(DATA.read_text("utf-8"))

    with pytest.raises(re.error):
        compile_rulebook({**data, "harmless": ["("]})
    with pytest.raises(KeyError):
        compile_rulebook({**data, "rules": {"fire": ["{nobody}"]}})


# --- sentences by another hand


def test_held_out_cries_are_heard_and_ordinary_words_do_not_ring() -> None:
    said = yaml.safe_load(HELD_OUT.read_text("utf-8"))
    heard = sum(detect(cry).sos for cry in said["sos"])
    everyday, hard = said["ordinary"][:EVERYDAY], said["ordinary"][EVERYDAY:]
    rung, rung_hard = (sum(detect(words).sos for words in some) for some in (everyday, hard))

    assert heard / len(said["sos"]) >= 0.95
    assert rung / len(everyday) <= 0.006
    assert rung_hard / len(hard) <= 0.04
    assert sum(detect(words).sos for words in said["faults"]) / len(said["faults"]) <= 0.04
