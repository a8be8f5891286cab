"""What must hold of guides beyond the shape of each field, so that nothing fails while it is told."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from community.services.eligibility import KINDS, OPS
from community.store.guides import Condition, Eligibility, Guide, Rule

LONGEST = {
    "code": 36, "catalog_code": 12, "name": 80, "topic": 16, "office": 64, "place": 120,
    "hours": 120, "phone": 32, "complaint_phone": 32,
}  # fmt: skip
COUNTS = frozenset({"originals", "copies"})
OLDEST = 120
NATIONAL = {
    "code": "TASK_CODE", "catalog_code": "CATALOG_CODE", "name": "TASK_NAME",
    "topic": "USER_TOPIC_TYPE", "office": "DEPT_NAME", "place": "TRANSACT_ADDR",
    "hours": "TRANSACT_TIME", "phone": "LINK_WAY", "complaint_phone": "SUPERVISE_WAY",
}  # fmt: skip


def problems_of(guides: list[Guide]) -> list[str]:
    """Every problem of these guides, each naming its row (from 1) and field; empty is well."""
    found: list[str] = []
    codes: set[str] = set()
    names: set[str] = set()
    for number, one in enumerate(guides, 1):
        if one.code in codes:
            found.append(f"row {number}, TASK_CODE: used by an earlier row")
        if one.name in names:
            found.append(f"row {number}, TASK_NAME: used by an earlier row")
        codes.add(one.code)
        names.add(one.name)
        found += [f"row {number}, {problem}" for problem in _of(one)]
    return found


def _of(one: Guide) -> Iterator[str]:
    for field, most in LONGEST.items():
        if len(getattr(one, field)) > most:
            yield f"{NATIONAL[field]}: longer than {most} characters"
    if one.effective_on and one.cancelled_on and one.cancelled_on <= one.effective_on:
        yield "PLAN_CANCEL_DATE: not after PLAN_EFFECTIVE_DATE"
    yield from _of_texts(one)
    for place, material in enumerate(one.materials, 1):
        counts = (material.originals, material.copies)
        if not material.name:
            yield f"MATERIALS {place}: MATERIAL_NAME must not be empty"
        if not all(type(count) is int and 0 <= count <= 99 for count in counts):
            yield f"MATERIALS {place}: ORIGINALNUM and COPIESNUM are 0 to 99"
    yield from (f"ELIGIBILITY: {problem}" for problem in _of_rules(one.eligibility))


def _of_texts(one: Guide) -> Iterator[str]:
    """What is read out must be text: a number in its place would fail while it is told."""
    parts: dict[str, list[Any]] = {
        "MATERIALS": list(one.materials), "FEES": list(one.fees), "LINKS": list(one.steps),
        "FAQS": list(one.faqs),
    }  # fmt: skip
    for name, rows in parts.items():
        for place, row in enumerate(rows, 1):
            texts = [value for key, value in vars(row).items() if key not in COUNTS]
            if not all(isinstance(value, str) for value in texts):
                yield f"{name} {place}: every field but the counts is a text"


def _of_rules(one: Eligibility) -> Iterator[str]:
    wrong = [*_of_shape(one)]
    if wrong:
        yield from wrong
        return
    facts = {rule.fact: rule for rule in one.rules}
    for place, rule in enumerate(one.rules, 1):
        if rule.kind not in KINDS:
            yield f"rule {place}, kind: none of {', '.join(KINDS)}"
            continue
        if not rule.ask or not rule.unmet:
            yield f"rule {place}: ask and unmet must not be empty"
        if rule.kind == "choice" and not (rule.options and all(o.words for o in rule.options)):
            yield f"rule {place}, options: each needs a word"
        conditions: list[Condition | Rule] = [rule, *rule.when]
        for condition in conditions:
            yield from (f"rule {place}, {p}" for p in _of_condition(condition, facts))
    for place, grant in enumerate(one.amounts, 1):
        if type(grant.fen) is not int or grant.fen < 0:
            yield f"amount {place}, fen: not a whole number of fen"
        for condition in grant.when:
            yield from (f"amount {place}, {p}" for p in _of_condition(condition, facts))


def _of_shape(one: Eligibility) -> Iterator[str]:
    """Texts that are none, and lists of words that are one word cut into characters."""
    for place, rule in enumerate(one.rules, 1):
        for field in ("fact", "op", "kind", "ask", "unmet", "unit"):
            if not isinstance(getattr(rule, field), str):
                yield f"rule {place}, {field}: not a text"
        words = [*(option.words for option in rule.options), rule.yes, rule.no]
        if not all(isinstance(some, list) and all(_is_word(w) for w in some) for some in words):
            yield f"rule {place}: yes, no and the words of an option are lists of words"
        if not all(_is_value(option.value) for option in rule.options):
            yield f"rule {place}, options: each value is a text or a number"
    for place, grant in enumerate(one.amounts, 1):
        if not isinstance(grant.per, str):
            yield f"amount {place}, per: not a text"
    since = one.assumed_from_age
    if since is not None and (type(since) is not int or not 0 <= since <= OLDEST):
        yield "assumed_from_age: not an age"


def _is_word(said: Any) -> bool:
    return isinstance(said, str) and bool(said)


def _is_value(value: Any) -> bool:
    return isinstance(value, str) or type(value) is int


def _of_condition(one: Condition | Rule, facts: dict[str, Rule]) -> Iterator[str]:
    if one.op not in OPS:
        yield f"op: none of {' '.join(OPS)}"
    if one.fact not in facts:
        yield f"fact: no rule asks for {one.fact}"
    elif not _comparable(one.op, facts[one.fact], one.value):
        yield "value: cannot be compared with the answer"


def _comparable(op: str, asked: Rule, value: Any) -> bool:
    if op == "in":
        return isinstance(value, list)
    if asked.kind == "yes_no":
        return isinstance(value, bool) and op in {"==", "!="}
    if asked.kind == "choice":
        kinds = {type(option.value) for option in asked.options}
        return _is_value(value) and (op in {"==", "!="} or kinds <= {type(value)})
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and math.isfinite(value)
