"""Which model is used, what a folder lacks to be one, and the commands that care for them."""

import io
import zipfile
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from community.errors import ConfigError
from tests.voice.file_server import Served, serving
from voice import __main__ as command
from voice import models
from voice.engines import open_recogniser
from voice.model_folder import engine_of, problems, sherpa_files
from voice.models import CURRENT, PACKAGED, ModelError, chosen, known, use


def files(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


@pytest.mark.parametrize(
    ("names", "lacks"),
    [
        (("am/final.mdl", "conf/mfcc.conf", "graph/HCLG.fst"), []),
        (("am/final.mdl", "conf/mfcc.conf", "graph/HCLr.fst", "graph/Gr.fst"), []),
        (("final.mdl", "mfcc.conf", "HCLG.fst"), []),
        (("tokens.txt", "encoder.onnx", "decoder.onnx", "joiner.onnx"), []),
        (("tokens.txt", "encoder.int8.onnx", "decoder.int8.onnx"), []),
        (("am/final.mdl", "conf/mfcc.conf", "graph/HCLr.fst"), ["graph/Gr.fst"]),
        (("final.mdl",), ["mfcc.conf", "HCLG.fst"]),
        (("README",), ["am/final.mdl", "conf/mfcc.conf", "graph/HCLG.fst"]),
        (("encoder.onnx",), ["tokens.txt", "decoder*.onnx"]),
    ],
)  # fmt: skip
def test_folder_lacks_what_its_engine_would_miss(tmp_path, names, lacks):
    found = problems(files(tmp_path, *names))
    engine = engine_of(tmp_path)
    assert found == [f"{tmp_path} is no model of {engine}: {one} is missing" for one in lacks]


def test_folder_that_is_not_there_is_told_as_such(tmp_path):
    assert problems(tmp_path / "nowhere") == [f"{tmp_path}/nowhere is no folder"]


def test_small_files_are_taken_first_and_what_is_missing_is_not_named(tmp_path):
    for name in (
        "encoder-1.onnx",
        "encoder-1.int8.onnx",
        "decoder.onnx",
        "tokens.txt",
        "README.md",
    ):
        (tmp_path / name).touch()
    assert {part: file.name for part, file in sherpa_files(tmp_path).items()} == {
        "encoder": "encoder-1.int8.onnx", "decoder": "decoder.onnx", "tokens": "tokens.txt",
    }  # fmt: skip


VOSK = ("am/final.mdl", "conf/mfcc.conf", "graph/HCLG.fst")


def test_nothing_is_chosen_until_something_is(tmp_path):
    assert chosen("", tmp_path) is None


def test_model_that_was_taken_is_chosen_until_another_is(tmp_path):
    for name in ("one", "other"):
        files(tmp_path / "voice-models" / name, *VOSK)
        use(name, tmp_path)
        assert chosen("", tmp_path).resolve() == tmp_path / "voice-models" / name
    assert sorted(file.name for file in (tmp_path / "voice-models").iterdir()) == [
        CURRENT, "one", "other",
    ]  # fmt: skip


def test_folder_of_the_setting_is_chosen_before_the_one_that_was_taken(tmp_path):
    files(tmp_path / "voice-models/one", *VOSK)
    use("one", tmp_path)
    folder = files(tmp_path / "elsewhere", *VOSK)
    assert chosen(str(folder), tmp_path) == folder


def test_model_of_the_tests_is_chosen_by_its_name_only(tmp_path, monkeypatch):
    monkeypatch.setattr(models, "PACKAGED", files(tmp_path / "small", *VOSK))
    assert (chosen("small", tmp_path), chosen("", tmp_path)) == (tmp_path / "small", None)
    assert PACKAGED.name == "model_small"


def test_chosen_folder_that_is_no_model_stops_the_start_with_what_it_lacks(tmp_path):
    files(tmp_path / "voice-models/one", *VOSK)
    use("one", tmp_path)
    (tmp_path / "voice-models/one/am/final.mdl").unlink()
    for setting in ("", str(tmp_path / "voice-models/one")):
        with pytest.raises(ConfigError, match=r"LINSHENG_VOICE_MODEL: .*am/final\.mdl is missing"):
            chosen(setting, tmp_path)


@pytest.mark.parametrize("name", ["", ".", "..", CURRENT, "../one", "a/b", "absent"])
def test_name_of_no_model_is_not_taken(tmp_path, name):
    files(tmp_path / "voice-models", *VOSK)
    with pytest.raises(ModelError):
        use(name, tmp_path)
    assert chosen("", tmp_path) is None


def test_known_models_say_where_they_are_and_how_they_are_verified():
    for name, model in known().items():
        assert model.name == name
        assert urlsplit(model.url).scheme == "https"
        assert model.url.endswith((f"/{name}.zip", f"/{name}.tar.bz2"))
        assert model.engine in {"vosk", "sherpa"}
        assert model.sha256 is None or len(model.sha256) == 64
        assert model.about
        assert (model.bytes or 0) < model.unpacked_mb * 1_000_000


async def test_folder_is_opened_by_the_engine_it_is_for(tone_model):
    recogniser = await open_recogniser(tone_model, threads=1)
    assert type(recogniser).__name__ == "VoskRecogniser"
    recogniser.close()


@pytest.fixture
def downloadable(tone_model, monkeypatch):
    """A server of the tone model, which is the one that is known."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writing:
        for file in tone_model.rglob("*"):
            writing.write(file, f"tones/{file.relative_to(tone_model)}")
    with serving(Served(archive.getvalue())) as served:
        model = replace(
            next(iter(known().values())),
            name="tones", url=served.url, bytes=len(served.data), sha256=None, unpacked_mb=1,
        )  # fmt: skip
        monkeypatch.setattr(models, "known", lambda: {"tones": model})
        yield served


def test_model_is_downloaded_taken_listed_and_checked(downloadable, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LINSHENG_DATA_DIR", str(tmp_path))
    assert command.main(["models", "check"]) == command.FAILED
    assert command.main(["models", "download", "tones"]) == 0
    told = capsys.readouterr()
    assert "no checksum is known, it is not verified" in told.err
    assert "0.0 of 0.0 MB\n" in told.err
    assert "tones is here" in told.out
    command.main(["models", "list"])
    assert capsys.readouterr().out.startswith("here ")
    assert command.main(["models", "use", "tones"]) == 0
    command.main(["models", "list"])
    assert "\nused " in capsys.readouterr().out
    assert command.main(["models", "check"]) == 0
    assert capsys.readouterr().out.startswith(f"{tmp_path}/voice-models/tones: vosk, loads in ")


def test_command_that_fails_says_why_in_one_line(downloadable, tmp_path, capsys):
    data = ["--data", str(tmp_path)]
    downloadable.status = 503
    assert command.main(["models", "download", "tones", *data]) == command.FAILED
    assert capsys.readouterr().err.splitlines()[1:] == ["voice: 127.0.0.1 answers 503"]
    assert command.main(["models", "download", "absent", *data]) == command.FAILED
    assert "no model absent is known" in capsys.readouterr().err
    assert command.main(["models", "use", "absent", *data]) == command.FAILED
    assert command.main(["models", "check", str(tmp_path), *data]) == command.FAILED


def test_settings_that_are_wrong_stop_the_command(monkeypatch, capsys):
    monkeypatch.setenv("LINSHENG_VOICE_THREADS", "-1")
    assert command.main(["models", "list"]) == command.BAD_START
    assert capsys.readouterr().err == "LINSHENG_VOICE_THREADS: 0 or more threads\n"
