"""Words for codes: what a state, kind, role or intent is called by people."""

from __future__ import annotations

from functools import cache
from importlib import resources

import yaml


@cache
def _all() -> dict[str, dict[str, str]]:
    text = resources.files("community").joinpath("labels.yml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, str]] = yaml.safe_load(text)
    return loaded


def label(group: str, code: str) -> str:
    """The word for `code`; a code that has none is shown as it is."""
    return _all()[group].get(code, code)


def group(name: str) -> dict[str, str]:
    """All words of a group, by code, in the file's order."""
    return dict(_all()[name])
