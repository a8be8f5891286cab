"""Words and their classes: what jieba's dictionary knows, and what the tagger sees of it."""

from bot.nlu.entity_features import features
from bot.nlu.lexicon import lexicon
from bot.nlu.segment import UNKNOWN_CLASS, Segmenter

TABLES = {"drug": ["络活喜"]}


def test_words_have_the_class_of_the_dictionary_and_names_of_ours_none() -> None:
    segmenter = Segmenter(["络活喜"])
    words = segmenter.words("厨房漏水,络活喜")
    assert words == ["厨房", "漏水", ",", "络活喜"]
    assert [segmenter.word_class(word) for word in words] == [
        "n", "n", UNKNOWN_CLASS, UNKNOWN_CLASS,
    ]  # fmt: skip


def test_each_character_sees_the_class_of_its_word_and_of_those_beside_it() -> None:
    rows = features(lexicon(TABLES).read("吃了络活喜"), "confirm_medication")
    seen = [[one for one in row if one.startswith("class")] for row in rows]
    eaten, done = (
        ["class=v", "class-=^ v", "class+=v ul"],
        ["class=ul", "class-=v ul", "class+=ul ?"],
    )
    assert seen == [eaten, done] + 3 * [["class=?", "class-=ul ?", "class+=? $"]]
