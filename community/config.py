"""Settings: every variable, its default, unit and meaning, read once and refused all at once.

Only a process's `__main__` and `actions/wiring.py` call `load`. `fields_of` feeds the table in
the README, which a test compares.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from community.errors import ConfigError

PREFIX = "LINSHENG_"
WECHAT_NEEDS = (
    "wechat_appid", "wechat_account", "wechat_token", "wechat_aes_keys", "wechat_secret",
)  # fmt: skip
WECOM_NEEDS = ("wecom_corpid", "wecom_token", "wecom_aes_keys", "wecom_secret")
LOOPBACK = ("127.0.0.1", "::1", "localhost")
SHORTEST_TOKEN = 16
ALIGENIE_NEEDS = ("aligenie_path", "aligenie_skill_ids")
XIAOAI_NEEDS = ("xiaoai_app_id", "xiaoai_key_id", "xiaoai_secret")
_AES_KEY = re.compile(r"[A-Za-z0-9+/]{43}")
_GUESSED_BY_NOBODY = re.compile(r"[A-Za-z0-9_-]{32,128}")
_PROOF = re.compile(r"[A-Za-z0-9_-]{1,64}\.txt:.{1,512}", re.DOTALL)
_CALLED_URL = re.compile(r"https://[^/\s?#]+(/[^\s?#]*)?")
_PUBLIC_URL = re.compile(r"https://[^/\s]+|http://(localhost|127\.0\.0\.1)(:[0-9]+)?")


class Secret(str):
    """A value that shows as stars wherever it is printed."""

    __slots__ = ()

    def __new__(cls, value: str) -> Secret:
        return super().__new__(cls, str.__str__(value))

    def __str__(self) -> str:
        return "******"

    def __repr__(self) -> str:
        return "'******'"

    def __format__(self, spec: str) -> str:
        return "******"

    def reveal(self) -> str:
        """The value itself, for the one call that needs it."""
        return str.__str__(self)


def setting(default: Any, help_text: str) -> Any:
    """A dataclass field that is read from the environment; `help_text` goes to the README."""
    return dataclasses.field(default=default, metadata={"help": help_text})


@dataclasses.dataclass(frozen=True)
class Settings:
    """All of Linsheng's variables; each is `LINSHENG_` + the field's name in capitals."""

    data_dir: Path = setting(
        Path("var"), "folder that holds all state: database, photos, secrets, engine trackers"
    )
    host: str = setting("127.0.0.1", "address that the gateway and the desk listen on")
    port: int = setting(8080, "port of the gateway (web chat and open channel); 0 takes a free one")
    desk_port: int = setting(8090, "port of the desk; 0 takes a free one")
    engine_url: str = setting("http://127.0.0.1:5005", "address of the dialogue engine")
    action_url: str = setting("http://127.0.0.1:5055/webhook", "address of the action server")
    engine_timeout_s: float = setting(10.0, "seconds the gateway waits for the engine's answer")
    engine_calls: int = setting(256, "turns that the engine is asked about at once")
    answer_wait_s: float = setting(15.0, "seconds an API call waits before it says `pending`")
    silence_s: float = setting(
        20.0, "seconds without an answer or a person before the watchdog queues a conversation"
    )
    claim_lease_s: float = setting(
        75.0, "seconds after a clerk's last sign of life until the case returns to the queue"
    )
    photo_max_bytes: int = setting(10 * 1024 * 1024, "largest photo taken, in bytes")
    secure_cookies: bool = setting(
        False, "mark cookies Secure; set it to true behind HTTPS (any address but localhost)"
    )
    trusted_proxies: str = setting(
        "", "comma-separated proxy addresses whose X-Forwarded-For is believed"
    )
    api_clients: Secret = setting(
        Secret(""),
        "open channel clients as `name:token` pairs, comma-separated; empty: from the data folder",
    )
    pay_url: str = setting(
        "",
        "address of the estate's payment page, shown to a bound payer; empty: the counter is named",
    )
    wechat_appid: str = setting(
        "", "WeChat official account: its appid; empty with the four below: the channel is off"
    )
    wechat_account: str = setting("", "its original id (gh_…), to which pushes are addressed")
    wechat_token: Secret = setting(Secret(""), "the token of its message push")
    wechat_aes_keys: Secret = setting(
        Secret(""),
        "its EncodingAESKey; while it is being changed two, the new one first, comma-separated",
    )
    wechat_secret: Secret = setting(Secret(""), "its AppSecret")
    wechat_can_push: bool = setting(
        True,
        "false without the right to customer-service messages: what is late waits for the next word",
    )
    wechat_file: str = setting(
        "", "YAML file with its menu, codes and notices; empty: connectors/wechat/account.yml"
    )
    wechat_api_url: str = setting("https://api.weixin.qq.com", "where WeChat's API is reached")
    wechat_open_url: str = setting("https://open.weixin.qq.com", "where WeChat's login page is")
    wecom_corpid: str = setting(
        "", "微信客服 (WeCom): the company's id; empty with the three below: the channel is off"
    )
    wecom_token: Secret = setting(Secret(""), "the token of its callback")
    wecom_aes_keys: Secret = setting(Secret(""), "its EncodingAESKey, or two as above")
    wecom_secret: Secret = setting(Secret(""), "the secret of 微信客服")
    wecom_api_url: str = setting("https://qyapi.weixin.qq.com", "where WeCom's API is reached")
    dueros_app_id: str = setting("", "小度 (DuerOS): the skill's application id; empty: it is off")
    dueros_cert_url: str = setting(
        "https://duer.bdstatic.com", "where the certificates that sign its requests are fetched"
    )
    aligenie_path: Secret = setting(
        Secret(""),
        "天猫精灵 (AliGenie): end of the webhook's address, 32 or more characters that nobody guesses; "
        "empty with the next: it is off",
    )
    aligenie_skill_ids: str = setting("", "the ids of its skills, comma-separated")
    aligenie_token: Secret = setting(
        Secret(""), "what the console sends as header X-Linsheng-Token; empty: no such header"
    )
    aligenie_proof: str = setting("", "its ownership file as `name.txt:content`")
    aligenie_key_file: str = setting(
        "", "PEM file with our private RSA key, when the console seals requests; empty: it does not"
    )
    aligenie_parameter: str = setting(
        "", "the parameter of its intent that takes any words; empty: the first one of a request"
    )
    xiaoai_app_id: str = setting(
        "", "小爱同学 (XiaoAI): the skill's app id; empty with the two below: it is off"
    )
    xiaoai_key_id: str = setting("", "the id of its signing key")
    xiaoai_secret: Secret = setting(
        Secret(""), "its signing key, in base64 as the console shows it"
    )
    xiaoai_scope: str = setting("", "the scope in its signatures; most have none")
    xiaoai_url: str = setting(
        "",
        "https:// address that XiaoAI calls, when a proxy changes host or path; empty: as it comes",
    )
    public_url: str = setting(
        "", "https:// address under which residents reach the gateway; needed for WeChat's login"
    )
    xiaozhi: bool = setting(
        False, "serve speakers with the xiaozhi firmware, which ask at /xiaozhi/ota/ first"
    )
    wyoming_host: str = setting(
        "127.0.0.1", "address of the Wyoming server, which asks nobody who they are"
    )
    wyoming_port: int = setting(0, "its port (10300 by custom), for Home Assistant; 0: off")
    vosk_host: str = setting(
        "127.0.0.1", "address of the vosk-server WebSocket; any but 127.0.0.1 needs the token"
    )
    vosk_port: int = setting(0, "its port (2700 by custom); 0: off")
    vosk_token: Secret = setting(Secret(""), "the token that its clients show, if they have to")
    help_phones: str = setting(
        "120",
        "what a speaker at home tells people to call while its line is down, commas between, as "
        "`120,值班电话62345678`",
    )
    voice_keep_days: int = setting(30, "days for which residents' voice clips are kept")
    voice_model: str = setting(
        "",
        "folder of the speech model; empty: the one that `python -m voice models use` chose; `small`: the"
        " one of the tests, for synthetic speech only",
    )
    voice_threads: int = setting(0, "threads that hear speech; 0: one for each processor")
    log_level: str = setting("INFO", "DEBUG, INFO, WARNING or ERROR")

    @property
    def database(self) -> str:
        """The SQLAlchemy address of the SQLite file in the data folder."""
        return f"sqlite:///{self.data_dir.resolve() / 'linsheng.db'}"


def _convert(kind: str, raw: str) -> Any:
    match kind:
        case "int":
            return int(raw)
        case "float":
            return float(raw)
        case "bool":
            if raw.lower() not in {"true", "false", "1", "0"}:
                raise ValueError(raw)
            return raw.lower() in {"true", "1"}
        case "Path":
            return Path(raw).expanduser()
        case "Secret":
            return Secret(raw)
        case _:
            return raw


_EXPECTED = {"int": "a whole number", "float": "a number", "bool": "true or false"}


def _shown(default: Any) -> str:
    return default.reveal() if isinstance(default, Secret) else str(default)


def fields_of(settings: type = Settings) -> list[tuple[str, str, str]]:
    """(variable, default, meaning) of each setting, in order."""
    return [
        (PREFIX + field.name.upper(), _shown(field.default), field.metadata["help"])
        for field in dataclasses.fields(settings)
    ]


def with_file(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The environment, over what a file `.env` in `folder` says."""
    file = folder / ".env"
    written = dotenv_values(file) if file.exists() else {}
    return {name: value or "" for name, value in written.items()} | dict(environ)


