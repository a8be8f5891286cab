"""Words become sounds, as a dictionary reads them and as espeak-ng says them."""

import ctypes

import pytest

from voice.training.pronunciation import SILENCE, Ear, reading, syllable
from voice.training.speech import RATE_HZ, Espeak, Manner


def test_syllable_is_initial_and_halves_of_final_with_the_tone():
    assert syllable("shui", 3) == ("sh", "uei3<", "uei3>")
    assert syllable("yu", 2) == ("v2<", "v2>")
    assert syllable("er", 4) == ("er4<", "er4>")


def test_three_vowels_that_are_written_i_are_three_sounds():
    assert [syllable(way, 1)[1] for way in ("ji", "zi", "zhi")] == ["i1<", "ii1<", "iii1<"]


def test_mere_sound_has_no_reading():
    with pytest.raises(ValueError, match="no syllable"):
        reading("嗯")


@pytest.fixture(scope="module")
def espeak():
    try:
        ctypes.CDLL("libespeak-ng.so.1")
    except OSError:
        pytest.skip("the library of espeak-ng is not installed")
    return Espeak()


@pytest.fixture(scope="module")
def ear(espeak):
    return Ear(espeak)


def test_what_espeak_says_is_heard_as_the_dictionary_reads_it(espeak, ear):
    text = "我家水管漏水"
    assert tuple(ear.syllables(text, espeak.say(text))) == reading(text)


@pytest.mark.parametrize("variant", ["", "f3", "klatt4"])
def test_pieces_cover_the_whole_sentence_without_a_gap(espeak, ear, variant):
    text = "救命，水管漏水"
    spoken = espeak.say(text, Manner(variant))
    pieces = list(ear.pieces(text, spoken, RATE_HZ))
    assert [piece.begin for piece in pieces] == [0, *(piece.end for piece in pieces[:-1])]
    assert pieces[-1].end == len(spoken.samples)
    sounds = (*sum(reading("救命"), ()), SILENCE, *sum(reading("水管漏水"), ()), SILENCE)
    assert tuple(piece.sound for piece in pieces) == sounds


def test_other_languages_are_refused(espeak, ear):
    with pytest.raises(KeyError):
        ear.syllables("hello", espeak.say("hello"))


def test_unknown_voice_is_refused(espeak):
    with pytest.raises(ValueError, match="nobody"):
        espeak.say("好", Manner("nobody"))
