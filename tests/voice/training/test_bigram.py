"""What is said after a word: every history's chances add up to one, and what was seen wins."""

import math
from collections import defaultdict

import pytest

from voice.training.bigram import Bigram

NUMBERS = {"打开": 1, "灯": 2, "空调": 3, "门": 4}
SENTENCES = [("打开", "灯"), ("打开", "灯"), ("打开", "空调"), ("灯",)]


def chances(bigram):
    """Of each word and of the end (0), after each word; what is left over goes by the last state."""
    arcs, ends = list(bigram.arcs()), dict(bigram.ends())
    beyond = max(source for source, *_ in arcs)
    single = {word: math.exp(-cost) for source, _, word, cost in arcs if source == beyond and word}
    single[0] = math.exp(-ends[beyond])
    found = defaultdict(dict)
    for source, _, word, cost in arcs:
        if source != beyond and word:
            found[source][word] = math.exp(-cost)
    for source, cost in ends.items():
        if source != beyond:
            found[source][0] = math.exp(-cost)
    left = {
        source: math.exp(-cost) for source, _, word, cost in arcs if source != beyond and not word
    }
    return {
        source: {word: found[source].get(word, left[source] * single[word]) for word in single}
        for source in left
    }, single


def test_chances_of_single_words_and_the_end_add_up_to_one():
    _, single = chances(Bigram(SENTENCES, NUMBERS))
    assert sum(single.values()) == pytest.approx(1)


def test_pairs_that_were_seen_come_before_those_that_were_not():
    after, _ = chances(Bigram(SENTENCES, NUMBERS))
    assert sorted(after[1], key=after[1].get, reverse=True)[:2] == [2, 3]
    assert all(0 < chance < 1 for table in after.values() for chance in table.values())


def test_word_that_was_never_seen_may_follow_any():
    after, _ = chances(Bigram(SENTENCES, NUMBERS))
    assert set(after) == {0, 1, 2, 3, 4}
    assert all(table[4] > 0 for table in after.values())


def test_silence_alone_is_no_clause():
    assert 0 not in dict(Bigram(SENTENCES, NUMBERS).ends())
