"""Ids: what they name is told, nothing else can be guessed."""

from __future__ import annotations

import re

from community.ids import new_id


def test_id_is_random_behind_the_name_of_its_kind_and_fits_its_column() -> None:
    made = [new_id("notice") for _ in range(1000)]
    assert len(set(made)) == 1000
    assert all(re.fullmatch(r"notice_[0-9a-f]{20}", one) for one in made)
    assert len(made[0]) <= 32
