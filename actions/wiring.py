"""The action server's composition root: the Context, built once, replaceable in tests."""

from __future__ import annotations

import os

from community.config import load
from community.context import Context
from community.log import configure
from community.secrets import load_secrets
from community.store.database import Database
from community.times import SystemClock

_context: Context | None = None


def context() -> Context:
    """The process's Context; made at the first call, inside the running event loop."""
    global _context
    if _context is None:
        settings = load(os.environ)
        configure("actions", level=settings.log_level)
        _context = Context(
            Database(settings.database),
            SystemClock(),
            load_secrets(settings.data_dir).pepper,
            settings.pay_url,
        )
    return _context


def use(replacement: Context | None) -> None:
    """Put a test's Context in place; None goes back to the environment's."""
    global _context
    _context = replacement
