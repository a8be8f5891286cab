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
    held_out = {*corpus.held_out, *corpus.patterned}
    assert len(corpus.held_out) > 500
    assert len(corpus.patterned) > 100
    assert held_out.isdisjoint(corpus.training)
    assert held_out.isdisjoint(corpus.written)


def words_of(*sentences):
    return {word for sentence in sentences for word in sentence}


def test_what_is_asked_of_the_model_is_in_its_vocabulary(corpus):
    assert words_of(*corpus.training) <= set(corpus.words)
    known = words_of(*corpus.written, *corpus.held_out, *corpus.patterned, *corpus.commands)
    assert known <= set(corpus.vocabulary)


def test_of_words_that_sound_alike_the_foremost_is_known(corpus):
    assert {"他", "她", "它"}.intersection(corpus.vocabulary) == {"他"}
    assert {"药", "要"} <= set(corpus.vocabulary)  # both are in the phrases


def test_misspelling_that_sounds_like_a_word_is_left_out(corpus):
    assert not [s for s in (*corpus.training, *corpus.held_out) if "客听" in "".join(s)]
    assert [s for s in corpus.training if "客厅" in s]


def test_same_seed_gives_the_same_sentences(corpus):
    assert gather(NLU, 1) == corpus
