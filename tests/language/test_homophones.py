"""Names found by sound."""

import re
from pathlib import Path

import jieba
import pytest
import yaml

from language.homophones import Match, NameIndex, best_match, distance

PEOPLE = ["张建国", "李淑芬", "刘秀英", "牛秀英", "陈志强", "程志强", "王丽", "欧阳慧"]
THINGS = ["活动室", "乒乓球室", "健身房", "合唱团", "书法班", "太极拳", "3号楼活动室", "K歌房"]
DRUGS = ["阿司匹林", "硝苯地平", "二甲双胍", "降压药"]

NEAREST = [
    ("张建国", PEOPLE, Match("张建国", 0.0)),
    ("章建国", PEOPLE, Match("张建国", 0.0)),
    ("藏建国", PEOPLE, Match("张建国", 0.067)),
    ("張建國", PEOPLE, Match("张建国", 0.0)),
    ("李书分", PEOPLE, Match("李淑芬", 0.0)),
    ("你书分", PEOPLE, Match("李淑芬", 0.067)),
    ("李苏哼", PEOPLE, Match("李淑芬", 0.2)),
    ("刘秀英", PEOPLE, Match("刘秀英", 0.0)),
    ("流秀英", PEOPLE, Match("刘秀英", 0.0)),
    ("牛秀英", PEOPLE, Match("牛秀英", 0.0)),
    ("陈志强", PEOPLE, Match("陈志强", 0.0)),
    ("陈自强", PEOPLE, Match("陈志强", 0.067)),
    ("网丽", PEOPLE, Match("王丽", 0.0)),
    ("王五", PEOPLE, None),
    ("张建国啊", PEOPLE, Match("张建国", 0.2)),
    ("张国", PEOPLE, None),
    ("欧阳会", PEOPLE, Match("欧阳慧", 0.0)),
    ("乒乓球是", THINGS, Match("乒乓球室", 0.0)),
    ("健生房", THINGS, Match("健身房", 0.067)),
    ("火动室", THINGS, Match("活动室", 0.0)),
    ("何唱团", THINGS, Match("合唱团", 0.0)),
    ("太鸡拳", THINGS, Match("太极拳", 0.0)),
    ("三号楼活动室", THINGS, Match("3号楼活动室", 0.0)),
    ("k歌房", THINGS, Match("K歌房", 0.0)),
    ("阿斯匹林", DRUGS, Match("阿司匹林", 0.0)),
    ("肖本地平", DRUGS, Match("硝苯地平", 0.0)),
    ("二甲双瓜", DRUGS, Match("二甲双胍", 0.0)),
    ("讲压药", DRUGS, Match("降压药", 0.0)),
    ("抱秀", ["报修"], Match("报修", 0.0)),
    ("就命", ["救命"], Match("救命", 0.0)),
    ("", PEOPLE, None),
    ("。。。", PEOPLE, None),
    ("😀", PEOPLE, None),
    ("张" * 10_000, PEOPLE, None),
    ("张建国", [], None),
    ("张建国", ["", "。"], None),
    ("😀", ["😀"], Match("😀", 0.0)),
]


@pytest.mark.parametrize(("heard", "names", "match"), NEAREST)
def test_best_match_is_the_name_nearest_in_sound(heard, names, match):
    assert best_match(heard, names) == match


def test_best_match_between_two_equally_near_is_none():
    assert best_match("章丽", ["张丽", "张莉"]) is None


def test_best_match_takes_the_same_text_among_equal_sounds():
    assert best_match("张莉", ["张丽", "张莉"]) == Match("张莉", 0.0)


def test_best_match_with_limit_0_asks_for_the_same_sound():
    assert best_match("藏建国", PEOPLE, limit=0) is None
    assert best_match("章建国", PEOPLE, limit=0) == Match("张建国", 0.0)


def test_near_gives_all_choices_nearest_first():
    near = NameIndex(PEOPLE).near("刘修英")
    assert near == [Match("刘秀英", 0.0), Match("牛秀英", 0.067)]


def test_near_gives_the_same_text_first_and_the_rest_by_name():
    near = NameIndex(["张莉", "张丽", "章丽"]).near("张莉")
    assert near == [Match("张莉", 0.0), Match("张丽", 0.0), Match("章丽", 0.0)]


