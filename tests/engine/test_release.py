"""The guard against another Rasa than the one that was read."""

import pytest

from engine.release import READ_AT, WrongRelease, require_release


def test_the_release_that_was_read_passes() -> None:
    require_release(READ_AT)
    require_release()


def test_another_release_is_refused_with_both_named() -> None:
    with pytest.raises(WrongRelease, match=r"3\.6\.21.*3\.7\.0"):
        require_release("3.7.0")
