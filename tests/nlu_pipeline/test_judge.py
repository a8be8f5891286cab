"""The judge: figures that can be counted by hand, bounds, and the page."""

from pathlib import Path

import pytest
import yaml

from bot.nlu import report
from bot.nlu.judge import Gold, Reading, Tally, missed

NOTHING: frozenset[tuple[int, int, str]] = frozenset()
BOUNDS = Path(__file__).parent / "bounds.yml"


def reading(
    intent: str, confidence: float = 1.0, decision: str = "answer", **more: object
) -> Reading:
    values = {"spans": NOTHING, "cries": False} | more
    return Reading(intent, confidence, decision, **values)  # type: ignore[arg-type]


def gold(intent: str, *spans: tuple[int, int, str]) -> Gold:
    return Gold("", intent, frozenset(spans))


@pytest.fixture
def tally() -> Tally:
    """Eight sentences: two of three intents wrong once, one cry heard by code alone."""
    told = Tally()
    place, time = (0, 2, "place"), (3, 5, "time")
    for asked, read in (
        (gold("fee"), reading("fee", 0.9)),
        (gold("fee"), reading("fee", 0.9)),
        (gold("fee"), reading("repair", 0.5, "clarify")),
        (
            gold("repair", place, time),
            reading("repair", 0.9, spans=frozenset({place, (3, 6, "time")})),
        ),
        (gold("sos"), reading("repair", 0.5, cries=True)),
        (gold("out_of_scope"), reading("out_of_scope", 0.9, "reject")),
        (gold("out_of_scope"), reading("fee", 0.5)),
        (gold("repair"), reading("out_of_scope", 0.1, "reject")),
    ):
        told.add(asked, read)
    return told


def test_figures_are_what_one_counts_by_hand(tally: Tally) -> None:
    # F1: fee 2·2/(3+3), repair 2·1/(3+2), sos 0, out_of_scope 2·1/(2+2)
    assert tally.figures() == {
        "intent_accuracy": 0.5,
        "macro_f1": round((4 / 6 + 2 / 5 + 0 + 2 / 4) / 4, 4),
        "entity_f1": 0.5,
        "sos_recall": 1.0,
        "out_of_scope_recall": 0.5,
        "in_scope_turned_away": round(1 / 6, 4),
        "answered": 0.625,
        "clarified": 0.125,
        "turned_away": 0.25,
        # 0.9 × 4 against 4 right, 0.5 × 3 against none, 0.1 against none
        "calibration_error": round((0.4 + 1.5 + 0.1) / 8, 4),
        "n": 8,
    }  # fmt: skip


def test_what_is_confused_most_comes_first(tally: Tally) -> None:
    tally.add(gold("fee"), reading("repair"))
    assert tally.worst(2) == [("fee", "repair", 2), ("sos", "repair", 1)]


def test_what_was_not_asked_has_no_figure() -> None:
    tally = Tally()
    tally.add(gold("fee"), reading("fee"))
    figures = tally.figures()
    assert [figures[name] for name in ("entity_f1", "sos_recall", "out_of_scope_recall")] == [
        None
    ] * 3


def test_figure_beyond_its_bound_is_named(tally: Tally) -> None:
    bounds = {
        "intent_accuracy": {"at_least": 0.5}, "entity_f1": {"at_least": 0.6},
        "in_scope_turned_away": {"at_most": 0.1},
    }  # fmt: skip
    assert list(missed(tally.figures(), bounds)) == [
        "entity_f1 is 0.5, less than 0.6", "in_scope_turned_away is 0.1667, more than 0.1",
    ]  # fmt: skip
    assert list(missed({"a": None}, {"a": {"at_least": 0}})) == ["a was not measured"]


def test_committed_bounds_are_of_figures_that_there_are(tally: Tally) -> None:
    bounds = yaml.safe_load(BOUNDS.read_text("utf-8"))
    assert set(bounds) <= set(tally.figures())
    assert all(set(one) <= {"at_least", "at_most"} for one in bounds.values())


def test_page_has_the_figures_and_a_square_for_each_pair(tally: Tally, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    report.write(file, "没见过的<句子>", tally)
    page = file.read_text("utf-8")
    assert "没见过的&lt;句子&gt;" in page
    assert "<th scope=row>entity_f1</th><td>0.5</td>" in page
    assert page.count("<rect ") == len(tally.confused) == 7
    assert "<title>fee → repair: 1</title>" in page
