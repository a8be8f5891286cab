"""What is written is read as a person would read it, and nothing unspeakable is left."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from language.reading import phonetic, sentences, speakable
from language.reading.sounds import misread

ROOT = Path(__file__).resolve().parents[2]
TABLE: dict[str, dict[str, str]] = yaml.safe_load(
    (Path(__file__).parent / "reading.yml").read_text("utf-8")
)
CASES = [(str(written), spoken) for rows in TABLE.values() for written, spoken in rows.items()]
SPOKEN = re.compile(
    "(?:[\u3400-\u9fff\U00020000-\U0003134f]|[A-Z](?![A-Z])| (?=[A-Z])|[，、；。？！](?![，、；。？！]))*"
)


def ended(spoken: str) -> str:
    return spoken if not spoken or spoken[-1] in "。？！；" else f"{spoken}。"


@pytest.mark.parametrize(("written", "spoken"), CASES)
def test_what_is_written_is_said_as_a_person_would(written, spoken):
    assert speakable(written) == ended(spoken)


def test_table_of_readings_is_large():
    assert len(CASES) >= 300


@pytest.mark.parametrize("spoken", sorted({ended(spoken) for _, spoken in CASES}))
def test_what_is_speakable_stays_as_it_is(spoken):
    assert speakable(spoken) == spoken


# --- all that the services say


def strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from strings(value)
    elif isinstance(node, list):
        for value in node:
            yield from strings(value)


@cache
def service_texts() -> list[str]:
    """Everything that residents are told, its blanks filled; no patterns of what they say."""
    places = [
        ROOT / "bot" / "phrases.yml", ROOT / "desk" / "canned.yml", ROOT / "community" / "labels.yml",
        *sorted((ROOT / "community").glob("services/*.yml")),
        *sorted((ROOT / "community").glob("demo/*.yml")),
        *sorted((ROOT / "connectors").glob("*/*.yml")),
    ]  # fmt: skip
    found = [text for place in places for text in strings(yaml.safe_load(place.read_text("utf-8")))]
    domain = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
    found += strings(domain["responses"])
    filled = {re.sub(r"\{\w+\}", "12", text) for text in found}
    return sorted(
        text for text in filled
        if re.search("[\u4e00-\u9fff]", text) and not re.search(r"[\\|^$]|\(\?|\.\{", text)
    )  # fmt: skip


def test_nothing_that_the_services_say_is_unspeakable():
    texts = service_texts()
    odd = [text for text in texts if not SPOKEN.fullmatch(speakable(text))]

    assert len(texts) > 2000
    assert odd == []


def test_what_the_services_say_stays_as_it_is_once_it_is_speakable():
    spoken = {speakable(text) for text in service_texts()}
    assert [text for text in spoken if speakable(text) != text] == []


def test_no_sentence_of_the_services_is_longer_than_a_breath_allows():
    pieces = [piece for text in service_texts() for piece in sentences(text)]

    assert max(len(re.findall("[\u4e00-\u9fff]", piece)) for piece in pieces) <= 40
    assert {piece[-1] for piece in pieces} <= set("。？！；")


def test_sentences_together_are_what_is_speakable():
    text = "明天停水。请您先存水！几点停？上午九点"
    assert sentences(text) == ["明天停水。", "请您先存水！", "几点停？", "上午九点。"]


def test_a_long_sentence_is_cut_at_its_pauses():
    part = "身份证和户口本都要带上"
    assert sentences("，".join([part] * 6)) == [f"{part}，{part}，{part}。"] * 2


def test_a_sentence_without_any_pause_is_cut_all_the_same():
    assert [len(piece) for piece in sentences("好" * 100)] == [41, 41, 21]


def test_a_clause_of_twelve_characters_has_no_pause_put_in():
    assert speakable("请您明天上午到物业来一下") == "请您明天上午到物业来一下。"


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("报修以后师傅半小时内会跟您联系", "报修以后，师傅半小时内会跟您联系。"),
        ("这件事在这里办不了需要您到窗口去办", "这件事在这里办不了，需要您到窗口去办。"),
        ("您家这个月的电费已经交清了不用再交", "您家这个月的电费，已经交清了不用再交。"),
    ],
)
def test_a_long_clause_pauses_where_it_is_natural(written, spoken):
    assert speakable(written) == spoken


# --- pinyin for what a synthesiser misreads


@pytest.mark.parametrize(
    ("written", "phonemes"),
    [
        ("重庆的银行", "chong2 qing4 的 yin2 hang2。"),
        ("我长大了", "我 zhang3 da4 了。"),
        ("有空来", "you3 kong4 来。"),
        ("家里有空调吗？", "家里 you3 kong1 tiao2 吗？"),
        ("记得带身份证", "记得带身份证。"),
        ("着急的话，量血压", "zhao2 ji2 的话，liang2 xue4 ya1。"),
        ("没有", "没有。"),
        ("", ""),
    ],
)
def test_words_that_are_misread_are_spelt_out(written, phonemes):
    assert phonetic(written) == phonemes


def test_each_misread_word_has_a_syllable_for_each_character():
    odd = [
        word
        for word, pinyin in misread().items()
        if len(word) != len(re.findall("[a-z]+[1-5](?: |$)", pinyin)) or " " * 2 in pinyin
    ]
    assert odd == []


def test_espeak_reads_each_misread_word_otherwise_than_its_pinyin():
    espeak = shutil.which("espeak-ng")
    if (
        espeak is None
        or "1.51"
        not in subprocess.run([espeak, "--version"], capture_output=True, text=True).stdout
    ):
        pytest.skip("espeak-ng 1.51, which the table was measured with, is not installed")
    words = sorted(misread())
    wrong = phonemes(espeak, words)
    right = phonemes(espeak, [misread()[word] for word in words])

    assert len(wrong) == len(right) == len(words)
    assert [
        word for word, one, other in zip(words, wrong, right, strict=True) if one == other
    ] == []


def phonemes(espeak: str, texts: list[str]) -> list[str]:
    lines = "\n\n".join(f"{text}。" for text in texts)
    command = [espeak, "-v", "cmn-latn-pinyin", "-x", "-q", "--stdin"]
    said = subprocess.run(command, input=lines, capture_output=True, text=True, check=True).stdout
    return [line.strip() for line in said.splitlines() if line.strip()]


# --- hostile text


@pytest.mark.parametrize(
    "text",
    [
        "1-" * 5000,
        "（" * 5000,
        "*" * 5000,
        "“" * 5000,
        "a1" * 5000,
        "3:0" * 3000,
        "，" * 5000,
        "1.\n" * 2000,
        "\ud800",
        "\x00",
    ],
    ids=lambda text: repr(text[:4]),
)
def test_hostile_text_gives_something_speakable(text):
    assert SPOKEN.fullmatch(speakable(text))
