"""The tree of errors: each class with its code, its HTTP status and whether to try again."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from community import errors
from community.errors import Code, CommunityError, ConfigError, Conflict, NotFound, TooMany

TREE = {
    "CommunityError": ("Exception", Code.INTERNAL, 500, False),
    "ConfigError": ("CommunityError", Code.BAD_CONFIG, 500, False),
    "BadInput": ("CommunityError", Code.BAD_REQUEST, 400, False),
    "TooLarge": ("BadInput", Code.TOO_LARGE, 413, False),
    "UnsupportedMedia": ("BadInput", Code.UNSUPPORTED_MEDIA, 415, False),
    "NotAllowed": ("CommunityError", Code.FORBIDDEN, 403, False),
    "NotAuthenticated": ("NotAllowed", Code.UNAUTHENTICATED, 401, False),
    "NotBound": ("NotAllowed", Code.NOT_BOUND, 403, False),
    "TooMany": ("NotAllowed", Code.TOO_MANY, 429, False),
    "NotFound": ("CommunityError", Code.NOT_FOUND, 404, False),
    "Conflict": ("CommunityError", Code.CONFLICT, 409, False),
    "Unavailable": ("CommunityError", Code.UNAVAILABLE, 503, True),
    "EngineError": ("Unavailable", Code.ENGINE_FAILED, 503, True),
    "StoreError": ("Unavailable", Code.STORE_UNAVAILABLE, 503, True),
}
"Class: (parent, code, http_status, retryable)"


def below(base: type) -> Iterator[type]:
    """The class and every one below it that this module defines."""
    if base.__module__ == errors.__name__:
        yield base
    for child in base.__subclasses__():
        yield from below(child)


def test_tree_is_the_one_that_clients_and_operators_know() -> None:
    assert {
        one.__name__: (one.__base__.__name__, one.code, one.http_status, one.retryable)
        for one in below(CommunityError)
    } == TREE


def test_drawing_in_the_module_names_every_class() -> None:
    drawn = re.findall(r"^[ │├└─]+(\w+)", errors.__doc__ or "", re.M)
    assert sorted(drawn) == sorted(TREE)


def test_codes_are_lower_case_words_that_differ() -> None:
    assert [code for code in Code if not re.fullmatch(r"[a-z]+(_[a-z]+)*", code)] == []
    assert len(set(Code)) == len(list(Code))


@pytest.mark.parametrize("kind", [one for one in below(CommunityError) if one is not ConfigError])
def test_error_without_detail_says_its_code(kind: type[CommunityError]) -> None:
    assert str(kind()) == TREE[kind.__name__][1].value


def test_own_code_replaces_the_classs_for_this_error_alone() -> None:
    error = NotFound(code=Code.WRONG_CODE)
    assert (str(error), error.code, error.http_status) == ("wrong_code", Code.WRONG_CODE, 404)
    assert NotFound().code is Code.NOT_FOUND


def test_fields_of_the_errors_that_have_them() -> None:
    assert TooMany("guesses", retry_after_s=900).retry_after_s == 900
    assert Conflict("taken", winner="王师傅").winner == "王师傅"
    assert (Conflict().winner, TooMany().retry_after_s) == (None, 60)
    error = ConfigError(["A: one", "B: two"])
    assert (error.problems, str(error)) == (["A: one", "B: two"], "A: one; B: two")
