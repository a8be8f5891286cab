"""Every place of a sentence gets the sound that is spoken there."""

from voice.training.frames import FRAME, SUBSAMPLING, labels
from voice.training.pronunciation import Piece

NUMBERS = {"sil": 0, "sh": 1, "uei3<": 2, "uei3>": 3}
PLACE = FRAME * SUBSAMPLING


def pieces(*lengths):
    ends = [sum(lengths[: n + 1]) for n in range(len(lengths))]
    begins = [0, *ends]
    return [Piece(name, *span) for name, *span in zip(NUMBERS, begins, ends, strict=False)]


def test_place_has_the_sound_at_its_middle():
    found = labels(pieces(2 * PLACE, 2 * PLACE, 3 * PLACE, PLACE), NUMBERS, 8 * SUBSAMPLING)
    assert found.tolist() == [0, 0, 1, 1, 2, 2, 2, 3]


def test_sound_shorter_than_a_place_has_one_nevertheless():
    found = labels(pieces(PLACE, 10, 20, 3 * PLACE), NUMBERS, 5 * SUBSAMPLING)
    assert found.tolist() == [0, 1, 2, 3, 3]


def test_short_sounds_at_the_end_take_their_places_from_those_before():
    found = labels(pieces(5 * PLACE, 10, 10, 10), NUMBERS, 5 * SUBSAMPLING)
    assert found.tolist() == [0, 0, 1, 2, 3]


def test_more_sounds_than_places_fill_the_places():
    assert len(labels(pieces(10, 10, 10, 10), NUMBERS, 2 * SUBSAMPLING)) == 2
