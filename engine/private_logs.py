"""Once the engine serves, its logs say where something happened and never what was said.

Rasa puts users' words, slot values and whole trackers into the text of log lines, exceptions and warnings, so the text
of a line cannot be trusted. From the moment the model is loaded a line keeps its time, level, logger and place in the
source; an exception keeps its types and frames. Lines of this package keep their text. Before that there are no users'
words yet, and start-up problems are told in full.

Replaces `rasa.utils.log_utils.configure_structlog` (whose tracebacks hold local variables).
"""

import logging
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator
from typing import Any, TextIO

import rasa.utils.log_utils
import structlog

OURS = "engine"
MOST_FRAMES = 30

_make_record = logging.getLogRecordFactory()
_serving = threading.Event()


def install() -> None:
    """Guard every log line of this process; to be called before `rasa.__main__` is imported."""
    logging.setLogRecordFactory(_record)
    warnings.showwarning = _show_warning
    threading.excepthook = _log_thread_error
    sys.unraisablehook = _log_unraisable
    rasa.utils.log_utils.configure_structlog = _configure_structlog


def close() -> None:
    """From now on there are users' words in this process."""
    _serving.set()


def _record(*values: Any, **named: Any) -> logging.LogRecord:
    record = _make_record(*values, **named)
    if not _serving.is_set():
        return record
    error = record.exc_info[1] if record.exc_info else None
    if not (record.name == OURS or record.name.startswith(f"{OURS}.")):
        record.msg = f"{record.filename}:{record.lineno} {record.funcName}"
        record.args = None
    if error is not None:
        record.msg = "\n".join([record.getMessage(), *_describe(error)])
        record.args = None
    record.exc_info = record.exc_text = record.stack_info = None
    return record


def _describe(error: BaseException) -> Iterator[str]:
    """Types and frames of an exception and of those behind it, outermost first."""
    seen = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield f"  {type(cause).__module__}.{type(cause).__qualname__}"
        for frame in traceback.extract_tb(cause.__traceback__)[-MOST_FRAMES:]:
            yield f"    {frame.filename}:{frame.lineno} {frame.name}"
        cause = cause.__cause__ or cause.__context__


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    text = f": {message}" if not _serving.is_set() else ""
    logging.getLogger(OURS).warning("%s at %s:%s%s", category.__name__, filename, lineno, text)


def _log_thread_error(failure: threading.ExceptHookArgs) -> None:
    logging.getLogger(OURS).error("a thread ended", exc_info=failure.exc_value)


def _log_unraisable(failure: Any) -> None:
    logging.getLogger(OURS).error("an error nobody could catch", exc_info=failure.exc_value)


def _configure_structlog(log_level: int | None = None) -> None:
    level = logging.getLogger("rasa").level if log_level is None else log_level
    structlog.configure(
        processors=[_to_plain_line],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )


def _to_plain_line(
    logger: Any, method: str, event: structlog.typing.EventDict
) -> tuple[tuple[str], dict[str, Any]]:
    text = f"{event.pop('event')} {event.pop('event_info', '')}".strip()
    return (text.replace("%", "%%"),), {"exc_info": event.pop("exc_info", method == "exception")}
