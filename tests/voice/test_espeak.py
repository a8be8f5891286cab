"""espeak-ng's own: its voice, its paces, and what becomes of a sentence when its worker fails."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import uvloop

from tests.voice.odd_mouth import SAMPLE
from voice.confinement import MEMORY_BYTES
from voice.espeak import AMPLITUDE, PACES, EspeakSynthesiser
from voice.espeak_worker import NOT_INSTALLED, RATE_HZ, VOICES, Library, Speechless, mandarin_voice
from voice.places import WAITING_AT_MOST
from voice.spoken import plain, speech, trimmed
from voice.synthesiser import FASTEST, SLOWEST, Speech, SynthesiserError

SENTENCES = (Path(__file__).parent / "sentences.txt").read_text("utf-8").splitlines()
PER_S = (1.5, 2.0, 2.7, 3.1, 3.5)
WITHIN = 0.1
LONG = "好" * 500
"Takes a processor a tenth of a second and more"
ODD = Speech(SAMPLE, RATE_HZ)
HEADER = (
    b"RIFF\x24\xf0\xff\x7fWAVEfmt \x10\0\0\0\x01\0\x01\0\x22\x56\0\0\x44\xac\0\0\x02\0\x10\0"
    b"data\0\xf0\xff\x7f"
)


@pytest.fixture
async def espeak(workers):
    if shutil.which("espeak-ng") is None:
        pytest.skip("espeak-ng is not installed")
    speaker = EspeakSynthesiser()
    await speaker.start()
    yield speaker
    await speaker.close()
    assert workers() == []


@pytest.fixture
async def odd(workers):
    """One whose workers do what the text says."""
    speaker = EspeakSynthesiser(at_once=1, worker="tests.voice.odd_mouth")
    yield speaker
    await speaker.close()
    assert workers() == []


@pytest.fixture
async def hasty(workers):
    """The same, with a deadline that a sleeping worker misses."""
    speaker = EspeakSynthesiser(at_once=1, worker="tests.voice.odd_mouth", deadline_s=2.0)
    yield speaker
    await speaker.close()
    assert workers() == []


@pytest.fixture
def speaking(until, workers):
    """`await speaking(speaker, text)`: the task of a sentence, and the worker and the copy of it
    that speak at this moment; the speaker has one worker at the most."""

    async def speaking(speaker, text):
        await until(lambda: not any(map(copies, workers())))
        asked = asyncio.create_task(speaker.speak(text))
        await until(lambda: any(map(copies, workers())))
        (worker,) = workers()
        (copy,) = copies(worker)
        return asked, int(worker), int(copy)

    return speaking


def copies(worker):
    """The copies of itself that a worker has made and that are not gone yet."""
    return Path(f"/proc/{worker}/task/{worker}/children").read_text().split()


def runs(pid):
    """Whether it is more than an entry that its parent has not read yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def worker_of_a_gateway_that_ends():
    script = """
import asyncio, os
from tests.voice.conftest import children
from voice.espeak import EspeakSynthesiser

async def main():
    await EspeakSynthesiser(at_once=1, worker="tests.voice.odd_mouth").speak("您好")
    print(*children(), flush=True)
    os._exit(0)

asyncio.run(main())
"""
    command = [sys.executable, "-c", script]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=30, check=True)
    return int(ran.stdout)


def by_command(text, pace, voice):
    """What the program espeak-ng says, in a process for this sentence alone."""
    options = PACES[pace - 1]
    command = [
        "espeak-ng", "-v", voice, "-s", str(options.words_per_minute),
        "-g", str(options.gap), "-a", str(AMPLITUDE), "-b", "1", "--stdin", "--stdout",
    ]  # fmt: skip
    ran = subprocess.run(command, input=text.encode(), stdout=subprocess.PIPE, check=True)
    return speech(ran.stdout)


@pytest.mark.parametrize("pace", range(SLOWEST, FASTEST + 1))
async def test_each_pace_is_within_a_tenth_of_what_it_says(espeak, pace):
    spoken = await asyncio.gather(*(espeak.speak(text, pace=pace) for text in SENTENCES))
    characters = sum(len(re.findall("[\u4e00-\u9fff]", text)) for text in SENTENCES)
    seconds = sum(speech.duration_s for speech in spoken)
    assert len(SENTENCES) >= 30
    assert characters / seconds == pytest.approx(PER_S[pace - 1], rel=WITHIN)


