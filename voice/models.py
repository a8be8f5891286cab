"""Models of speech: those that are known, those that are here, and the one that is used."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

import yaml

from community.errors import ConfigError, Unavailable
from voice.model_folder import problems

SMALL = "small"
"What the setting says for the model of the tests, which understands only synthetic speech"
PACKAGED = Path(__file__).parent / "model_small"
CURRENT = "current"
"The link to the model that is used, beside the models"


class ModelError(Unavailable):
    """A model cannot be had: it is not known, not here, or did not come whole."""


@dataclass(frozen=True)
class Known:
    """A model that can be downloaded."""

    name: str
    "Of the folder in its archive, too"
    engine: str
    "vosk or sherpa"
    url: str
    about: str
    "In Chinese, for who chooses"
    unpacked_mb: int
    "The most that may come out of the archive"
    bytes: int | None = None
    sha256: str | None = None


@cache
def known() -> Mapping[str, Known]:
    """By name, in the order of the file."""
    text = resources.files("voice").joinpath("models.yml").read_text(encoding="utf-8")
    return {entry["name"]: Known(**entry) for entry in yaml.safe_load(text)}


def folder_of_models(data_dir: Path) -> Path:
    return data_dir / "voice-models"


def chosen(setting: str, data_dir: Path) -> Path | None:
    """The folder of the model that is to be used; None when there is none, which is no fault.

    `setting` is that of `voice_model`: a folder, `small`, or nothing for the model that
    `python -m voice models use` chose. Raises ConfigError for a folder that is no model.
    """
    folder = PACKAGED if setting == SMALL else Path(setting).expanduser()
    if not setting:
        folder = folder_of_models(data_dir) / CURRENT
        if not os.path.lexists(folder):
            return None
    wrong = problems(folder)
    if wrong:
        raise ConfigError([f"LINSHENG_VOICE_MODEL: {problem}" for problem in wrong])
    return folder


def use(name: str, data_dir: Path) -> None:
    """Make a downloaded model the one that is used. Raises ModelError when it is not whole."""
    models = folder_of_models(data_dir)
    if not name or Path(name).name != name or name in {"..", CURRENT}:
        raise ModelError(f"{name} is no name of a model")
    wrong = problems(models / name)
    if wrong:
        raise ModelError("; ".join(wrong))
    coming = models / f".{CURRENT}-{os.getpid()}"
    coming.symlink_to(name, target_is_directory=True)
    coming.replace(models / CURRENT)
