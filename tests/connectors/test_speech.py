"""The model of the settings hears what residents speak; without one nothing else is missing."""

import io
import logging
import shutil
import subprocess
import sys
import wave
from dataclasses import replace

import pytest

from community.config import Settings
from community.errors import ConfigError
from connectors.speech import log_speech, open_ears
from connectors.voices import Voices
from tests.voice import tones
from voice.decoder import Decoder
from voice.scripted import ScriptedSynthesiser


@pytest.fixture
def settings(data_dir):
    return Settings(data_dir=data_dir)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return tones.make(tmp_path_factory.mktemp("models") / "tones")


def recording(*parts):
    file = io.BytesIO()
    with wave.open(file, "wb") as writing:
        writing.setnchannels(1)
        writing.setsampwidth(2)
        writing.setframerate(tones.HZ)
        writing.writeframes(tones.sound(*parts))
    return file.getvalue()


async def test_without_a_model_there_are_none_and_it_is_said_once(settings, caplog):
    caplog.set_level(logging.INFO)
    assert await open_ears(settings) is None
    log_speech(settings, None, ScriptedSynthesiser())
    assert [record.getMessage() for record in caplog.records] == [
        "speech: no model, so that residents' voices are there for people only"
    ]


async def test_folder_that_is_no_model_stops_the_start(settings, tmp_path):
    with pytest.raises(ConfigError, match=r"LINSHENG_VOICE_MODEL: .* is no folder"):
        await open_ears(replace(settings, voice_model=str(tmp_path / "nowhere")))


async def test_model_that_cannot_be_loaded_stops_the_start(settings, model, tmp_path):
    broken = shutil.copytree(model, tmp_path / "broken")
    (broken / "am/final.mdl").write_bytes(b"nonsense")
    with pytest.raises(ConfigError, match="Vosk cannot load"):
        await open_ears(replace(settings, voice_model=str(broken)))


async def test_clip_of_a_resident_is_heard_with_the_model(settings, model, db, clock):
    ears = await open_ears(replace(settings, voice_model=str(model), voice_threads=1))
    voices = Voices(db, clock, settings.data_dir / "voices", Decoder(), ears, keep_days=30)
    try:
        await voices.write("clip-1", recording(0.3, "三", "号楼", 1.5, "停", 0.3))
        assert await voices.words_of("clip-1") == "三号楼停"
    finally:
        await voices.close()
        ears.close()


def test_gateway_without_a_model_loads_no_engine():
    script = (
        "import sys, connectors.app, connectors.speech; "
        "print({'vosk', 'sherpa_onnx', 'pyttsx3'} & set(sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert ran.stdout == "set()\n"
