"""The bytes are those that Kaldi reads."""

import struct

import numpy as np

from voice.training.kaldi_files import integer, integers, matrix, real, token, vector


def test_numbers_are_led_by_their_size():
    assert integer(-1) == b"\x04\xff\xff\xff\xff"
    assert real(0.5) == b"\x04\x00\x00\x00\x3f"
    assert integers([7]) == b"\x04\x01\x00\x00\x00\x07\x00\x00\x00"


def test_vector_is_its_length_and_its_reals():
    assert vector(np.array([0.5])) == token("FV") + integer(1) + b"\x00\x00\x00\x3f"


def test_matrix_comes_back_within_a_step():
    values = np.array([[-1.0, 0.0, 0.25], [0.5, 2.0, 3.0]])
    written = matrix(values).removeprefix(b"CM2 ")
    lowest, extent, rows, columns = struct.unpack("<ff2i", written[:16])
    steps = np.frombuffer(written[16:], "<u2").reshape(rows, columns)
    back = lowest + extent * steps / 65_535
    assert (rows, columns) == (2, 3)
    assert np.abs(back - values).max() < extent / 65_535


def test_matrix_of_one_value_is_written():
    steps = np.frombuffer(matrix(np.full((2, 2), 0.5))[20:], "<u2")
    assert steps.tolist() == [0, 0, 0, 0]
