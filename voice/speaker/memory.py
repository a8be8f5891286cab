"""Memory: what the gateway told last, for the time when it cannot be asked."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from voice.speaker.files import write_whole
from voice.speaker.frames import Due, due_of, phones_of
from voice.talk import Habits

FILE = "known.json"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Known:
    agenda: tuple[Due, ...] = ()
    "The reminders to come, soonest first"
    help_phones: tuple[str, ...] = ()
    "As they are said"
    pace: int = Habits.pace
    volume: int = Habits.volume
    person: str = ""
    "Whose speaker it is, when that is one person"


class Memory:
    """Kept in one private file; what cannot be read is as if it had never been told."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self.known = self._read()

    def learn(self, **changes: Any) -> None:
        """Keep fields of Known that changed; a disk that is full costs nothing but the memory."""
        known = replace(self.known, **changes)
        if known == self.known:
            return
        self.known = known
        agenda = [asdict(due) | {"at": due.at.isoformat()} for due in known.agenda]
        try:
            write_whole(
                self._file, json.dumps(asdict(known) | {"agenda": agenda}, ensure_ascii=False)
            )
        except OSError as error:
            logger.error("what is known was not kept: %s", error.strerror)

    def drop(self, key: str) -> None:
        """A reminder that is over."""
        self.learn(agenda=tuple(due for due in self.known.agenda if due.key != key))

    def _read(self) -> Known:
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
            return Known(
                due_of(found["agenda"]), phones_of(found["help_phones"]),
                int(found["pace"]), int(found["volume"]), str(found.get("person", "")),
            )  # fmt: skip
        except FileNotFoundError:
            return Known()
        except (OSError, ValueError, TypeError, KeyError) as error:
            logger.warning("what was known cannot be read: %s", type(error).__name__)
            return Known()
