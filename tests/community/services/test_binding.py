"""Binding: the household's code links an account to its home, and guessing is held down."""

from __future__ import annotations

import asyncio

import pytest

from community.errors import Code, NotFound, TooMany
from community.services import binding
from community.services.binding import GUESSES_IN_ALL, GUESSES_PER_ACCOUNT, WINDOW_S
from community.store.identities import Home, Party
from community.store.schema import guess, room
from language.addresses import Room
from tests.community.village import Village

RIGHT, WRONG = "35010001", "99999999"


async def bind(village: Village, account: Party, code: str, said: Room | None = None) -> Home:
    return await binding.bind(village.ctx, account.conversation_id, code=code, room=said)


async def home_of(village: Village, account: Party) -> Home | None:
    return (await binding.party(village.ctx, account.conversation_id)).home


async def refused(village: Village, account: Party, *guesses: str) -> list[str]:
    """The code of each refusal; every guess must be refused."""
    codes = []
    for code in guesses:
        with pytest.raises((NotFound, TooMany)) as caught:
            await bind(village, account, code)
        codes.append(caught.value.code.value)
    return codes


async def test_right_code_links_the_account_and_no_other(
    village: Village, home: Home, stranger: Party
) -> None:
    another = await village.account()
    assert await bind(village, stranger, RIGHT) == home
    assert await home_of(village, stranger) == home
    assert await home_of(village, another) is None


async def test_household_of_one_binds_the_person_and_a_larger_one_only_the_home(
    village: Village, home: Home, next_door: Home
) -> None:
    alone, one_of_two = await village.account(), await village.account()
    await bind(village, alone, "35020002")
    await bind(village, one_of_two, RIGHT)
    who = [await binding.party(village.ctx, a.conversation_id) for a in (alone, one_of_two)]
    assert [(one.home, one.name, one.role) for one in who] == [
        (next_door, "李宏伟", "owner"), (home, None, None),
    ]  # fmt: skip


async def test_code_of_another_home_than_the_one_said_is_a_wrong_guess(
    village: Village, home: Home, next_door: Home, stranger: Party
) -> None:
    with pytest.raises(NotFound) as caught:
        await bind(village, stranger, "35020002", Room(3, 2, "501"))
    assert caught.value.code is Code.WRONG_CODE
    assert await home_of(village, stranger) is None
    assert await village.count(guess) == 2
    assert await bind(village, stranger, RIGHT, Room(3, 2, "501")) == home


async def test_wrong_code_and_anothers_code_are_told_alike(
    village: Village, home: Home, next_door: Home, stranger: Party
) -> None:
    told = []
    for code in (WRONG, "35020002"):
        with pytest.raises(NotFound) as caught:
            await bind(village, stranger, code, Room(3, 2, "501"))
        told.append((caught.value.code, str(caught.value)))
    assert told[0] == told[1]


async def test_unknown_conversation_is_not_found(village: Village) -> None:
    with pytest.raises(NotFound) as caught:
        await binding.bind(village.ctx, "conv_0", code=RIGHT)
    assert caught.value.code is Code.NOT_FOUND


# --- guessing


async def test_after_five_wrong_codes_not_even_the_right_one_is_looked_at(
    village: Village, home: Home, stranger: Party
) -> None:
    codes = await refused(village, stranger, *[WRONG] * GUESSES_PER_ACCOUNT, WRONG, RIGHT)
    assert codes == ["wrong_code"] * 5 + ["too_many"] * 2
    assert await home_of(village, stranger) is None
    assert await bind(village, await village.account(), RIGHT) == home


async def test_limit_ends_with_its_window(village: Village, home: Home, stranger: Party) -> None:
    await refused(village, stranger, *[WRONG] * GUESSES_PER_ACCOUNT)
    village.clock.advance(WINDOW_S)
    with pytest.raises(TooMany) as caught:
        await bind(village, stranger, RIGHT)
    assert caught.value.retry_after_s == WINDOW_S
    village.clock.advance(1)
    assert await bind(village, stranger, RIGHT) == home


async def test_twenty_guesses_at_once_are_held_to_five(
    village: Village, home: Home, stranger: Party
) -> None:
    results = await asyncio.gather(
        *(bind(village, stranger, f"{i:08d}") for i in range(20)), return_exceptions=True
    )
    kinds = [type(result).__name__ for result in results]
    assert (kinds.count("NotFound"), kinds.count("TooMany")) == (5, 15)


async def test_right_code_in_time_clears_the_accounts_guesses(
    village: Village, home: Home, stranger: Party
) -> None:
    await refused(village, stranger, *[WRONG] * 4)
    await bind(village, stranger, RIGHT)
    assert await refused(village, stranger, *[WRONG] * 5) == ["wrong_code"] * 5


async def test_many_accounts_together_are_held_down_too(village: Village, home: Home) -> None:
    async with village.db.write() as conn:
        await conn.execute(
            guess.insert(),
            [{"key": "all", "at": village.clock.now()}] * (GUESSES_IN_ALL - 1),
        )  # fmt: skip
    assert await refused(village, await village.account(), WRONG) == ["wrong_code"]
    assert await refused(village, await village.account(), RIGHT) == ["too_many"]


async def test_guesses_that_no_limit_counts_are_forgotten(
    village: Village, home: Home, stranger: Party
) -> None:
    await refused(village, stranger, *[WRONG] * 3)
    village.clock.advance(WINDOW_S + 1)
    await refused(village, stranger, WRONG)
    assert await village.count(guess) == 2


async def test_neither_code_nor_guess_is_kept_in_clear(
    village: Village, home: Home, stranger: Party, data_dir
) -> None:
    await refused(village, stranger, WRONG)
    await bind(village, stranger, RIGHT)
    assert await village.count(room) == 1
    stored = b"".join(file.read_bytes() for file in sorted(data_dir.glob("linsheng.db*")))
    assert RIGHT.encode() not in stored
    assert WRONG.encode() not in stored


# --- whom staff should ring


async def test_own_telephone_comes_before_the_households(village: Village) -> None:
    home = await village.home(
        5, 1, "101", ("甲", "member", "17000000002"), ("乙", "owner", "17000000001"),
        ("丙", "member", None), code="51010001",
    )  # fmt: skip
    rung = [
        await binding.contact_phone(village.ctx, await village.account(home, person=person))
        for person in (0, 1, 2, None)
    ]
    assert rung == ["17000000002", "17000000001", "17000000001", "17000000001"]


async def test_without_a_home_or_a_number_there_is_nobody_to_ring(
    village: Village, neighbour: Party, stranger: Party
) -> None:
    assert await binding.contact_phone(village.ctx, neighbour) is None
    assert await binding.contact_phone(village.ctx, stranger) is None
