"""The documents are held to the code: settings, commands, links and pictures."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from community.config import fields_of

ROOT = Path(__file__).resolve().parents[2]
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
DOCUMENTS = [*READMES, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("readme", READMES, ids=lambda file: file.name)
def test_the_readme_lists_every_setting_with_its_default(readme: Path) -> None:
    listed = re.findall(r"^\| `(LINSHENG_\w+)` \| (.*?) \|", readme.read_text("utf-8"), re.M)
    wanted = [(name, f"`{default}`" if default else "") for name, default, _ in fields_of()]
    assert [(name, default.strip()) for name, default in listed] == wanted


def test_the_english_readme_gives_each_setting_the_meaning_of_the_code() -> None:
    text = READMES[0].read_text("utf-8")
    assert [name for name, _, meaning in fields_of() if f"| {meaning} |" not in text] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_every_link_and_picture_of_a_document_exists(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", document.read_text("utf-8"))
    assert [t for t in targets if not (document.parent / t).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_every_script_that_a_document_names_exists_and_runs(document: Path) -> None:
    named = set(re.findall(r"(?<![\w/])scripts/[a-z]+", document.read_text("utf-8")))
    assert [name for name in sorted(named) if not os.access(ROOT / name, os.X_OK)] == []


def test_both_readmes_show_the_same_commands() -> None:
    blocks = [re.findall(r"```bash\n(.*?)```", file.read_text("utf-8"), re.S) for file in READMES]
    assert blocks[0] == blocks[1]


@pytest.mark.parametrize("script", sorted((ROOT / "scripts").iterdir()), ids=lambda f: f.name)
def test_a_script_is_valid_bash(script: Path) -> None:
    if not os.access(script, os.X_OK):
        pytest.skip("not a script but data for one")
    done = subprocess.run(["bash", "-n", str(script)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_serve_help_names_the_options_of_the_readme() -> None:
    done = subprocess.run(
        [str(ROOT / ".venv/bin/python"), "-m", "launch", "--help"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    options = ("--port", "--desk-port", "--data", "--demo", "--empty")
    assert [option for option in options if option not in done.stdout] == []
