"""Logging, configured once per process: one line per event, the turn's id on each, no resident's words.

Callers log ids, codes, lengths and milliseconds. The redaction filter is the second fence: whatever
still looks like a phone, plate, address, token or long number is masked before it is written.
"""

from __future__ import annotations

import logging
import sys
from contextvars import ContextVar

from language.redact import redact

turn_id: ContextVar[str] = ContextVar("turn_id", default="-")


class RedactionFilter(logging.Filter):
    """Stamps the current turn id and masks personal data in the finished line."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.turn_id = turn_id.get()
        try:
            record.msg = redact(record.getMessage())
        except Exception:  # a log call that is wrong stops no turn, however it fails
            record.msg = redact(f"{record.msg} (its values do not fit)")
        record.args = None
        return True


class RedactingFormatter(logging.Formatter):
    """Masks tracebacks too: an exception's text may quote what was being handled."""

    def formatException(self, ei: object) -> str:
        return redact(super().formatException(ei))  # type: ignore[arg-type]


def configure(process: str, *, level: str = "INFO") -> None:
    """Send this process's log to stderr; `process` is the word each line begins with."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(RedactionFilter())
    handler.setFormatter(
        RedactingFormatter(
            f"%(asctime)s {process} %(levelname)s %(name)s turn=%(turn_id)s %(message)s"
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
