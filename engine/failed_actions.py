"""Which custom actions failed during a turn.

Rasa records an action that could not be run as executed and carries on; the caller would be told nothing. Wraps
`rasa.core.actions.action.RemoteAction.run`. An action that declines to run (`ActionExecutionRejection`) has not failed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from rasa.core.actions.action import ActionExecutionRejection, RemoteAction

_failed: ContextVar[list[str] | None] = ContextVar("failed_actions", default=None)
_run = RemoteAction.run


def install() -> None:
    """Note every failure from now on."""
    RemoteAction.run = _run_and_note


@contextmanager
def noted() -> Iterator[list[str]]:
    """The names of the actions that fail while the context is open, as they fail."""
    names: list[str] = []
    token = _failed.set(names)
    try:
        yield names
    finally:
        _failed.reset(token)


async def _run_and_note(action: RemoteAction, *values: Any) -> Any:
    try:
        return await _run(action, *values)
    except ActionExecutionRejection:
        raise
    except Exception:
        names = _failed.get()
        if names is not None:
            names.append(action.name())
        raise
