"""Telephone numbers as written and as spoken: 138 0013 8000, 幺三八零零一三八零零零."""

import re
from dataclasses import dataclass

from language.clean import fold
from language.found import Found
from language.numerals import DIGITS, ONE_WORD, PAIRS

_NO_DIGIT = re.compile(ONE_WORD)
_REPEATED = re.compile(r"(?:([两二三四五六七八2-8])个|([俩仨]))([零一幺二三四五六七八九洞\d])")

_SEP = r"(?:[ ,，、。\-—.杠嗯呃]| - |…{1,2}|[,，]?然后[,，]?)?"
_MOBILE = rf"(?:\(?(?:\+|00)?86\)?{_SEP}|0)?(?P<mobile>1(?![.,]){_SEP}[3-9](?:{_SEP}\d){{9}})"
_SERVICE = rf"(?P<service>[48]{_SEP}0{_SEP}0(?:{_SEP}\d){{7}})"
_LANDLINE = (
    rf"(?:(?:\+|00)86{_SEP})?[(（]?(?P<landline>0{_SEP}\d(?:{_SEP}\d){{1,2}}[)）]?(?:{_SEP}\d){{7,8}})"
    r"(?:-\d{1,5}(?![-\d]))?"
)
_ABROAD = rf"(?:\+|00)86{_SEP}(?P<abroad>[1-9]\d{{1,2}}(?:{_SEP}\d){{7,8}})"
_LOCAL = rf"(?<=电话|座机|号码|固话)[号是:：打 ]{{0,3}}(?P<local>[2-8](?:{_SEP}\d){{6,7}})"
_BARE = re.compile(
    rf"(?!20\d\d[-.]\d{{1,2}}[-.]\d)[我家里的就是打 ]{{0,4}}([2-8](?:{_SEP}\d){{6,7}})[。.!！吧呀啊呢的哈 ]{{0,3}}"
)
_PHONE = re.compile(
    rf"(?<![\d+¥￥])(?!\d\d,\d{{3}},)(?:{_MOBILE}|{_SERVICE}|{_LANDLINE}|{_ABROAD}|{_LOCAL})"
    "(?![-.]?\\d)(?![A-Za-z])"
)
_SHORTEST = 7  # digits
_FIXED = re.compile(r"0(?:10|2\d|[3-68][1-9]\d|[79]\d\d)[2-8]\d{6,7}")


@dataclass(frozen=True)
class Spoken:
    """A text with its spoken digits as ASCII, and where each character of it came from."""

    text: str
    starts: tuple[int, ...]
    """For each character of `text`, the offset of its source in the original."""
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original that `text[start:end]` was made of; not empty."""
        return self.starts[start], self.ends[end - 1]


def spell_digits(text: str) -> Spoken:
    """Write spoken digits as ASCII, 三个八 as 888: here long numbers can be found."""
    said = fold(text)
    marks: list[tuple[str, int, int]] = []
    at = 0
    while at < len(said):
        repeated = _REPEATED.match(said, at)
        if repeated:
            digit = str(DIGITS[repeated[3]])
            times = DIGITS[repeated[1]] if repeated[1] else PAIRS[repeated[2]]
            marks += [(digit, at, repeated.end())] * times
            at = repeated.end()
        else:
            mark = said[at]
            if mark in DIGITS and not _NO_DIGIT.match(said, at):
                mark = str(DIGITS[mark])
            marks.append((mark, at, at + 1))
            at += 1
    return Spoken(
        "".join(mark for mark, _, _ in marks),
        tuple(start for _, start, _ in marks),
        tuple(end for _, _, end in marks),
    )


def as_written(text: str) -> Spoken:
    """The text folded, without spelling anything: for what was typed."""
    places = range(len(text) + 1)
    return Spoken(fold(text), tuple(places[:-1]), tuple(places[1:]))


def find_phones(text: str) -> list[Found[str]]:
    """All telephone numbers in the text, their values as digits without country code.

    Mobiles (11 digits), 400 and 800 lines (10), landlines with area code (10 to 12, without
    the extension), and local ones (7 or 8) right after 电话. Short lines (12345, 110) are no
    personal numbers and not found.
    """
    found = _find(as_written(text))  # first, as 一直 may follow a written number
    taken = [(phone.start, phone.end) for phone in found]
    for phone in _find(spell_digits(text)):
        if all(phone.end <= start or end <= phone.start for start, end in taken):
            found.append(phone)
    return sorted(found, key=lambda phone: phone.start)


def _find(spoken: Spoken) -> list[Found[str]]:
    found: list[Found[str]] = []
    if sum(map(str.isdigit, spoken.text)) < _SHORTEST:
        return found
    for match in _PHONE.finditer(spoken.text):
        number = ("0" if match["abroad"] else "") + re.sub(r"\D", "", match[match.lastgroup or 0])
        if (match["landline"] or match["abroad"]) and not _FIXED.fullmatch(number):
            continue
        start, end = spoken.span(match.start(), match.end())
        if match["local"]:
            start = spoken.starts[match.start("local")]
        found.append(Found(start, end, number))
    return found


def normalise_phone(text: str) -> str | None:
    """The first telephone number in the text as digits; a bare local one too. None without any."""
    found = find_phones(text)
    if found:
        return found[0].value
    bare = _BARE.fullmatch(spell_digits(text).text.strip())
    return re.sub(r"\D", "", bare[1]) if bare else None


def mask_phone(number: str) -> str:
    """Hide the middle of a number: 138****8000. Of less than 8 digits only the last two stay."""
    plain = re.sub(r"\D", "", number)
    if len(plain) < 8:
        return "****" + plain[-2:] if len(plain) > 4 else "****"
    return f"{plain[:3]}****{plain[-4:]}" if len(plain) > 8 else f"****{plain[-4:]}"
