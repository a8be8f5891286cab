"""The goals of speech in their short form: what must hold at any speed holds here too."""

from __future__ import annotations

import shutil

import pytest

from bench.goal import Extent
from bench.voice import command
from tests.voice import tones

QUICK = Extent(quick=True)


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
@pytest.mark.parametrize("goal", list(command.GOALS))
def test_goal_is_right_at_any_speed(goal, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("LINSHENG_VOICE_MODEL", str(tones.make(tmp_path / "tones")))
    result = command.GOALS[goal](QUICK)
    assert (result.goal, result.right, result.skipped) == (goal, True, ""), result.measured