def load(environ: Mapping[str, str], **overrides: Any) -> Settings:
    """Read the settings; `overrides` (from a command line) win over the environment.

    Raises ConfigError that lists every unknown variable and every value that cannot be read.
    """
    problems: list[str] = []
    values: dict[str, Any] = {}
    known = {PREFIX + field.name.upper(): field for field in dataclasses.fields(Settings)}
    for name, raw in environ.items():
        if not name.startswith(PREFIX) or name in {f"{PREFIX}ENGINE_DB"}:
            continue
        field = known.get(name)
        if field is None:
            problems.append(f"{name}: no such setting")
            continue
        kind = str(field.type)
        try:
            values[field.name] = _convert(kind, raw)
        except ValueError:
            problems.append(f"{name}: {_EXPECTED[kind]} is expected")
    values |= {name: value for name, value in overrides.items() if value is not None}
    settings = Settings(**values)
    problems += _ranges(settings)
    if problems:
        raise ConfigError(problems)
    return settings


def _whole_or_absent(settings: Settings, needs: tuple[str, ...], name: str) -> list[str]:
    """An account is whole or absent: half of one would answer nobody."""
    values = {one: str.__str__(getattr(settings, one)) for one in needs}
    missing = [one for one, value in values.items() if not value]
    if len(missing) == len(needs):
        return []
    problems = [f"{PREFIX}{one.upper()}: {name} needs this one too" for one in missing]
    for keys_of in needs:
        keys = values[keys_of].split(",") if keys_of.endswith("_aes_keys") else []
        if values[keys_of] and not all(_AES_KEY.fullmatch(key.strip()) for key in keys):
            problems.append(f"{PREFIX}{keys_of.upper()}: a key has 43 letters, digits, + or /")
    return problems


