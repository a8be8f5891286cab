"""What is said after other words: chances add up to one, and what was seen wins."""

import math

import pytest

from voice.training.ngrams import Ngrams

NUMBERS = {"打开": 1, "灯": 2, "空调": 3, "门": 4}
SENTENCES = [("打开", "灯"), ("打开", "灯"), ("打开", "空调"), ("灯",)]
END = "end"


def made(*whole):
    return Ngrams(SENTENCES, whole, NUMBERS)


def chances(ngrams):
    """Of each word and of the end, in each state, as a decoder sees them: the best way counts."""
    arcs, ends = list(ngrams.arcs()), dict(ngrams.ends())

    def best(state):
        found = {END: math.exp(-ends[state])} if state in ends else {}
        for source, target, word, cost in arcs:
            if source != state:
                continue
            if word:
                found[word] = max(found.get(word, 0), math.exp(-cost))
            elif (target, state) not in [(0, 1)]:  # another clause begins
                for other, chance in best(target).items():
                    found[other] = max(found.get(other, 0), chance * math.exp(-cost))
        return found

    return {state: best(state) for state in {arc[0] for arc in arcs}}


def test_chances_of_the_words_and_the_end_add_up_to_one():
    every = chances(made())
    assert set(every[1]) == {END, 1, 2, 3, 4}
    assert sum(every[1].values()) == pytest.approx(1)
    for state in every:
        assert sum(every[state].values()) == pytest.approx(1)


def test_what_was_seen_comes_before_what_was_not():
    beginning = chances(made())[0]
    assert sorted(beginning, key=beginning.get, reverse=True)[:2] == [1, 2]


def test_two_words_before_count():
    arcs = list(made().arcs())
    opened = next(target for source, target, word, _ in arcs if source == 0 and word == 1)
    after = chances(made())[opened]
    assert sorted(after, key=after.get, reverse=True)[:2] == [2, 3]
    assert END not in sorted(after, key=after.get, reverse=True)[:2]


def test_word_that_was_never_seen_may_follow_any():
    assert all(table[4] > 0 for table in chances(made()).values())


def test_beginning_of_a_clause_comes_first_and_is_no_end():
    assert next(made().arcs())[0] == 0
    assert 0 not in dict(made().ends())


def test_whole_phrases_share_their_part_and_leave_the_rest_to_what_was_counted():
    without, having = list(made().arcs()), list(made(("门",), ("打开", "门")).arcs())
    states = 1 + max(arc[0] for arc in without)
    assert [arc for arc in having if arc[1] >= states] == [
        (0, states, 4, pytest.approx(-math.log(0.15))),
        (0, states + 1, 1, pytest.approx(-math.log(0.15))),
        (states + 1, states + 2, 4, 0.0),
    ]
    ends = dict(made(("门",), ("打开", "门")).ends())
    assert {state: cost for state, cost in ends.items() if state >= states} == {
        states: 0.0,
        states + 2: 0.0,
    }
    assert [arc for arc in having if arc[0] == 0 and arc[1] < states] == [
        (*arc[:3], pytest.approx(arc[3] - math.log(0.7))) for arc in without if arc[0] == 0
    ]
