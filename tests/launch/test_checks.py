"""The checks before a start, and the name of the model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from community.config import Settings
from launch import checks, model


def project(folder: Path) -> Path:
    for name in checks.PROJECT_FILES:
        (folder / name).write_text("version: '3.1'\n")
    return folder


def test_a_sound_project_has_no_problems(tmp_path: Path) -> None:
    settings = replace(Settings(data_dir=tmp_path / "data"), port=0, desk_port=0)
    assert checks.problems(project(tmp_path), settings) == []


def test_a_broken_configuration_file_is_named_with_its_line(tmp_path: Path) -> None:
    settings = replace(Settings(data_dir=tmp_path / "data"), port=0, desk_port=0)
    project(tmp_path)
    (tmp_path / "domain.yml").write_text("intents:\n  - greet\n bad: [\n")
    found = checks.problems(tmp_path, settings)
    assert found == ["domain.yml: is not valid YAML in line 3"]


def test_a_missing_configuration_file_is_named(tmp_path: Path) -> None:
    settings = replace(Settings(data_dir=tmp_path / "data"), port=0, desk_port=0)
    project(tmp_path)
    (tmp_path / "endpoints.yml").unlink()
    assert checks.problems(tmp_path, settings) == [
        "endpoints.yml: cannot be read: No such file or directory"
    ]


def test_the_models_name_changes_with_each_of_its_inputs(tmp_path: Path) -> None:
    for name in model.INPUTS:
        path = tmp_path / name
        if "." in path.name:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("one")
        else:
            path.mkdir(parents=True)
            (path / "file").write_text("one")
    names = {model.fingerprint(tmp_path)}
    for name in model.INPUTS:
        path = tmp_path / name
        (path if path.is_file() else path / "file").write_text("two")
        names.add(model.fingerprint(tmp_path))
    assert len(names) == len(model.INPUTS) + 1


def test_the_models_name_is_the_same_for_the_same_inputs(tmp_path: Path) -> None:
    (tmp_path / "config.yml").write_text("one")
    assert model.path_of(tmp_path) == model.path_of(tmp_path)
