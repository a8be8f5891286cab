"""Confinement: with how little a worker gets by, so that it could do no harm."""

from __future__ import annotations

import resource

MEMORY_BYTES = 512 * 1024 * 1024
"Addresses, not memory in use: with the libraries a clip of a minute takes 130 MB of them"


def confine() -> None:
    """No more memory than a worker needs, no byte written to a file, no core dump of a voice."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def allow(cpu_s: int) -> None:
    """So many seconds of a processor from now on, to a second; more ends the process.

    What is counted is the time of the whole process.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed = int(used.ru_utime + used.ru_stime) + 1 + cpu_s
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.RLIM_INFINITY))
