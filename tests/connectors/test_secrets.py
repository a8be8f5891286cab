"""Secrets: made once, private, and refused when they are not."""

import json
import stat

import pytest

from community.errors import ConfigError
from community.secrets import load_secrets


def test_first_start_makes_random_secrets_that_stay(tmp_path):
    first = load_secrets(tmp_path / "var")
    again = load_secrets(tmp_path / "var")
    other = load_secrets(tmp_path / "other")
    assert first == again
    assert first.cookie_key.reveal() != other.cookie_key.reveal()
    file = tmp_path / "var" / "secrets.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["secrets.json"]


def test_secrets_show_as_stars(tmp_path):
    found = load_secrets(tmp_path)
    for secret in (found.cookie_key, found.pepper, *found.api_clients.values()):
        assert secret.reveal() not in f"{found!r} {found} {secret} {secret!r}"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o666])
def test_file_that_others_may_read_is_refused(tmp_path, mode):
    load_secrets(tmp_path)
    (tmp_path / "secrets.json").chmod(mode)
    with pytest.raises(ConfigError, match="chmod 600"):
        load_secrets(tmp_path)


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "{}", '{"cookie_key":"short","pepper":"short","api_clients":{}}',
     '{"cookie_key":"long-enough-0123456789","pepper":"long-enough-0123456789","api_clients":[]}'],
)  # fmt: skip
def test_file_that_is_not_whole_is_refused(tmp_path, content):
    file = tmp_path / "secrets.json"
    file.write_text(content)
    file.chmod(0o600)
    with pytest.raises(ConfigError):
        load_secrets(tmp_path)


def test_clients_of_the_environment_replace_those_of_the_file(tmp_path):
    found = load_secrets(
        tmp_path, api_clients="life-app:token-0123456789abcdef, gate:x:y-0123456789abcdef"
    )
    assert {name: token.reveal() for name, token in found.api_clients.items()} == {
        "life-app": "token-0123456789abcdef",
        "gate": "x:y-0123456789abcdef",
    }
    assert list(load_secrets(tmp_path).api_clients) == ["app"]


@pytest.mark.parametrize(
    "clients", ["noword", "a b:0123456789abcdef", "app:short", ":0123456789abcdef", "app:"]
)
def test_bad_clients_are_named_without_their_tokens(tmp_path, clients):
    with pytest.raises(ConfigError) as caught:
        load_secrets(tmp_path, api_clients=clients)
    assert "LINSHENG_API_CLIENTS" in str(caught.value)
    assert "0123456789abcdef" not in str(caught.value)


def test_two_processes_at_the_first_start_agree(tmp_path, monkeypatch):
    import community.secrets

    written = community.secrets._make

    def race(file):
        written(file)
        before = json.loads(file.read_text())
        written(file)  # the other process, a moment later
        assert json.loads(file.read_text()) == before

    monkeypatch.setattr(community.secrets, "_make", race)
    load_secrets(tmp_path)
