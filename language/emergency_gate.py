"""Characters that a text must hold one of for a pattern to match at all; a cheap gate before it."""

import re
from collections.abc import Iterator

_TOKEN = re.compile(r"\(\?:|\[[^\]]*\]|\{[\d,]*\}|\\.|.")
_ANYTHING: frozenset[str] = frozenset()


def needed(pattern: str) -> frozenset[str]:
    """One of these is in every match; empty when that cannot be said.

    For patterns of literals, classes, silent groups, `|`, `^`, `$`, `.`, `\\d` and repetitions, without
    lookarounds.
    """
    return _alternatives(iter(_TOKEN.findall(pattern)))


def _alternatives(tokens: Iterator[str]) -> frozenset[str]:
    branches: list[list[frozenset[str]]] = [[]]
    for token in tokens:
        if token == ")":
            break
        if token == "|":
            branches.append([])
        elif token in "?*" or token.startswith("{0"):
            branches[-1].pop()
        elif token != "+" and not token.startswith("{"):
            branches[-1].append(_one(token, tokens))
    rarest = [min(filter(None, branch), key=len, default=_ANYTHING) for branch in branches]
    return _ANYTHING.union(*rarest) if all(rarest) else _ANYTHING


def _one(token: str, tokens: Iterator[str]) -> frozenset[str]:
    if token == "(?:":
        return _alternatives(tokens)
    if token == r"\d":
        return frozenset("0123456789")
    if token[0] == "[":
        return _ANYTHING if token[1] == "^" or "-" in token else frozenset(token[1:-1])
    return _ANYTHING if token in ".^$" else frozenset(token)
