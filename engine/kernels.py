"""Arithmetic at the speed of this processor: OpenBLAS is told what it is when it does not know.

numpy's OpenBLAS of this environment is older than some processors. On one that it does not know it falls back to the
kernels of 2004 (`Prescott`), which take two to three times as long as those for AVX2 (`Haswell`), which every later
x86 processor has. It reads the choice when it is loaded, so the process begins again with the choice made.
"""

import os
import sys
from pathlib import Path

CHOICE = "OPENBLAS_CORETYPE"
FALLBACK, BETTER = "Prescott", "Haswell"
NEEDS = {"avx2", "fma"}


def choose(processor: str, in_use: str | None) -> str | None:
    """The kernels to ask for, given the text of `/proc/cpuinfo` and those in use; None leaves them."""
    flags = next((line for line in processor.splitlines() if line.startswith("flags")), "")
    return BETTER if in_use == FALLBACK and set(flags.split()) >= NEEDS else None


def ensure() -> None:
    """Begin the process again under better kernels if there are; to be called before all else."""
    if (kernels := _choice()) is not None:
        os.environ[CHOICE] = kernels
        os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - ourselves


def _choice() -> str | None:
    processor = Path("/proc/cpuinfo")
    if CHOICE in os.environ or not processor.exists():
        return None
    import numpy  # noqa: F401 - loads the library
    import threadpoolctl

    libraries = threadpoolctl.threadpool_info()
    in_use = [one["architecture"] for one in libraries if one["internal_api"] == "openblas"]
    return choose(processor.read_text(encoding="utf-8"), in_use[0] if in_use else None)


if __name__ == "__main__":
    # For scripts: a setting for `export`, or nothing.
    if (found := _choice()) is not None:
        sys.stdout.write(f"{CHOICE}={found}\n")
