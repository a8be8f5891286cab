"""Pinyin in place of the words that espeak-ng misreads, for its voice `cmn-latn-pinyin`."""


def spelt_out(text: str) -> str:
    return text
