"""No pattern of the normalisers can take long on a hostile text: shown by how they are built."""

import re
from collections.abc import Iterator
from importlib import import_module

import pytest

from language import clock, days

MODULES = [
    "addresses",
    "clean",
    "clock",
    "corrections",
    "dates",
    "days",
    "fixing",
    "homophones",
    "numbers",
    "numerals",
    "phones",
    "plates",
    "reading.amounts",
    "reading.calendar",
    "reading.codes",
    "reading.inverse",
    "reading.page",
    "reading.pauses",
    "reading.places",
    "redact",
    "stretches",
    "times",
    "year_parts",
]


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for name in MODULES:
        module = import_module(f"language.{name}")
        for attribute, value in vars(module).items():
            if isinstance(value, re.Pattern):
                yield f"{name}.{attribute}", value
            if attribute == "_READERS":
                for number, (pattern, _) in enumerate(value):
                    yield f"{name}.{attribute}[{number}]", pattern
        if name == "clock":
            yield "clock._named", module._named()


def repeats(tree: object, inside: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    """For each repeat in a parsed pattern its greatest count, after those of what it stands in."""
    if isinstance(tree, re._parser.SubPattern):
        tree = list(tree)
    if isinstance(tree, list):
        for item in tree:
            yield from repeats(item, inside)
    elif isinstance(tree, tuple):
        if str(tree[0]) in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            _, most, body = tree[1]
            nested = (*inside, int(most))
            yield nested
            yield from repeats(body, nested)
        else:
            for item in tree[1:]:
                yield from repeats(item, inside)


def heads(tree: object) -> tuple[set[str], bool]:
    """The characters that a parsed pattern can begin with, and whether it can match nothing."""
    found: set[str] = set()
    for kind, value in tree:
        match str(kind):
            case "AT" | "ASSERT" | "ASSERT_NOT":
                continue
            case "LITERAL":
                return found | {chr(value)}, False
            case "IN":
                return found | members(value), False
            case "BRANCH":
                parts = [heads(branch) for branch in value[1]]
            case "SUBPATTERN":
                parts = [heads(value[3])]
            case "MAX_REPEAT" | "MIN_REPEAT":
                begin, empty = heads(value[2])
                parts = [(begin, empty or value[0] == 0)]
            case _:
                raise AssertionError(kind)
        found |= set().union(*(begin for begin, _ in parts))
        if not any(empty for _, empty in parts):
            return found, False
    return found, True


def members(choices: list[tuple[object, object]]) -> set[str]:
    found: set[str] = set()
    for kind, value in choices:
        match str(kind):
            case "LITERAL":
                found.add(chr(value))
            case "RANGE":
                found |= {chr(code) for code in range(value[0], value[1] + 1)}
            case "CATEGORY" if str(value) == "CATEGORY_DIGIT":
                found |= set("0123456789")
            case _:
                raise AssertionError(kind)
    return found


@pytest.mark.parametrize(("name", "pattern"), list(patterns()), ids=lambda value: str(value)[:40])
def test_pattern_has_no_unbounded_repeat_within_a_repeat(name, pattern):
    unbounded = int(re._parser.MAXREPEAT)
    tree = re._parser.parse(pattern.pattern, pattern.flags)
    bad = [nest for nest in repeats(tree) if unbounded in nest and max(nest[:-1], default=1) > 1]
    assert bad == []


@pytest.mark.parametrize(("name", "pattern"), list(patterns()), ids=lambda value: str(value)[:40])
def test_pattern_repeats_a_group_only_a_few_times(name, pattern):
    tree = re._parser.parse(pattern.pattern, pattern.flags)
    bounded = [nest for nest in repeats(tree) if re._parser.MAXREPEAT not in nest]
    products = []
    for nest in bounded:
        product = 1
        for most in nest[:-1]:
            product *= most
        products.append(product)
    assert max(products, default=1) <= 16


@pytest.mark.parametrize(
    ("looked_for", "readers"),
    [
        (days._HEADS, [pattern for pattern, _ in days._READERS]),
        (clock._HEADS, [clock._COLON, clock._SHORT_OF, clock._WORDS]),
    ],
    ids=["days", "clock"],
)
def test_words_of_time_begin_with_the_characters_that_are_looked_for(looked_for, readers):
    begin: set[str] = set()
    for pattern in readers:
        begin |= heads(re._parser.parse(pattern.pattern, pattern.flags))[0]

    assert begin == looked_for
