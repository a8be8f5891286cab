"""espeak-ng's own: its voice, its paces, and what becomes of a sentence when its process fails."""

import asyncio
import os
import re
import shutil
import signal
import stat
from pathlib import Path

import pytest
import uvloop

from voice.espeak import PACES, EspeakSynthesiser
from voice.places import WAITING_AT_MOST
from voice.spoken import plain, speech
from voice.synthesiser import FASTEST, SLOWEST, Speech, SynthesiserError

SENTENCES = (Path(__file__).parent / "sentences.txt").read_text("utf-8").splitlines()
PER_S = (1.5, 2.0, 2.7, 3.1, 3.5)
WITHIN = 0.1
HEADER = (
    b"RIFF\x24\xf0\xff\x7fWAVEfmt \x10\0\0\0\x01\0\x01\0\x22\x56\0\0\x44\xac\0\0\x02\0\x10\0"
    b"data\0\xf0\xff\x7f"
)


@pytest.fixture
def program(tmp_path):
    """Writes a program that stands for espeak-ng; what it does is shell."""

    def program(does):
        file = tmp_path / "espeak-ng"
        file.write_text(f"#!/bin/sh\n{does}\n")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
        return str(file)

    return program


@pytest.fixture
async def espeak():
    if shutil.which("espeak-ng") is None:
        pytest.skip("espeak-ng is not installed")
    return await EspeakSynthesiser.start()


@pytest.mark.parametrize("pace", range(SLOWEST, FASTEST + 1))
async def test_each_pace_is_within_a_tenth_of_what_it_says(espeak, pace):
    spoken = await asyncio.gather(*(espeak.speak(text, pace=pace) for text in SENTENCES))
    characters = sum(len(re.findall("[\u4e00-\u9fff]", text)) for text in SENTENCES)
    seconds = sum(speech.duration_s for speech in spoken)
    assert len(SENTENCES) >= 30
    assert characters / seconds == pytest.approx(PER_S[pace - 1], rel=WITHIN)


async def test_what_is_read_is_the_prepared_text(espeak):
    prepared = EspeakSynthesiser(
        espeak._program, espeak._voice, prepared=lambda text: text.replace("301", "三零一")
    )
    assert await prepared.speak("301室") == await espeak.speak("三零一室")


async def test_program_that_is_not_there_is_told_at_the_start():
    with pytest.raises(SynthesiserError, match="no-such-program is not installed"):
        await EspeakSynthesiser.start(program="no-such-program")


@pytest.mark.parametrize(
    ("cmn", "pinyin", "chosen"),
    [
        ("ts.hong35_| tS;hiN51", "other", "cmn"),
        ("ts.ong51_| (en)kI11N", "ts.ong51_| tS;hiN51", "cmn-latn-pinyin"),
        ("", "ts.ong51", "cmn-latn-pinyin"),
        ("(en)a", "(en)a", None),
    ],
)
async def test_voice_is_the_first_that_reads_chinese_without_english(program, cmn, pinyin, chosen):
    path = program(f'case "$2" in cmn) echo "{cmn}";; *) echo "{pinyin}";; esac')
    if chosen is None:
        with pytest.raises(SynthesiserError, match="no voice"):
            await EspeakSynthesiser.start(program=path)
    else:
        assert (await EspeakSynthesiser.start(program=path))._voice == chosen


async def test_voice_that_is_not_installed_is_passed_over(program):
    path = program('[ "$2" = cmn ] && exit 1; echo ts.ong51')
    assert (await EspeakSynthesiser.start(program=path))._voice == "cmn-latn-pinyin"


@pytest.mark.parametrize("does", ["kill -9 $$", "exit 1", "exit 0", "echo nonsense"])
async def test_sentence_whose_process_fails_is_told_and_the_next_is_spoken(program, tmp_path, does):
    sound = tmp_path / "sound.wav"
    sound.write_bytes(HEADER + b"\0\0\x10\x27\0\0")
    once = tmp_path / "once"
    speaker = EspeakSynthesiser(
        program(f"[ -e {once} ] && exec /bin/cat {sound}\n:>{once}\n{does}"), "cmn"
    )
    with pytest.raises(SynthesiserError):
        await speaker.speak("您好")
    assert await speaker.speak("您好") == Speech(b"\x10\x27", 22_050)


def test_process_that_reads_nothing_is_told_on_the_loop_of_the_gateway_too(program):
    speaker = EspeakSynthesiser(program("exec <&-; exit 0"), "cmn")

    async def told():
        spoken = await asyncio.gather(
            *(speaker.speak("好" * 2_000) for _ in range(20)), return_exceptions=True
        )
        return {type(one) for one in spoken}

    assert uvloop.run(told()) == {SynthesiserError}


async def test_late_process_is_killed(program, tmp_path):
    pid = tmp_path / "pid"
    speaker = EspeakSynthesiser(
        program(f"echo $$ > {pid}; exec /bin/sleep 60"), "cmn", deadline_s=0.5
    )
    with pytest.raises(SynthesiserError, match="late"):
        await speaker.speak("您好")
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


async def test_process_of_a_sentence_that_nobody_waits_for_is_killed(program, tmp_path, until):
    pid = tmp_path / "pid"
    speaker = EspeakSynthesiser(program(f"echo $$ > {pid}; exec /bin/sleep 60"), "cmn")
    asked = asyncio.create_task(speaker.speak("您好"))
    await until(lambda: pid.exists() and pid.read_text().strip())
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), signal.SIG_DFL)


async def test_more_sentences_than_may_wait_are_refused_at_once(program):
    speaker = EspeakSynthesiser(program("exec /bin/sleep 60"), "cmn", at_once=1, deadline_s=1.0)
    asked = [asyncio.create_task(speaker.speak("您好")) for _ in range(WAITING_AT_MOST)]
    await asyncio.sleep(0)
    with pytest.raises(SynthesiserError, match="too many"):
        await speaker.speak("您好")
    late = await asyncio.gather(*asked, return_exceptions=True)
    assert {str(error) for error in late} == {"the synthesiser is late"}


async def test_text_and_environment_are_not_shown_to_others(program, tmp_path, monkeypatch):
    monkeypatch.setenv("TOKEN", "secret")
    seen = tmp_path / "seen"
    speaker = EspeakSynthesiser(program(f'echo "$@" > {seen}; export >> {seen}; exit 1'), "cmn")
    with pytest.raises(SynthesiserError):
        await speaker.speak("王秀英")
    assert "王秀英" not in seen.read_text()
    assert "TOKEN" not in seen.read_text()


def test_header_of_a_pipe_tells_no_length_and_half_a_sample_is_left_out():
    assert speech(HEADER + b"\x10\x27\x20\x4e\x01") == Speech(b"\x10\x27\x20\x4e", 22_050)


@pytest.mark.parametrize(
    "wav",
    [
        b"", b"RIFF", HEADER.replace(b"data", b"LIST"), HEADER.replace(b"\x01\0\x22", b"\x02\0\x22"),
        HEADER.replace(b"\x22\x56\0\0", b"\x22\x56\x01\0"),
    ],
)  # fmt: skip
def test_sound_of_another_kind_is_no_speech(wav):
    with pytest.raises(SynthesiserError):
        speech(wav)


def test_commands_inside_a_text_are_no_commands():
    assert plain("您好[[n_i]]\x00再\x1b见") == "您好[ n_i]] 再 见"


def test_every_pace_has_its_options():
    assert len(PACES) == FASTEST
