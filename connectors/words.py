"""A channel's own words: a YAML file beside its code, filled in."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml


@cache
def load(package: str, name: str) -> dict[str, Any]:
    """The file `name` in the folder of `package`."""
    text = resources.files(package).joinpath(name).read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def filled(said: str, values: dict[str, str]) -> str:
    """The words with each `{name}` replaced."""
    for name, value in values.items():
        said = said.replace(f"{{{name}}}", value)
    return said
