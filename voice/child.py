"""Child: a program that gets bytes on its input and gives bytes on its output, in time or never."""

from __future__ import annotations

import asyncio
import logging
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence
from pathlib import Path

from voice.synthesiser import SynthesiserError

logger = logging.getLogger(__name__)

_FOLDER = Path(__file__).resolve().parents[1]


async def ask(command: Sequence[str], data: bytes) -> bytes:
    """What the program says to `data`. It inherits no variable of the environment.

    It is killed when the caller no longer waits, which is how a deadline is set. Raises
    SynthesiserError when it cannot be started, fails or is killed by another.
    """
    try:
        child = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL,
            env={}, cwd=_FOLDER, start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise SynthesiserError(f"{Path(command[0]).name} cannot be started") from error
    try:
        answer, _ = await child.communicate(data)
    except RuntimeError as error:  # what uvloop raises for a pipe whose reader has ended
        raise SynthesiserError("a child of the synthesiser ended early") from error
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0:
        logger.warning("%s ended with %d", Path(command[0]).name, child.returncode)
        raise SynthesiserError("a child of the synthesiser failed")
    return answer
