"""V14 holds, at a size that a test can wait for; its times are for a machine at rest."""

from __future__ import annotations

from bench.goal import Extent
from bench.voice.webhooks import v14


def test_skills_refuse_what_is_forged_and_lose_nothing_that_is_late():
    result = v14(Extent(quick=True))
    assert (result.goal, result.right) == ("V14", True)
    assert result.measured["forged"] == result.measured["answers"] == 30
    assert result.measured["slow"] == 6