async def test_every_sentence_sounds_as_if_it_were_the_first_of_a_process(espeak):
    for number, text in enumerate(SENTENCES[:10]):
        pace = SLOWEST + number % FASTEST
        alone = [by_command(text, pace, voice) for voice in VOICES]
        assert await espeak.speak(text, pace=pace) in alone


async def test_worker_takes_no_more_memory_for_what_it_has_spoken(espeak, workers):
    def kilobytes():
        (worker,) = workers()
        return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{worker}/status").read_text())[1])

    await espeak.speak(SENTENCES[0])
    before = kilobytes()
    for text in SENTENCES:
        await espeak.speak(text)
    assert kilobytes() - before < 100


async def test_what_is_read_is_the_prepared_text(espeak):
    prepared = EspeakSynthesiser(prepared=lambda text: text.replace("301", "三零一"))
    assert await prepared.speak("301室") == await espeak.speak("三零一室")
    await prepared.close()


async def test_workers_are_as_many_as_speak_at_once_and_no_more_than_the_places(workers):
    speaker = EspeakSynthesiser(at_once=2, worker="tests.voice.odd_mouth")
    assert workers() == []
    assert [await speaker.speak("您好") for _ in range(3)] == [ODD] * 3
    assert len(workers()) == 1
    assert await asyncio.gather(*(speaker.speak("您好") for _ in range(9))) == [ODD] * 9
    assert len(workers()) == 2
    await speaker.close()
    assert workers() == []
    with pytest.raises(SynthesiserError, match="closed"):
        await speaker.speak("您好")


async def test_missing_library_is_told_at_the_start_and_no_worker_stays(workers):
    speaker = EspeakSynthesiser(prepared=lambda text: "no library", worker="tests.voice.odd_mouth")
    with pytest.raises(SynthesiserError, match=r"^espeak-ng is not installed$"):
        await speaker.start()
    assert workers() == []


async def test_worker_that_does_not_start_is_told_at_the_start(workers):
    speaker = EspeakSynthesiser(worker="tests.voice.no_such_worker")
    with pytest.raises(SynthesiserError, match="was ended"):
        await speaker.start()
    assert workers() == []


def test_library_that_is_not_there_is_told():
    with pytest.raises(Speechless) as told:
        Library("libno-such-library.so.1")
    assert told.value.answer == NOT_INSTALLED


@pytest.mark.parametrize(
    ("cmn", "pinyin", "chosen"),
    [
        (b"ts.hong35_| tS;hiN51", b"other", "cmn"),
        (b"ts.ong51_| (en)kI11N", b"ts.ong51_| tS;hiN51", "cmn-latn-pinyin"),
        (b"", b"ts.ong51", "cmn-latn-pinyin"),
        (b"(en)a", b"(en)a", None),
        (b"", b"", None),
    ],
)
def test_voice_is_the_first_that_reads_chinese_without_english(cmn, pinyin, chosen):
    assert mandarin_voice({"cmn": cmn, "cmn-latn-pinyin": pinyin}.__getitem__) == chosen


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("crash", "was ended"), ("abort", "was ended"), ("half an answer", "was ended"),
        ("spin", "was ended"), ("end", "was ended"), ("leave", "was ended"), ("raise", "was ended"),
        ("boast", "nonsense"), ("no answer", "no sound"), ("nonsense", "no sound"),
        ("half a sample", "no sound"), ("no library", "^espeak-ng is not installed$"),
        ("no mandarin", "no voice that reads Chinese"),
    ],
)  # fmt: skip
async def test_sentence_whose_worker_fails_is_told_and_the_next_is_spoken(odd, text, told):
    with pytest.raises(SynthesiserError, match=told):
        await odd.speak(text)
    assert await odd.speak("您好") == ODD


@pytest.mark.parametrize(
    ("text", "ended"), [("crash", [-signal.SIGSEGV]), ("end", [-signal.SIGKILL] * 2)]
)
async def test_sentence_is_tried_again_unless_its_worker_died_of_it(odd, caplog, text, ended):
    with pytest.raises(SynthesiserError):
        await odd.speak(text)
    told = [f"tests.voice.odd_mouth ended with {code}" for code in ended]
    assert caplog.messages == told


async def test_what_a_library_prints_is_no_answer(odd):
    assert await odd.speak("print") == ODD


