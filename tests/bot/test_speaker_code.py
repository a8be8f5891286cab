"""绑定音箱: a resident's words and a speaker's code put it into their home."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select, update

from bot import speaker_code
from bot.scripted import ScriptedEngine
from community.config import Secret
from community.context import Context
from community.services import speakers
from community.store import speakers as kept
from community.store.schema import audit, identity, resident, room
from community.store.speakers import CLIENT, Speaker
from conversation import inbox
from conversation.messages import Sender
from tests.bot.chat import Chat


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("绑定音箱 123456", "123456"), ("绑定音箱123456", "123456"),
        ("音箱报的号码是一二三四五六", "123456"), ("登记音箱，123，456", "123456"),
        ("小智的验证码 012345", "012345"), ("123456", None), ("绑定音箱", None),
        ("绑定音箱 1234567", None), ("我要绑定住户 35010001", None),
        ("音箱坏了，电话13812348000", None), ("音箱的声音太小", None),
    ],
)  # fmt: skip
def test_code_is_found_in_words_that_bind_a_speaker(text: str, code: str | None) -> None:
    assert speaker_code.code_in(text) == code


@pytest.fixture
async def shown(chat: Chat) -> tuple[Speaker, str]:
    """A new speaker, and the code that it says."""
    ctx = Context(chat.talk.db, chat.talk.clock, Secret("p"))
    one = await speakers.meet(ctx, "client:one", CLIENT, "音箱", "s" * 40)
    return one, (await speakers.show_code(ctx, one)).code


async def at_home(chat: Chat) -> None:
    await chat.talk.begin()
    async with chat.talk.db.write() as conn:
        await conn.execute(
            insert(room).values(id="r", building=3, unit=2, number="501", label="3号楼2单元501")
        )
        await conn.execute(
            update(identity).where(identity.c.user_key == "resident").values(room_id="r")
        )


async def asked(chat: Chat, code: str) -> list[str]:
    return await chat.answer(await chat.says(f"绑定音箱 {code}"))


async def home_of(chat: Chat, one: Speaker) -> str | None:
    async with chat.talk.db.read() as conn:
        found = await kept.get(conn, one.id)
    return found.home if found else None


async def test_resident_puts_a_speaker_into_their_home(
    chat: Chat, engine: ScriptedEngine, shown: tuple[Speaker, str]
) -> None:
    await at_home(chat)
    said = await asked(chat, shown[1])
    assert said == [
        "好了，音箱登记到您家了（3号楼2单元501）。现在对着它说话就行，比如“这个月水费多少”。"
    ]
    assert await home_of(chat, shown[0]) == "3号楼2单元501"
    assert engine.asked == []


async def household(chat: Chat, *names: str) -> None:
    async with chat.talk.db.write() as conn:
        for name in names:
            await conn.execute(
                insert(resident).values(id=name, room_id="r", name=name, role="owner")
            )


async def person_of(chat: Chat, one: Speaker) -> str | None:
    async with chat.talk.db.read() as conn:
        found = await kept.get(conn, one.id)
    return found.person if found else None


BOUND = "好了，音箱登记到您家了（3号楼2单元501）。现在对着它说话就行，比如“这个月水费多少”。"
WHOSE = "这台音箱平时是谁在用？吃药提醒这样个人的事，要登记到本人才会在它上面说。"


@pytest.mark.parametrize(
    ("answer", "person", "said"),
    [
        ("王秀英", "王秀英", "好，记下了，这台音箱是王秀英的。以后吃药提醒也会在它上面说。"),
        ("1", "李宏伟", "好，记下了，这台音箱是李宏伟的。以后吃药提醒也会在它上面说。"),
        (
            "大家一起用", None,
            "好，这台音箱大家一起用。吃药提醒这样个人的事不会在它上面说；"
            "想改就让它再报一次六位数，重新登记。",
        ),
    ],
)  # fmt: skip
async def test_in_a_home_of_several_it_is_asked_whose_the_speaker_is(
    chat: Chat, engine: ScriptedEngine, shown: tuple[Speaker, str], answer: str,
    person: str | None, said: str,
) -> None:  # fmt: skip
    await at_home(chat)
    await household(chat, "王秀英", "李宏伟")
    assert await asked(chat, shown[1]) == [BOUND + WHOSE]
    assert await person_of(chat, shown[0]) is None
    assert await chat.answer(await chat.says(answer)) == [said]
    assert await person_of(chat, shown[0]) == person
    assert engine.asked == []


async def test_speaker_of_a_home_with_one_person_is_theirs_without_a_question(
    chat: Chat, shown: tuple[Speaker, str]
) -> None:
    await at_home(chat)
    await household(chat, "王秀英")
    assert await asked(chat, shown[1]) == [BOUND]
    assert await person_of(chat, shown[0]) == "王秀英"


async def test_whose_a_speaker_is_cannot_be_said_any_more_once_it_has_left(
    chat: Chat, shown: tuple[Speaker, str]
) -> None:
    await at_home(chat)
    await household(chat, "王秀英", "李宏伟")
    await asked(chat, shown[1])
    async with chat.talk.db.write() as conn:
        found = await kept.get(conn, shown[0].id)
        assert found is not None
        await speakers.unbind(conn, chat.talk.clock, found)
    assert await chat.answer(await chat.says("王秀英")) == [
        "这台音箱已经不在您家了。要登记，请让它再报一次六位数。"
    ]


async def test_wrong_code_and_an_unbound_account_bind_nothing(
    chat: Chat, shown: tuple[Speaker, str]
) -> None:
    assert "您还没有绑定住户" in (await asked(chat, shown[1]))[0]
    await at_home(chat)
    wrong = "000000" if shown[1] != "000000" else "000001"
    for _ in range(speakers.GUESSES):
        assert "没有音箱在报这个数" in (await asked(chat, wrong))[0]
    assert "试的次数有点多" in (await asked(chat, shown[1]))[0]
    assert await home_of(chat, shown[0]) is None


async def test_binding_of_a_resident_is_in_the_audit(
    chat: Chat, shown: tuple[Speaker, str]
) -> None:
    await at_home(chat)
    await asked(chat, shown[1])
    async with chat.talk.db.read() as conn:
        found = await conn.execute(select(audit).where(audit.c.object == shown[0].id))
        entries = [(row.actor, row.act, row.detail["room"]) for row in found]
    assert entries == [("resident", "speaker.bind", "r")]


@pytest.mark.parametrize("channel", ["speaker", "dueros"])
async def test_speaker_that_anybody_in_the_room_speaks_to_lets_no_other_in(
    chat: Chat, shown: tuple[Speaker, str], channel: str
) -> None:
    await at_home(chat)
    async with chat.talk.db.write() as conn:
        await conn.execute(
            update(identity).where(identity.c.user_key == "resident").values(channel=channel)
        )
        conversation_id = await inbox.conversation_of(
            conn, chat.talk.clock, Sender(channel, "resident")
        )
        said = await speaker_code.bind(conn, chat.talk.clock, conversation_id, shown[1])
    assert said.text.startswith("为了您家的安全")
    assert await home_of(chat, shown[0]) is None


async def test_speaker_of_another_home_is_not_taken_by_whoever_makes_it_show_a_code(
    chat: Chat, shown: tuple[Speaker, str]
) -> None:
    one, code = shown
    await at_home(chat)
    async with chat.talk.db.write() as conn:
        await conn.execute(
            insert(room).values(id="r2", building=5, unit=1, number="301", label="5号楼1单元301")
        )
        await speakers.bind(
            conn, chat.talk.clock, code=code, room_id="r2", resident_id=None, name=None,
            guesser="staff", may_move=True,
        )  # fmt: skip
    ctx = Context(chat.talk.db, chat.talk.clock, Secret("p"))
    again = await speakers.show_code(ctx, one)
    assert "没有音箱在报这个数" in (await asked(chat, again.code))[0]
    assert await home_of(chat, one) == "5号楼1单元301"
