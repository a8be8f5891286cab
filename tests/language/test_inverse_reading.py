"""What is heard is written as a person would write it, and idioms stay words."""

from pathlib import Path

import pytest
import yaml

from language.reading import speakable
from language.reading.inverse import written

TABLE: dict[str, dict[str, str]] = yaml.safe_load(
    (Path(__file__).parent / "inverse_reading.yml").read_text("utf-8")
)
CASES = [(heard, figures) for rows in TABLE.values() for heard, figures in rows.items()]


@pytest.mark.parametrize(("heard", "figures"), CASES)
def test_what_is_heard_is_written_as_a_person_would(heard, figures):
    assert written(heard) == figures


def test_table_of_what_is_heard_is_large():
    assert len(CASES) >= 200


@pytest.mark.parametrize("figures", sorted({figures for _, figures in CASES}))
def test_what_is_written_stays_as_it_is(figures):
    assert written(figures) == figures


@pytest.mark.parametrize(
    "figures",
    [
        "3号楼2单元501",
        "13800138000",
        "3.5元",
        "8:30",
        "百分之一百",
        "2024年5月1日",
        "3/4",
        "26度",
        "128.5元",
        "3万元",
    ],
)
def test_what_is_read_aloud_is_heard_back_in_figures(figures):
    heard = speakable(figures).replace("，", "").rstrip("。").removeprefix("上午")
    assert written(heard) == figures.replace("百分之一百", "100%")


@pytest.mark.parametrize(
    "text", ["一" * 5000, "十" * 5000, "三点" * 3000, "一百" * 3000, "俩" * 3000, "\ud800", "\x00"]
)
def test_hostile_text_is_written_in_time(text):
    assert isinstance(written(text), str)
