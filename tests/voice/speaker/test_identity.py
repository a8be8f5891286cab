"""The device's identity: made once, private, and never made anew behind somebody's back."""

from __future__ import annotations

import pytest

from community.errors import ConfigError
from voice.speaker.identity import FILE, load_identity


def test_it_is_made_once_and_stays(tmp_path):
    first, second = load_identity(tmp_path / "box"), load_identity(tmp_path / "box")
    assert (first.key, first.secret.reveal()) == (second.key, second.secret.reveal())
    assert 32 <= len(first.secret.reveal()) <= 200
    assert load_identity(tmp_path / "other").key != first.key


def test_nobody_else_may_read_it_and_no_log_shows_it(tmp_path):
    one = load_identity(tmp_path)
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert one.secret.reveal() not in repr(one)
    (tmp_path / FILE).chmod(0o644)
    with pytest.raises(ConfigError):
        load_identity(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"key":"a"}', '{"key":"a","secret":"short"}'])
def test_a_broken_one_is_told_of_and_not_replaced(tmp_path, text):
    load_identity(tmp_path)
    (tmp_path / FILE).write_text(text)
    with pytest.raises(ConfigError):
        load_identity(tmp_path)
    assert (tmp_path / FILE).read_text() == text