def _skills(settings: Settings) -> list[str]:
    """What is wrong with the skills on commercial speakers."""
    problems = _whole_or_absent(settings, ALIGENIE_NEEDS, "AliGenie")
    problems += _whole_or_absent(settings, XIAOAI_NEEDS, "XiaoAI")
    path = settings.aligenie_path.reveal()
    if path and not _GUESSED_BY_NOBODY.fullmatch(path):
        problems.append(f"{PREFIX}ALIGENIE_PATH: 32 to 128 letters, digits, - or _")
    if settings.aligenie_proof and not _PROOF.fullmatch(settings.aligenie_proof):
        problems.append(f"{PREFIX}ALIGENIE_PROOF: name.txt:content is expected")
    if settings.xiaoai_url and not _CALLED_URL.fullmatch(settings.xiaoai_url):
        problems.append(f"{PREFIX}XIAOAI_URL: an https:// address without a query")
    return problems


def _ranges(settings: Settings) -> list[str]:
    problems = []
    for name in ("port", "desk_port", "wyoming_port", "vosk_port"):
        if not 0 <= getattr(settings, name) <= 65535:
            problems.append(f"{PREFIX}{name.upper()}: a port is between 0 and 65535")
    for name in ("engine_timeout_s", "answer_wait_s", "silence_s", "claim_lease_s"):
        if not (math.isfinite(getattr(settings, name)) and getattr(settings, name) > 0):
            problems.append(f"{PREFIX}{name.upper()}: must be more than 0 seconds")
    if settings.vosk_host not in LOOPBACK and len(settings.vosk_token.reveal()) < SHORTEST_TOKEN:
        problems.append(
            f"{PREFIX}VOSK_TOKEN: who listens beyond this machine needs a token of at least "
            f"{SHORTEST_TOKEN} characters"
        )
    if settings.photo_max_bytes <= 0:
        problems.append(f"{PREFIX}PHOTO_MAX_BYTES: must be more than 0 bytes")
    if settings.engine_calls < 1:
        problems.append(f"{PREFIX}ENGINE_CALLS: must be at least 1")
    if settings.voice_threads < 0:
        problems.append(f"{PREFIX}VOICE_THREADS: 0 or more threads")
    if settings.voice_keep_days < 1:
        problems.append(f"{PREFIX}VOICE_KEEP_DAYS: must be at least 1 day")
    if settings.public_url and not _PUBLIC_URL.fullmatch(settings.public_url):
        problems.append(f"{PREFIX}PUBLIC_URL: https:// and a host, without a path")
    problems += _whole_or_absent(settings, WECHAT_NEEDS, "WeChat")
    problems += _whole_or_absent(settings, WECOM_NEEDS, "WeCom")
    problems += _skills(settings)
    if settings.log_level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        problems.append(f"{PREFIX}LOG_LEVEL: one of DEBUG, INFO, WARNING, ERROR")
    return problems
