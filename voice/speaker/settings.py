"""Settings of one speaker: `speaker.toml`, over it the environment, all problems told at once."""

from __future__ import annotations

import dataclasses
import ipaddress
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from community.config import setting
from community.errors import ConfigError
from voice.model_folder import problems as model_problems

PREFIX = "SPEAKER_"
"Of a variable of the environment: SPEAKER_URL for `url`"
ENTER = "enter"


@dataclasses.dataclass(frozen=True)
class Settings:
    url: str = setting(
        "",
        "address of the gateway; https:// unless it is in the same house, as http://192.168.1.10:8080",
    )
    data_dir: str = setting(
        "~/.local/share/linsheng-speaker",
        "folder of the device's identity and of what it has noted",
    )
    microphone: str = setting(
        "", "a part of its name, as `--devices` shows it; empty: the usual one"
    )
    loudspeaker: str = setting("", "the same for the loudspeaker")
    button: str = setting(
        ENTER,
        "`enter`: the key of the terminal; or /dev/input/event…, every key of it; empty: none",
    )
    led: str = setting("", "folder of the lamp, as /sys/class/leds/ACT; empty: none")
    model: str = setting(
        "",
        "folder of a speech model: with it the speaker hears its name, and cries for help without a line",
    )
    threads: int = setting(1, "threads that hear with it; 0: one for each processor")
    wakes: bool = setting(True, "whether it listens for its name, when there is a model")
    log_level: str = setting("INFO", "DEBUG, INFO, WARNING or ERROR")

    @property
    def folder(self) -> Path:
        return Path(self.data_dir).expanduser()

    @property
    def model_folder(self) -> Path:
        return Path(self.model).expanduser()


def load(file: Path | None, environ: Mapping[str, str]) -> Settings:
    """Read the settings. Raises ConfigError that lists all that is wrong."""
    written = _written(file) if file is not None else {}
    fields = {field.name: field for field in dataclasses.fields(Settings)}
    wrong = [f"{file}: {name}: no such setting" for name in written if name not in fields]
    values: dict[str, Any] = {name: written[name] for name in written if name in fields}
    for name, raw in environ.items():
        if name.startswith(PREFIX):
            values[name.removeprefix(PREFIX).lower()] = raw
    for name, value in list(values.items()):
        if name not in fields:
            wrong.append(f"{PREFIX}{name.upper()}: no such setting")
            del values[name]
            continue
        try:
            values[name] = _fitted(str(fields[name].type), value)
        except ValueError:
            wrong.append(f"{name}: another kind of value is expected")
            del values[name]
    settings = Settings(**values)
    wrong += _problems(settings)
    if wrong:
        raise ConfigError(wrong)
    return settings


def _written(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError([f"{file}: {error.strerror}"]) from error
    except ValueError as error:
        raise ConfigError([f"{file}: {error}"]) from error


def _fitted(kind: str, value: Any) -> Any:
    """The value as its kind; one of the environment is text."""
    if kind == "int":
        if isinstance(value, bool):
            raise ValueError
        return int(value)
    if kind == "bool":
        if isinstance(value, str) and value.lower() in {"true", "false", "1", "0"}:
            return value.lower() in {"true", "1"}
        if not isinstance(value, bool):
            raise ValueError
        return value
    if not isinstance(value, str):
        raise ValueError
    return value


def _problems(settings: Settings) -> list[str]:
    wrong = [] if _is_safe(settings.url) else [
        "url: https:// and a host; http:// only for an address of this machine or of the same house"
    ]  # fmt: skip
    if settings.button not in {"", ENTER} and not settings.button.startswith("/dev/input/"):
        wrong.append("button: enter, or a device below /dev/input/")
    if settings.model:
        wrong += [f"model: {one}" for one in model_problems(settings.model_folder)]
    if settings.threads < 0:
        wrong.append("threads: 0 or more")
    if settings.log_level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        wrong.append("log_level: one of DEBUG, INFO, WARNING, ERROR")
    return wrong


def _is_safe(url: str) -> bool:
    """Whether the device's secret and the resident's voice may go there."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not host or parts.query or parts.fragment or parts.username is not None:
        return False
    if parts.scheme == "https":
        return True
    return parts.scheme == "http" and (host == "localhost" or _is_near(host))


def _is_near(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host.endswith(".local")
