"""Is this a cry for help? Decided by plain rules, before any NLU engine; not the place for lesser urgency.

The rules are in `data/emergency.yml`: ways of crying, by kind of danger, and guards: ways of using
the same words without being in danger. Each rule is tried on the words as written and as they sound.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .emergency_rules import Rule, Rulebook, rulebook
from .emergency_sound import Ear
from .emergency_text import places, solid, squeezed

BLANK = "■"
LEAST_WITH_SLIP = 4  # characters of a hit that may hold a slip
BEYOND = 12  # characters that a rule may look at beyond its hit

Hit = tuple[Rule, int, int]
SCENE_CHARS = 48  # of the text as received, on each side of a hit


@dataclass(frozen=True)
class Verdict:
    """What was found in one message."""

    sos: bool
    """A cry for help: danger to life or home, now."""
    kind: str | None
    """A key of `rules` in `emergency.yml` (medical, fire, …); None when there is no cry."""
    evidence: str | None
    """The stretch of the text that decided, as received; for the desk, never for a log."""


NO_CRY = Verdict(sos=False, kind=None, evidence=None)


def detect(text: str) -> Verdict:
    """Look for a cry for help in a resident's words, of any length, written or recognised."""
    return judge(text, rulebook())


def is_false_alarm(text: str) -> bool:
    """Whether the words take an alarm back (误报, 按错了). They annotate an open case, never close it."""
    book = rulebook()
    plain = solid(text.translate(book.folds))
    return bool(book.false_alarm.search(book.no_false_alarm.sub(BLANK, plain)))


def judge(text: str, book: Rulebook) -> Verdict:
    """`detect` under given rules; the first kind of the book that fits wins."""
    written = _without_harmless(solid(text.translate(book.folds)), book)
    sounded = written.translate(book.ear.sounds)
    held = frozenset(sounded)
    likely = [rule for rule in book.rules if rule.may_fit(sounded, held)]
    if not likely:
        return NO_CRY
    where = places(text, book.folds)
    for rule, start, end in _hits(written, likely, book):
        first, last = where[start], where[end - 1] + 1
        if not _is_excused(rule, _scene(text, first, last, book), book):
            return Verdict(sos=True, kind=rule.kind, evidence=text[first:last])
    return NO_CRY


def _without_harmless(plain: str, book: Rulebook) -> str:
    return book.harmless.sub(lambda found: BLANK * len(found[0]), plain)


def _hits(written: str, likely: list[Rule], book: Rulebook) -> Iterator[Hit]:
    """As written, then with words mended, then with one slip mended: the surest first."""
    yield from _plain_hits(written, likely)
    mended = _without_harmless(book.ear.mended(written), book)
    if mended != written:
        yield from _plain_hits(mended, likely)
    yield from _slip_hits(written, likely, book.ear)


def _plain_hits(written: str, rules: list[Rule]) -> Iterator[Hit]:
    for rule in rules:
        found = rule.pattern.search(written)
        while found:
            yield rule, found.start(), found.end()
            found = rule.pattern.search(written, found.start() + 1)  # hits may overlap


def _slip_hits(written: str, rules: list[Rule], ear: Ear) -> Iterator[Hit]:
    sounded = written.translate(ear.sounds)
    for rule in rules:
        for heard in rule.sound.finditer(sounded):
            first = heard.start()
            if heard.end() - first < LEAST_WITH_SLIP:
                continue
            for index, mended in ear.slips(written, first, heard.end()):
                found = rule.pattern.search(mended, first, heard.end() + BEYOND)
                if found and _holds(found, index):
                    yield rule, found.start(), found.end()


def _holds(found: re.Match[str], index: int) -> bool:
    first, last = found.span()
    return first <= index < last and last - first >= LEAST_WITH_SLIP


def _scene(text: str, first: int, last: int, book: Rulebook) -> str:
    before = text[max(0, first - SCENE_CHARS) : first]
    after = text[last : last + SCENE_CHARS]
    fold = book.folds
    parts = (squeezed(part.translate(fold)) for part in (before, text[first:last], after))
    return "{}<{}>{}".format(*parts)


def _is_excused(rule: Rule, scene: str, book: Rulebook) -> bool:
    return any(book.guards[name].excuses(scene) for name in rule.guards if name in book.guards)
