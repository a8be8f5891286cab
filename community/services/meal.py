"""Ordering meals: what a portion costs a home to the fen, orders, changes, refunds, the card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from community.context import Context
from community.errors import BadInput, Conflict, NotAllowed, NotBound, NotFound
from community.labels import label
from community.registers import Register
from community.services import canteen
from community.services.canteen import Sitting, rules
from community.store import guardians, meal_cards, meal_orders, menus
from community.store.identities import Party
from community.store.meal_cards import CANTEEN, SUBSIDY, card_of
from community.store.meal_orders import Diner, MealOrder
from community.store.menus import Menu
from community.times import Clock

MODES = ("dine_in", "pickup", "deliver")
NOTE_AT_MOST = 60
"Characters of a note"


@dataclass(frozen=True)
class Quote:
    """What portions of one set cost a home, in fen. `grants`: (resident, fen) of the subsidy."""

    price_fen: int
    delivery_fen: int
    grants: tuple[tuple[str, int], ...]

    @property
    def subsidy_fen(self) -> int:
        return sum(fen for _, fen in self.grants)

    @property
    def due_fen(self) -> int:
        return self.price_fen - self.subsidy_fen + self.delivery_fen


async def _home(ctx: Context, account: Party) -> str:
    """The home whose card pays: that of an owner, member or tenant, or of a guardian's elder.

    Raises NotBound without a home, NotAllowed for a guardian to whom meals were not entrusted.
    """
    if account.home is None:
        raise NotBound("a meal is ordered for a home")
    if not await _may(ctx, account):
        raise NotAllowed("a guardian needs to be granted this")
    return account.home.room_id


async def _may(ctx: Context, account: Party) -> bool:
    if account.role != "guardian" or account.home is None:
        return account.home is not None
    async with ctx.db.read() as conn:
        elders = await guardians.elders(conn, account, "meals")
    return any(one.elder_room_id == account.home.room_id for one in elders)


def _class_of(diner: Diner, day: date) -> str | None:
    """The class that helps most: that of a registered need, or of age in the year of the meal."""
    codes = [diner.code] if diner.code else []
    if diner.birth_year is not None:
        age = day.year - diner.birth_year
        codes += [
            code for code, one in rules()["classes"].items() if age >= one.get("age", age + 1)
        ]
    return max(codes, key=lambda code: int(rules()["classes"][code]["subsidy_fen"]), default=None)


async def _quote(
    conn: AsyncConnection, room_id: str, menu: Menu, portions: int, mode: str, but_of: str = "",
    planned: Sequence[tuple[date, str]] = (),
) -> Quote:  # fmt: skip
    """Each person with a right to it has one subsidised portion of a meal, so many in a month.

    `planned`: (day, resident) of the subsidised portions that are quoted together with this one.
    """
    people = await meal_orders.diners(conn, room_id)
    ids = [one.resident_id for one in people]
    first = menu.day.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    had = await meal_orders.granted(conn, ids, menu.day, menu.meal, but_of)
    used = await meal_orders.grants(conn, ids, first, last, but_of)
    used.update(resident_id for day, resident_id in planned if first <= day <= last)
    is_diet = rules()["sets"][menu.code].get("diet", False)
    helped = []
    for one in people:
        code = _class_of(one, menu.day)
        spent = one.resident_id in had or used[one.resident_id] >= rules()["subsidised_a_month"]
        if code is not None and not spent:
            fen = rules()["diet_subsidy_fen" if is_diet else "classes"]
            fen = fen if is_diet else fen[code]["subsidy_fen"]
            helped.append((one.resident_id, min(int(fen), menu.price_fen)))
    helped.sort(key=lambda pair: (-pair[1], pair[0]))
    free = mode != "deliver" or any(
        rules()["classes"][one.code].get("free_delivery") for one in people if one.code
    )
    delivery = 0 if free else int(rules()["delivery_fen"])
    return Quote(menu.price_fen * portions, delivery, tuple(helped[:portions]))


async def quotes(
    ctx: Context, account: Party, sittings: Sequence[Sitting], code: str, portions: int, mode: str,
    moved: int | None = None,
) -> list[Quote]:  # fmt: skip
    """What an order of these meals would cost, one by one, all ordered together.

    `moved`: number of the order that it takes the place of. Raises NotBound, NotAllowed, and
    NotFound for a set that is not on the menu or an order that is not the home's.
    """
    room_id = await _home(ctx, account)
    asked = [await _menu(ctx, one, code) for one in sittings]
    found: list[Quote] = []
    planned: list[tuple[date, str]] = []
    async with ctx.db.read() as conn:
        old = await _own(conn, ctx, room_id, moved) if moved else None
        for menu in asked:
            one = await _quote(conn, room_id, menu, portions, mode, old.id if old else "", planned)
            planned += [(menu.day, resident_id) for resident_id, _ in one.grants]
            found.append(one)
    return found


async def _menu(ctx: Context, sitting: Sitting, code: str) -> Menu:
    found = [one for one in await canteen.on(ctx, sitting) if one.code == code]
    if not found:
        raise NotFound("not on the menu")
    return found[0]


async def order(
    ctx: Context, account: Party, *, turn_id: str, sittings: Sequence[Sitting], code: str,
    portions: int, mode: str, note: str = "", moved: int | None = None,
) -> list[MealOrder]:  # fmt: skip
    """Order one set for each of the meals, once per turn: all of them or none.

    With `moved`, that order of the home's is given back in the same step. What the card cannot
    pay is paid at the counter. Raises NotBound, NotAllowed, BadInput for portions, mode or a meal past its
    cut-off, NotFound for a set that is not on the menu or an order that is not the home's, and
    Conflict when too few portions are left.
    """
    room_id = await _home(ctx, account)
    turns = [f"{turn_id}#{i}" for i in range(len(sittings))]
    asked = [await _menu(ctx, one, code) for one in sittings]
    if not asked or mode not in MODES or not 1 <= portions <= rules()["portions_at_most"]:
        raise BadInput("portions, mode or no meal")
    async with ctx.db.write() as conn:
        made = await meal_orders.of_turn(conn, turns)
        if made:
            return made
        if any(canteen.problem(ctx, one) for one in sittings):
            raise BadInput("the meal cannot be ordered any more")
        if moved is not None:
            await _take_back(conn, ctx, await _own(conn, ctx, room_id, moved), "changed")
        for menu, turn in zip(asked, turns, strict=True):
            await place(
                conn, ctx.clock, menu, portions, room_id=room_id, identity_id=account.identity_id,
                mode=mode, note=note[:NOTE_AT_MOST], turn_id=turn,
            )  # fmt: skip
        return await meal_orders.of_turn(conn, turns)


async def place(
    conn: AsyncConnection, clock: Clock, menu: Menu, portions: int, *, room_id: str,
    identity_id: str | None, mode: str, note: str, turn_id: str,
) -> MealOrder:  # fmt: skip
    """Take the portions, write the order and move its money. Raises Conflict when too few are left."""
    if not await menus.take(conn, menu.id, portions):
        raise Conflict("too few portions are left")
    cost = await _quote(conn, room_id, menu, portions, mode)
    on_card = await meal_cards.balance(conn, card_of(room_id)) >= cost.due_fen
    made = await meal_orders.create(
        conn, clock, menu_id=menu.id, room_id=room_id, identity_id=identity_id,
        portions=portions, mode=mode, note=note, price_fen=cost.price_fen,
        subsidy_fen=cost.subsidy_fen, delivery_fen=cost.delivery_fen,
        paid_by="card" if on_card else "cash", turn_id=turn_id,
    )  # fmt: skip
    await meal_orders.grant(conn, made, cost.grants)
    if on_card and made.due_fen:
        await meal_cards.move(
            conn, clock, key=f"{made.id}:order", source=card_of(room_id), target=CANTEEN,
            fen=made.due_fen, kind="order", order_id=made.id,
        )  # fmt: skip
    if made.subsidy_fen:
        await meal_cards.move(
            conn, clock, key=f"{made.id}:subsidy", source=SUBSIDY, target=CANTEEN,
            fen=made.subsidy_fen, kind="subsidy", order_id=made.id,
        )  # fmt: skip
    return made


async def _own(conn: AsyncConnection, ctx: Context, room_id: str, no: int) -> MealOrder:
    found = await meal_orders.of_room(conn, room_id, canteen.today(ctx))
    own = [one for one in found if one.no == no]
    if not own:
        raise NotFound("no such order")
    return own[0]


async def _take_back(conn: AsyncConnection, ctx: Context, one: MealOrder, state: str) -> None:
    """End an order before its cut-off and return what was paid. Raises BadInput after it."""
    if canteen.problem(ctx, Sitting(one.day, one.meal)):
        raise BadInput("after the cut-off")
    if not await meal_orders.close(conn, one.id, state):
        raise Conflict("it was ended meanwhile")
    await menus.give_back(conn, one.menu_id, one.portions)
    if one.paid_by == "card" and one.due_fen:
        await meal_cards.move(
            conn, ctx.clock, key=f"{one.id}:refund", source=CANTEEN, target=card_of(one.room_id),
            fen=one.due_fen, kind="refund", order_id=one.id,
        )  # fmt: skip
    if one.subsidy_fen:
        await meal_cards.move(
            conn, ctx.clock, key=f"{one.id}:unsubsidy", source=CANTEEN, target=SUBSIDY,
            fen=one.subsidy_fen, kind="unsubsidy", order_id=one.id,
        )  # fmt: skip


async def cancel(ctx: Context, account: Party, numbers: Sequence[int]) -> list[MealOrder]:
    """Cancel orders, all of them or none; the card gets back what it paid.

    One that is cancelled already stays so, and is answered as it was then. Raises NotBound,
    NotAllowed, BadInput after the cut-off, NotFound when one is not the home's or was changed.
    """
    room_id = await _home(ctx, account)
    async with ctx.db.write() as conn:
        ended = await meal_orders.cancelled(conn, room_id, numbers)
        found = [ended.get(no) or await _own(conn, ctx, room_id, no) for no in numbers]
        for one in found:
            if one.no not in ended:
                await _take_back(conn, ctx, one, "cancelled")
    return found


async def mine(ctx: Context, account: Party) -> list[MealOrder]:
    """The home's orders whose meal is not over, soonest first. Raises NotBound, NotAllowed."""
    room_id = await _home(ctx, account)
    async with ctx.db.read() as conn:
        found = await meal_orders.of_room(conn, room_id, canteen.today(ctx))
    return [one for one in found if not canteen.is_over(ctx, Sitting(one.day, one.meal))]


