"""The sentences: cut alike everywhere, and what is kept for the test is not learnt from."""

from pathlib import Path

import pytest

from voice.training.corpus import Cutter, gather

NLU = Path(__file__).resolve().parents[3] / "nlu_data" / "nlu"


@pytest.fixture(scope="module")
def corpus():
    return gather(NLU, 1)


def test_figures_of_a_numeral_stand_alone():
    assert Cutter().cut("一共三十二块") == ("一共", "三", "十", "二", "块")


def test_what_is_held_out_is_not_learnt_from(corpus):
    assert len(corpus.held_out) > 1_000
    assert set(corpus.held_out).isdisjoint(corpus.training)


def test_all_words_of_all_sentences_are_in_the_vocabulary(corpus):
    said = {word for sentence in (*corpus.training, *corpus.held_out) for word in sentence}
    assert said <= set(corpus.words)


def test_misspelling_that_sounds_like_a_word_is_left_out(corpus):
    assert not [s for s in (*corpus.training, *corpus.held_out) if "客听" in "".join(s)]
    assert [s for s in corpus.training if "客厅" in s]


def test_same_seed_gives_the_same_sentences(corpus):
    assert gather(NLU, 1) == corpus
