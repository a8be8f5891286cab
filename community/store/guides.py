"""The library of guides: how each government matter is done, and the search for one by its words."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.schema import guide
from community.store.schema.guides import INDEX

WEIGHTS = (0.0, 8.0, 6.0, 1.0)
"How much a word counts in code (not indexed), name, aliases and body"


@dataclass(frozen=True)
class Material:
    """`originals`, `copies`: how many of each. `case`: when it is needed; empty is always."""

    name: str
    originals: int = 0
    copies: int = 0
    case: str = ""


@dataclass(frozen=True)
class Fee:
    """What is paid, in the office's words (`20元`, `免费`)."""

    name: str
    standard: str


@dataclass(frozen=True)
class Step:
    name: str


@dataclass(frozen=True)
class Faq:
    question: str
    answer: str


@dataclass(frozen=True)
class Condition:
    """`fact` `op` `value`, as in age >= 80. `op`: >= <= > < == != in."""

    fact: str
    op: str
    value: Any


@dataclass(frozen=True)
class Option:
    """An answer that can be chosen, and the words that choose it; the first is its name."""

    value: Any
    words: list[str]


@dataclass(frozen=True)
class Rule:
    """A condition with its question. `kind`: age, months, money, number, yes_no, choice.

    It holds only for those that `when` describes. `unmet` is said to whom it is not met.
    """

    fact: str
    op: str
    value: Any
    kind: str
    ask: str
    unmet: str
    unit: str = ""
    yes: list[str] = field(default_factory=list)
    no: list[str] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)
    when: list[Condition] = field(default_factory=list)


@dataclass(frozen=True)
class Grant:
    """What is given to those that `when` describes; the first that fits counts."""

    fen: int
    per: str
    when: list[Condition] = field(default_factory=list)


@dataclass(frozen=True)
class Eligibility:
    """Who qualifies. `assumed_from_age`: from this age on it is the matter meant by an age alone."""

    rules: list[Rule] = field(default_factory=list)
    amounts: list[Grant] = field(default_factory=list)
    assumed_from_age: int | None = None


@dataclass(frozen=True)
class Guide:
    """One matter. An empty text, an empty list and None say that nothing is stored.

    `promise_days`: working days, 0 is done at once. `cancelled_on`: the first day it is no longer
    done. Source of the elements: national basic catalogue of government service matters (C0109).
    """

    code: str
    name: str
    catalog_code: str = ""
    version: int = 1
    topic: str = ""
    office: str = ""
    conditions: str = ""
    promise_days: int | None = None
    place: str = ""
    hours: str = ""
    phone: str = ""
    complaint_phone: str = ""
    is_online: bool | None = None
    online: str = ""
    agent: str = ""
    effective_on: date | None = None
    cancelled_on: date | None = None
    aliases: list[str] = field(default_factory=list)
    materials: list[Material] = field(default_factory=list)
    fees: list[Fee] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    faqs: list[Faq] = field(default_factory=list)
    eligibility: Eligibility = field(default_factory=Eligibility)

    @property
    def names(self) -> list[str]:
        """The official name and what people call it."""
        return [self.name, *self.aliases]


@dataclass(frozen=True)
class Hit:
    """`score`: higher is nearer; only scores of one search compare."""

    code: str
    score: float


def eligibility_of(loaded: dict[str, Any]) -> Eligibility:
    """From plain data. Raises TypeError, KeyError or AttributeError for data of another shape."""
    rules = [
        Rule(
            **rule
            | {
                "options": [Option(**one) for one in rule.get("options", [])],
                "when": [Condition(**one) for one in rule.get("when", [])],
            }
        )
        for rule in loaded.get("rules", [])
    ]
    amounts = [
        Grant(**one | {"when": [Condition(**part) for part in one.get("when", [])]})
        for one in loaded.get("amounts", [])
    ]
    return Eligibility(rules, amounts, loaded.get("assumed_from_age"))


def _guide(row: Any) -> Guide:
    kept = dict(row._mapping)
    lists = {"materials": Material, "fees": Fee, "steps": Step, "faqs": Faq}
    for name, kind in lists.items():
        kept[name] = [kind(**one) for one in kept[name]]
    return Guide(**kept | {"eligibility": eligibility_of(kept["eligibility"])})


def _select() -> Any:
    return select(*[guide.c[one.name] for one in fields(Guide)])


async def every(conn: AsyncConnection) -> list[Guide]:
    """The whole library, by name."""
    return [_guide(row) for row in await conn.execute(_select().order_by(guide.c.name))]


async def find(conn: AsyncConnection, code: str) -> Guide | None:
    row = (await conn.execute(_select().where(guide.c.code == code))).first()
    return _guide(row) if row is not None else None


async def names(conn: AsyncConnection) -> list[tuple[str, str]]:
    """(code, name or alias) of everything in the library."""
    rows = await conn.execute(select(guide.c.code, guide.c.name, guide.c.aliases))
    return [(code, said) for code, name, aliases in rows for said in (name, *aliases)]


async def put(conn: AsyncConnection, one: Guide, words: dict[str, list[str]]) -> None:
    """Store a guide in place of the one with its code, under its words: {name, aliases, body}."""
    await remove(conn, one.code)
    await conn.execute(insert(guide).values(**asdict(one)))
    await conn.execute(
        text(f"INSERT INTO {INDEX} VALUES (:code, :name, :aliases, :body)"),  # noqa: S608 - our own name
        {"code": one.code, **{column: " ".join(cut) for column, cut in words.items()}},
    )


async def remove(conn: AsyncConnection, code: str) -> None:
    """Take a guide out, and out of the index; none is no error."""
    await conn.execute(delete(guide).where(guide.c.code == code))
    await conn.execute(text(f"DELETE FROM {INDEX} WHERE code = :code"), {"code": code})  # noqa: S608


async def search(conn: AsyncConnection, words: list[str], *, most: int = 8) -> list[Hit]:
    """The guides that hold any of these words, nearest first by BM25.

    Source: sqlite.org/fts5.html, "The bm25() function" (better is more negative there).
    """
    if not words:
        return []
    asked = " OR ".join(f'"{word}"' for word in dict.fromkeys(words))
    weights = ", ".join(map(str, WEIGHTS))
    rows = await conn.execute(
        text(
            f"SELECT code, -bm25({INDEX}, {weights}) AS score FROM {INDEX} "  # noqa: S608
            f"WHERE {INDEX} MATCH :asked ORDER BY score DESC LIMIT :most"
        ),
        {"asked": asked, "most": most},
    )
    return [Hit(code, score) for code, score in rows]
