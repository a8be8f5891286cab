"""Where a voice takes breath: marks that speech knows, a comma in a long clause, sentences."""

import re
from functools import cache

from language.reading.words import words

CLAUSE = 12
"""Han characters that are said in one breath."""
SENTENCE = 40
"""Han characters of the longest sentence."""
_LEAST = 4  # Han characters on either side of a pause that is put in

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003134f"
_ENDS = "。？！；"
_SOFT = "，、"
_NUMERALS = "零一二三四五六七八九十百千万亿两半点幺"
_CLINGING = "到至在从把给和与或是为对的会能要可就也都才还不没很最更被让向跟将请等您我他她它你这那每第有再先去来说叫想得着"
"What wants its next word without a pause"
_MARKS = (
    (re.compile("[!！]+[?？!！]*"), "！"),
    (re.compile("[?？]+[!！?？]*"), "？"),
    (re.compile("；|;"), "；"),
    (re.compile(r"。|\.(?!\d)"), "。"),
    (re.compile(r"[…⋯]+$"), "。"),
    (re.compile(r"[,，:…⋯—→⇒~|]|-{2,}|(?<=[^A-Za-z\d])-|-(?=[^A-Za-z\d]|$)"), "，"),
    (re.compile(r"(?<=[^\s])\s*/\s*(?=\S)|、|\\"), "、"),
)
_SIGNS = {
    "×": "乘", "÷": "除以", "+": "加", "=": "等于", "≥": "不低于", "≤": "不超过",
    ">": "大于", "<": "小于", "±": "正负", "&": "和", "%": "百分", "℃": "摄氏度",
    "°": "度", "$": "美元", "￥": "元", "¥": "元",
}  # fmt: skip
_KEPT = re.compile(rf"[^{_HAN}A-Z{_ENDS}{_SOFT} ]+")
_SPACES = re.compile(r"(?<=[A-Z]) (?=[A-Z](?![A-Z]))| +")
_RUN = re.compile(rf"[{_SOFT}]*([{_ENDS}])[{_ENDS}{_SOFT}]*")
_SOFT_RUN = re.compile("、*，[，、]*")


def with_marks(text: str) -> str:
    """The text with nothing in it but Han characters, capital letters apart, and ，、；。？！.

    It ends with the end of a sentence, or is empty when nothing is there to say.
    """
    for sign, word in _SIGNS.items():
        text = text.replace(sign, word)
    lines = (_line(line.strip()) for line in text.split("\n"))
    said = "".join(line for line in lines if line)
    return _RUN.sub(r"\1", _SOFT_RUN.sub("，", said)).lstrip(_ENDS + _SOFT)


def _line(line: str) -> str:
    for pattern, mark in _MARKS:
        line = pattern.sub(mark, line)
    line = _KEPT.sub(" ", line)
    line = _SPACES.sub(lambda m: " " if m.group() == " " and _between_letters(m) else "", line)
    line = line.strip(_SOFT + " ")
    return line + "。" if line and line[-1] not in _ENDS else line


def _between_letters(match: re.Match[str]) -> bool:
    around = (
        match.string[match.start() - 1 : match.start()],
        match.string[match.end() : match.end() + 1],
    )
    return all(char.isascii() and char.isalpha() for char in around)


def with_breath(text: str) -> str:
    """A comma more in each clause above CLAUSE, before or after a word where it is natural."""
    return re.sub(rf"[^{_ENDS}{_SOFT}]+", lambda match: _breathing(match.group()), text)


def sentences_of(text: str) -> list[str]:
    """The sentences of marked text, each at most SENTENCE Han characters and ended by a mark."""
    found = re.findall(rf"[^{_ENDS}]+[{_ENDS}]", text)
    return [piece for sentence in found for piece in _short(sentence)]


def _breathing(clause: str) -> str:
    if _length(clause) <= CLAUSE:
        return clause
    at = _place(clause)
    if at is None:
        return clause
    return f"{clause[:at]}，{_breathing(clause[at:])}"


def _place(clause: str) -> int | None:
    """The last natural place within CLAUSE, or the first after it; both sides long enough."""
    places = [
        match.end() if match["after"] else match.start() for match in _places().finditer(clause)
    ]
    fits = [
        at for at in places
        if _length(clause[:at]) >= _LEAST <= _length(clause[at:])
        and clause[at - 1] not in _CLINGING
        and not (clause[at - 1] in _NUMERALS and clause[at] in _NUMERALS)
    ]  # fmt: skip
    near = [at for at in fits if _length(clause[:at]) <= CLAUSE]
    return near[-1] if near else fits[0] if fits else None


@cache
def _places() -> re.Pattern[str]:
    known = words()
    return re.compile(f"(?=(?P<before>{known.before}))|(?P<after>{known.after})")


def _short(sentence: str) -> list[str]:
    """Cut at its pauses, or hard where it has none, into pieces that are as even as they can be."""
    if _length(sentence) <= SENTENCE:
        return [sentence]
    pieces = re.findall(rf"[^{_SOFT}]+[{_SOFT}]?", sentence)
    short, line = [], ""
    for piece in (part for whole in pieces for part in _cut(whole)):
        if line and _length(line + piece) > SENTENCE:
            short.append(line)
            line = ""
        line += piece
    short.append(line)
    return [
        one.rstrip(_SOFT) + "。" if one[-1] in _SOFT or one[-1] not in _ENDS else one
        for one in short
    ]


def _cut(piece: str) -> list[str]:
    if _length(piece) <= SENTENCE:
        return [piece]
    return [piece[at : at + SENTENCE] for at in range(0, len(piece), SENTENCE)]


def _length(text: str) -> int:
    return len(re.findall(f"[{_HAN}]", text))
