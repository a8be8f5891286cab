"""Pinyin in place of the words that espeak-ng misreads, for its voice `cmn-latn-pinyin`.

`data/misread.tsv` was measured with espeak-ng 1.51: some 17,000 words of what the services say and
hear, and words with characters of several readings, were given to `espeak-ng -v cmn-latn-pinyin -x -q`
once in characters and once in pinyin (pypinyin's phrase readings, read over by hand). Where the
phonemes differ beyond a neutral tone and the tones of 一 and 不, the word is in the file; longer words
only when the shorter ones in them do not put them right.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


def spelt_out(text: str) -> str:
    """The text with the misread words as pinyin with tone numbers: 去 chong2 qing4 玩."""
    known = misread()
    said = _pattern().sub(lambda match: f" {known[match.group()]} ", text)
    return re.sub(r" +(?=[，。？！；、]|$)|^ +|(?<= ) +|(?<=[，。？！；、]) +", "", said)


@cache
def misread() -> Mapping[str, str]:
    """Words to their pinyin, one syllable with its tone (1 to 5) for each character."""
    text = (files("language") / "data" / "misread.tsv").read_text("utf-8")
    return dict(line.split("\t") for line in text.splitlines())


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, misread()), key=len, reverse=True)))
