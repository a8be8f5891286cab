"""Guides as files: the same again after export and import; whole or not at all, row and field named."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from community.demo.guides import demo_guides
from community.errors import ConfigError
from community.guides import files, library
from community.guides.__main__ import main
from community.services import guide
from community.store.database import Database
from community.store.guides import Guide
from tests.community.village import Village

LIBRARY = demo_guides()


def refused(file: Path) -> list[str]:
    with pytest.raises(ConfigError) as error:
        files.read(file)
    return error.value.problems


def written(folder: Path, *rows: dict[str, Any]) -> Path:
    file = folder / "guides.json"
    file.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    return file


@pytest.mark.parametrize("name", ["guides.csv", "guides.json"])
def test_what_is_exported_is_imported_as_it_was(tmp_path: Path, name: str) -> None:
    dated = replace(LIBRARY[0], effective_on=date(2025, 1, 1), is_online=None)
    files.write(tmp_path / name, [dated, *LIBRARY[1:]])
    assert files.read(tmp_path / name) == [dated, *LIBRARY[1:]]


def test_columns_are_the_national_names(tmp_path: Path) -> None:
    files.write(tmp_path / "g.csv", LIBRARY[:1])
    with (tmp_path / "g.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert tuple(row) == files.COLUMNS
    assert {name: row[name] for name in ("TASK_NAME", "PROMISE_DAY", "IS_ONLINE", "LINK_WAY")} == {
        "TASK_NAME": "高龄津贴", "PROMISE_DAY": "15", "IS_ONLINE": "1", "LINK_WAY": "61000003",
    }  # fmt: skip
    assert json.loads(row["MATERIALS"])[0] == {
        "MATERIAL_NAME": "身份证", "ORIGINALNUM": 1, "COPIESNUM": 1, "HANDLE_CASE": "",
    }  # fmt: skip


def test_two_fields_are_a_guide(tmp_path: Path) -> None:
    file = written(tmp_path, {"TASK_CODE": "T1", "TASK_NAME": "养鸽登记"})
    assert files.read(file) == [Guide(code="T1", name="养鸽登记")]


@pytest.mark.parametrize(
    ("field", "said", "problem"),
    [
        ("TASK_CODE", "", "must not be empty"),
        ("TASK_NAME", " ", "must not be empty"),
        ("PROMISE_DAY", "-1", "not a whole number"),
        ("PROMISE_DAY", "五天", "not a whole number"),
        ("IS_ONLINE", "能", "neither 0 nor 1"),
        ("PLAN_CANCEL_DATE", "2025-02-31", "no date like 2025-06-30"),
        ("MATERIALS", "身份证", "not in the shape that the manual shows"),
        ("MATERIALS", [{"NAME": "身份证"}], "not in the shape that the manual shows"),
        ("ALIASES", [1], "not in the shape that the manual shows"),
        ("ELIGIBILITY", {"rules": [{"fact": "age"}]}, "not in the shape that the manual shows"),
        ("PRICE", "1", "no such field"),
        ("ACCEPT_CONDITION", ["80岁"], "neither a text nor a whole number"),
        ("TASK_NAME", True, "neither a text nor a whole number"),
        ("TASK_VERSION", "9" * 30, "too large"),
        ("PROMISE_DAY", 1.5, "neither a text nor a whole number"),
    ],
)
def test_wrong_field_is_named_with_its_row(
    tmp_path: Path, field: str, said: Any, problem: str
) -> None:
    good = {"TASK_CODE": "T1", "TASK_NAME": "养鸽登记"}
    file = written(tmp_path, good, {"TASK_CODE": "T2", "TASK_NAME": "养鹅登记"} | {field: said})
    assert refused(file) == [f"row 2, {field}: {problem}"]


RULE = {"fact": "age", "op": ">=", "value": 80, "kind": "age", "ask": "多大", "unmet": "要80"}


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"TASK_CODE": "T1"}, "TASK_CODE: used by an earlier row"),
        ({"TASK_NAME": "养鸽登记"}, "TASK_NAME: used by an earlier row"),
        ({"LINK_WAY": "6" * 33}, "LINK_WAY: longer than 32 characters"),
        (
            {"PLAN_EFFECTIVE_DATE": "2025-01-02", "PLAN_CANCEL_DATE": "2025-01-02"},
            "PLAN_CANCEL_DATE: not after PLAN_EFFECTIVE_DATE",
        ),
        (
            {"MATERIALS": [{"MATERIAL_NAME": "照片", "ORIGINALNUM": 999}]},
            "MATERIALS 1: ORIGINALNUM and COPIESNUM are 0 to 99",
        ),
        (
            {"MATERIALS": [{"MATERIAL_NAME": "照片", "HANDLE_CASE": 1}]},
            "MATERIALS 1: every field but the counts is a text",
        ),
        ({"FAQS": [{"QUESTION": 1, "ANSWER": "有"}]}, "FAQS 1: every field but the counts is a text"),
        ({"LINKS": [{"LINK_NAME": 5}]}, "LINKS 1: every field but the counts is a text"),
        (
            {"ELIGIBILITY": {"rules": [RULE | {"yes": "有房"}]}},
            "ELIGIBILITY: rule 1: yes, no and the words of an option are lists of words",
        ),
        ({"ELIGIBILITY": {"rules": [RULE | {"ask": 5}]}}, "ELIGIBILITY: rule 1, ask: not a text"),
        (
            {"ELIGIBILITY": {"rules": [RULE | {"value": float("nan")}]}},
            "ELIGIBILITY: rule 1, value: cannot be compared with the answer",
        ),
        (
            {"ELIGIBILITY": {"rules": [RULE | {
                "kind": "choice", "value": "2", "options": [{"value": 1, "words": ["一级"]}]}]}},
            "ELIGIBILITY: rule 1, value: cannot be compared with the answer",
        ),
        (
            {"ELIGIBILITY": {"rules": [RULE | {
                "kind": "choice", "options": [{"value": [1], "words": ["一级"]}]}]}},
            "ELIGIBILITY: rule 1, options: each value is a text or a number",
        ),
        ({"ELIGIBILITY": {"assumed_from_age": "65"}}, "ELIGIBILITY: assumed_from_age: not an age"),
        ({"ELIGIBILITY": {"amounts": [{"fen": 1, "per": 2}]}}, "ELIGIBILITY: amount 1, per: not a text"),
        ({"MATERIALS": [{"MATERIAL_NAME": ""}]}, "MATERIALS 1: MATERIAL_NAME must not be empty"),
        (
            {"ELIGIBILITY": {"rules": [RULE | {"op": "≥"}]}},
            "ELIGIBILITY: rule 1, op: none of >= <= > < == != in",
        ),
        (
            {"ELIGIBILITY": {"rules": [RULE | {"kind": "years"}]}},
            "ELIGIBILITY: rule 1, kind: none of age, months, money, number, yes_no, choice",
        ),
        (
            {"ELIGIBILITY": {"rules": [RULE | {"value": "八十"}]}},
            "ELIGIBILITY: rule 1, value: cannot be compared with the answer",
        ),
        (
            {"ELIGIBILITY": {"rules": [RULE | {"kind": "choice"}]}},
            "ELIGIBILITY: rule 1, options: each needs a word",
        ),
        (
            {"ELIGIBILITY": {"rules": [RULE | {"ask": ""}]}},
            "ELIGIBILITY: rule 1: ask and unmet must not be empty",
        ),
        (
            {"ELIGIBILITY": {"amounts": [{"fen": 1.5, "per": "每月"}]}},
            "ELIGIBILITY: amount 1, fen: not a whole number of fen",
        ),
        (
            {"ELIGIBILITY": {"amounts": [{"fen": 1, "per": "每月", "when": [
                {"fact": "age", "op": ">=", "value": 80}]}]}},
            "ELIGIBILITY: amount 1, fact: no rule asks for age",
        ),
    ],
)  # fmt: skip
def test_what_would_fail_while_it_is_told_is_refused(
    tmp_path: Path, more: dict[str, Any], problem: str
) -> None:
    good = {"TASK_CODE": "T1", "TASK_NAME": "养鸽登记"}
    file = written(tmp_path, good, {"TASK_CODE": "T2", "TASK_NAME": "养鹅登记"} | more)
    assert refused(file) == [f"row 2, {problem}"]


def test_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    for name, text in (("g.txt", ""), ("g.json", "{"), ("g.json", '{"a": 1}')):
        (tmp_path / name).write_text(text, encoding="utf-8")
        (problem,) = refused(tmp_path / name)
        assert problem.startswith(f"{name}: ")
    (tmp_path / "g.csv").write_bytes("办事".encode("gbk"))
    assert refused(tmp_path / "g.csv")[0].startswith("g.csv: not UTF-8 or not csv")
    assert refused(tmp_path / "none.csv") == [
        "none.csv: cannot be read (No such file or directory)"
    ]


def test_table_that_is_no_table_is_refused_with_its_reason(tmp_path: Path) -> None:
    for text, problem in (
        ("TASK_CODE,TASK_NAME,TASK_NAME\nT1,养鸽,养鹅\n", "g.csv: not UTF-8 or not csv (a column is there twice)"),
        ("TASK_CODE,TASK_NAME\nT1,养鸽,多的\n", "row 1, more fields than columns: no such field"),
    ):  # fmt: skip
        (tmp_path / "g.csv").write_text(text, encoding="utf-8")
        assert refused(tmp_path / "g.csv") == [problem]
    (tmp_path / "g.csv").write_text("TASK_CODE\n" + "a" * 200_000, encoding="utf-8")
    assert refused(tmp_path / "g.csv")[0].startswith("g.csv: not UTF-8 or not csv (field larger")
    (tmp_path / "g.json").write_text("[" * 100_000, encoding="utf-8")
    assert refused(tmp_path / "g.json")[0].startswith("g.json: not UTF-8 or not json")


def test_demonstration_is_a_library_that_may_be_imported(tmp_path: Path) -> None:
    files.write(tmp_path / "g.json", LIBRARY)
    assert len(files.read(tmp_path / "g.json")) == len(LIBRARY)


async def test_one_wrong_guide_keeps_all_of_them_out(village: Village) -> None:
    old = Guide(code="T1", name="养鸽登记", version=3)
    await library.take_in(village.db, [old])
    new = [Guide(code="T2", name="养鹅登记"), replace(old, version=2)]
    with pytest.raises(ConfigError) as error:
        await library.take_in(village.db, new)
    assert error.value.problems == ["row 2, TASK_VERSION: older than 3"]
    with pytest.raises(ConfigError) as error:
        await library.take_in(village.db, [Guide(code="T3", name="养鸽登记")])
    assert error.value.problems == ["row 1, TASK_NAME: that of T1"]
    assert await library.give_out(village.db) == [old]


async def test_guides_that_change_names_are_taken_in_together(village: Village) -> None:
    one, two = Guide(code="T1", name="养鸽登记"), Guide(code="T2", name="养鹅登记")
    await library.take_in(village.db, [one, two])
    swapped = [replace(one, name="养鹅登记"), replace(two, name="养鸽登记")]
    assert await library.take_in(village.db, swapped) == 2
    assert (await guide.meant(village.ctx, "养鹅登记怎么办")).codes == ["T1"]


def test_command_exports_what_it_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LINSHENG_DATA_DIR", str(tmp_path / "var"))
    files.write(tmp_path / "in.csv", LIBRARY[:3])
    assert main(["import", str(tmp_path / "in.csv")]) == 0
    assert main(["export", str(tmp_path / "out.json")]) == 0
    exported = files.read(tmp_path / "out.json")
    assert sorted(one.code for one in exported) == ["AN0001", "AN0002", "AN0003"]
    bad = written(tmp_path, {"TASK_CODE": "T9"})
    capsys.readouterr()
    assert main(["import", str(bad)]) == 1
    assert capsys.readouterr().err == "row 1, TASK_NAME: must not be empty\n"
    assert main(["import"]) == 2


async def test_index_is_gone_with_its_guide(db: Database) -> None:
    await library.take_in(db, [Guide(code="T1", name="养鸽登记")])
    async with db.write() as conn:
        await library.guides.remove(conn, "T1")
    async with db.read() as conn:
        assert await library.guides.search(conn, ["登记"]) == []