def test_name_index_takes_each_name_once():
    assert NameIndex(["王丽", "王丽"]).near("王丽") == [Match("王丽", 0.0)]


def test_name_index_of_many_names_finds_the_one():
    names = [
        f"{family}{given}" for family in "赵钱孙李周吴郑王冯陈" for given in "一丁七万丈三上下"
    ]
    assert NameIndex(names).best("陈万") == Match("陈万", 0.0)


DISTANCES = [
    ("南", "兰", 0.2),
    ("只", "子", 0.2),
    ("吃", "次", 0.2),
    ("是", "四", 0.2),
    ("飞", "灰", 0.2),
    ("付", "户", 0.2),
    ("肉", "漏", 0.2),
    ("今", "京", 0.2),
    ("分", "风", 0.2),
    ("山", "桑", 0.4),
    ("山", "伤", 0.2),
    ("女", "李", 0.4),
    ("行", "航", 0.0),
    ("张", "张", 0.0),
    ("张", "李", 1.0),
    ("张三", "张", 0.4),
    ("", "张", 1.0),
    ("", "", 1.0),
]


@pytest.mark.parametrize(("one", "other", "cost"), DISTANCES)
def test_distance_is_small_for_sounds_that_are_mixed_up(one, other, cost):
    assert distance(one, other) == cost


@pytest.mark.parametrize(("one", "other", "cost"), DISTANCES)
def test_distance_is_the_same_both_ways(one, other, cost):
    assert distance(other, one) == cost


# --- many garbled names, and words that are no names

CONFUSIONS = yaml.safe_load((Path(__file__).parent / "confusions.yml").read_text("utf-8"))
GARBLED = [
    (kind, *pair.split("="))
    for kind, block in CONFUSIONS.items()
    for pair in block["heard"].split()
]


@pytest.fixture(scope="module")
def indexes() -> dict[str, NameIndex]:
    return {kind: NameIndex(block["names"].split()) for kind, block in CONFUSIONS.items()}


def test_at_least_95_in_100_garbled_names_are_found(indexes):
    wrong = []
    for kind, heard, meant in GARBLED:
        best = indexes[kind].best(heard)
        if best is None or best.name != meant:
            wrong.append((heard, meant, best))

    assert len(GARBLED) >= 300
    assert len({heard for _, heard, _ in GARBLED}) == len(GARBLED)
    assert len(wrong) <= len(GARBLED) * 0.05, wrong


def test_no_garbled_name_is_found_as_another(indexes):
    for kind, heard, meant in GARBLED:
        best = indexes[kind].best(heard)
        assert best is None or best.name == meant


def test_at_most_one_in_a_hundred_words_is_taken_for_a_name():
    names = NameIndex(name for block in CONFUSIONS.values() for name in block["names"].split())
    words = unrelated_words(set(names.names))
    taken = [(word, best) for word in words if (best := names.best(word))]

    assert len(words) == 1000
    assert len(taken) <= 10, taken


def unrelated_words(names: set[str]) -> list[str]:
    """A thousand common words of the dictionary, spread over it, of two to five characters."""
    with jieba.get_dict_file() as lines:
        entries = [line.decode("utf-8").split() for line in lines]
    words = [
        entry[0] for entry in entries
        if int(entry[1]) >= 200 and re.fullmatch("[\u4e00-\u9fff]{2,5}", entry[0]) and entry[0] not in names
    ]  # fmt: skip
    return words[:: len(words) // 1000][:1000]


@pytest.mark.parametrize("limit", [0.0, 0.25, 0.6])
def test_an_index_finds_what_a_comparison_with_every_name_finds(limit):
    names = [name for block in CONFUSIONS.values() for name in block["names"].split()]
    index = NameIndex(names)
    for _, heard, _ in GARBLED[::47]:
        near = {name for name in names if distance(heard, name) <= limit}
        assert {match.name for match in index.near(heard, limit=limit)} == near


@pytest.mark.parametrize(
    ("one", "other"), [("房", "黄"), ("发", "花"), ("风", "轰"), ("分", "昏"), ("饭", "换")]
)
def test_f_said_as_h_is_near_with_all_its_sound(one, other):
    assert distance(one, other) == 0.2
