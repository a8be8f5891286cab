"""Buttons: what an input device of Linux writes is a press and a release, and nothing else."""

from __future__ import annotations

import logging
import os
import struct

import pytest

from voice.speaker.buttons import InputKey, keys


class Notes:
    def __init__(self):
        self.did = []

    def pressed(self):
        self.did.append("pressed")

    def released(self):
        self.did.append("released")


def event(kind, value, code=28):
    return struct.pack("llHHi", 1, 2, kind, code, value)


def test_repeats_and_other_events_are_no_presses():
    notes = Notes()
    stream = event(1, 1) + event(0, 0) + event(1, 2) + event(1, 2) + event(1, 0) + event(4, 1)
    for does in keys(stream + b"half an event"):
        does(notes)
    assert notes.did == ["pressed", "released"]


@pytest.fixture
def device(tmp_path):
    path = tmp_path / "event0"
    os.mkfifo(path)
    return path


async def test_a_key_of_a_device_presses_the_button_and_again_once_it_is_plugged_in_again(
    device, until, caplog
):
    caplog.set_level(logging.INFO)
    notes = Notes()
    button = InputKey(str(device), notes, again_s=0.01)
    button.open()
    writing = os.open(device, os.O_WRONLY)
    os.write(writing, event(1, 1))
    await until(lambda: notes.did == ["pressed"])
    device.unlink()
    os.close(writing)
    await until(lambda: notes.did == ["pressed", "released"])
    os.mkfifo(device)
    await until(lambda: "the button is back" in caplog.text)
    writing = os.open(device, os.O_WRONLY)
    os.write(writing, event(1, 1) + event(1, 0))
    await until(lambda: notes.did == ["pressed", "released"] * 2)
    os.close(writing)
    button.close()
    button.close()
