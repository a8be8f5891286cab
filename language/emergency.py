"""Is this a cry for help? Decided by plain code, before any NLU engine; not the place for lesser urgency.

The rules are in `data/emergency.yml`: ways of crying, by kind of danger, and guards: ways of using
the same words without being in danger. Each rule is tried on the words as written and as they sound.
Beside them a score learnt from many sentences hears what no rule was written for, and refutes a rule
that has hit a joke.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .emergency_rules import Rule, Rulebook, rulebook
from .emergency_sound import Ear
from .emergency_text import Solid, Span, solid, squeezed

BLANK = "■"
HELP = "help"  # the kind of a cry that does not say what the danger is
TAKEN_BACK = "retracted"  # the one guard that a certain clause heeds
LEAST_WITH_SLIP = 4  # characters of a hit that may hold a slip

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
    chars = solid(text, book.folds, book.fillers).chars
    return bool(book.false_alarm.search(book.no_false_alarm.sub(BLANK, chars)))


def judge(text: str, book: Rulebook) -> Verdict:
    """`detect` under given rules; the first kind of the book that fits wins."""
    said = solid(text, book.folds, book.fillers)
    if not said.chars:
        return NO_CRY
    if book.scorer.refutes(said):
        return NO_CRY
    written = _without_harmless(said.chars, said.clauses, book)
    sounded = written.translate(book.ear.sounds)
    held = frozenset(sounded)
    likely = [rule for rule in book.rules if rule.may_fit(sounded, held)]
    for rule, start, end in _hits(written, said.clauses, likely, book) if likely else ():
        first, last = said.origins[start], said.origins[end - 1] + 1
        if not _is_excused(rule, _scene(text, first, last, book), book):
            return Verdict(sos=True, kind=rule.kind, evidence=text[first:last])
    return _by_score(text, said, book)


def _by_score(text: str, said: Solid, book: Rulebook) -> Verdict:
    """A cry that no rule knows: the whole of what was said, or a clause of it that is certain."""
    if book.scorer.score(said) >= book.scorer.sure:
        return Verdict(sos=True, kind=_kind(said.chars, book), evidence=text.strip())
    for start, end in book.scorer.certain_stretches(said):
        first, last = said.origins[start], said.origins[end - 1] + 1
        if not _excuses(TAKEN_BACK, _scene(text, first, last, book), book):
            kind = _kind(said.chars[start:end], book)
            return Verdict(sos=True, kind=kind, evidence=text[first:last])
    return NO_CRY


def _kind(chars: str, book: Rulebook) -> str:
    """What the danger is, by its words, when no rule has said it."""
    return next((kind for kind, words in book.kinds.items() if words.search(chars)), HELP)


def _without_harmless(chars: str, clauses: list[Span], book: Rulebook) -> str:
    return "".join(book.harmless.sub(_blot, chars[first:last]) for first, last in clauses)


def _blot(found: re.Match[str]) -> str:
    return BLANK * len(found[0])


def _hits(written: str, clauses: list[Span], likely: list[Rule], book: Rulebook) -> Iterator[Hit]:
    """As written, then with words mended, then with one slip mended: the surest first."""
    yield from _plain_hits(written, clauses, likely)
    mended = _without_harmless(book.ear.mended(written), clauses, book)
    if mended != written:
        yield from _plain_hits(mended, clauses, likely)
    yield from _slip_hits(written, clauses, likely, book.ear)


def _plain_hits(written: str, clauses: list[Span], rules: list[Rule]) -> Iterator[Hit]:
    """Across stops, which recognisers and residents drop, and in each clause alone."""
    whole = [(0, len(written))]
    spans = whole + clauses if len(clauses) > 1 else whole
    for rule in rules:
        for first, last in whole if rule.alone else spans:
            found = rule.pattern.search(written, first, last)
            while found:
                yield rule, found.start(), found.end()
                found = rule.pattern.search(written, found.start() + 1, last)  # hits may overlap


def _slip_hits(written: str, clauses: list[Span], rules: list[Rule], ear: Ear) -> Iterator[Hit]:
    sounded = written.translate(ear.sounds)
    for rule in rules:
        for first, last in clauses if not rule.alone else ():
            for heard in rule.sound.finditer(sounded, first, last):
                if heard.end() - heard.start() < LEAST_WITH_SLIP:
                    continue
                for index, mended in ear.slips(written, heard.start(), heard.end()):
                    found = rule.pattern.search(mended, heard.start(), last)
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
    return any(_excuses(name, scene, book) for name in rule.guards)


def _excuses(guard: str, scene: str, book: Rulebook) -> bool:
    return guard in book.guards and book.guards[guard].excuses(scene)
