"""Journal: what the gateway is still to be told; a line for each thing, on the disk before it counts.

A line that a failing power cut in half is none, and the next one begins anew. When all was
delivered the file is empty again.
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from voice.speaker.files import settle

FILE = "journal.jsonl"
MOST = 1_000
"Entries that wait; beyond, the oldest reminder that was spoken is forgotten, and no cry is"
WORDS, ANSWER, SPOKEN = "words", "answer", "spoken"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """One thing to be told: a cry, the answer to a reminder, or that a reminder was spoken."""

    kind: str
    "WORDS, ANSWER or SPOKEN"
    id: str
    "Of words their own, of a reminder its key"
    text: str
    at: datetime


class Journal:
    """Raises OSError when the disk takes nothing more. Each change waits for the disk."""

    def __init__(self, folder: Path, *, most: int = MOST) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._most = most
        self._file = folder / FILE
        self._open: dict[tuple[str, str], Entry] = {}
        self._read()
        self._handle = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        settle(folder)

    def note(self, entry: Entry) -> None:
        """It is to be told; the same id again, with more words, takes the place of the first."""
        if self._open.get((entry.kind, entry.id)) == entry:
            return
        self._make_room()
        told = {"kind": entry.kind, "id": entry.id, "text": entry.text}
        self._append(told | {"at": entry.at.isoformat()})
        self._open[entry.kind, entry.id] = entry

    def done(self, kind: str, id: str) -> None:
        """It was told, and the gateway has it."""
        if self._open.pop((kind, id), None) is None:
            return
        if self._open:
            self._append({"kind": kind, "id": id, "done": True})
        else:
            os.ftruncate(self._handle, 0)
            os.fsync(self._handle)

    def waiting(self, kind: str) -> list[Entry]:
        """What is to be told, oldest first."""
        return [entry for entry in self._open.values() if entry.kind == kind]

    def has(self, kind: str, id: str) -> bool:
        return (kind, id) in self._open

    def close(self) -> None:
        os.close(self._handle)

    def _append(self, told: dict[str, Any]) -> None:
        line = (json.dumps(told, ensure_ascii=False) + "\n").encode()
        while line:
            line = line[os.write(self._handle, line) :]
        os.fsync(self._handle)

    def _make_room(self) -> None:
        spoken = self.waiting(SPOKEN)
        if len(self._open) >= self._most and spoken:
            logger.warning("the journal is full: a reminder that was spoken is not told of")
            self.done(SPOKEN, spoken[0].id)

    def _read(self) -> None:
        """What is there; half a line at the end is cut off, so that the next is not lost with it."""
        if not self._file.exists():
            return
        found = self._file.read_bytes()
        whole = found[: found.rfind(b"\n") + 1]
        if len(whole) < len(found):
            logger.warning(
                "the journal's last line is not whole: %d bytes", len(found) - len(whole)
            )
            os.truncate(self._file, len(whole))
        for line in whole.splitlines():
            self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            told = json.loads(line)
            key = (str(told["kind"]), str(told["id"]))
            if told.get("done"):
                self._open.pop(key, None)
            else:
                moment = datetime.fromisoformat(told["at"])
                self._open[key] = Entry(*key, str(told["text"]), moment)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            logger.warning("a line of the journal cannot be read: %s", type(error).__name__)