@pytest.mark.parametrize("loop", [asyncio, uvloop])
def test_worker_that_was_killed_between_two_sentences_costs_none(loop, workers):
    async def spoken():
        speaker = EspeakSynthesiser(at_once=1, worker="tests.voice.odd_mouth")
        for moment in range(6):
            assert await speaker.speak("您好") == ODD
            os.kill(int(*workers()), signal.SIGKILL)
            for _ in range(moment):
                await asyncio.sleep(0)
        assert await speaker.speak("您好") == ODD
        await speaker.close()

    loop.run(spoken())
    assert workers() == []


async def test_sentence_that_crashes_the_library_is_told_and_the_next_is_spoken(espeak, speaking):
    asked, worker, copy = await speaking(espeak, LONG)
    os.kill(copy, signal.SIGSEGV)
    with pytest.raises(SynthesiserError):
        await asked
    assert not runs(worker)
    assert (await espeak.speak("您好")).duration_s > 0.3


@pytest.mark.parametrize("killed", ["worker", "copy"])
async def test_sentence_whose_process_somebody_kills_is_spoken_all_the_same(
    espeak, speaking, killed
):
    asked, worker, copy = await speaking(espeak, LONG)
    os.kill(worker if killed == "worker" else copy, signal.SIGKILL)
    assert await asked == await espeak.speak(LONG)


def test_worker_that_reads_nothing_is_told_on_the_loop_of_the_gateway_too(workers):
    async def told():
        speaker = EspeakSynthesiser(worker="tests.voice.no_such_worker")
        spoken = await asyncio.gather(
            *(speaker.speak("好" * 2_000) for _ in range(10)), return_exceptions=True
        )
        await speaker.close()
        return {type(one) for one in spoken}

    assert uvloop.run(told()) == {SynthesiserError}
    assert workers() == []


async def test_late_worker_is_killed_with_its_copy_and_replaced(hasty, speaking, until, workers):
    asked, _, copy = await speaking(hasty, "sleep")
    with pytest.raises(SynthesiserError, match="late"):
        await asked
    assert workers() == []
    await until(lambda: not runs(copy))
    assert await hasty.speak("您好") == ODD


async def test_worker_of_a_sentence_that_nobody_waits_for_is_killed_with_its_copy(
    odd, speaking, until, workers
):
    asked, _, copy = await speaking(odd, "sleep")
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert workers() == []
    await until(lambda: not runs(copy))
    assert await odd.speak("您好") == ODD


async def test_closing_fails_the_sentence_that_is_being_spoken(odd, speaking):
    asked, _, _ = await speaking(odd, "sleep")
    await odd.close()
    with pytest.raises(SynthesiserError):
        await asked


async def test_more_sentences_than_may_wait_are_refused_at_once(hasty):
    asked = [asyncio.create_task(hasty.speak("sleep")) for _ in range(WAITING_AT_MOST)]
    await asyncio.sleep(0)
    with pytest.raises(SynthesiserError, match="too many"):
        await hasty.speak("您好")
    late = await asyncio.gather(*asked, return_exceptions=True)
    assert {str(error) for error in late} == {"the synthesiser is late"}


async def test_text_and_environment_are_not_shown_to_others(espeak, speaking):
    asked, *processes = await speaking(espeak, "王秀英" * 100)
    for process in processes:
        shown = Path(f"/proc/{process}/cmdline").read_bytes().decode().split("\0")
        assert shown == [sys.executable, "-S", "-m", "voice.espeak_worker", ""]
        assert Path(f"/proc/{process}/environ").read_bytes() == b""
    await asked


async def test_worker_has_little_memory_writes_no_file_and_says_nothing_of_its_own(
    espeak, workers, capfd
):
    limits = Path(f"/proc/{workers()[0]}/limits").read_text()
    soft = dict(re.findall(r"(?m)^Max (.+?) {2,}(\S+)", limits))
    assert soft["address space"] == str(MEMORY_BYTES)
    assert (soft["file size"], soft["core file size"]) == ("0", "0")
    assert (await espeak.speak("您好")).duration_s > 0.3
    assert capfd.readouterr().err == ""


async def test_worker_ends_with_the_gateway(until):
    worker = worker_of_a_gateway_that_ends()
    await until(lambda: not runs(worker))


def test_silence_at_the_ends_is_left_out():
    assert trimmed(b"\0\0\x10\x27\0\0\x20\x4e\0\0", 22_050) == Speech(
        b"\x10\x27\0\0\x20\x4e", 22_050
    )


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
