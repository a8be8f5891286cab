"""Who may import whom: the table of the design, held by a walk over every import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = {
    "language", "community", "conversation", "bot", "actions", "voice", "connectors", "desk",
    "engine", "launch", "bench",
}  # fmt: skip
MAY_IMPORT = {
    "language": set(),
    "community": {"language"},
    "conversation": {"community"},
    "bot": {"conversation", "community", "language"},
    "bot/nlu": {"language"},
    "engine": {"language"},
    "actions": {"conversation", "community", "language"},
    "voice": {"community", "language"},
    "voice/training": set(),
    "connectors": {"bot", "conversation", "community", "language", "voice"},
    "desk": {"conversation", "community", "language", "bot"},
    "launch": {"community"},
    "bench": {"launch", "language", "community", "conversation", "bot", "connectors", "voice"},
}
ONLY_IN = {
    "rasa": {"bot/nlu", "engine"},
    "rasa_sdk": {"actions"},
    "sqlalchemy": {"community", "conversation", "bot", "connectors", "desk", "bench"},
    "alembic": {"community"},
    "argon2": {"community", "desk"},
    "cryptography": {"connectors"},
    "jinja2": {"desk"},
    "av": {"voice"},
    "pysilk": {"voice"},
    "wyoming": set(),
    "sherpa_onnx": {"voice"},
    "pyttsx3": {"voice"},
    "sounddevice": {"voice"},
    "aiohttp": {"bot", "connectors", "desk", "launch", "bench", "engine", "voice"},
    "sanic": {"engine"},
    "tensorflow": set(),
    "torch": {"voice/training"},
    "scipy": {"bot/nlu", "voice/training"},
    "kaldi_native_fbank": {"voice/training"},
    "vosk": {"voice", "voice/training"},
}
IN_ONE_FILE = {
    "vosk": "voice/vosk_recogniser.py",
    "sherpa_onnx": "voice/sherpa_recogniser.py",
    "pyttsx3": "voice/pyttsx3_worker.py",
    "sounddevice": "voice/speaker/audio.py",
}
"Each engine is met in one place"
HTTP_IN_VOICE = {
    "voice/speaker/__main__.py", "voice/speaker/assembly.py", "voice/speaker/link.py",
}  # fmt: skip
"The speaker's line to the gateway; nothing else of `voice` knows a network"


def package_of(file: Path) -> str:
    relative = file.relative_to(ROOT)
    folder = "/".join(relative.parts[:2])
    return folder if folder in ("bot/nlu", "voice/training") else relative.parts[0]


def sources() -> list[Path]:
    return [
        file
        for package in sorted(OURS)
        for file in sorted((ROOT / package).rglob("*.py"))
        if ".venv" not in file.parts
    ]


def imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""


@pytest.mark.parametrize("file", sources(), ids=lambda file: str(file.relative_to(ROOT)))
def test_a_module_imports_only_what_its_package_may(file: Path) -> None:
    package = package_of(file)
    allowed = MAY_IMPORT[package] | {package.split("/")[0]}
    if package == "bot/nlu":
        allowed = {"language", "bot"}
    wrong = [
        name
        for name in imports(file)
        if name.split(".")[0] in OURS and name.split(".")[0] not in allowed
    ]
    if package == "bot/nlu":
        wrong += [
            name
            for name in imports(file)
            if name.startswith("bot.") and not name.startswith("bot.nlu")
        ]
    third_party = [
        name
        for name in imports(file)
        if name.split(".")[0] in ONLY_IN and package not in ONLY_IN[name.split(".")[0]]
    ]
    assert (wrong, third_party) == ([], [])


def test_an_engine_of_speech_is_imported_by_one_file() -> None:
    importing = {
        (name.split(".")[0], str(file.relative_to(ROOT)))
        for file in sources()
        for name in imports(file)
        if name.split(".")[0] in IN_ONE_FILE and file.parent.name != "training"
    }
    assert importing == set(IN_ONE_FILE.items())


def test_only_the_speakers_line_knows_a_network() -> None:
    importing = {
        str(file.relative_to(ROOT))
        for file in sources()
        if package_of(file) == "voice"
        if any(name.split(".")[0] == "aiohttp" for name in imports(file))
    }
    assert importing == HTTP_IN_VOICE


BUILT_ON = {("wecom", "wechat")}
"Customer service is a second door to WeChat: one crypto, one allowance, one delivery"


def test_a_channel_imports_no_other_channel() -> None:
    channels = [file.parent.name for file in (ROOT / "connectors").glob("*/channel.py")]
    crossing = [
        (str(file.relative_to(ROOT)), name)
        for channel in channels
        for file in (ROOT / "connectors" / channel).rglob("*.py")
        for name in imports(file)
        for other in channels
        if other != channel and name.startswith(f"connectors.{other}.")
        if (channel, other) not in BUILT_ON
    ]
    assert crossing == []


MAKERS = {"dueros", "aligenie", "xiaoai"}


@pytest.mark.parametrize("maker", sorted(MAKERS))
def test_the_skill_of_one_maker_knows_nothing_of_another(maker: str) -> None:
    crossing = [
        (str(file.relative_to(ROOT)), name)
        for file in (ROOT / "connectors/skills" / maker).rglob("*.py")
        for name in imports(file)
        for other in MAKERS - {maker}
        if name.startswith(f"connectors.skills.{other}")
    ]
    assert crossing == []


def test_the_makers_side_knows_nothing_of_ours() -> None:
    crossing = [
        (str(file.relative_to(ROOT)), name)
        for file in (ROOT / "connectors/skills/sim").rglob("*.py")
        for name in imports(file)
        if name.startswith("connectors") and not name.startswith("connectors.skills.sim")
    ]
    assert crossing == []
