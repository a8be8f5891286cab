"""Rasa's own commands, with the lean parts and without them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.support import ROOT, Project, free_port, project_environment

pytestmark = pytest.mark.slow

RASA = str(Path(sys.executable).parent / "rasa")

STORY = """
stories:
- story: a greeting
  steps:
  - user: 你好
    intent: greet
  - action: utter_greet
"""


@pytest.fixture
def folder(project: Project, tmp_path: Path) -> Path:
    """A copy of the trained project."""
    return Path(shutil.copytree(project.folder, tmp_path / "project"))


def command(folder: Path, *arguments: str, said: str | None = None) -> str:
    """Everything a command writes."""
    ended = subprocess.run(
        arguments,
        cwd=folder,
        env=project_environment(folder),
        input=said,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    written = ended.stdout + ended.stderr
    assert ended.returncode == 0, written[-4000:]
    return written


def test_bare_rasa_trains(folder: Path) -> None:
    shutil.rmtree(folder / ".rasa", ignore_errors=True)
    assert "nlu-" in command(folder, RASA, "train", "nlu")
    assert list((folder / "models").glob("nlu-*.tar.gz"))


def test_test_runs_stories_and_sentences(folder: Path) -> None:
    (folder / "test_stories.yml").write_text(STORY)
    arguments = [
        "-m",
        "engine",
        "test",
        "core",
        "--e2e",
        "--stories",
        "test_stories.yml",
        "--fail-on-prediction-errors",
        "--model",
        "models/model.tar.gz",
    ]
    assert "1 / 1" in command(folder, sys.executable, *arguments)
    command(
        folder,
        sys.executable,
        "-m",
        "engine",
        "test",
        "nlu",
        "--nlu",
        "data/nlu.yml",
        "--model",
        "models/model.tar.gz",
        "--no-plot",
    )
    assert (folder / "results" / "intent_report.json").exists()


def test_shell_talks(folder: Path) -> None:
    port = str(free_port())
    written = command(
        folder,
        sys.executable,
        "-m",
        "engine",
        "shell",
        "--port",
        port,
        "--model",
        "models/model.tar.gz",
        said="你好\n/stop\n",
    )
    assert "您好，我是邻声。" in written


def test_wrong_release_stops_at_once(tmp_path: Path) -> None:
    code = "import engine.release as r; r.READ_AT = '9.9'; import engine.__main__ as m; m.main(['run'])"
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=project_environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode != 0
    assert "WrongRelease: engine/ replaces parts of Rasa 9.9, but Rasa 3.6.21" in ended.stderr
