"""What processes cost, from /proc: CPU time and resident memory of a process and all below it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")

_PROC = Path("/proc")
_PARENT, _USER, _SYSTEM = 1, 11, 12
"Positions in /proc/<pid>/stat after the name (Source: proc(5))"


def tree(roots: Iterable[int]) -> list[int]:
    """These processes and everything that descends from them and still runs."""
    children: dict[int, list[int]] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdecimal() and (fields := _stat(int(entry.name))):
            children.setdefault(int(fields[_PARENT]), []).append(int(entry.name))
    found: list[int] = []
    waiting = list(roots)
    while waiting:
        pid = waiting.pop()
        if pid not in found and _stat(pid):
            found.append(pid)
            waiting += children.get(pid, [])
    return found


def cpu_ms(pids: Iterable[int]) -> float:
    """User and system time that these processes have used, in milliseconds; 0 for one that is gone."""
    ticks = sum(int(fields[_USER]) + int(fields[_SYSTEM]) for pid in pids if (fields := _stat(pid)))
    return ticks * 1000 / TICKS_PER_S


def rss_bytes(pids: Iterable[int]) -> int:
    """Sum of the resident memory of these processes; a page that two share counts twice."""
    pages = 0
    for pid in pids:
        try:
            pages += int((_PROC / str(pid) / "statm").read_text().split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    return pages * PAGE_BYTES


def _stat(pid: int) -> list[str]:
    """The fields after the name, which may hold anything; empty when the process is gone."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
