"""AccountForm: the base of forms that take down what somebody saw, where, and under which name.

The words, the place when they do not say it, and once more in full; the name may stay out.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import ClassVar

from actions import reading
from actions.forms import COMMANDS, STRANGE, Fields, Form
from actions.hearing import Hearing
from language import addresses

_ANONYMOUS = re.compile(r"匿名|别(说|讲|提|写)(是)?我|不要(说|写|透露|留).{0,4}(我|名)|保密|不留名")
_NAMED = re.compile(r"不(用|要|必)匿名|可以(留|写).{0,3}名|实名")
_PLACE = re.compile(
    r"[\d一二三四五六七八九十]+(?:号楼|栋|幢|单元)|楼(?:下|上|道|梯|顶|门|口|后|前)|门口|小区|院子?|广场|花园|绿[化地]|路|街|桥|站|河|"
    r"地下?[车库]|车棚|电梯|草[坪丛]|后巷|医院|学校|市场|菜市|公司|公园|大道|隧道|工地|银行|公交|地铁|超市|饭店"
)
SHORTEST = 2


def says_place(heard: Hearing) -> bool:
    """Whether the words name a place, whatever else they look like."""
    return _PLACE.search(heard.text) is not None


class AccountForm(Form):
    """Slots of `stem`: text, place, anonymous, photos, confirm."""

    generic: ClassVar[re.Pattern[str]]
    "Words that only say that something is to be told"
    asks_place: ClassVar[bool]

    @abstractmethod
    async def ask(self, heard: Hearing, question: str, known: Fields) -> None:
        """Utter one of the three questions: text, place, confirm."""

    def told(self, words: str) -> bool:
        """Whether the words say more than that something is to be told."""
        return len(self.generic.sub("", words)) >= SHORTEST

    async def begin(self, heard: Hearing) -> Fields:
        known: Fields = {}
        if self.told(heard.words):
            known = self._filled(heard, heard.words)
        if _ANONYMOUS.search(heard.words):
            known[f"{self.stem}_anonymous"] = True
        return known

    def _filled(self, heard: Hearing, words: str) -> Fields:
        filled: Fields = {f"{self.stem}_text": words}
        place = heard.entity("place")
        if place:
            filled[f"{self.stem}_place"] = place
        elif _PLACE.search(words):
            filled[f"{self.stem}_place"] = ""  # it stands in the words
        return filled

    def _interrupts(self, heard: Hearing) -> bool:
        """An address answers where it is, whatever else it looks like."""
        return super()._interrupts(heard) and addresses.final_room(heard.text) is None

    async def missing(self, heard: Hearing, known: Fields) -> str | None:
        if not known.get(f"{self.stem}_text"):
            return f"{self.stem}_text"
        if self.asks_place and known.get(f"{self.stem}_place") is None:
            return f"{self.stem}_place"
        return None if known.get(f"{self.stem}_confirm") else f"{self.stem}_confirm"

    async def read(self, heard: Hearing, question: str, known: Fields) -> Fields | None:
        if question.endswith("_confirm"):
            answer = reading.yes_or_no(heard)
            if answer is False:
                return {f"{self.stem}_text": None, f"{self.stem}_place": None}
            return {question: True} if answer else None
        if not heard.text or heard.intent in COMMANDS | {"affirm", "deny"}:
            return None
        if question.endswith("_text"):
            return self._filled(heard, heard.text) if self.told(heard.text) else None
        place = heard.entity("place")
        if place is None and self._interrupts(heard) and not says_place(heard):
            return None
        return {question: place or heard.text}

    def amend(self, heard: Hearing, known: Fields) -> Fields:
        """匿名吧 · 不是三号楼，是五号楼 · and more of the same."""
        name = f"{self.stem}_anonymous"
        if known.get(name) and _NAMED.search(heard.words):
            return {name: False}
        if _ANONYMOUS.search(heard.words):
            return {name: True}
        text, place = known.get(f"{self.stem}_text"), heard.entity("place")
        if not text:
            return {}
        if place and heard.corrects:
            old = known.get(f"{self.stem}_place")
            text = text.replace(old, place) if old and old in text else f"{place}：{text}"
            return {f"{self.stem}_place": place, f"{self.stem}_text": text}
        goes_on = heard.intent in self.intents | STRANGE | {"correct_info"}
        if goes_on and self.told(heard.text):
            return {f"{self.stem}_text": f"{text}；{heard.text}"}
        return {}

    async def put(self, heard: Hearing, question: str, known: Fields) -> None:
        await self.ask(heard, question.removeprefix(f"{self.stem}_"), known)

    def whole(self, known: Fields) -> str:
        """What was told, with the place in front when the words do not say it."""
        place, text = known.get(f"{self.stem}_place"), str(known[f"{self.stem}_text"])
        return f"{place}：{text}" if place and place not in text else text
