"""MatterForm: a matter of the public (the grid's, the city's) is taken down and kept under a number."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar, TypedDict

from rasa_sdk.events import EventType

from actions.account_form import AccountForm
from actions.base import ServiceAction
from actions.form_end import finished
from actions.forms import Fields
from actions.hearing import Hearing
from community.labels import label
from community.store.tickets import Ticket


class Told(TypedDict):
    """What was taken down."""

    words: str
    place: str | None
    anonymous: bool
    photos: Sequence[str]


class MatterForm(AccountForm):
    """What is going on, where, and once more in full, with the kind of matter it is taken for."""

    asks_place = True
    asks: ClassVar[Mapping[str, str]]
    "The responses that ask for the text, the place, a yes (`confirm`), and one without the name"

    @abstractmethod
    def category_of(self, words: str) -> str:
        """The key of the kind in the labels of `<stem>_category`."""

    async def ask(self, heard: Hearing, question: str, known: Fields) -> None:
        if question in {"text", "place"}:
            heard.ask(self.asks[question])
            return
        is_anonymous = known.get(f"{self.stem}_anonymous")
        whole = self.whole(known)
        kind = label(f"{self.stem}_category", self.category_of(whole))
        heard.ask(self.asks["anonymous" if is_anonymous else "confirm"], kind=kind, content=whole)


class ActionMatterCreate(ServiceAction):
    """Keeps what a MatterForm took down."""

    form: ClassVar[type[MatterForm]]

    @abstractmethod
    async def file(self, heard: Hearing, told: Told) -> Ticket:
        """Keep it; once for each turn."""

    @abstractmethod
    def tell(self, heard: Hearing, made: Ticket) -> None:
        """Say its number, and what is promised with it."""

    async def handle(self, heard: Hearing) -> list[EventType]:
        form = self.form()
        slots = {name: heard.slot(f"{form.stem}_{name}") for name in ("text", "place")}
        told = Told(
            words=form.whole({f"{form.stem}_{name}": value for name, value in slots.items()}),
            place=slots["place"] or None,
            anonymous=bool(heard.slot(f"{form.stem}_anonymous")),
            photos=heard.slot(f"{form.stem}_photos") or (),
        )
        made = await self.file(heard, told)
        self.tell(heard, made)
        return finished(heard, form.stem)
