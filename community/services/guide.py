"""Guides: which matter is meant, and what its record says of each aspect; nothing else is said."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import yaml

from community.context import Context
from community.labels import label
from community.registers import Register
from community.store import guides
from community.store.guides import Guide
from community.times import local
from language.clean import fold
from language.homophones import NameIndex
from language.search_words import search_words

SOUNDS_LIKE = 0.28
"How far a name may be from what was heard"
ALIAS = 30.0
"What a name in the words counts, and what each of its characters adds"
PER_CHARACTER = 6.0
PAPER = 10.0
"What the name of a paper counts, which may be one that is brought (户口本) or one that is asked for"
ENOUGH = 5.0
"Score that words without any name must reach"
CLOSE = 0.82
"Matters whose score is at least this part of the best are asked about"
ALIKE = 0.75
"Part of a stored question's words that must be asked for its answer to be given"
MOST = 3
"Matters that are offered to choose from"
ASPECTS = ("materials", "place", "hours", "days", "fee", "conditions", "steps", "phone", "online", "agent")  # fmt: skip


@dataclass(frozen=True)
class Meant:
    """The matters that words may mean, nearest first: none, one, or several to choose from.

    `is_named`: a name or an alias was said; otherwise the words around it were searched.
    """

    codes: list[str]
    is_named: bool


@cache
def lexicon() -> dict[str, Any]:
    """Words of aspects and materials, from guide.yml."""
    text = resources.files("community.services").joinpath("guide.yml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


@cache
def paper_words() -> frozenset[str]:
    """Everything that a paper to bring is called."""
    return frozenset(word for words in lexicon()["materials"].values() for word in words)


def aspect_of(words: str) -> str | None:
    """What of a matter is asked: one of ASPECTS; None for all of it."""
    said = fold(words)
    for aspect, pattern in lexicon()["aspects"].items():
        if re.search(pattern, said):
            return str(aspect)
    return None


def content(words: str) -> list[str]:
    """The words of a question that can name a matter, without those of aspects."""
    rest = fold(words)
    for pattern in lexicon()["aspects"].values():
        rest = re.sub(pattern, " ", rest)
    return search_words(rest)


async def meant(
    ctx: Context, words: str, matter: str | None = None, *, of_papers: bool = False
) -> Meant:
    """Which matters the words mean; `matter`: the stretch that the engine takes for its name.

    `of_papers`: the words tell what is there, so that a paper's name (户口本) names no matter.
    """
    async with ctx.db.read() as conn:
        names = await guides.names(conn)
        if of_papers and not matter:
            names = [pair for pair in names if not pair[1].startswith(tuple(paper_words()))]
        asked = await asyncio.to_thread(content, matter or words)
        hits = await guides.search(conn, asked)
    scores = (_named(names, fold(matter)) if matter else {}) or _named(names, fold(words))
    scores = scores or _sounding(names, fold(matter) if matter else fold(words), bool(matter))
    is_named = bool(scores)
    for hit in hits:
        if is_named and hit.code not in scores:
            continue
        scores[hit.code] = scores.get(hit.code, 0.0) + hit.score
    if not is_named and (not scores or max(scores.values()) < ENOUGH):
        return Meant([], False)
    best = max(scores.values())
    near = [code for code, score in scores.items() if score >= CLOSE * best]
    return Meant(sorted(near, key=lambda code: (-scores[code], code))[:MOST], is_named)


def _named(names: list[tuple[str, str]], said: str) -> dict[str, float]:
    """The matters with a name in the words; a name inside a longer one that is there is not it."""
    there = {name for _, name in names if name in said}
    whole = {name for name in there if not any(name != other and name in other for other in there)}
    papers = paper_words()
    scores: dict[str, float] = {}
    for code, name in names:
        if name in whole:
            score = PAPER if name in papers else ALIAS + PER_CHARACTER * len(name)
            scores[code] = max(scores.get(code, 0.0), score)
    return scores


def _sounding(names: list[tuple[str, str]], said: str, is_name: bool) -> dict[str, float]:
    """The matters whose name sounds like what was said; of a sentence, like a stretch of it."""
    known = {name for _, name in names if len(name) > 2 or is_name}
    sounds = _index(frozenset(known))
    stretches = {said} if is_name else _stretches(said, known)
    costs: dict[str, float] = {}
    for stretch in stretches:
        for match in sounds.near(stretch, limit=SOUNDS_LIKE if is_name else SOUNDS_LIKE / 3):
            costs[match.name] = min(match.cost, costs.get(match.name, 1.0))
    scores: dict[str, float] = {}
    for code, name in names:
        if name in costs:
            score = (ALIAS + PER_CHARACTER * len(name)) * (1 - costs[name])
            scores[code] = max(scores.get(code, 0.0), score)
    return scores


def _stretches(said: str, known: set[str]) -> set[str]:
    lengths = {len(name) for name in known if len(name) <= 6}
    return {said[at : at + n] for n in lengths for at in range(len(said) - n + 1)}


@cache
def _index(names: frozenset[str]) -> NameIndex:
    return NameIndex(sorted(names))


async def find(ctx: Context, code: str | None) -> Guide | None:
    async with ctx.db.read() as conn:
        return await guides.find(conn, code) if code else None


async def all_of(ctx: Context, codes: list[str]) -> list[Guide]:
    """The guides with these codes, in their order; what is gone meanwhile is left out."""
    found = [await find(ctx, code) for code in codes]
    return [one for one in found if one is not None]


async def assumed(ctx: Context, age: int) -> Guide | None:
    """The matter that an age alone (`years`) is asked about."""
    async with ctx.db.read() as conn:
        library = await guides.every(conn)
    return next((g for g in library if (g.eligibility.assumed_from_age or age + 1) <= age), None)


def standing(one: Guide, today: date) -> str:
    """`current`, `cancelled` or `not_yet`."""
    if one.cancelled_on is not None and one.cancelled_on <= today:
        return "cancelled"
    if one.effective_on is not None and today < one.effective_on:
        return "not_yet"
    return "current"


def lines(one: Guide, aspect: str) -> list[str]:
    """What the record says of an aspect, item by item; empty when nothing is stored."""
    match aspect:
        case "materials":
            return [material_words(m) for m in one.materials]
        case "steps":
            return [step.name for step in one.steps]
        case "fee":
            return [label("guide_word", "free") if f.standard == "0" else f.standard for f in one.fees]  # fmt: skip
        case "days":
            return [] if one.promise_days is None else [days_words(one.promise_days)]
        case "online" if not one.online and one.is_online is not None:
            return [label("guide_word", "online_yes" if one.is_online else "online_no")]
        case _:
            said = str(getattr(one, aspect))
            return [said] if said else []


def days_words(days: int) -> str:
    """`当场就能办` for 0, `15个工作日`."""
    return label("guide_word", "at_once") if not days else f"{days}{label('guide_word', 'days')}"


def material_words(one: guides.Material) -> str:
    """`身份证原件和复印件1份`, with the case in which it is needed."""
    parts = []
    if one.originals and "照" in one.name:
        parts.append(f"{one.originals}{label('guide_word', 'sheets')}")
    elif one.originals:
        several = f"{one.originals}{label('guide_word', 'sets')}" if one.originals > 1 else ""
        parts.append(f"{label('guide_word', 'original')}{several}")
    if one.copies:
        parts.append(f"{label('guide_word', 'copy')}{one.copies}{label('guide_word', 'sets')}")
    case = f"（{one.case}{label('guide_word', 'case')}）" if one.case else ""
    return f"{one.name}{label('guide_word', 'and').join(parts)}{case}"


def answer_to(one: Guide, words: str) -> str | None:
    """The stored answer to the question that these words repeat; None when they repeat none."""
    own = set(search_words("".join(one.names)))
    asked = set(search_words(words)) - own
    best, most = None, ALIKE
    for faq in one.faqs:
        question = set(search_words(faq.question)) - own
        shared = len(asked & question) / max(1, len(question))
        if shared >= most:
            best, most = faq.answer, shared
    return best


def gaps(one: Guide) -> list[str]:
    """The aspects that the record says nothing of."""
    return [aspect for aspect in ASPECTS if not lines(one, aspect)]


async def register(ctx: Context, day: date) -> Register:
    """The library as it stands on a day: what is done no longer, and what is missing where."""
    async with ctx.db.read() as conn:
        library = await guides.every(conn)
    rows = tuple(
        (one.name, one.office, one.place, one.phone, str(one.version),
         label("guide_standing", standing(one, day)),
         "、".join(label("guide_aspect", gap) for gap in gaps(one)))
        for one in library
    )  # fmt: skip
    head = ("name", "office", "place", "phone", "version", "standing", "gaps")
    return Register(
        label("guide_column", "title"), tuple(label("guide_column", one) for one in head), rows
    )


def today(ctx: Context) -> date:
    return local(ctx.clock.now()).date()