async def last(ctx: Context, account: Party) -> MealOrder | None:
    """What the home ordered last. Raises NotBound, NotAllowed."""
    room_id = await _home(ctx, account)
    async with ctx.db.read() as conn:
        return await meal_orders.newest(conn, room_id)


async def balance(ctx: Context, account: Party) -> int:
    """What is on the home's meal card, in fen. Raises NotBound, NotAllowed."""
    room_id = await _home(ctx, account)
    async with ctx.db.read() as conn:
        return await meal_cards.balance(conn, card_of(room_id))


async def spent(ctx: Context, account: Party, start: datetime, end: datetime) -> int:
    """What the home's card paid for meals in a time, in fen. Raises NotBound, NotAllowed."""
    room_id = await _home(ctx, account)
    async with ctx.db.read() as conn:
        return await meal_cards.spent(conn, card_of(room_id), start, end)


async def subsidies_left(ctx: Context, account: Party) -> int:
    """How many subsidised meals the home's people have this month together. Raises NotBound, NotAllowed."""
    room_id, day = await _home(ctx, account), canteen.today(ctx)
    first = day.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    async with ctx.db.read() as conn:
        people = await meal_orders.diners(conn, room_id)
        helped = [one.resident_id for one in people if _class_of(one, day)]
        used = await meal_orders.grants(conn, helped, first, last)
    return sum(max(0, rules()["subsidised_a_month"] - used[one]) for one in helped)


def sitting_words(sitting: Sitting) -> str:
    """`11月4日午餐`."""
    return f"{sitting.day.month}月{sitting.day.day}日{label('meal', sitting.meal)}"


async def open_items(ctx: Context, account: Party) -> list[tuple[str, str, str]]:
    """(number, what, state) of the home's meals to come."""
    if not await _may(ctx, account):
        return []
    return [
        (str(one.no), f"{sitting_words(Sitting(one.day, one.meal))} {label('meal_set', one.code)}",
         label("meal_state", one.state))
        for one in await mine(ctx, account)
    ]  # fmt: skip


async def register(ctx: Context, day: date) -> Register:
    """What the kitchen cooks and carries on one day; sets by letter, for a name may tell an illness."""
    async with ctx.db.read() as conn:
        found = await meal_orders.of_day(conn, day)
    head = ("meal", "set", "portions", "mode", "note", "home", "number")
    rows = tuple(
        (
            label("meal", one.meal), label("meal_letter", one.code), str(one.portions),
            label("meal_mode", one.mode), one.note, one.home, str(one.no),
        )
        for one in found
    )  # fmt: skip
    return Register(
        label("meal_word", "register"), tuple(label("meal_column", one) for one in head), rows
    )
