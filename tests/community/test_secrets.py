"""Secrets at a first start of several processes; the file itself: tests/connectors/test_secrets.py."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from community.errors import ConfigError
from community.secrets import load_secrets

ROOT = Path(__file__).resolve().parents[2]
SHOW = (
    "import sys; from pathlib import Path; from community.secrets import load_secrets; "
    "found = load_secrets(Path(sys.argv[1])); "
    "print(found.cookie_key.reveal(), found.pepper.reveal(), *map(str.__str__, "
    "found.api_clients.values()))"
)


def test_processes_that_start_together_have_the_same_secrets(tmp_path: Path) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", SHOW, str(tmp_path / "var")],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(6)
    ]  # fmt: skip
    told = {process.communicate(timeout=30)[0] for process in started}
    assert [process.returncode for process in started] == [0] * 6
    (line,) = told
    file = tmp_path / "var" / "secrets.json"
    stored = json.loads(file.read_text())
    assert line.split() == [stored["cookie_key"], stored["pepper"], stored["api_clients"]["app"]]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.name for one in file.parent.iterdir()] == ["secrets.json"]


def test_second_start_writes_nothing(tmp_path: Path) -> None:
    load_secrets(tmp_path)
    file = tmp_path / "secrets.json"
    before = (file.read_bytes(), file.stat().st_mtime_ns, file.stat().st_ino)
    load_secrets(tmp_path, api_clients="app:token-0123456789abcdef")
    assert (file.read_bytes(), file.stat().st_mtime_ns, file.stat().st_ino) == before


def test_three_secrets_are_long_and_differ(tmp_path: Path) -> None:
    found = load_secrets(tmp_path)
    values = [found.cookie_key.reveal(), found.pepper.reveal(), found.api_clients["app"].reveal()]
    assert len(set(values)) == 3
    assert min(map(len, values)) >= 43  # 256 bits


def test_folder_that_cannot_be_made_is_told_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file")
    with pytest.raises(ConfigError) as refused:
        load_secrets(tmp_path / "var")
    assert refused.value.problems == [f"{tmp_path / 'var' / 'secrets.json'}: File exists"]


def test_problem_never_quotes_a_secret(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    file.write_text('{"cookie_key": "short-secret", "pepper": 5, "api_clients": {"a": "b-secret"}}')
    file.chmod(0o600)
    with pytest.raises(ConfigError) as refused:
        load_secrets(tmp_path)
    assert len(refused.value.problems) == 3
    assert "secret" not in str(refused.value).replace("secrets.json", "")
