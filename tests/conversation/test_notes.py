"""Law 10: a private note has no road to a resident, by type."""

from __future__ import annotations

import ast
import inspect
import typing
from pathlib import Path
from types import ModuleType

import pytest

from conversation import inbox, notes, outbox
from conversation.messages import Draft, Message
from conversation.notes import Note
from tests.conversation.talk import Talk

ROOT = Path(__file__).resolve().parents[2]
ERASES = ROOT / "conversation/forgetting.py"
SECRET = "这户有狗，别单独上门"


async def write(talk: Talk, wang: str, text: str = SECRET, key: str = "n1") -> list[Note]:
    """A note on the resident's case; returns the notes of that case."""
    case = await talk.open(await talk.begin())
    await talk.act(notes.add, case.id, wang, text, key=key)
    async with talk.db.read() as conn:
        return await notes.of_case(conn, case.id)


def imports(file: Path) -> set[str]:
    """`package.module` and `package.module.name` of all that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


# --- what a note is


async def test_note_is_read_back_with_its_writers_name(talk: Talk, wang: str) -> None:
    (note,) = await write(talk, wang)
    assert note == Note(note.case_id, "王师傅", SECRET, talk.clock.now())


async def test_same_key_again_adds_nothing(talk: Talk, wang: str) -> None:
    await write(talk, wang)
    assert [note.text for note in await write(talk, wang, "另一句")] == [SECRET]
    assert [note.text for note in await write(talk, wang, "又一句", "n2")] == [SECRET, "又一句"]


# --- no road to a channel


async def test_note_is_in_nothing_that_a_reader_may_be_handed(talk: Talk, wang: str) -> None:
    turn, _ = await talk.hear("水管漏了")
    await write(talk, wang)
    async with talk.db.write() as conn:
        delivered, _ = await outbox.deliver(conn, turn.conversation_id, after=0)
        transcript = await outbox.transcript(conn, turn.conversation_id)
        last = await outbox.last_said(conn, turn.conversation_id)
    assert [said.text for said in delivered] == [said.text for said in transcript] == ["水管漏了"]
    assert last is None


async def test_note_passed_as_words_to_a_resident_is_refused_and_stores_nothing(
    talk: Talk, wang: str
) -> None:
    (note,) = await write(talk, wang)
    conversation_id = await talk.begin()
    epoch = (await talk.floor(conversation_id)).epoch
    async with talk.db.write() as conn:
        with pytest.raises(AttributeError):
            await outbox.say(
                conn, talk.clock, conversation_id,
                [note],  # type: ignore[list-item]
                epoch=epoch, key="k",
            )  # fmt: skip
    assert await talk.transcript(conversation_id) == []


def test_note_is_none_of_the_types_that_a_channel_carries() -> None:
    assert Note.__mro__ == (Note, object)
    assert [carried for carried in (Draft, Message) if issubclass(carried, Note)] == []
    assert set(Note.__dataclass_fields__) & {"seq", "sender", "choices", "conversation_id"} == set()


@pytest.mark.parametrize("module", [outbox, inbox], ids=lambda module: module.__name__)
def test_no_function_on_the_way_to_a_resident_takes_or_returns_a_note(module: ModuleType) -> None:
    own = [
        function
        for _, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
    ]
    assert len(own) > 5
    assert [one.__name__ for one in own if "Note" in repr(typing.get_type_hints(one))] == []


def test_notes_know_no_message_and_no_channel() -> None:
    assert {name for name in imports(ROOT / "conversation/notes.py") if "conversation" in name} == {
        "conversation",
        "conversation.events",
    }


@pytest.mark.parametrize("package", ["bot", "connectors", "voice", "actions", "conversation"])
def test_nobody_but_the_desk_knows_notes(package: str) -> None:
    files = [file for file in (ROOT / package).rglob("*.py") if file.name != "notes.py"]
    reads_notes = {"conversation.notes", "community.store.schema.note"}
    readers = [file for file in files if imports(file) & reads_notes]
    assert [str(file) for file in readers if file != ERASES] == []


def test_who_erases_notes_can_read_none() -> None:
    known = {name for name in imports(ERASES) if "note" in name}
    assert known == {"conversation.notes", "conversation.notes.erase"}
    assert typing.get_type_hints(notes.erase)["return"] is type(None)
