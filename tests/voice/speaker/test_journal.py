"""The journal: what counts is on the disk, whatever moment the process ends at."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from voice.speaker.journal import FILE, SPOKEN, WORDS, Entry, Journal

ROOT = Path(__file__).resolve().parents[3]
AT = datetime(2025, 11, 3, 0, 5, tzinfo=UTC)
CRY = Entry(WORDS, "c-1", "救命", AT)
PILLS = Entry(SPOKEN, "due:7@x", "", AT)

NOTES_FOR_EVER = """
import itertools, sys
from datetime import UTC, datetime
from pathlib import Path
from voice.speaker.journal import WORDS, Entry, Journal
journal = Journal(Path(sys.argv[1]))
for number in itertools.count():
    journal.note(Entry(WORDS, f"c-{number}", "救命" * 40, datetime.now(UTC)))
    print(number, flush=True)
"""


def entries(folder, kind=WORDS):
    journal = Journal(folder)
    try:
        return journal.waiting(kind)
    finally:
        journal.close()


def test_what_is_noted_is_there_in_the_next_life(tmp_path):
    Journal(tmp_path).note(CRY)
    assert entries(tmp_path) == [CRY]


def test_what_was_delivered_is_not_there_in_the_next_life(tmp_path):
    journal = Journal(tmp_path)
    journal.note(CRY)
    journal.note(PILLS)
    journal.done(WORDS, "c-1")
    assert (entries(tmp_path), entries(tmp_path, SPOKEN)) == ([], [PILLS])


def test_when_all_is_delivered_the_file_is_empty(tmp_path):
    journal = Journal(tmp_path)
    journal.note(CRY)
    journal.done(WORDS, "c-1")
    journal.done(WORDS, "c-1")
    assert (tmp_path / FILE).read_bytes() == b""
    journal.note(PILLS)
    assert entries(tmp_path, SPOKEN) == [PILLS]


def test_more_words_under_an_id_take_the_place_of_the_first(tmp_path):
    journal = Journal(tmp_path)
    journal.note(CRY)
    more = Entry(WORDS, "c-1", "救命我摔倒了", AT)
    journal.note(more)
    assert entries(tmp_path) == [more]


def test_half_a_last_line_is_none_and_the_next_is_whole(tmp_path):
    Journal(tmp_path).note(CRY)
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'{"kind": "words", "id": "c-2", "te')
    journal = Journal(tmp_path)
    assert journal.waiting(WORDS) == [CRY]
    third = Entry(WORDS, "c-3", "着火了", AT)
    journal.note(third)
    assert entries(tmp_path) == [CRY, third]


@pytest.mark.parametrize("line", [b"\xff\xfe", b"[]", b'"x"', b'{"kind": "words"}', b"{}", b""])
def test_a_line_that_makes_no_sense_takes_no_other_with_it(tmp_path, line):
    Journal(tmp_path).note(CRY)
    with (tmp_path / FILE).open("ab") as file:
        file.write(line + b"\n")
    Journal(tmp_path).note(Entry(WORDS, "c-3", "着火了", AT))
    assert [entry.id for entry in entries(tmp_path)] == ["c-1", "c-3"]


def test_only_its_owner_may_read_it(tmp_path):
    Journal(tmp_path).note(CRY)
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


def test_a_full_journal_forgets_reminders_and_no_cry(tmp_path):
    journal = Journal(tmp_path, most=5)
    journal.note(PILLS)
    for number in range(5):
        journal.note(Entry(WORDS, f"c-{number}", "救命", AT))
    assert (len(journal.waiting(WORDS)), journal.waiting(SPOKEN)) == (5, [])


def test_what_was_noted_before_the_process_was_killed_is_all_there(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", NOTES_FOR_EVER, str(tmp_path)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        noted = [int(process.stdout.readline()) for _ in range(20)]
        os.kill(process.pid, signal.SIGKILL)
        noted += [int(line) for line in process.stdout if line.endswith("\n")]
    kept = [entry.id for entry in entries(tmp_path)]
    assert kept[: len(noted)] == [f"c-{number}" for number in noted]
    assert len(kept) <= len(noted) + 1
