"""Somebody speaks to the whole running system: the leak, once more, and a cry, through each door.

What is said comes from espeak-ng, what is heard from the small Vosk model that the project carries.
`--pictures` writes the recordings, both sides of them, and the page that holds their words.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import subprocess
import wave
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.event import Event
from wyoming.handle import Handled, NotHandled
from wyoming.tts import Synthesize

from connectors.spoken.payload import RATE_HZ as RATE_OF_PAGE_HZ
from connectors.xiaozhi.messages import Mode
from connectors.xiaozhi.sim.boot import Boot
from connectors.xiaozhi.sim.speaker import FRAME_BYTES, Doing, Speaker
from connectors.xiaozhi.sim.tools import SimTools
from launch import model
from tests.browser.conftest import running_chromium
from tests.whole.conftest import Served, drain, start
from voice.clips import RATE_HZ, WIDTH_BYTES, wav
from voice.door import FRAME_MS
from voice.rates import ToVoice

ROOT = Path(__file__).resolve().parents[2]
SOUNDS = ROOT / "docs/sounds"
ROOM = "3号楼2单元501"
VOICE = ("-v", "cmn-latn-pinyin+f2", "-s", "140")
SILENCE = b"\0" * (RATE_HZ * WIDTH_BYTES)
BETWEEN = SILENCE[: len(SILENCE) // 2]

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Recording:
    """A conversation: what is heard of it, and its words with the second they begin at."""

    pcm: bytearray = field(default_factory=bytearray)
    words: list[tuple[float, str, str]] = field(default_factory=list)

    def add(self, who: str, text: str, pcm: bytes) -> None:
        self.words.append((len(self.pcm) / len(SILENCE), who, text))
        self.pcm += pcm + BETWEEN

    def write(self, name: str) -> None:
        SOUNDS.mkdir(exist_ok=True)
        (SOUNDS / f"{name}.wav").write_bytes(wav(bytes(self.pcm)))
        lines = ["| 秒 | 谁 | 说了什么 |", "|---|---|---|"]
        lines += [f"| {at:.0f} | {who} | {text} |" for at, who, text in self.words]
        page = ROOT / "docs/说一遍.md"
        mark = re.compile(rf"(<!-- {name} -->\n).*?(?=\n<!-- end -->)", re.S)
        written, found = mark.subn(lambda m: m[1] + "\n".join(lines), page.read_text("utf-8"))
        assert found == 1
        page.write_text(written, encoding="utf-8")


@dataclass
class Spoken:
    """The running system, and where its doors for speech are."""

    served: Served
    wyoming_port: int

    async def cases(self) -> str:
        """The desk's queue as a clerk sees it."""
        clerk: dict[str, str] = next(
            user for user in self.served.credentials["desk_users"]  # type: ignore[attr-defined]
            if user["role"] == "clerk"
        )  # fmt: skip
        headers = {"Sec-Fetch-Site": "same-origin"}
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar, headers=headers) as session:
            form = {"user": clerk["user"], "password": clerk["password"]}
            async with session.post(f"{self.served.desk}login", data=form) as answer:
                return await answer.text()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def spoken(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Spoken]:
    if not model.path_of(ROOT).exists():
        pytest.skip("no model of the present inputs: run scripts/train")
    data_dir = tmp_path_factory.mktemp("data")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        wyoming_port = taken.getsockname()[1]
    process = await start(
        "--port", "0", "--desk-port", "0", "--data", str(data_dir),
        LINSHENG_VOICE_MODEL="small", LINSHENG_XIAOZHI="1", LINSHENG_WYOMING_PORT=str(wyoming_port),
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    errors = asyncio.create_task(drain(process.stderr))
    line = (await asyncio.wait_for(process.stdout.readline(), 90)).decode()
    found = re.fullmatch(r"ready: web chat (\S+) desk (\S+)\n", line)
    assert found, line
    credentials = json.loads((data_dir / "demo-credentials.json").read_text("utf-8"))
    yield Spoken(Served(process, data_dir, found[1], found[2], credentials), wyoming_port)
    process.terminate()
    await process.wait()
    await errors


def say(text: str, folder: Path) -> bytes:
    """The words as espeak-ng's female voice says them, at the rate that is heard."""
    file = folder / "said.wav"
    subprocess.run(["espeak-ng", *VOICE, "-w", str(file), text], check=True)
    with wave.open(str(file), "rb") as reading:
        pcm = ToVoice(reading.getframerate()).take(reading.readframes(reading.getnframes()))
    return SILENCE[: len(SILENCE) // 4] + pcm


# --- a speaker with the xiaozhi firmware


class Listener:
    """Somebody before a xiaozhi speaker."""

    def __init__(self, speaker: Speaker, recording: Recording, folder: Path) -> None:
        self._speaker = speaker
        self._recording = recording
        self._folder = folder

    async def says(self, text: str, expected: str) -> str:
        """Say it, once more if need be, and hear the whole answer, which holds the expected words."""
        speaker, before = self._speaker, len(self._speaker.told)
        played = len(speaker.played)
        said = say(text, self._folder)
        for is_last in (False, True):
            room = asyncio.create_task(self._room(said))
            try:
                await speaker.wait_for(
                    lambda: (
                        self._answered(before, expected) and speaker.doing is not Doing.SPEAKING
                    ),
                    deadline_s=60,
                )
                break
            except TimeoutError:
                assert not is_last, speaker.told[before:]
            finally:
                room.cancel()
        answer = "".join(
            one["text"] for one in speaker.told[before:]
            if one.get("type") == "tts" and one.get("state") == "sentence_start"
        )  # fmt: skip
        self._recording.add("居民", text, said)
        self._recording.add("音箱", answer, bytes(speaker.played[played:]))
        return answer

    def _answered(self, before: int, expected: str) -> bool:
        told = [one.get("text", "") for one in self._speaker.told[before:]]
        return any(expected in text for text in told)

    async def _room(self, said: bytes) -> None:
        """The microphone: the words, then silence; it is off while the speaker speaks."""
        frames = [said[at : at + FRAME_BYTES] for at in range(0, len(said), FRAME_BYTES)]
        while True:
            if self._speaker.doing is Doing.LISTENING:
                await self._speaker.speak(frames.pop(0) if frames else b"")
            await asyncio.sleep(FRAME_MS / 1000)


async def test_a_senior_at_a_xiaozhi_speaker_reports_a_leak_and_calls_for_help(
    spoken: Spoken, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    recording = Recording()
    async with aiohttp.ClientSession() as session:
        boot = Boot(
            session, f"{spoken.served.chat}xiaozhi/ota/", "02:00:00:00:00:01",
            "00000000-0000-4000-8000-000000000001",
        )  # fmt: skip
        await bind(spoken, (await boot.check_version()).code)
        assert await boot.activate()
        config = await boot.check_version()
        speaker = Speaker(session, boot.device_id, boot.client_id, version=1, tools=SimTools())
        await speaker.connect(config.url, config.token)
        await speaker.listen(Mode.AUTO)
        senior = Listener(speaker, recording, tmp_path)
        asked = await senior.says("厨房水管漏水", "师傅什么时候能进门")
        slower = await senior.says("慢一点", "师傅什么时候能进门")
        cried = await senior.says("救命", "值班人员已经收到")
        await speaker.hang_up()
    assert "说慢一点" in slower
    assert "紧急" in await spoken.cases()
    assert "对吗" not in asked
    assert cried.count("您别慌") == 1
    if request.config.getoption("--pictures"):
        recording.write("xiaozhi音箱")


async def bind(spoken: Spoken, code: str | None) -> None:
    """A member of the household makes the speaker theirs, in the chat."""
    assert code is not None
    households: list[dict[str, Any]] = spoken.served.credentials["households"]  # type: ignore[assignment]
    home = next(one["code"] for one in households if one["room"] == ROOM)
    await spoken.served.bind("daughter", home)
    answer = await spoken.served.say("daughter", "m1", f"绑定音箱 {code}")
    assert "登记" in json.dumps(answer, ensure_ascii=False), answer


# --- Home Assistant


class Satellite:
    """What Home Assistant does with a satellite: hear, ask, say."""

    def __init__(self, port: int, recording: Recording, folder: Path) -> None:
        self._port = port
        self._recording = recording
        self._folder = folder

    async def says(self, text: str) -> str:
        said = say(text, self._folder)
        heard = await self._heard(said)
        self._recording.add("居民", text, said)
        answer = await self._ask(heard)
        self._recording.add("卫星音箱", answer, await self._sound(answer))
        return answer

    async def _heard(self, pcm: bytes) -> str:
        format_ = {"rate": RATE_HZ, "width": WIDTH_BYTES, "channels": 1}
        async with AsyncTcpClient("127.0.0.1", self._port) as client:
            await client.write_event(Transcribe(language="zh").event())
            await client.write_event(AudioStart(**format_).event())
            for at in range(0, len(pcm), FRAME_BYTES):
                await client.write_event(
                    AudioChunk(audio=pcm[at : at + FRAME_BYTES], **format_).event()
                )
            await client.write_event(AudioStop().event())
            event = await of_type(client, Transcript.is_type)
            return Transcript.from_event(event).text

    async def _ask(self, text: str) -> str:
        async with AsyncTcpClient("127.0.0.1", self._port) as client:
            context = {"satellite_id": "satellite-1"}
            await client.write_event(Transcript(text=text, context=context).event())
            event = await of_type(
                client, lambda kind: Handled.is_type(kind) or NotHandled.is_type(kind)
            )
            assert Handled.is_type(event.type), event
            return Handled.from_event(event).text or ""

    async def _sound(self, text: str) -> bytes:
        async with AsyncTcpClient("127.0.0.1", self._port) as client:
            await client.write_event(Synthesize(text=text).event())
            pcm, rate = b"", RATE_HZ
            while True:
                event = await of_type(client, lambda _kind: True)
                if AudioStop.is_type(event.type):
                    return ToVoice(rate).take(pcm)
                if AudioChunk.is_type(event.type):
                    chunk = AudioChunk.from_event(event)
                    pcm, rate = pcm + chunk.audio, chunk.rate


async def of_type(client: AsyncTcpClient, wanted: Any) -> Event:
    async with asyncio.timeout(30):
        while True:
            event = await client.read_event()
            assert event is not None, "the server hung up"
            if wanted(event.type):
                return event


async def test_a_senior_at_a_satellite_of_home_assistant(
    spoken: Spoken, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    recording = Recording()
    senior = Satellite(spoken.wyoming_port, recording, tmp_path)
    first = await senior.says("厨房水管漏水")
    again = await senior.says("慢一点")
    cried = await senior.says("救命")
    assert "房号" in first
    assert "房号" in again
    assert "值班人员已经收到" in cried
    if request.config.getoption("--pictures"):
        recording.write("homeassistant")


# --- the web chat, hands free


SCRIPT = ((4, "厨房水管漏水"), (24, "慢一点"), (30, "救命"))
"Seconds of silence before, and what is said then; the browser plays it over and over"
WANTED = (
    ("厨房水管漏水", "房号"),
    ("慢一点", "说慢一点"),
    ("慢一点", "房号"),
    ("救命", "值班人员已经收到"),
)
"What is said, and words of its answer"


class Page:
    """What comes over the socket of the voice panel, told apart by what was heard before."""

    def __init__(self, said: dict[str, bytes]) -> None:
        self._said = said
        self.turns: list[tuple[str, list[str], bytearray]] = [("", [], bytearray())]
        "What was heard, the sentences said after it, and their sound"

    def opened(self, socket: Any) -> None:
        if "voice" in socket.url:
            socket.on("framereceived", self._received)

    def _received(self, frame: str | bytes) -> None:
        if isinstance(frame, bytes):
            self.turns[-1][2].extend(frame)
            return
        told = json.loads(frame)
        if told.get("type") == "heard":
            self._heard(told["text"])
        elif told.get("type") == "saying":
            self.turns[-1][1].append(told["text"])

    def _heard(self, text: str) -> None:
        """A cry is answered before its sentence is over."""
        meant = next((one for one in self._said if text.startswith(one)), None)
        if meant is not None and meant != self.turns[-1][0]:
            self.turns.append((meant, [], bytearray()))

    def answer(self, heard: str) -> str:
        return "".join("".join(said) for text, said, _ in self.turns if text == heard)

    def record(self) -> Recording:
        recording = Recording()
        for heard, sentences, sound in self.turns:
            if heard:
                recording.add("居民", heard, self._said[heard])
            recording.add("邻声", "".join(sentences), ToVoice(RATE_OF_PAGE_HZ).take(bytes(sound)))
        return recording


def missing(page: Page) -> list[tuple[str, str]]:
    return [(said, words) for said, words in WANTED if words not in page.answer(said)]


async def test_a_senior_at_the_web_chat_speaks_hands_free(
    spoken: Spoken, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    playwright_api = pytest.importorskip("playwright.async_api")
    said = {text: say(text, tmp_path) for _, text in SCRIPT}
    heard = b"".join(SILENCE * silent_s + said[text] for silent_s, text in SCRIPT) + SILENCE * 20
    (tmp_path / "heard.wav").write_bytes(wav(heard))
    page = Page(said)
    arguments = (
        "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={tmp_path / 'heard.wav'}",
        "--autoplay-policy=no-user-gesture-required",
    )  # fmt: skip
    with running_chromium(tmp_path / "chromium", *arguments) as url:
        async with playwright_api.async_playwright() as playwright:
            browser = await playwright.chromium.connect_over_cdp(url)
            tab = await browser.new_page(viewport={"width": 390, "height": 844})
            tab.on("websocket", page.opened)
            await tab.goto(spoken.served.chat)
            await tab.click("#voice")
            await tab.click("#voice-free")
            async with asyncio.timeout(300):
                while missing(page):  # noqa: ASYNC110 - a browser's work
                    await asyncio.sleep(0.2)
                if request.config.getoption("--pictures"):
                    await tab.screenshot(path=SOUNDS / "网页.png")
                await asyncio.sleep(8 if request.config.getoption("--pictures") else 0)
    assert missing(page) == []
    if request.config.getoption("--pictures"):
        page.record().write("网页")
