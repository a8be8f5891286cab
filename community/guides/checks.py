"""What must hold of guides beyond the shape of each field, so that nothing fails while it is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from community.services.eligibility import KINDS, OPS
from community.store.guides import Condition, Eligibility, Guide, Rule

LONGEST = {
    "code": 36, "catalog_code": 12, "name": 80, "topic": 16, "office": 64, "place": 120,
    "hours": 120, "phone": 32, "complaint_phone": 32,
}  # fmt: skip
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
    for place, material in enumerate(one.materials, 1):
        counts = (material.originals, material.copies)
        if not isinstance(material.name, str) or not material.name:
            yield f"MATERIALS {place}: MATERIAL_NAME must not be empty"
        if not all(type(count) is int and 0 <= count <= 99 for count in counts):
            yield f"MATERIALS {place}: ORIGINALNUM and COPIESNUM are 0 to 99"
    yield from (f"ELIGIBILITY: {problem}" for problem in _of_rules(one.eligibility))


def _of_rules(one: Eligibility) -> Iterator[str]:
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


def _of_condition(one: Condition | Rule, facts: dict[str, Rule]) -> Iterator[str]:
    if one.op not in OPS:
        yield f"op: none of {' '.join(OPS)}"
    if one.fact not in facts:
        yield f"fact: no rule asks for {one.fact}"
    elif not _comparable(one.op, facts[one.fact].kind, one.value):
        yield "value: cannot be compared with the answer"


def _comparable(op: str, kind: str, value: Any) -> bool:
    if op == "in":
        return isinstance(value, list)
    if kind == "yes_no":
        return isinstance(value, bool) and op in {"==", "!="}
    if kind == "choice":
        return isinstance(value, (str, int)) and not isinstance(value, bool)
    return isinstance(value, (int, float)) and not isinstance(value, bool)
