"""What is written for the eye made plain text: Markdown, links, emoji, brackets, quotation marks, lists."""

import html
import re
import unicodedata

from language.clean import fold
from language.reading.figures import ordinal
from language.reading.words import words

_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\([^()\s]*\)")
_URL = re.compile(r"(?:https?://|www\.)[\w\-./?%&=#:~+@!,;]*[\w/#=]", re.ASCII | re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]{1,60}){1,5}", re.ASCII)
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,200}>")
_BREAK = re.compile(r"<(?:br|/p|/li|/div|/tr)[^<>]{0,20}>", re.IGNORECASE)
_FENCE = re.compile(r"^\s*(?:```\w*|[-*_=]{3,}|\|?[\s:|-]*-{3,}[\s:|-]*)\s*$", re.MULTILINE)
_CELL = re.compile(r"\s*\|\s*")
_HEAD = re.compile(r"^\s*(?:#{1,6}|>+|[-*•●○◆■□▪·✓✔☑]|\[[ x]\])\s+", re.MULTILINE)
_STRESS = re.compile(
    r"(\*{2,3}|(?<![\w*])\*|_{2,3}|~~|`+)(?=[^\s*（(，。,、])([^*`~\n]{1,200}?)(?<=\S)\1"
)
_STARS = re.compile("[⭐★🌟][⭐★🌟\ufe0f]*☆*")
_NUMBERED = re.compile(
    r"(?P<lead>^|[\n。；;：:，,！!？?]|\s)[ \t]*(?:[(（](?P<in>\d{1,2})[)）]|(?P<out>\d{1,2})(?:、|[.．](?!\d)|[)）]))[ \t]*"
)
_CIRCLED = {
    first + n: f"\n{n + 1}、"
    for first, count in (
        (0x2460, 20),
        (0x2474, 20),
        (0x2776, 10),
        (0x2780, 10),
        (0x278A, 10),
        (0x3220, 10),
    )
    for n in range(count)
}
"""①, ⑴, ❶, ㈠ … to a list number on a line of its own"""
_SIGNS = frozenset("\n+=<>~^|°℃×÷±￥¥$")
_GAP = re.compile(
    r"(?<=[\u4e00-\u9fff])[ \t]+(?=[\u4e00-\u9fff])|(?<=\d[A-Za-z㌀-㏿])[ \t]+(?=\d)|(?<=\d[A-Za-z]{2})[ \t]+(?=\d)"
)
_FEW = 4  # Han characters; a shorter quotation or remark is said without pauses

_QUOTED = re.compile("[“\"「『‘']([^“”\"「」『』‘’'\n]{0,300})[”\"」』’']")
_REMARK = re.compile(r"[（(【\[〔{]([^（()）【】\[\]〔〕{}\n]{0,300})[)）】\]〕}]")
_LEFT_OVER = re.compile("[“”‘’「」『』\"'（）()【】\\[\\]〔〕{}《》〈〉<>]")


def plain(text: str) -> str:
    """The text without layout: lines become sentences, lists are counted (第一，…), quotations pause.

    Width, digit and traditional variants are folded as by `language.clean.fold`.
    """
    text = html.unescape(text).replace("\r", "\n")
    text = _BREAK.sub("\n", text)
    text = _TAG.sub("", text)
    text = _LINK.sub(r"\1", text)
    text = _once(_URL, words().link, text)
    text = _once(_MAIL, words().mail, text)
    text = _FENCE.sub("", text)
    text = _STRESS.sub(r"\2", _HEAD.sub("", text))
    text = "\n".join(_CELL.sub("，", line.strip(" |\t")) for line in text.split("\n"))
    text = _STARS.sub(_stars, text)
    text = text.translate(_CIRCLED)
    text = fold(_counted(text))
    text = "".join(filter(_is_spoken, text))
    text = re.sub(rf"\[{words().faces}\]", "", text)
    text = re.sub("”“|」「|』『", "”、“", re.sub("》《", "》、《", text))
    text = _QUOTED.sub(_apart, text)
    for _ in range(3):  # a remark may stand in another
        text = _REMARK.sub(_aside, text)
    return _GAP.sub("，", _LEFT_OVER.sub("", text))


def _once(pattern: re.Pattern[str], phrase: str, text: str) -> str:
    """The first address replaced by a phrase between pauses, the others left out."""
    first = pattern.search(text)
    if first is None:
        return text
    return text[: first.start()] + f"，{phrase}，" + pattern.sub("", text[first.end() :])


def _stars(match: re.Match[str]) -> str:
    return f"{len(re.findall('[⭐★🌟]', match.group()))}颗星"


def _counted(text: str) -> str:
    """List numbers as 第一, 第二, when there are at least two and they count from 1."""
    found = [int(match["in"] or match["out"]) for match in _NUMBERED.finditer(text)]
    if len(found) < 2 or found != list(range(1, len(found) + 1)):
        return text
    return _NUMBERED.sub(
        lambda m: f"{m['lead'].strip() or _stop(m)}第{ordinal(m['in'] or m['out'])}，", text
    )


def _stop(match: re.Match[str]) -> str:
    return "" if match.start() == 0 else "\n"


def _is_spoken(char: str) -> bool:
    """Whether a character is more than a picture or an invisible mark."""
    kind = unicodedata.category(char)
    return kind[0] not in "CS" or char in _SIGNS or "㌀" <= char <= "㏿"


def _apart(match: re.Match[str]) -> str:
    """A quotation of some length between pauses, a word in quotation marks as it is."""
    said = match[1]
    return f"，{said}，" if _length(said) >= _FEW else said


def _aside(match: re.Match[str]) -> str:
    return f"，{match[1]}，" if match[1].strip() else ""


def _length(said: str) -> int:
    return sum(char.isalnum() for char in said)
