"""The log: ids, codes and lengths with the turn's id on each line, never a resident's words."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from community import log
from community.services import binding, complaint, fee, notice, repair, visitor
from community.store.identities import Party
from tests.community.village import Village

WORDS = "厨房水管漏水滴滴答答"
PERSONAL = ("13812348000", "3号楼2单元501", "京A12345", "oABCD1234efgh5678ijkl90_-xyz")


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[str]]]:
    """What was logged so far, after `log.configure`; its handler is gone in the end."""
    root, stderr = logging.getLogger(), io.StringIO()
    level = root.level
    monkeypatch.setattr(sys, "stderr", stderr)
    log.configure("gateway", level="DEBUG")

    def told() -> list[str]:
        said = stderr.getvalue().splitlines()
        return [line for line in said if " DEBUG asyncio " not in line]  # the test's own loop

    yield told
    for handler in root.handlers[:]:
        if type(handler) is logging.StreamHandler:
            root.removeHandler(handler)
    root.setLevel(level)


def test_line_names_process_level_logger_and_turn(lines: Callable[[], list[str]]) -> None:
    logger = logging.getLogger("bot.turn")
    logger.info("outcome=%s ms=%d", "answered", 42)
    token = log.turn_id.set("turn_0123456789abcdef0123")
    logger.warning("late")
    log.turn_id.reset(token)
    logger.error("after")
    told = [line.split(" ", 2)[2] for line in lines()]
    assert told == [
        "gateway INFO bot.turn turn=- outcome=answered ms=42",
        "gateway WARNING bot.turn turn=turn_0123456789abcdef0123 late",
        "gateway ERROR bot.turn turn=- after",
    ]


@pytest.mark.parametrize(("level", "shown"), [("INFO", 3), ("WARNING", 2), ("ERROR", 1)])
def test_level_leaves_out_what_is_below(
    lines: Callable[[], list[str]], capsys: pytest.CaptureFixture[str], level: str, shown: int
) -> None:
    log.configure("gateway", level=level)
    for number in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
        logging.getLogger("x").log(number, "line")
    assert len(capsys.readouterr().err.splitlines()) == shown


def test_personal_data_in_a_line_is_masked(lines: Callable[[], list[str]]) -> None:
    logging.getLogger("x").info("from %s", " ".join(PERSONAL))
    logging.getLogger("x").info(" ".join(PERSONAL))
    told = lines()
    assert len(told) == 2
    assert [value for value in PERSONAL if value in "".join(told)] == []
    assert "138****8000" in told[0]


def test_personal_data_in_a_traceback_is_masked(lines: Callable[[], list[str]]) -> None:
    try:
        raise ValueError(" ".join(PERSONAL))
    except ValueError:
        logging.getLogger("x").exception("failed")
    told = "\n".join(lines())
    assert "ValueError" in told
    assert [value for value in PERSONAL if value in told] == []


@pytest.mark.parametrize(
    ("message", "values"), [("%d ms", ("soon",)), ("%s and %s", ("one",)), ("done", (WORDS,))]
)
def test_log_call_that_is_wrong_stops_no_turn_and_shows_no_value(
    lines: Callable[[], list[str]], message: str, values: tuple[object, ...]
) -> None:
    logging.getLogger("x").info(message, *values)
    (told,) = lines()
    assert told.endswith(f"{message} (its values do not fit)")


def test_log_call_with_a_missing_name_stops_no_turn(lines: Callable[[], list[str]]) -> None:
    logging.getLogger("x").info("%(no)s", {"on": 1})
    assert lines()


async def test_services_and_driver_log_no_words_even_when_they_tell_everything(
    lines: Callable[[], list[str]], village: Village, wang: Party, stranger: Party
) -> None:
    ctx, now = village.ctx, village.clock.now()
    window = (now, now + timedelta(hours=1))
    made = await repair.create(
        ctx, wang, turn_id="turn_1", description=WORDS, place="厨房", phone=PERSONAL[0],
        appointment=window,
    )  # fmt: skip
    await repair.urge(ctx, wang, made.no, turn_id="turn_2")
    await repair.withdraw(ctx, wang, made.no, turn_id="turn_3")
    await complaint.submit(
        ctx, wang, kind="complaint", turn_id="turn_4", description=WORDS, place=None, anonymous=True
    )
    await visitor.invite(
        ctx, wang, turn_id="turn_5", visitor=WORDS, window=window, plate="京A12345"
    )
    await notice.about(ctx, wang, topic=WORDS)
    await fee.owed(ctx, wang)
    await binding.bind(ctx, stranger.conversation_id, code="35010001")
    told = "\n".join(lines())
    secrets = (WORDS, "厨房", *PERSONAL, "35010001", "王建国")
    assert [secret for secret in secrets if secret in told] == []
