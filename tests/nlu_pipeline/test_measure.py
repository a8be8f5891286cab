"""`scripts/nlu`: its files, and what it says of a bad one."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from bot.nlu.measure import BadInput, fit_eval, held_out, normalised, read_texts
from language.times import SHANGHAI


def test_texts_are_read_in_order(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text("\n".join(json.dumps({"text": text}) for text in ("一", "", "二")), "utf-8")
    assert read_texts(file) == ["一", "", "二"]


@pytest.mark.parametrize(
    ("line", "fault"),
    [("{", "line 2 is not JSON"), ("[]", 'line 2 has no "text"'), ('{"text": 1}', 'line 2 has no "text"')],
)  # fmt: skip
def test_bad_line_is_named(tmp_path: Path, line: str, fault: str) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text('{"text": "好"}\n' + line, "utf-8")
    with pytest.raises(BadInput, match=fault):
        read_texts(file)


@pytest.mark.parametrize(
    ("kind", "days"),
    [("time", ("2026-03-01", "2026-04-01")), ("period", ("2025-03-01", "2025-04-01"))],
)
def test_a_month_of_bills_lies_back_and_one_of_visits_ahead(
    kind: str, days: tuple[str, str]
) -> None:
    now = datetime(2025, 11, 24, 10, 20, tzinfo=SHANGHAI)
    assert normalised(kind, "三月份", now) == [f"{day}T00:00:00+08:00" for day in days]


def test_table_without_its_columns_or_rows_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("text,label\n好,a\n", "utf-8")
    with pytest.raises(BadInput, match="no column label_text"):
        fit_eval(file, file)
    file.write_text("text,label_text\n", "utf-8")
    with pytest.raises(BadInput, match="no rows"):
        fit_eval(file, file)


def test_small_table_is_learnt_and_judged(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    rows = [
        f"{text}{n},{label}" for label, text in (("a", "报修"), ("b", "缴费")) for n in range(9)
    ]
    file.write_text("text,label_text\n" + "\n".join(rows) + "\n", "utf-8")
    told = fit_eval(file, file)
    assert (told["accuracy"], told["n"]) == (1.0, 18)
    assert set(told) == {"accuracy", "n", "train_s", "ms_per_text"}


def test_annotations_become_spans(tmp_path: Path) -> None:
    (tmp_path / "x.yml").write_text(
        "nlu:\n- intent: fee\n  examples: |\n    - 查[物业费](fee_item)和[水费](fee_item)\n",
        "utf-8",
    )
    [gold] = held_out(tmp_path)
    assert (gold.text, gold.intent) == ("查物业费和水费", "fee")
    assert gold.spans == {(1, 4, "fee_item"), (5, 7, "fee_item")}
