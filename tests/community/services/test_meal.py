"""Meals: cut-offs, portions, the subsidy and the card to the fen, changes, refunds, and whose they are."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from community.errors import BadInput, Conflict, NotAllowed, NotBound, NotFound
from community.registers import Register
from community.services import canteen, meal
from community.services.canteen import Sitting
from community.store import guardians, meal_cards
from community.store.identities import Home, Party
from community.store.meal_orders import MealOrder
from community.store.schema import meal_grant, meal_menu, meal_order
from tests.community.canteen import DISHES, accounts, born, classed, cook, sold, top_up
from tests.community.village import Village

TODAY = date(2025, 11, 3)
DINNER = Sitting(TODAY, "dinner")
LUNCH = Sitting(date(2025, 11, 4), "lunch")


@pytest.fixture(autouse=True)
async def kitchen(village: Village) -> None:
    await cook(village)


async def order(village: Village, account: Party, turn_id: str = "turn_1", **more) -> MealOrder:
    values: dict[str, Any] = {
        "sittings": [LUNCH], "code": "basic", "portions": 1, "mode": "dine_in",
    }  # fmt: skip
    (made,) = await meal.order(village.ctx, account, turn_id=turn_id, **(values | more))
    return made


async def quote(
    village: Village, account: Party, sitting: Sitting, code: str, portions: int, mode: str,
    moved: int | None = None,
) -> meal.Quote:  # fmt: skip
    (one,) = await meal.quotes(village.ctx, account, [sitting], code, portions, mode, moved)
    return one


async def test_order_is_kept_whole_and_paid_from_the_card(
    village: Village, wang: Party, home: Home
) -> None:
    await top_up(village, home, 5000)
    made = await order(village, wang, portions=2, mode="deliver", note="少放盐")
    assert made == MealOrder(
        id=made.id, no=1001, menu_id=made.menu_id, room_id=home.room_id, portions=2,
        mode="deliver", note="少放盐", price_fen=2000, subsidy_fen=0, delivery_fen=200,
        paid_by="card", state="booked", day=LUNCH.day, meal="lunch", code="basic",
        dishes=DISHES["basic"], home=home.label,
    )  # fmt: skip
    assert await accounts(village) == {
        "canteen": 2200, "cash": -5000, f"home:{home.room_id}": 2800,
    }  # fmt: skip


async def test_card_without_enough_is_left_alone_and_the_till_is_paid(
    village: Village, wang: Party, home: Home
) -> None:
    await top_up(village, home, 999)
    made = await order(village, wang)
    assert (made.paid_by, await meal.balance(village.ctx, wang)) == ("cash", 999)
    await meal.cancel(village.ctx, wang, [made.no])
    assert await meal.balance(village.ctx, wang) == 999


@pytest.mark.parametrize(
    ("people", "code", "portions", "mode", "due"),
    [
        ([1970, 1966], "basic", 2, "dine_in", 2000),  # 55 and 59 years: none
        ([1965, 1970], "basic", 1, "dine_in", 800),
        ([1946, 1970], "basic", 1, "dine_in", 800),  # 79 years
        ([1945, 1970], "basic", 1, "dine_in", 500),
        ([1945, 1965], "basic", 1, "dine_in", 500),  # the one who is helped more comes first
        ([1945, 1965], "basic", 2, "dine_in", 1300),
        ([1945, 1965], "basic", 3, "deliver", 2500),
        ([1945, 1965], "diabetic", 2, "dine_in", 1400),
        ([1970, 1970], "diabetic", 1, "pickup", 1500),
    ],
)
async def test_each_person_has_one_subsidised_portion_to_the_fen(
    village: Village, wang: Party, home: Home, people: list[int], code: str, portions: int,
    mode: str, due: int,
) -> None:  # fmt: skip
    for person, year in enumerate(people):
        await born(village, home, person, year)
    told = await quote(village, wang, LUNCH, code, portions, mode)
    made = await order(village, wang, code=code, portions=portions, mode=mode)
    assert (told.due_fen, made.due_fen) == (due, due)


@pytest.mark.parametrize("code", ["low_income", "disabled"])
async def test_registered_need_is_helped_at_any_age_and_carried_to_for_nothing(
    village: Village, wang: Party, home: Home, code: str
) -> None:
    before = await quote(village, wang, LUNCH, "basic", 1, "deliver")
    await classed(village, home, 0, code)
    after = await quote(village, wang, LUNCH, "basic", 1, "deliver")
    assert (before.due_fen, after.due_fen, after.delivery_fen) == (1200, 500, 0)


async def test_subsidy_of_a_meal_is_given_once_and_comes_back_with_the_cancellation(
    village: Village, wang: Party, household: Party, home: Home
) -> None:
    await born(village, home, 0, 1940)
    first = await order(village, wang, "turn_1")
    second = await order(village, household, "turn_2")
    other_meal = await order(village, wang, "turn_3", sittings=[DINNER])
    assert [one.subsidy_fen for one in (first, second, other_meal)] == [500, 0, 500]
    await meal.cancel(village.ctx, wang, [first.no])
    third = await order(village, wang, "turn_4")
    assert third.subsidy_fen == 500
    assert await accounts(village) == {"canteen": 1000, "subsidy": -1000}


async def test_subsidy_ends_with_the_months_quota(
    village: Village, wang: Party, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    await born(village, home, 0, 1940)
    monkeypatch.setitem(canteen.rules(), "subsidised_a_month", 2)
    days = [Sitting(TODAY + timedelta(days=i), "lunch") for i in (1, 2, 3)]
    made = await meal.order(
        village.ctx, wang, turn_id="t", sittings=days, code="basic", portions=1, mode="dine_in"
    )
    assert [one.subsidy_fen for one in made] == [500, 500, 0]
    assert await meal.subsidies_left(village.ctx, wang) == 0
    next_month = Sitting(date(2025, 12, 1), "lunch")
    village.clock.advance(20 * 24 * 3600)
    assert (await quote(village, wang, next_month, "basic", 1, "dine_in")).due_fen == 500


async def test_quotes_of_several_meals_are_what_the_orders_cost(
    village: Village, wang: Party, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    await born(village, home, 0, 1940)
    monkeypatch.setitem(canteen.rules(), "subsidised_a_month", 2)
    days = [Sitting(date(2025, 11, 4) + timedelta(days=i), "lunch") for i in range(4)]
    told = await meal.quotes(village.ctx, wang, days, "basic", 1, "deliver")
    made = await meal.order(
        village.ctx, wang, turn_id="t", sittings=days, code="basic", portions=1, mode="deliver"
    )
    assert [one.due_fen for one in told] == [one.due_fen for one in made] == [700, 700, 1200, 1200]


@pytest.mark.parametrize("seed", range(6))
async def test_sums_are_those_of_their_lines_whatever_is_ordered_changed_and_cancelled(
    village: Village, wang: Party, home: Home, seed: int
) -> None:
    dice = random.Random(seed)
    await top_up(village, home, 12_000)
    for person in (0, 1):
        await born(village, home, person, dice.choice([1935, 1960, 1990]))
    await classed(village, home, 1, dice.choice(["low_income", "disabled"]))
    for step in range(14):
        standing = await meal.mine(village.ctx, wang)
        if standing and dice.random() < 0.3:
            await meal.cancel(village.ctx, wang, [dice.choice(standing).no])
            continue
        days = dice.sample([LUNCH, DINNER, Sitting(LUNCH.day, "dinner")], dice.randint(1, 2))
        asked = {
            "code": dice.choice(list(DISHES)), "portions": dice.randint(1, 3),
            "mode": dice.choice(meal.MODES),
        }  # fmt: skip
        moved = dice.choice(standing).no if standing and dice.random() < 0.3 else None
        told = await meal.quotes(village.ctx, wang, days, **asked, moved=moved)
        made = await meal.order(
            village.ctx, wang, turn_id=f"t{step}", sittings=days, **asked, moved=moved
        )
        assert sorted(one.due_fen for one in told) == sorted(one.due_fen for one in made)
    standing = await meal.mine(village.ctx, wang)
    async with village.db.read() as conn:
        rows = (await conn.execute(select(meal_grant.c.order_id, meal_grant.c.fen))).all()
    granted = {one.id: sum(fen for of, fen in rows if of == one.id) for one in standing}
    assert granted == {one.id: one.subsidy_fen for one in standing}
    assert sum(fen for _, fen in rows) == sum(one.subsidy_fen for one in standing)
    by_card = sum(one.due_fen for one in standing if one.paid_by == "card")
    helped = sum(one.subsidy_fen for one in standing)
    empty = dict.fromkeys(["canteen", "subsidy", f"home:{home.room_id}"], 0)
    assert empty | await accounts(village) == {
        "canteen": by_card + helped, "subsidy": -helped, "cash": -12_000,
        f"home:{home.room_id}": 12_000 - by_card,
    }  # fmt: skip
    portions = Counter[tuple[str, str, str]]()
    for one in standing:
        portions[str(one.day), one.meal, one.code] += one.portions
    assert await sold(village) == dict(portions)


async def test_subsidy_is_never_more_than_the_price(
    village: Village, wang: Party, home: Home
) -> None:
    await born(village, home, 0, 1940)
    await top_up(village, home, 100)
    await canteen.on(village.ctx, LUNCH)
    async with village.db.write() as conn:
        await conn.execute(update(meal_menu).values(price_fen=300))
    made = await order(village, wang)
    assert (made.subsidy_fen, made.due_fen, made.paid_by) == (300, 0, "card")
    assert await accounts(village) == {
        "canteen": 300, "cash": -100, f"home:{home.room_id}": 100, "subsidy": -300,
    }  # fmt: skip
    await meal.cancel(village.ctx, wang, [made.no])
    assert await accounts(village) == {"cash": -100, f"home:{home.room_id}": 100}


@pytest.mark.parametrize(
    ("fen", "source", "target"), [(0, "cash", "canteen"), (-1, "cash", "canteen"), (1, "a", "a")]
)
async def test_money_moves_from_one_account_to_another(
    village: Village, fen: int, source: str, target: str
) -> None:
    with pytest.raises(BadInput):
        async with village.db.write() as conn:
            await meal_cards.move(
                conn, village.clock, key="k", source=source, target=target, fen=fen, kind="order"
            )
    assert await accounts(village) == {}


async def test_order_is_mine_until_the_meal_is_over(village: Village, wang: Party) -> None:
    made = await order(village, wang, sittings=[DINNER])
    village.clock.advance(265 * 60 - 1)  # 18:29:59
    assert await meal.mine(village.ctx, wang) == [made]
    village.clock.advance(1)
    assert await meal.mine(village.ctx, wang) == []


async def test_cut_off_ends_orders_changes_and_cancellations(
    village: Village, wang: Party, home: Home
) -> None:
    made = await order(village, wang, sittings=[DINNER])
    village.clock.advance(85 * 60 - 1)  # 15:29:59
    assert canteen.problem(village.ctx, DINNER) is None
    village.clock.advance(1)
    assert canteen.problem(village.ctx, DINNER) == "closed"
    with pytest.raises(BadInput):
        await order(village, wang, "turn_2", sittings=[DINNER])
    with pytest.raises(BadInput):
        await meal.cancel(village.ctx, wang, [made.no])
    with pytest.raises(BadInput):
        await order(village, wang, "turn_3", moved=made.no)
    assert await meal.mine(village.ctx, wang) == [made]
    assert await sold(village) == {("2025-11-03", "dinner", "basic"): 1}


@pytest.mark.parametrize(
    ("day", "kind", "problem"),
    [(2, "dinner", "past"), (3, "lunch", "closed"), (3, "dinner", None), (4, "lunch", None),
     (16, "dinner", None), (17, "lunch", "too_far")],
)  # fmt: skip
def test_why_a_meal_cannot_be_ordered(
    village: Village, day: int, kind: str, problem: str | None
) -> None:
    assert canteen.problem(village.ctx, Sitting(date(2025, 11, day), kind)) == problem


async def test_next_open_meal_skips_what_is_late_closed_or_sold_out(village: Village) -> None:
    assert await canteen.next_open(village.ctx) == DINNER
    assert await canteen.next_open(village.ctx, "lunch") == LUNCH
    village.clock.advance(2 * 3600)
    assert await canteen.next_open(village.ctx) == LUNCH
    async with village.db.write() as conn:
        on_day = (meal_menu.c.day == LUNCH.day) & (meal_menu.c.meal == "lunch")
        await conn.execute(update(meal_menu).where(on_day).values(sold=meal_menu.c.portions))
    assert await canteen.next_open(village.ctx) == Sitting(LUNCH.day, "dinner")
    async with village.db.write() as conn:
        await conn.execute(meal_menu.delete().where(meal_menu.c.day == LUNCH.day))
    assert await canteen.next_open(village.ctx) == Sitting(date(2025, 11, 5), "lunch")


@pytest.mark.parametrize("portions", [0, -1, 11, 999])
async def test_no_portions_or_too_many_are_refused(
    village: Village, wang: Party, portions: int
) -> None:
    with pytest.raises(BadInput):
        await order(village, wang, portions=portions)
    assert await village.count(meal_order) == 0


async def test_odd_mode_and_unknown_set_are_refused(village: Village, wang: Party) -> None:
    with pytest.raises(BadInput):
        await order(village, wang, mode="by_air")
    with pytest.raises(NotFound):
        await order(village, wang, code="halal")
    with pytest.raises(BadInput):
        await meal.order(
            village.ctx, wang, turn_id="t", sittings=[], code="basic", portions=1, mode="pickup"
        )


async def test_last_portion_is_sold_once(village: Village, wang: Party) -> None:
    await order(village, wang, "turn_0", portions=10)
    await order(village, wang, "turn_1", portions=9)
    results = await asyncio.gather(
        *(order(village, wang, f"turn_{i}") for i in range(2, 22)), return_exceptions=True
    )
    assert sum(isinstance(one, MealOrder) for one in results) == 1
    assert sum(isinstance(one, Conflict) for one in results) == 19
    assert await sold(village) == {("2025-11-04", "lunch", "basic"): 20}


async def test_turn_delivered_twice_orders_and_pays_once(
    village: Village, wang: Party, home: Home
) -> None:
    await top_up(village, home, 5000)
    days = [LUNCH, Sitting(date(2025, 11, 5), "lunch")]
    made = await asyncio.gather(
        *(
            meal.order(
                village.ctx, wang, turn_id="t", sittings=days, code="basic", portions=1,
                mode="dine_in",
            )
            for _ in range(5)
        )
    )  # fmt: skip
    assert made == [made[0]] * 5
    assert [one.no for one in made[0]] == [1001, 1002]
    assert await meal.balance(village.ctx, wang) == 3000


async def test_all_meals_of_an_order_are_had_or_none(village: Village, wang: Party) -> None:
    await order(village, wang, portions=10)
    await order(village, wang, "turn_2", portions=10)
    with pytest.raises(Conflict):
        await meal.order(
            village.ctx, wang, turn_id="t", sittings=[Sitting(date(2025, 11, 5), "lunch"), LUNCH],
            code="basic", portions=1, mode="dine_in",
        )  # fmt: skip
    assert await sold(village) == {("2025-11-04", "lunch", "basic"): 20}


async def test_change_gives_the_old_order_back_in_the_same_step(
    village: Village, wang: Party, home: Home
) -> None:
    await top_up(village, home, 3000)
    await born(village, home, 0, 1940)
    old = await order(village, wang, portions=2)
    quoted = await quote(village, wang, LUNCH, "soft", 1, "deliver", old.no)
    new = await order(village, wang, "turn_2", code="soft", mode="deliver", moved=old.no)
    assert (quoted.due_fen, new.due_fen) == (900, 900)
    assert await meal.mine(village.ctx, wang) == [new]
    assert await sold(village) == {("2025-11-04", "lunch", "soft"): 1}
    assert await accounts(village) == {
        "canteen": 1400, "cash": -3000, f"home:{home.room_id}": 2100, "subsidy": -500,
    }  # fmt: skip
    with pytest.raises(NotFound):
        await order(village, wang, "turn_3", moved=old.no)


async def test_cancellation_returns_portions_and_money_once(
    village: Village, wang: Party, household: Party, home: Home
) -> None:
    await top_up(village, home, 3000)
    made = await order(village, wang)
    assert await meal.cancel(village.ctx, household, [made.no]) == [made]
    again = await meal.cancel(village.ctx, wang, [made.no])
    assert [(one.no, one.state) for one in again] == [(made.no, "cancelled")]
    assert (await meal.balance(village.ctx, wang), await sold(village)) == (3000, {})
    assert await meal.mine(village.ctx, wang) == []


async def test_one_wrong_number_cancels_nothing(village: Village, wang: Party) -> None:
    made = await order(village, wang)
    with pytest.raises(NotFound):
        await meal.cancel(village.ctx, wang, [made.no, 9999])
    assert await meal.mine(village.ctx, wang) == [made]


async def test_another_homes_order_is_as_one_that_is_not_there(
    village: Village, wang: Party, neighbour: Party
) -> None:
    made = await order(village, wang)
    for no in (made.no, 9999):
        with pytest.raises(NotFound):
            await meal.cancel(village.ctx, neighbour, [no])
        with pytest.raises(NotFound):
            await order(village, neighbour, "turn_2", moved=no)
    assert await meal.mine(village.ctx, neighbour) == []


async def test_everybody_of_a_home_may_order_and_nobody_without_one(
    village: Village, stranger: Party
) -> None:
    home = await village.home(
        5, 1, "101", ("甲", "owner", None), ("乙", "member", None), ("丙", "tenant", None),
        code="51010001",
    )  # fmt: skip
    for person in (0, 1, 2, None):
        await order(village, await village.account(home, person=person), f"turn_{person}")
    assert await village.count(meal_order) == 4
    for asked in (
        order(village, stranger), meal.balance(village.ctx, stranger),
        meal.mine(village.ctx, stranger), meal.cancel(village.ctx, stranger, [1001]),
    ):  # fmt: skip
        with pytest.raises(NotBound):
            await asked
    assert await meal.open_items(village.ctx, stranger) == []


@pytest.mark.parametrize(("right", "own_elder"), [("fees", True), ("meals", False)])
async def test_guardian_orders_only_where_meals_were_entrusted(
    village: Village, neighbour: Party, next_door: Home, right: str, own_elder: bool
) -> None:
    home = await village.home(
        5, 1, "101", ("甲", "owner", None), ("丁", "guardian", None), ("戊", "member", None),
        code="51010001",
    )  # fmt: skip
    guardian = await village.account(home, person=1)

    async def entrust(elder_id: str, what: str) -> None:
        async with village.db.write() as conn:
            await guardians.grant(
                conn, village.clock, elder_id=elder_id, guardian_id=f"{home.room_id}_p1",
                kin="mother", rights=frozenset({what}), consented_by="desk",
            )  # fmt: skip

    await entrust(f"{(home if own_elder else next_door).room_id}_p0", right)
    for asked in (
        order(village, guardian), meal.balance(village.ctx, guardian),
        meal.cancel(village.ctx, guardian, [1001]),
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            await asked
    assert await meal.open_items(village.ctx, guardian) == []
    await entrust(f"{home.room_id}_p2", "meals")
    made = await order(village, guardian)
    assert await meal.mine(village.ctx, guardian) == [made]


async def test_menus_are_written_a_fortnight_ahead_and_only_once(village: Village) -> None:
    await canteen.on(village.ctx, LUNCH)
    count = await village.count(meal_menu)
    assert count == 14 * 2 * len(DISHES)
    await canteen.on(village.ctx, LUNCH)
    assert await village.count(meal_menu) == count
    village.clock.advance(24 * 3600)
    found = await canteen.on(village.ctx, Sitting(date(2025, 11, 17), "dinner"))
    assert [one.code for one in found] == ["basic", "light", "soft", "diabetic"]
    assert await village.count(meal_menu) == count + 2 * len(DISHES)


@pytest.mark.parametrize(
    ("words", "code"),
    [("软烂点的", "soft"), ("A餐", "basic"), ("两荤一素", "basic"), ("低盐餐", "light"),
     ("清真的", "halal"), ("糖尿病套餐", "diabetic"), ("套餐C", "light"), ("红烧肉", None)],
)  # fmt: skip
def test_set_is_known_by_letter_name_or_nature(words: str, code: str | None) -> None:
    assert canteen.set_named(words) == code


@pytest.mark.parametrize(
    ("words", "codes"),
    [("红烧肉盖饭", ["basic"]), ("鱼", ["diabetic"]), ("红烧漏", ["basic"]), ("饺子", [])],
)
async def test_dish_is_found_by_its_name_a_part_or_its_sound(
    village: Village, words: str, codes: list[str]
) -> None:
    found = canteen.with_dish(words, await canteen.on(village.ctx, LUNCH))
    assert [one.code for one in found] == codes


async def test_what_the_card_paid_in_a_time_is_added_up(
    village: Village, wang: Party, home: Home
) -> None:
    await top_up(village, home, 9000)
    kept = await order(village, wang)
    gone = await order(village, wang, "turn_2", portions=3)
    await meal.cancel(village.ctx, wang, [gone.no])
    now = village.clock.now()
    assert kept.due_fen == 1000
    assert await meal.spent(village.ctx, wang, now, now + timedelta(seconds=1)) == 1000
    assert await meal.spent(village.ctx, wang, now - timedelta(days=1), now) == 0


async def test_open_items_and_register_show_what_stands_without_an_illness(
    village: Village, wang: Party, neighbour: Party
) -> None:
    await order(village, wang, code="diabetic", portions=2, mode="deliver", note="不要辣")
    gone = await order(village, neighbour, "turn_2")
    await meal.cancel(village.ctx, neighbour, [gone.no])
    assert await meal.open_items(village.ctx, wang) == [("1001", "11月4日午餐 控糖套餐", "已订")]
    assert await meal.register(village.ctx, LUNCH.day) == Register(
        "助餐",
        ("餐别", "套餐", "份数", "方式", "备注", "房号", "编号"),
        (("午餐", "E餐", "2", "送餐", "不要辣", "3号楼2单元501", "1001"),),
    )
    assert (await meal.register(village.ctx, TODAY)).rows == ()
