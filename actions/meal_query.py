"""Questions to the canteen: the menu, the card, what is ordered, prices and hours."""

from __future__ import annotations

import re
from datetime import date, timedelta

from rasa_sdk.events import EventType

from actions.base import ServiceAction
from actions.hearing import Hearing
from actions.listing import say_list
from actions.meal_said import mode_words, note_words, sittings_words
from actions.meal_words import fits, when_of
from community.labels import label
from community.services import canteen, fee, meal
from community.services.canteen import Sitting, rules
from community.store.menus import Menu
from language import times

_CARD_HELP = re.compile(
    "充[值钱]|冲钱|充卡|补卡|换卡|卡.{0,3}(?:丢|掉了|不见|唔见)|丢了?饭?卡|充不进"
)
_SPENT = re.compile("吃了多少|吃了几多|花了多少|扣了|扣.{0,2}多少|扣钱")
_BALANCE = re.compile(
    "卡.{0,8}(?:剩|余|多少|好多|几|够|钱|光)|余额|于额|雨额|够不够|饭卡|饭咔|还能吃几顿|充.{0,6}进来|"
    "补[贴助].{0,6}(?:剩|用光|用完|还有|没到|几次)|钱.{0,6}打进去"
)
_MINE = re.compile(
    "我.{0,10}(?:[订定丁]|(?<![一二三四五六七八九十两几早晚\\d])点(?![钟半以]))|给[我她他].{0,4}[订定点]|(?:订|定|丁)餐(?!电话|时间)|订好|定好|下过?单(?!$)|送到哪|"
    "走到哪|到哪[了里]|还没到|咋还没|几点钟?到|没收着|饭.{0,6}几点.{0,2}送|送得来|那份"
)
_PRICE = re.compile(
    "价|多少钱|几多钱|几块|几钿|多钱|一份.{0,4}[多几]少|补几|补贴|优惠|优会|减免|折|要不要钱|不要钱|免费|加钱|跑腿|自付|涨|钱.{0,4}怎么"
)
_HOURS = re.compile(
    "几点|最晚|截单|开门|开火|开不开|休息|收摊|关门|关不关|哪栋|几楼|几层|在哪|哪里|停餐|电话|送不送|送给?到?家"
)
_FOOD = re.compile(
    "饺子|包子|馒头|花卷|豆腐|凉面|排骨|红烧肉|牛肉|羊肉|回锅肉|粉蒸|鱼|粥|面|汤|鸡|鸭|虾|蛋|饼|素|肉"
)


