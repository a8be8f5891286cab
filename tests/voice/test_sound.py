"""How loud a sound is, and where it begins and ends."""

import numpy as np
import pytest

from voice import sound


def pcm(*values):
    return np.array(values, "<i2").tobytes()


def test_loudest_frame_is_told_and_not_the_mean_of_all():
    quiet, loud = np.zeros(4_800), np.full(480, 1_000)
    assert (
        sound.loudest(np.concatenate([quiet, loud, quiet]).astype("<i2").tobytes(), 16_000) == 1_000
    )
    assert sound.loudest(pcm(1_000), 16_000) == 0


@pytest.mark.parametrize(
    ("whole", "rest"),
    [((0, 9, 10, 3, -10, 9, 0), (10, 3, -10)), ((-32_768,), (-32_768,)), ((9, 9), ()), ((), ())],
)
def test_silence_is_taken_from_the_ends_only(whole, rest):
    assert sound.trimmed(pcm(*whole), quieter_than=10) == pcm(*rest)
