"""Masking of what identifies a person, for logs and for what staff see before they ask for more."""

import re
from collections.abc import Iterator

from language.addresses import find_rooms
from language.clean import fold
from language.phones import find_phones, mask_phone, spell_digits
from language.plates import find_plates

Mask = tuple[int, int, str]
"""Start and end of a stretch, and what is written in its place."""

_KEPT = re.compile(r"(?<![\w-])[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}(?![\w-])")
_KEYED = re.compile(
    r"(?:token|openid|unionid|secret|password|passwd|session|signature|authorization)[\"']?"
    r" ?[=:] ?[\"']?(?:bearer )?(?!bearer )(?P<value>[^\s&\"',;<>]{4,})",
    re.IGNORECASE,
)
_MAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}@(?P<host>[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5})", re.ASCII
)
_WORD = re.compile(r"(?<![\w-])[\w-]{20,}", re.ASCII)
_OPENID = re.compile(r"o[\w-]{27}", re.ASCII)
_CITIZEN = re.compile(r"(?<![\dA-Za-z])[1-9]\d{5} ?\d{8} ?\d{3}[\dXx](?![\dA-Za-z])")
_CARD = re.compile(r"(?<![\w.-])\d{4}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?(?![\dA-Za-z_])", re.ASCII)
_LONG = re.compile(r"(?<![\w.])(?<!\w-)\d{6,}(?![\dA-Za-z_])", re.ASCII)


_OURS = re.compile(
    r"(?<![\w-])[a-z]+_(?=[0-9]*[a-f])[0-9a-f]{12,}(?!\w)|(?<==)\d{1,6}\.\d{1,2}(?= [a-z]|$)"
)
"""What our own lines hold: ids, and milliseconds or shares"""
_SAYABLE = re.compile(r"[^\x00-\x7f]|\d(?:[\W_]{0,4}\d){2}")
"""In every text that holds a phone, plate, card or home: more than ASCII, or three digits close together"""


def redact(text: str) -> str:
    """The text with phones, id cards, plates, homes, mail, tokens and long numbers masked.

    Kept are the ends that let staff tell two apart (138****8000, 京A***45), the building of a home
    (3号楼****), UUIDs, and numbers that follow letters (order numbers). Names are not known here.
    Masking twice changes nothing more.
    """
    masked, at = [], 0
    for start, end, mask in _chosen(text):
        masked += [text[at:start], mask]
        at = end
    return "".join(masked) + text[at:]


def _chosen(text: str) -> list[Mask]:
    """The masks that do not overlap an earlier, more certain one, in order of the text."""
    chosen: list[Mask] = []
    taken = bytearray(len(text))
    for start, end, mask in _masks(text):
        is_rest = "*" in (text[max(0, start - 1) : start], text[end : end + 1])  # masked before
        if not is_rest and not any(taken[start:end]):
            chosen.append((start, end, mask))
            taken[start:end] = b"x" * (end - start)
    return sorted(chosen)


def _masks(text: str) -> Iterator[Mask]:
    """All candidates, the most certain kind first."""
    said = fold(text)
    for match in _KEPT.finditer(said):
        yield match.start(), match.end(), text[match.start() : match.end()]
    for match in _KEYED.finditer(said):
        yield match.start("value"), match.end("value"), "***"
    for match in _MAIL.finditer(said):
        yield match.start(), match.end(), f"{match.group()[0]}***@{match['host']}"
    for match in _WORD.finditer(said):
        if _is_token(match.group()):
            yield match.start(), match.end(), match.group()[:2] + "***"
    if not _SAYABLE.search(_OURS.sub("", text)):
        return
    spoken = spell_digits(text)
    for match in _CITIZEN.finditer(spoken.text):
        number = match.group().replace(" ", "")
        yield *spoken.span(*match.span()), f"{number[:3]}{'*' * 11}{number[-4:]}"
    for match in _CARD.finditer(spoken.text):
        yield *spoken.span(*match.span()), "****" + re.sub(r"\D", "", match.group())[-4:]
    for phone in find_phones(text):
        yield phone.start, phone.end, mask_phone(phone.value)
    for plate in find_plates(text):
        yield plate.start, plate.end, f"{plate.value[:2]}***{plate.value[-2:]}"
    for match in _LONG.finditer(spoken.text):
        yield *spoken.span(*match.span()), "****" + match.group()[-2:]
    for home in find_rooms(text):
        if home.value.unit is not None or home.value.room is not None:
            building = home.value.building
            yield home.start, home.end, "****" if building is None else f"{building}号楼****"


def _is_token(word: str) -> bool:
    """Whether a long word is an openid or a random mix of capitals, small letters and digits."""
    if _OPENID.fullmatch(word):
        return True
    return (
        any(m.isupper() for m in word)
        and any(m.islower() for m in word)
        and any(m.isdigit() for m in word)
    )
