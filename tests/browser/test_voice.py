"""The voice panel in a real Chromium, whose microphone hears a file: the caption, the answer, the line."""

from __future__ import annotations

import asyncio
import io
import shutil
import subprocess
import wave
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from community.config import Settings
from connectors.speech import open_ears
from tests.browser.conftest import running_chromium
from voice.clips import RATE_HZ, wav
from voice.codecs import decode
from voice.scripted import ScriptedStreamingRecogniser, ScriptedSynthesiser

SAID = "楼道灯坏了"
FOLDER = Path(__file__).resolve().parents[2] / "voice" / "model_small"
HEADER_BYTES, ESPEAK_HZ = 44, 22_050
"Of what espeak-ng writes to a pipe; the length in that header is none"


def spoken(text: str) -> bytes:
    """16 000 Hz, mono, 16 bits."""
    if shutil.which("espeak-ng") is None:
        pytest.skip("no espeak-ng here: apt-get install -y espeak-ng")
    command = ["espeak-ng", "-v", "cmn-latn-pinyin+f3", "-s", "150", "--stdout", text]
    made = subprocess.run(command, capture_output=True, check=True).stdout
    file = io.BytesIO()
    with wave.open(file, "wb") as writing:
        writing.setnchannels(1)
        writing.setsampwidth(2)
        writing.setframerate(ESPEAK_HZ)
        writing.writeframes(made[HEADER_BYTES:])
    return decode(file.getvalue()).pcm


@pytest.fixture(scope="module")
def chromium_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its microphone hears somebody say SAID again and again, with long silences between."""
    folder = tmp_path_factory.mktemp("chromium-with-ears")
    silence = bytes(2 * RATE_HZ)
    (folder / "said.wav").write_bytes(wav(silence + spoken(SAID) + silence * 8))
    with running_chromium(
        folder, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={folder / 'said.wav'}",
        "--autoplay-policy=no-user-gesture-required",
    ) as url:  # fmt: skip
        yield url


@pytest.fixture
async def ears(data_dir: Path) -> AsyncIterator[Any]:
    """The small model, as the gateway opens it."""
    opened = await open_ears(replace(Settings(data_dir=data_dir), voice_model=str(FOLDER)))
    yield opened
    opened.close()


async def test_what_is_said_hands_free_is_shown_and_answered(
    start_gateway: Any, browse: Any, ears: Any
) -> None:
    tab = await browse(await start_gateway(ears=ears, voice=ScriptedSynthesiser()))
    await tab.click("#voice")
    await tab.click("#voice-free")
    await tab.wait_for_function(
        "text => document.querySelector('#voice-mine').textContent === text", arg=SAID
    )
    await tab.wait_for_function(
        "text => document.querySelector('#voice-theirs').textContent.includes(text)", arg=SAID
    )
    await tab.heard(f"听到：{SAID}")
    assert tab.complaints == []


async def test_panel_comes_back_however_long_the_gateway_was_away(
    start_gateway: Any, browse: Any
) -> None:
    def ears() -> ScriptedStreamingRecogniser:
        return ScriptedStreamingRecogniser([SAID] * 20)

    first = await start_gateway(ears=ears(), voice=ScriptedSynthesiser())
    tab = await browse(first)
    await tab.clock.install()
    await tab.click("#voice")
    await tab.click("#voice-free")
    await tab.wait_for_selector("#voice-panel[data-state=listening]")
    tries: list[str] = []
    tab.on("websocket", lambda socket: "/webchat/voice" in socket.url and tries.append(socket.url))
    port = first.server.port
    await first.server.close()
    async with asyncio.timeout(20):
        while len(tries) < 8:
            await tab.clock.run_for(5_000)
    await start_gateway(on_port=port, ears=ears(), voice=ScriptedSynthesiser())
    async with asyncio.timeout(20):
        while await tab.text_content("#voice-mine") != SAID:
            await tab.clock.run_for(1_000)
