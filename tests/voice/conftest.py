"""The model whose words are tones, made once, and the processes that a test starts."""

import os
from pathlib import Path

import pytest

from tests.voice import tones


def children():
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


@pytest.fixture
def workers():
    """Tells the processes that the test started and that are not gone yet; a browser that other
    tests keep open is not one."""
    before = set(children())
    return lambda: [pid for pid in children() if pid not in before]


@pytest.fixture(scope="session")
def tone_model(tmp_path_factory):
    return tones.make(tmp_path_factory.mktemp("models") / "tones")


@pytest.fixture(scope="session")
def static_tone_model(tmp_path_factory):
    return tones.make(tmp_path_factory.mktemp("models") / "static-tones", static=True)
