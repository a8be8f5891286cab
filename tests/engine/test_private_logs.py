"""No user's word reaches a log, whatever goes wrong."""

import asyncio
import logging
import sys
import threading
import warnings
from collections.abc import Iterator

import pytest
import structlog

from engine import private_logs
from tests.engine.support import Server

SECRET = "三号楼张三的私房话"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is logged, as it is written, while the engine serves."""
    written: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(self.format(record))

    handler, root = Keep(), logging.getLogger()
    factory, level = logging.getLogRecordFactory(), root.level
    for module, name in (
        (warnings, "showwarning"),
        (threading, "excepthook"),
        (sys, "unraisablehook"),
    ):
        monkeypatch.setattr(module, name, getattr(module, name))
    private_logs.install()
    private_logs.close()
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)
    logging.setLogRecordFactory(factory)
    private_logs._serving.clear()
    structlog.reset_defaults()


def fail() -> None:
    try:
        raise KeyError(SECRET)
    except KeyError as error:
        raise ValueError(f"said {SECRET}") from error


def test_line_of_a_library_keeps_its_place_only(lines: list[str]) -> None:
    logging.getLogger("rasa.core").info(f"Received user message '{SECRET}'")  # noqa: G004
    logging.getLogger("sanic.error").error("Exception at %s", SECRET)
    assert [line.split(":")[0] for line in lines] == ["test_private_logs.py"] * 2
    assert SECRET not in "".join(lines)


def test_line_of_the_engine_keeps_its_text(lines: list[str]) -> None:
    logging.getLogger("engine.channel").warning("a turn took %d ms", 12)
    assert lines == ["a turn took 12 ms"]


def test_exception_keeps_types_and_frames(lines: list[str]) -> None:
    try:
        fail()
    except ValueError:
        logging.getLogger("rasa.core").exception(SECRET)
        logging.getLogger("engine.channel").exception("a turn failed")
    for line in lines:
        assert "builtins.ValueError" in line
        assert "builtins.KeyError" in line
        assert "test_private_logs.py" in line
        assert "fail" in line
        assert SECRET not in line
    assert lines[1].startswith("a turn failed\n")


def test_structured_line_keeps_no_value(lines: list[str]) -> None:
    private_logs._configure_structlog(logging.DEBUG)
    logger = structlog.get_logger()
    logger.debug("processor.message.parse", parse_data_text=SECRET, event_info=f"50 % {SECRET}")
    try:
        fail()
    except ValueError:
        logger.exception("rest.message.received.failure", text=SECRET)
    assert len(lines) == 2
    assert SECRET not in "".join(lines)
    assert "builtins.ValueError" in lines[1]


def test_warnings_and_stray_errors_keep_no_text(lines: list[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = private_logs._show_warning
        warnings.warn(f"Failed to parse '{SECRET}'", UserWarning, stacklevel=1)
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()

    async def forgotten() -> None:
        asyncio.get_running_loop().call_exception_handler(
            {"message": "never retrieved", "exception": ValueError(SECRET)}
        )

    asyncio.run(forgotten())
    text = "\n".join(lines)
    assert SECRET not in text
    assert "UserWarning at" in text
    assert "a thread ended" in text


def test_before_serving_lines_are_told_in_full(lines: list[str]) -> None:
    private_logs._serving.clear()
    logging.getLogger("rasa.core.agent").error("Could not load model due to %s", "a missing file")
    assert lines == ["Could not load model due to a missing file"]


@pytest.mark.slow
def test_real_server_writes_none_of_what_was_said(server: Server) -> None:
    """The server runs with --debug; an action fails, a component fails, a payload is malformed."""
    said = [
        f"出个错看看{SECRET}",
        f"放鞭炮{SECRET}",
        f'/report_repair{{"place": {SECRET}',
        f"我要报修{SECRET}",
        SECRET,
        "/report_repair",
        f"厨房{SECRET}",
    ]
    answers = [server.say(f"住户-{SECRET}", text) for text in said]
    assert answers[0][1][-1]["custom"]["turn"]["failed_actions"] == ["action_break_down"]
    assert answers[1] == (500, {"code": "engine_error"})
    assert [status for status, _ in answers].count(200) >= 5
    written = server.written()
    assert "a turn failed" in written
    assert "picky.py" in written
    for part in (SECRET, SECRET.encode("unicode_escape").decode(), "张三", "私房话", "鞭炮"):
        assert part not in written
