"""The trained model: named after a fingerprint of its inputs, made anew when they change."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

INPUTS = (
    "config.yml",
    "domain.yml",
    "nlu_data",
    "bot/nlu",
    "language/clean.py",
    "language/data/traditional.txt",
    "engine/requirements.lock",
)
"All that training reads; what else `language/` holds is asked at run time only"
TOOLS = frozenset({"measure.py", "trained.py"})
"Files beside the inputs that only read a model"
KEEP = 3
"How many older models are left beside the present one"


def _files(root: Path, inputs: Iterable[str]) -> Iterator[Path]:
    for name in inputs:
        path = root / name
        if path.is_file():
            yield path
        else:
            yield from sorted(
                file
                for file in path.rglob("*")
                if file.is_file() and "__pycache__" not in file.parts and file.name not in TOOLS
            )


def fingerprint(root: Path, inputs: Iterable[str] = INPUTS) -> str:
    """Twelve hex digits that change whenever anything changes that the model is made of."""
    digest = hashlib.sha256()
    for file in _files(root, inputs):
        digest.update(str(file.relative_to(root)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def path_of(root: Path) -> Path:
    """Where the model of the present inputs is, or will be."""
    return root / "models" / f"linsheng-{fingerprint(root)}.tar.gz"


def ensure(root: Path, say: Callable[[str], None]) -> Path:
    """The model of the present inputs, trained now if it is not there.

    Two callers at once train it once. Raises RuntimeError when training fails.
    """
    model = path_of(root)
    if model.exists():
        return model
    model.parent.mkdir(exist_ok=True)
    with (model.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not model.exists():
            say("training the model (a minute or two) …")
            started = time.monotonic()
            train(root, model)
            say(f"model trained in {time.monotonic() - started:.0f} s")
            _tidy(model)
    return model


def train(root: Path, model: Path, *, cache: Path | None = None) -> None:
    """Train with the engine's own command; its output goes to stderr only when it fails.

    `cache` is the folder where Rasa looks for parts that it trained before; None is the project's.
    """
    cache = cache or root / ".rasa" / "cache"
    environment = quiet_environment() | {"RASA_CACHE_DIRECTORY": str(cache)}
    looks_for_parts = [] if cache.exists() else ["--force"]  # looking takes as long as reading
    command = [
        str(root / "engine/.venv/bin/python"), "-m", "engine", "train", "--skip-validation",
        "--config", "config.yml", "--domain", "domain.yml", "--data", "nlu_data",
        "--out", str(model.parent), "--fixed-model-name", model.name.removesuffix(".tar.gz"),
        *looks_for_parts,
    ]  # fmt: skip
    done = subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0 or not model.exists():
        sys.stderr.write(done.stdout[-2000:] + done.stderr[-4000:])
        raise RuntimeError("training failed; its last lines are above")


def quiet_environment() -> dict[str, str]:
    """The environment for the engine's processes: no telemetry, no advertising, few warnings."""
    return os.environ | {
        "RASA_TELEMETRY_ENABLED": "false",
        "PYTHONWARNINGS": "ignore",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    }


def _tidy(present: Path) -> None:
    others = sorted(
        (file for file in present.parent.glob("linsheng-*.tar.gz") if file != present),
        key=lambda file: file.stat().st_mtime,
    )
    for old in others[:-KEEP]:
        old.unlink(missing_ok=True)
