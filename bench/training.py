"""Both models: how long training takes from nothing, and where the models are kept."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.errors import BenchError
from bench.script import ROOT
from launch import model

STOCK = Path("bench/stock")
STOCK_INPUTS = ("bench/stock/config.yml", "domain.yml", "nlu_data", "engine/requirements.lock")
EPOCHS = 100
"As Rasa documents it; on two cores and all of our sentences a matter of hours"
TELL_EVERY_S = 20

_EPOCH = re.compile(r"Epochs:\s+(\d+)%")

Say = Callable[[str], None]


def ours(say: Say) -> float:
    """Seconds that training takes; the model is kept as the project's own unless there is one."""
    say("training our model from nothing …")
    with tempfile.TemporaryDirectory(prefix="linsheng-bench-") as folder:
        trained, kept = Path(folder) / "model.tar.gz", model.path_of(ROOT)
        started = time.monotonic()
        try:
            model.train(ROOT, trained, cache=Path(folder) / "cache")
        except RuntimeError as error:
            raise BenchError(str(error)) from error
        took_s = time.monotonic() - started
        if not kept.exists():
            kept.parent.mkdir(exist_ok=True)
            shutil.move(trained, kept)
    say(f"our model trained in {took_s:.0f} s")
    return took_s


def stock(wanted: Path | None, say: Say, epochs: int = EPOCHS) -> tuple[Path, float | None]:
    """The stock model, trained if it is not there, and the seconds that took, if they are known.

    Fewer epochs than the documented EPOCHS understand less and answer as fast.
    """
    made_of = f"{model.fingerprint(ROOT, STOCK_INPUTS)}-{epochs}"
    kept = wanted or ROOT / "models" / f"stock-{made_of}.tar.gz"
    notes = kept.with_name(kept.name.removesuffix(".tar.gz") + ".json")
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        took_s = _train_stock(kept, say, epochs)
        notes.write_text(json.dumps({"train_s": took_s}), encoding="utf-8")
    if not notes.exists():
        say(f"how long {kept.name} took to train is not known")
        return kept, None
    return kept, float(json.loads(notes.read_text(encoding="utf-8"))["train_s"])


def _train_stock(kept: Path, say: Say, epochs: int) -> float:
    say(f"training the stock model from nothing, {epochs} epochs (minutes each) …")
    with tempfile.TemporaryDirectory(prefix="linsheng-bench-") as folder:
        config = Path(folder) / "config.yml"
        documented = (ROOT / STOCK / "config.yml").read_text(encoding="utf-8")
        config.write_text(
            documented.replace(f"epochs: {EPOCHS}", f"epochs: {epochs}"), encoding="utf-8"
        )
        command = [
            str(ROOT / "engine/.venv/bin/rasa"), "train",
            "--config", str(config), "--domain", "domain.yml", "--data", "nlu_data",
            "--out", folder, "--fixed-model-name", "stock",
        ]  # fmt: skip
        environment = model.quiet_environment() | {"RASA_CACHE_DIRECTORY": f"{folder}/cache"}
        started = time.monotonic()
        log = Path(folder) / "train.log"
        with log.open("wb") as output:
            training = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
            )
            try:
                _wait(training, log, say)
            finally:
                training.kill()
        trained = Path(folder) / "stock.tar.gz"
        if training.wait() != 0 or not trained.exists():
            raise BenchError(f"training stock ended with {training.returncode}:\n{tail(log)}")
        shutil.move(trained, kept)
        took_s = time.monotonic() - started
    say(f"stock model trained in {took_s:.0f} s")
    return took_s


def _wait(training: subprocess.Popen[bytes], log: Path, say: Say) -> None:
    while True:
        try:
            training.wait(TELL_EVERY_S)
            return
        except subprocess.TimeoutExpired:
            done = _EPOCH.findall(tail(log))
            say(f"training the stock model: {done[-1] if done else 0} % of the epochs")


def tail(log: Path, size_bytes: int = 4000) -> str:
    """The end of a log, which may be large."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - size_bytes))
        return file.read().decode("utf-8", "replace")