class ActionMealQuery(ServiceAction):
    def name(self) -> str:
        return "action_meal_query"

    async def handle(self, heard: Hearing) -> list[EventType]:
        words = heard.words
        if _CARD_HELP.search(words):
            heard.say("utter_meal_card_help")
            return []
        if _SPENT.search(words):
            return await self._spent(heard)
        if _BALANCE.search(words):
            return await self._balance(heard)
        if _MINE.search(words):
            return await self._mine(heard)
        if _PRICE.search(words):
            return await self._prices(heard)
        if _HOURS.search(words):
            return self._hours(heard)
        return await self._menu(heard)

    async def _balance(self, heard: Hearing) -> list[EventType]:
        account = await heard.party()
        left = await meal.balance(heard.ctx, account)
        helped = await meal.subsidies_left(heard.ctx, account)
        heard.say("utter_meal_balance", balance=fee.yuan(left))
        if helped:
            heard.say("utter_meal_subsidies_left", times=helped)
        return []

    async def _spent(self, heard: Hearing) -> list[EventType]:
        now = heard.now
        period = times.parse_period(heard.words, now, past=True)
        start = period.start if period else now.replace(day=1, hour=0, minute=0, second=0)
        end = period.end if period else now + timedelta(minutes=1)
        spent = await meal.spent(heard.ctx, await heard.party(), start, end)
        said = times.say_period(period, now) if period else label("meal_word", "this_month")
        heard.say("utter_meal_spent", when=said, spent=fee.yuan(spent))
        return []

    async def _mine(self, heard: Hearing) -> list[EventType]:
        when = when_of(heard.words, heard.now)
        found = [one for one in await meal.mine(heard.ctx, await heard.party()) if fits(one, when)]
        if not found:
            heard.say("utter_meal_none_ordered")
            return []
        lines = [
            label("meal_word", "order_line").format(
                when=sittings_words([Sitting(one.day, one.meal)], heard.now),
                set=label("meal_set", one.code), portions=one.portions,
                mode=mode_words(one.mode, one.home), note=note_words(one.note), no=one.no,
            )
            for one in found
        ]  # fmt: skip
        return say_list(heard, lines)

    async def _prices(self, heard: Hearing) -> list[EventType]:
        classes, today = rules()["classes"], canteen.today(heard.ctx)
        found = await canteen.between(heard.ctx, today, canteen.horizon(heard.ctx))
        prices = [one.price_fen for one in found]
        if prices:
            low, high = fee.yuan(min(prices)), fee.yuan(max(prices))
            heard.say("utter_meal_price_range", low=low, high=high)
        heard.say(
            "utter_meal_prices",
            sixty=fee.yuan(classes["aged_60"]["subsidy_fen"]),
            eighty=fee.yuan(classes["aged_80"]["subsidy_fen"]),
            diet=fee.yuan(rules()["diet_subsidy_fen"]),
            delivery=fee.yuan(rules()["delivery_fen"]),
        )
        return []

    def _hours(self, heard: Hearing) -> list[EventType]:
        lunch, dinner = rules()["meals"]["lunch"], rules()["meals"]["dinner"]
        heard.say(
            "utter_meal_hours", place=rules()["place"],
            lunch=f"{_clock(lunch['opens'])}到{_clock(lunch['closes'])}",
            dinner=f"{_clock(dinner['opens'])}到{_clock(dinner['closes'])}",
            lunch_until=_clock(lunch["until"]), dinner_until=_clock(dinner["until"]),
        )  # fmt: skip
        return []

    async def _menu(self, heard: Hearing) -> list[EventType]:
        days, meal_kind = _asked(heard)
        if len(days) > 1:
            return await self._days(heard, days, meal_kind)
        sitting = self._sitting(heard, days, meal_kind)
        found = await canteen.on(heard.ctx, sitting)
        when = sittings_words([sitting], heard.now)
        if not found:
            heard.say("utter_meal_not_cooked", when=when)
            return []
        found = _filtered(heard, found, when)
        heard.say("utter_meal_menu", when=when)
        return say_list(heard, [_line(one) for one in found])

    def _sitting(self, heard: Hearing, days: list[date], kind: str | None) -> Sitting:
        """The meal that is asked about; without a time the one that is eaten next."""
        if kind == "breakfast":
            heard.say("utter_meal_no_breakfast")
            kind = "lunch"
        today = canteen.today(heard.ctx)
        day = max(days[0], today) if days else today
        kinds = [kind] if kind else list(rules()["meals"])
        possible = [Sitting(day, one) for one in kinds]
        possible += [Sitting(day + timedelta(days=1), one) for one in kinds]
        return next(one for one in possible if not canteen.is_over(heard.ctx, one))

    async def _days(self, heard: Hearing, days: list[date], kind: str | None) -> list[EventType]:
        """A week: the plain set of each day."""
        first = max(days[0], canteen.today(heard.ctx))
        found = [
            one
            for one in await canteen.between(heard.ctx, first, days[-1])
            if one.code == "basic" and one.meal == (kind if kind == "dinner" else "lunch")
        ]
        if not found:
            heard.say("utter_meal_no_menu")
            return []
        return say_list(
            heard,
            [
                label("meal_word", "day_line").format(
                    when=sittings_words([Sitting(one.day, one.meal)], heard.now),
                    dishes="、".join(one.dishes),
                )
                for one in found
            ],
        )


def _asked(heard: Hearing) -> tuple[list[date], str | None]:
    """The days and the meal that a question is about; both may be left open."""
    when = when_of(heard.words, heard.now)
    if when is None or when["problem"]:
        return [], None
    return [date.fromisoformat(one) for one in when["days"]], when["meal"]


def _filtered(heard: Hearing, found: list[Menu], when: str) -> list[Menu]:
    """Those of the menu that the words ask for; all, after a word, when there is none."""
    code, food = canteen.set_named(heard.words), _FOOD.search(heard.words)
    named = [one for one in found if one.code == code]
    named = named or [one for one in found if any(dish in heard.words for dish in one.dishes)]
    if not named and food:
        named = [one for one in found if any(food[0] in dish for dish in one.dishes)]
        if not named:
            heard.say("utter_meal_no_dish", dish=food[0], when=when)
    return named or found


def _line(one: Menu) -> str:
    return label("meal_word", "menu_line").format(
        letter=label("meal_letter", one.code), set=label("meal_set", one.code),
        price=fee.yuan(one.price_fen), dishes="、".join(one.dishes),
    )  # fmt: skip


def _clock(said: str) -> str:
    """`9点半`, `17点`."""
    hour, minute = said.split(":")
    return f"{int(hour)}点{'半' if minute == '30' else ''}"
