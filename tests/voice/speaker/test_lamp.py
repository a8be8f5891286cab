"""The lamp: what the kernel is told, and that a lamp that cannot be lit stops nobody."""

from __future__ import annotations

import pytest

from voice.speaker.lamp import LedLamp, Light


@pytest.mark.parametrize(
    ("light", "trigger", "brightness"),
    [
        (Light.IDLE, "none", "0"),
        (Light.LISTENING, "none", "1"),
        (Light.THINKING, "none", "1"),
        (Light.SPEAKING, "none", "1"),
        (Light.OFFLINE, "timer", None),
        (Light.BROKEN, "heartbeat", None),
    ],
)
def test_it_shows_what_the_speaker_does(tmp_path, light, trigger, brightness):
    LedLamp(tmp_path).show(light)
    assert (tmp_path / "trigger").read_text() == trigger
    lit = tmp_path / "brightness"
    assert (lit.read_text() if lit.exists() else None) == brightness


def test_a_lamp_that_may_not_be_lit_is_told_of_once(tmp_path, caplog):
    lamp = LedLamp(tmp_path / "none")
    lamp.show(Light.IDLE)
    lamp.show(Light.LISTENING)
    assert [record.message for record in caplog.records] == [
        "the lamp does not light: No such file or directory"
    ]
