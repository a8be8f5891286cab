"""What a resident has against what a matter needs: which papers are there, and which are missing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from community.services.guide import lexicon
from community.store.guides import Guide, Material
from language.clean import fold

_CLAUSE = re.compile("[，,。；;！!？?]")
_BEFORE = 4
"Characters before a paper within which it is said to be missing (没有房产证)"


@dataclass(frozen=True)
class Said:
    """The papers that words name, each under its first word in guide.yml.

    `all_but`: nothing but `lacking` is missing. `everything`: all is there.
    """

    having: frozenset[str]
    lacking: frozenset[str]
    copies: frozenset[str]
    all_but: bool = False
    everything: bool = False


@dataclass(frozen=True)
class Checked:
    """`optional`: needed in a case that may not be the resident's. `copy_only`: originals are needed."""

    missing: list[Material]
    optional: list[Material]
    copy_only: list[Material]


def said(words: str) -> Said:
    """Which papers the words say to be there, to be missing, and to be there as copies."""
    plain, lacks = fold(words), lexicon()["lacks"]
    only = re.search(lexicon()["only_lacks"], plain)
    having: set[str] = set()
    lacking: set[str] = set()
    copies: set[str] = set()
    for clause in _CLAUSE.split(plain):
        found = [] if _asks_need(clause) else _papers(clause)
        for place, (kind, start, end) in enumerate(found):
            until = found[place + 1][1] if place + 1 < len(found) else len(clause)
            after = clause[end:until]
            if place + 1 < len(found) and not re.search("有|没|无|带|是", after):
                after = _after_list(clause, found, place)
            last = found[place - 1][2] if place else 0
            before = clause[max(last, start - _BEFORE) : start]
            is_lacking = re.search(lacks, after) or re.search(lacks, before)
            (lacking if is_lacking else having).add(kind)
            if re.search(lexicon()["copy"], after):
                copies.add(kind)
    having &= _only_having(plain) or having
    everything = not only and not lacking and any(map(_has_all, _CLAUSE.split(plain)))
    return Said(
        frozenset(having - lacking), frozenset(lacking), frozenset(copies), only is not None,
        everything and not having,
    )  # fmt: skip


def _asks_need(clause: str) -> bool:
    """身份证要不要, 还要照片吗: what is asked for is not what is there."""
    words = lexicon()
    if not re.search(words["needs"], clause) or re.search(words["there"], clause):
        return False
    return (
        re.search(words["asks"], clause) is not None
        or re.search("[要是用需能行]不", clause) is not None
    )


def _has_all(clause: str) -> bool:
    """材料都齐了, said of what is there; 材料都有哪些 and 都齐了吗 ask, 没都带 denies."""
    found = re.search(lexicon()["all"], clause)
    if found is None or re.search(lexicon()["asks"], clause) or re.search("要|得带", clause):
        return False
    return re.search(lexicon()["not_all"], clause[: found.start()]) is None


def _only_having(plain: str) -> set[str]:
    """光拿个身份证: nothing else is there, whatever was named before; empty if it is not said so."""
    only = re.search(lexicon()["only_has"], plain)
    return {kind for kind, _, _ in _papers(plain[only.start() :])} if only else set()


def _after_list(clause: str, found: list[tuple[str, int, int]], place: int) -> str:
    """身份证、户口本没有: what is said after a list is said of each in it."""
    for number in range(place + 1, len(found)):
        end = found[number][2]
        until = found[number + 1][1] if number + 1 < len(found) else len(clause)
        after = clause[end:until]
        if re.search("有|没|无|带|是", after):
            return after
    return ""


def _papers(clause: str) -> list[tuple[str, int, int]]:
    """(kind, start, end) of each paper in the clause, the longest word at each place."""
    spans = [
        (kind, found.start(), found.end())
        for kind, words in lexicon()["materials"].items()
        for word in words
        for found in re.finditer(re.escape(word), clause)
    ]
    spans.sort(key=lambda span: (span[1], -span[2]))
    whole: list[tuple[str, int, int]] = []
    for span in spans:
        if not whole or span[1] >= whole[-1][2]:
            whole.append(span)
    return whole


def kind_of(one: Material) -> str:
    """The paper that a material is, under its first word in guide.yml; its own name if unknown."""
    found = [
        kind
        for kind, words in lexicon()["materials"].items()
        if any(word in one.name for word in words)
    ]
    return str(max(found, key=len)) if found else one.name


def without_names(one: Guide, words: str) -> str:
    """The words without the matter's own names, unless these are papers that it takes."""
    taken = {kind_of(m) for m in one.materials}
    rest = fold(words)
    for name in sorted(one.names, key=len, reverse=True):
        if kind_of(Material(name)) not in taken:
            rest = rest.replace(name, "")
    return rest


def check(one: Guide, heard: Said, *, by_agent: bool = False) -> Checked:
    """Hold what was said against the record's list, in its order."""
    needed = [m for m in one.materials if not m.case or (by_agent and _is_agents(m))]
    optional = [m for m in one.materials if m not in needed]
    there = {kind_of(m) for m in needed} if heard.everything else set(heard.having)
    if heard.all_but:
        there |= {kind_of(m) for m in needed} - heard.lacking
    return Checked(
        [m for m in needed if not _has(m, there)],
        [m for m in optional if not _has(m, there)],
        [m for m in needed if m.originals and _has(m, there & heard.copies)],
    )


def _has(one: Material, there: set[str] | frozenset[str]) -> bool:
    return kind_of(one) in there or one.name in there


def _is_agents(one: Material) -> bool:
    return re.search(lexicon()["agents"], one.case) is not None


def is_by_agent(words: str) -> bool:
    """Whether somebody else than the person goes."""
    return re.search(lexicon()["agents"], fold(words)) is not None


def is_doubtful(words: str) -> bool:
    """Whether it is asked if a paper in some state will do, which no record answers."""
    return re.search(lexicon()["doubtful"], fold(words)) is not None
