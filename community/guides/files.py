"""Guides as CSV and JSON, under the national element names: read whole or not at all.

Source of the names: national basic catalogue of government service matters (C0109). ALIASES,
AGENT_EXPLAIN and ELIGIBILITY are ours; the catalogue has no element for them.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from community.errors import ConfigError
from community.guides.checks import problems_of
from community.store.guides import Faq, Fee, Guide, Material, Step, eligibility_of

TEXTS = {
    "TASK_CODE": "code", "TASK_NAME": "name", "CATALOG_CODE": "catalog_code",
    "USER_TOPIC_TYPE": "topic", "DEPT_NAME": "office", "ACCEPT_CONDITION": "conditions",
    "TRANSACT_ADDR": "place", "TRANSACT_TIME": "hours", "LINK_WAY": "phone",
    "SUPERVISE_WAY": "complaint_phone", "ONLINE_EXPLAIN": "online", "AGENT_EXPLAIN": "agent",
}  # fmt: skip
NUMBERS = {"TASK_VERSION": "version", "PROMISE_DAY": "promise_days"}
FLAGS = {"IS_ONLINE": "is_online"}
DATES = {"PLAN_EFFECTIVE_DATE": "effective_on", "PLAN_CANCEL_DATE": "cancelled_on"}
PARTS: dict[str, tuple[str, Any, dict[str, str]]] = {
    "MATERIALS": ("materials", Material, {
        "MATERIAL_NAME": "name", "ORIGINALNUM": "originals", "COPIESNUM": "copies",
        "HANDLE_CASE": "case",
    }),
    "FEES": ("fees", Fee, {"FEE_NAME": "name", "FEE_STAND": "standard"}),
    "LINKS": ("steps", Step, {"LINK_NAME": "name"}),
    "FAQS": ("faqs", Faq, {"QUESTION": "question", "ANSWER": "answer"}),
}  # fmt: skip
LISTS = ("ALIASES", *PARTS, "ELIGIBILITY")
COLUMNS = (*TEXTS, *NUMBERS, *FLAGS, *DATES, *LISTS)
DIGITS_AT_MOST = 9
Row = dict[str, Any]


def read(file: Path) -> list[Guide]:
    """The guides of a `.csv` or `.json` file.

    Raises ConfigError with every problem, each naming its row (1 is the first matter) and field.
    """
    problems: list[str] = []
    made = [_guide(number, row, problems) for number, row in enumerate(_rows(file), 1)]
    guides = [one for one in made if one is not None]
    problems += problems_of(guides) if not problems else []
    if problems:
        raise ConfigError(problems)
    return guides


def write(file: Path, guides: list[Guide]) -> None:
    """All of them, so that `read` gives the same again; a spreadsheet opens the CSV as UTF-8."""
    rows = [_row(one) for one in guides]
    if _kind(file) == ".json":
        file.write_text(json.dumps(rows, ensure_ascii=False, indent=2), encoding="utf-8")
        return
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    for row in rows:
        lists = {name: json.dumps(row[name], ensure_ascii=False) for name in LISTS}
        flat = {name: "" if value is None else value for name, value in row.items()}
        writer.writerow(flat | {name: "" if said in {"[]", "{}"} else said for name, said in lists.items()})  # fmt: skip
    file.write_text(text.getvalue(), encoding="utf-8-sig", newline="")


def _kind(file: Path) -> str:
    if file.suffix.lower() not in {".csv", ".json"}:
        raise ConfigError([f"{file.name}: neither .csv nor .json"])
    return file.suffix.lower()


def _rows(file: Path) -> list[Row]:
    kind = _kind(file)
    try:
        text = file.read_text(encoding="utf-8-sig")
        rows = json.loads(text) if kind == ".json" else _table(text)
    except OSError as error:
        raise ConfigError([f"{file.name}: cannot be read ({error.strerror})"]) from error
    except (ValueError, csv.Error, RecursionError) as error:
        raise ConfigError([f"{file.name}: not UTF-8 or not {kind[1:]} ({error})"]) from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ConfigError([f"{file.name}: a list of matters is expected"])
    return rows


def _table(text: str) -> list[Row]:
    """The rows of a CSV. Raises ValueError for a column that is there twice."""
    table = csv.DictReader(io.StringIO(text))
    names = list(table.fieldnames or [])
    if len(names) != len(set(names)):
        raise ValueError("a column is there twice")
    return [
        {name or "more fields than columns": said for name, said in row.items()} for row in table
    ]


def _guide(number: int, row: Row, problems: list[str]) -> Guide | None:
    """One row; what is wrong is added to `problems`."""
    before = len(problems)
    values: dict[str, Any] = {}
    for name in row:
        if name not in COLUMNS:
            problems.append(f"row {number}, {name}: no such field")
    for name, attribute in (TEXTS | NUMBERS | FLAGS | DATES).items():
        try:
            values[attribute] = _value(name, row.get(name))
        except ValueError as error:
            problems.append(f"row {number}, {name}: {error}")
    for name in LISTS:
        try:
            values |= _list(name, row.get(name))
        except (ValueError, TypeError, KeyError, AttributeError):
            problems.append(f"row {number}, {name}: not in the shape that the manual shows")
    if len(problems) > before:
        return None
    version = values.pop("version")
    return Guide(version=1 if version is None else version, **values)


def _value(name: str, said: Any) -> Any:
    """A plain field; an empty one is None, of a text ''. Raises ValueError."""
    if isinstance(said, (list, dict, float)) or (isinstance(said, bool) and name not in FLAGS):
        raise ValueError("neither a text nor a whole number")
    text = "" if said is None else str(said).strip()
    if name in TEXTS:
        if name in {"TASK_CODE", "TASK_NAME"} and not text:
            raise ValueError("must not be empty")
        return text
    if not text:
        return None
    if name in NUMBERS:
        if not (text.isascii() and text.isdigit()):
            raise ValueError("not a whole number")
        if len(text) > DIGITS_AT_MOST:
            raise ValueError("too large")
        return int(text)
    if name in FLAGS:
        if text.lower() not in {"0", "1", "true", "false"}:
            raise ValueError("neither 0 nor 1")
        return text.lower() in {"1", "true"}
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("no date like 2025-06-30") from None


def _list(name: str, said: Any) -> dict[str, Any]:
    """A list, given as it is or as JSON text. Raises what reading another shape raises."""
    loaded = json.loads(said) if isinstance(said, str) and said.strip() else said or None
    if name == "ELIGIBILITY":
        return {"eligibility": eligibility_of(loaded or {})}
    if not isinstance(loaded or [], list):
        raise TypeError(name)
    if name == "ALIASES":
        if not all(isinstance(one, str) and one for one in loaded or []):
            raise TypeError(name)
        return {"aliases": loaded or []}
    attribute, kind, names = PARTS[name]
    return {attribute: [kind(**{names[key]: part for key, part in one.items()}) for one in loaded or []]}  # fmt: skip


def _row(one: Guide) -> Row:
    plain = asdict(one)
    row: Row = {name: plain[attribute] for name, attribute in (TEXTS | NUMBERS).items()}
    row |= {name: None if plain[a] is None else int(plain[a]) for name, a in FLAGS.items()}
    row |= {name: plain[a].isoformat() if plain[a] else None for name, a in DATES.items()}
    row["ALIASES"] = plain["aliases"]
    for name, (attribute, _, names) in PARTS.items():
        row[name] = [{key: part[field] for key, field in names.items()} for part in plain[attribute]]  # fmt: skip
    stored = plain["eligibility"]
    row["ELIGIBILITY"] = stored if any(stored.values()) else {}
    return row
