"""What the gateway told last is there after a restart; what cannot be read is as if never told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from voice.speaker.frames import Due
from voice.speaker.memory import FILE, Known, Memory

PILLS = Due("k", datetime(2025, 11, 3, 0, 5, tzinfo=UTC), "该吃药了")


def test_what_was_learnt_is_there_after_a_restart_and_private(tmp_path):
    secret = replace(PILLS, key="s", private=True)
    Memory(tmp_path).learn(
        agenda=(PILLS, secret), help_phones=("120",), pace=2, volume=80, person="王秀英"
    )
    assert Memory(tmp_path).known == Known((PILLS, secret), ("120",), 2, 80, "王秀英")
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


def test_a_reminder_that_is_over_is_forgotten(tmp_path):
    memory = Memory(tmp_path)
    memory.learn(agenda=(PILLS,))
    memory.drop("k")
    assert Memory(tmp_path).known.agenda == ()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"agenda": []}', "\0"])
def test_what_cannot_be_read_is_as_if_never_told(tmp_path, text):
    (tmp_path / FILE).write_text(text)
    assert Memory(tmp_path).known == Known()


def test_a_disk_that_is_full_costs_only_the_memory(tmp_path):
    memory = Memory(tmp_path)
    (tmp_path / FILE).mkdir()
    memory.learn(volume=80)
    assert memory.known.volume == 80
