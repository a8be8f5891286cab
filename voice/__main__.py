"""`python -m voice models`: list, check, download and use the models that speech is heard with."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from community import config
from community.errors import ConfigError
from voice import models
from voice.clips import RATE_HZ, WIDTH_BYTES
from voice.download import download
from voice.engines import open_recogniser
from voice.model_folder import engine_of, problems
from voice.models import Known, ModelError
from voice.recogniser import RecogniserError

FAILED, BAD_START = 1, 2
_MB = 1_000_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Do one command; returns the exit code."""
    given = _parser().parse_args(arguments)
    try:
        settings = config.load(config.with_file(os.environ, Path.cwd()))
        given.run(given, given.data or settings.data_dir, settings.voice_model)
    except ConfigError as error:
        print("\n".join(error.problems), file=sys.stderr)
        return BAD_START
    except (ModelError, RecogniserError) as error:
        print(f"voice: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("voice: broken off; the same command goes on with it", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m voice", description=__doc__)
    area = parser.add_subparsers(dest="area", required=True).add_parser("models")
    commands = area.add_subparsers(dest="command", required=True)
    for name, run, words in (
        ("list", _list, "the models that are known, and which of them are here"),
        ("check", _check, "load the model that is used, or the one of a folder"),
        ("download", _download, "have a model here; broken off, it goes on"),
        ("use", _use, "take a downloaded model from the next start on"),
    ):
        command = commands.add_parser(name, help=words)
        command.add_argument("--data", type=Path, help="data folder (LINSHENG_DATA_DIR)")
        command.set_defaults(run=run)
        if name == "check":
            command.add_argument("folder", nargs="?", type=Path)
        elif name != "list":
            command.add_argument("name")
    return parser


def _list(given: argparse.Namespace, data_dir: Path, setting: str) -> None:
    folder = models.folder_of_models(data_dir)
    current = (folder / models.CURRENT).resolve().name
    for model in models.known().values():
        here = not problems(folder / model.name)
        state = ("used" if model.name == current else "here") if here else "-"
        print(f"{state:5} {_size(model):>8}  {model.name}\n      {model.about}")


def _check(given: argparse.Namespace, data_dir: Path, setting: str) -> None:
    folder = given.folder or models.chosen(setting, data_dir)
    if folder is None:
        raise ModelError("no model is chosen")
    wrong = problems(folder)
    if wrong:
        raise ModelError("; ".join(wrong))
    loaded_s, heard_s = asyncio.run(_timed(folder))
    print(f"{folder.resolve()}: {engine_of(folder)}, loads in {loaded_s:.1f} s, "
          f"hears a second in {heard_s:.2f} s")  # fmt: skip


async def _timed(folder: Path) -> tuple[float, float]:
    """Seconds to load the model, and to hear a second of silence."""
    began = time.perf_counter()
    recogniser = await open_recogniser(folder)
    loaded = time.perf_counter()
    await recogniser.recognise(bytes(RATE_HZ * WIDTH_BYTES))
    recogniser.close()
    return loaded - began, time.perf_counter() - loaded


def _download(given: argparse.Namespace, data_dir: Path, setting: str) -> None:
    model = models.known().get(given.name)
    if model is None:
        raise ModelError(f"no model {given.name} is known; see `python -m voice models list`")
    if model.sha256 is None:
        print(f"voice: {model.name}: no checksum is known, it is not verified", file=sys.stderr)
    folder = models.folder_of_models(data_dir)
    download(model, folder, _Progress().show)
    wrong = problems(folder / model.name)
    if wrong:
        raise ModelError("; ".join(wrong))
    print(f"{model.name} is here; `python -m voice models use {model.name}` takes it")


def _use(given: argparse.Namespace, data_dir: Path, setting: str) -> None:
    models.use(given.name, data_dir)
    print(f"{given.name} is used from the next start on")


class _Progress:
    """A line on standard error for each hundredth that has come, over the last one."""

    def __init__(self) -> None:
        self._shown = -1

    def show(self, have: int, total: int | None) -> None:
        steps = have * 100 // total if total else have // (10 * _MB)
        if steps != self._shown:
            self._shown = steps
            of = f" of {total / _MB:.1f}" if total else ""
            done = have == total
            print(
                f"\r{have / _MB:.1f}{of} MB", end="\n" if done else "", file=sys.stderr, flush=True
            )


def _size(model: Known) -> str:
    return f"{model.bytes / _MB:.0f} MB" if model.bytes else "?"


if __name__ == "__main__":
    sys.exit(main())
