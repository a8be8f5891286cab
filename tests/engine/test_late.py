"""Importing a library when it is used."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from engine import late

USER = """
import heavy
from heavy import Thing, function
from heavy.inner import Other

KINDS = (Thing, Other)

def use():
    assert isinstance(heavy.Thing(), Thing) and not isinstance(1, Thing)
    return heavy.VALUE, function(1), Thing().name, Other.name
"""


@pytest.fixture(autouse=True)
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A library `heavy` and a module `user` that imports it."""
    (tmp_path / "heavy").mkdir()
    (tmp_path / "heavy" / "__init__.py").write_text(
        "VALUE = 7\ndef function(x): return x + 1\nclass Thing:\n    name = 'thing'\n"
    )
    (tmp_path / "heavy" / "inner.py").write_text("class Other:\n    name = 'other'\n")
    (tmp_path / "user.py").write_text(USER)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(late, "_finder", late._Finder())
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    yield
    for name in ("heavy", "heavy.inner", "user"):
        sys.modules.pop(name, None)


def import_user() -> ModuleType:
    late.while_importing(
        "user", late.late("heavy", "Thing", "function"), late.late("heavy.inner", "Other")
    )
    return importlib.import_module("user")


def test_library_is_imported_when_it_is_used() -> None:
    user = import_user()
    assert "heavy" not in sys.modules
    assert "heavy.inner" not in sys.modules
    assert user.use() == (7, 2, "thing", "other")
    assert "heavy" in sys.modules


def test_others_import_the_library_itself() -> None:
    user = import_user()
    from heavy import Thing

    assert Thing.name == "thing"
    assert user.heavy.VALUE == 7


def test_library_that_is_there_already_is_used_as_it_is() -> None:
    import heavy

    assert import_user().Thing is heavy.Thing


def test_absent_library_cannot_be_imported_by_that_module_only() -> None:
    late.while_importing("user", late.absent("heavy"))
    with pytest.raises(ImportError):
        importlib.import_module("user")
    assert importlib.import_module("heavy").VALUE == 7


def test_unused_classes_are_classes_of_that_name() -> None:
    late.while_importing(
        "user", late.unused("heavy", "Thing", "function"), late.unused("heavy.inner", "Other")
    )
    user = importlib.import_module("user")
    assert [kind.__name__ for kind in user.KINDS] == ["Thing", "Other"]
    assert not issubclass(int, user.Thing)
    assert "heavy" not in sys.modules


def test_called_after_the_import_or_at_once() -> None:
    seen: list[str] = []
    late.after_importing("heavy", lambda module: seen.append(module.__name__))
    assert seen == []
    importlib.import_module("heavy")
    late.after_importing("heavy", lambda module: seen.append("again"))
    assert seen == ["heavy", "again"]


def test_only_declared_names_wait() -> None:
    late.while_importing("user", late.late("heavy"))
    user = importlib.import_module("user")
    import heavy

    assert user.Thing is heavy.Thing
