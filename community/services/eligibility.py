"""Who qualifies for a matter: its stored rules, asked one at a time and judged; never promised."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from community.store.guides import Condition, Eligibility, Grant, Rule

Facts = dict[str, Any]
"""What is known, by fact: a number, a bool, an option's value; None is asked and not known."""
OPS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt,
    "==": operator.eq, "!=": operator.ne, "in": lambda value, values: value in values,
}  # fmt: skip
KINDS = ("age", "months", "money", "number", "yes_no", "choice")


@dataclass(frozen=True)
class Judged:
    """`verdict`: yes, no or maybe. `why`: the rule that is not met, or the one left open."""

    verdict: str
    why: Rule | None
    grant: Grant | None


def holds(one: Condition | Rule, facts: Facts) -> bool:
    """Whether a condition is met; its fact must be known."""
    return OPS[one.op](facts[one.fact], one.value)


def applies(one: Rule, facts: Facts) -> bool:
    """Whether a rule is for this person, as far as is known."""
    return all(facts.get(c.fact) is not None and holds(c, facts) for c in one.when)


def next_question(one: Eligibility, facts: Facts) -> Rule | None:
    """The next rule whose fact was not asked yet; None once a rule is not met."""
    for rule in one.rules:
        if not applies(rule, facts):
            continue
        if rule.fact not in facts:
            return rule
        if facts[rule.fact] is not None and not holds(rule, facts):
            return None
    return None


def judge(one: Eligibility, facts: Facts) -> Judged:
    """What the rules say to the facts. A fact that is not known leaves it open."""
    rules = [rule for rule in one.rules if applies(rule, facts)]
    known = [rule for rule in rules if facts.get(rule.fact) is not None]
    unmet = next((rule for rule in known if not holds(rule, facts)), None)
    if unmet is not None:
        return Judged("no", unmet, None)
    is_open = next((rule for rule in rules if facts.get(rule.fact) is None), None)
    if is_open is not None or not rules:
        return Judged("maybe", is_open, None)
    return Judged("yes", None, _grant(one, facts))


def _grant(one: Eligibility, facts: Facts) -> Grant | None:
    for grant in one.amounts:
        if all(facts.get(c.fact) is not None and holds(c, facts) for c in grant.when):
            return grant
    return None
