"""The four processes and what each is told: command, environment, and how to see that it is ready."""

from __future__ import annotations

import dataclasses
import os
import sys
from pathlib import Path
from typing import Any

from community.config import PREFIX, WECHAT_NEEDS, WECOM_NEEDS, Secret, Settings
from launch import checks, model
from launch.children import Child


def all_of(root: Path, settings: Settings, trained: Path) -> list[Child]:
    """Everything that `scripts/serve` runs."""
    action_port, engine_port = checks.free_port(), checks.free_port()
    settings = dataclasses.replace(
        settings,
        engine_url=f"http://127.0.0.1:{engine_port}",
        action_url=f"http://127.0.0.1:{action_port}/webhook",
    )
    return [
        action_server(settings, action_port),
        engine(root, settings, trained, engine_port),
        _ours("gateway", "connectors", settings, settings.port, "healthz"),
        _ours("desk", "desk", _without_account(settings), settings.desk_port, "healthz"),
    ]


def action_server(settings: Settings, port: int) -> Child:
    """rasa-sdk with our actions."""
    bare = _without_account(settings)
    return _ours("actions", "actions", bare, port, "health", "--port", str(port))


def engine(root: Path, settings: Settings, trained: Path, port: int) -> Child:
    """Rasa with the trained model; it is told nothing but where its actions and trackers are."""
    inherited = model.quiet_environment().items()
    environment = {name: value for name, value in inherited if not name.startswith(PREFIX)} | {
        f"{PREFIX}ACTION_URL": settings.action_url,
        f"{PREFIX}ENGINE_DB": str(settings.data_dir / "engine.db"),
    }
    command = [
        str(root / "engine/.venv/bin/python"), "-m", "engine", "run", "--model", str(trained),
        "--port", str(port), "--endpoints", "endpoints.yml", "--credentials", "credentials.yml",
    ]  # fmt: skip
    return Child("engine", command, environment, f"http://127.0.0.1:{port}/webhooks/rest/", '"ok"')


def _without_account(settings: Settings) -> Settings:
    """What the gateway alone needs to know is told to no other process."""
    nothing: dict[str, Any] = dict.fromkeys(WECHAT_NEEDS + WECOM_NEEDS, Secret(""))
    return dataclasses.replace(settings, **nothing)


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment of the caller with every setting in it."""
    values = {field.name: getattr(settings, field.name) for field in dataclasses.fields(settings)}
    return os.environ | {
        f"{PREFIX}{name.upper()}": value.reveal() if isinstance(value, Secret) else str(value)
        for name, value in values.items()
    }


def _ours(
    name: str, package: str, settings: Settings, port: int, health: str, *options: str
) -> Child:
    return Child(
        name,
        [sys.executable, "-m", package, *options],
        environment_of(settings),
        f"http://127.0.0.1:{port}/{health}",
    )
