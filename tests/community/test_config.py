"""Settings: read once, refused all at once, and secrets that show as stars."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from community.config import Secret, Settings, fields_of, load
from community.errors import Code, ConfigError


def problems(environ: dict[str, str], **overrides: Any) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        load(environ, **overrides)
    assert refused.value.code is Code.BAD_CONFIG
    return refused.value.problems


def test_without_anything_set_the_defaults_stand_and_nothing_listens_outside() -> None:
    settings = load({})
    assert settings == Settings()
    assert (settings.host, settings.port, settings.desk_port) == ("127.0.0.1", 8080, 8090)
    assert (settings.api_clients.reveal(), settings.trusted_proxies) == ("", "")


@pytest.mark.parametrize(
    ("name", "raw", "field", "value"),
    [
        ("PORT", "0", "port", 0),
        ("ENGINE_TIMEOUT_S", "2.5", "engine_timeout_s", 2.5),
        ("PHOTO_MAX_BYTES", "1", "photo_max_bytes", 1),
        ("SECURE_COOKIES", "true", "secure_cookies", True),
        ("SECURE_COOKIES", "TRUE", "secure_cookies", True),
        ("SECURE_COOKIES", "1", "secure_cookies", True),
        ("SECURE_COOKIES", "0", "secure_cookies", False),
        ("SECURE_COOKIES", "False", "secure_cookies", False),
        ("DATA_DIR", "/srv/linsheng", "data_dir", Path("/srv/linsheng")),
        ("DATA_DIR", "~/linsheng", "data_dir", Path.home() / "linsheng"),
        ("API_CLIENTS", "app:token", "api_clients", Secret("app:token")),
        ("LOG_LEVEL", "DEBUG", "log_level", "DEBUG"),
    ],
)
def test_variable_is_read_as_its_kind(name: str, raw: str, field: str, value: object) -> None:
    settings = load({f"LINSHENG_{name}": raw})
    found = getattr(settings, field)
    assert (found, type(found)) == (value, type(value))


def test_every_problem_is_told_at_once_by_its_variables_name() -> None:
    found = problems(
        {
            "LINSHENG_PORT": "web",
            "LINSHENG_DESK_PORT": "70000",
            "LINSHENG_SILENCE_S": "soon",
            "LINSHENG_CLAIM_LEASE_S": "0",
            "LINSHENG_ENGINE_TIMEOUT_S": "nan",
            "LINSHENG_ANSWER_WAIT_S": "inf",
            "LINSHENG_PHOTO_MAX_BYTES": "-1",
            "LINSHENG_SECURE_COOKIES": "yes",
            "LINSHENG_LOG_LEVEL": "loud",
            "LINSHENG_VOICE_THREADS": "-1",
            "LINSHENG_PROT": "8080",
        }
    )
    assert sorted(found) == [
        "LINSHENG_ANSWER_WAIT_S: must be more than 0 seconds",
        "LINSHENG_CLAIM_LEASE_S: must be more than 0 seconds",
        "LINSHENG_DESK_PORT: a port is between 0 and 65535",
        "LINSHENG_ENGINE_TIMEOUT_S: must be more than 0 seconds",
        "LINSHENG_LOG_LEVEL: one of DEBUG, INFO, WARNING, ERROR",
        "LINSHENG_PHOTO_MAX_BYTES: must be more than 0 bytes",
        "LINSHENG_PORT: a whole number is expected",
        "LINSHENG_PROT: no such setting",
        "LINSHENG_SECURE_COOKIES: true or false is expected",
        "LINSHENG_SILENCE_S: a number is expected",
        "LINSHENG_VOICE_THREADS: 0 or more threads",
    ]


def test_variables_of_others_and_the_engines_own_are_left_alone() -> None:
    assert load({"PATH": "/bin", "PORT": "1", "LINSHENG_ENGINE_DB": "x.db"}) == Settings()


def test_command_line_wins_over_the_environment_and_is_checked_too() -> None:
    environ = {"LINSHENG_PORT": "8081", "LINSHENG_DESK_PORT": "8091"}
    settings = load(environ, port=9000, desk_port=None)
    assert (settings.port, settings.desk_port) == (9000, 8091)
    assert problems(environ, port=-1) == ["LINSHENG_PORT: a port is between 0 and 65535"]


def test_database_is_a_file_of_the_data_folder_wherever_the_process_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings(data_dir=Path("var")).database == f"sqlite:///{tmp_path / 'var/linsheng.db'}"


# --- secrets

TOKEN = "token-0123456789abcdef"


def test_secret_shows_as_stars_however_it_is_printed(caplog: pytest.LogCaptureFixture) -> None:
    secret = Secret(TOKEN)
    settings = Settings(api_clients=Secret(f"app:{TOKEN}"))
    caplog.set_level(logging.INFO)
    logging.getLogger("test").info("%s %r %s", secret, secret, settings)
    shown = [str(secret), repr(secret), f"{secret}", f"{secret:>40}", f"{secret!r}", f"{settings}"]
    assert shown[:3] == ["******", "'******'", "******"]
    assert TOKEN not in "".join([*shown, caplog.text])
    assert secret.reveal() == TOKEN
    assert type(secret.reveal()) is str


def test_problem_never_quotes_a_value() -> None:
    found = problems({"LINSHENG_PORT": TOKEN, f"LINSHENG_{TOKEN}": TOKEN, "LINSHENG_HOST": TOKEN})
    assert found == [
        "LINSHENG_PORT: a whole number is expected",
        f"LINSHENG_{TOKEN}: no such setting",
    ]


def test_fields_are_named_with_default_and_meaning_for_the_readme() -> None:
    rows = fields_of()
    assert rows[1] == (
        "LINSHENG_HOST", "127.0.0.1", "address that the gateway and the desk listen on",
    )  # fmt: skip
    assert len(rows) == len(Settings.__dataclass_fields__)
    assert all(meaning for _, _, meaning in rows)
    assert ("LINSHENG_API_CLIENTS", "") in [row[:2] for row in rows]
