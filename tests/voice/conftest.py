"""The model whose words are tones, made once."""

import pytest

from tests.voice import tones


@pytest.fixture(scope="session")
def tone_model(tmp_path_factory):
    return tones.make(tmp_path_factory.mktemp("models") / "tones")


@pytest.fixture(scope="session")
def static_tone_model(tmp_path_factory):
    return tones.make(tmp_path_factory.mktemp("models") / "static-tones", static=True)
