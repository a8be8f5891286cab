"""The speaker's settings: a file, over it the environment, and all problems at once."""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path

import pytest

from community.errors import ConfigError
from voice.speaker.settings import Settings, load

EXAMPLE = Path(__file__).resolve().parents[3] / "deploy/speaker.toml"


def test_the_environment_stands_over_the_file(tmp_path):
    file = tmp_path / "speaker.toml"
    file.write_text('url = "https://a.example"\nthreads = 2\nwakes = false\nbutton = ""\n')
    found = load(file, {"SPEAKER_URL": "https://b.example", "SPEAKER_WAKES": "true", "HOME": "/"})
    assert found == Settings(url="https://b.example", threads=2, wakes=True, button="")


def test_all_problems_are_told_at_once(tmp_path):
    file = tmp_path / "speaker.toml"
    file.write_text(
        'url = "ftp://x"\ncolour = "red"\nthreads = "many"\nbutton = "gpio17"\nwakes = 3\n'
    )
    with pytest.raises(ConfigError) as wrong:
        load(file, {"SPEAKER_COLOUR": "blue", "SPEAKER_LOG_LEVEL": "loud"})
    told = "\n".join(wrong.value.problems)
    for name in ("colour", "SPEAKER_COLOUR", "threads", "wakes", "url", "button", "log_level"):
        assert f"{name}:" in told


@pytest.mark.parametrize(
    ("url", "is_safe"),
    [
        ("https://gateway.example", True),
        ("https://gateway.example:8443/prefix", True),
        ("http://127.0.0.1:8080", True),
        ("http://192.168.1.10:8080", True),
        ("http://nas.local:8080", True),
        ("http://gateway.example", False),
        ("http://8.8.8.8", False),
        ("https://user:word@gateway.example", False),
        ("https://gateway.example:99999", False),
        ("ws://127.0.0.1", False),
        ("", False),
    ],
)
def test_a_secret_goes_over_the_internet_under_https_only(url, is_safe):
    try:
        load(None, {"SPEAKER_URL": url})
    except ConfigError:
        assert not is_safe
    else:
        assert is_safe


def test_a_model_that_is_none_is_told_of(tmp_path):
    with pytest.raises(ConfigError):
        load(None, {"SPEAKER_URL": "https://a.example", "SPEAKER_MODEL": str(tmp_path)})


def test_the_example_names_every_setting_and_is_right():
    named = tomllib.loads(EXAMPLE.read_text("utf-8"))
    assert list(named) == [field.name for field in dataclasses.fields(Settings)]
    load(EXAMPLE, {"SPEAKER_MODEL": ""})
