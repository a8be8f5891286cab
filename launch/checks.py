"""What must be true before anything starts; each fault is one line that says what to do."""

from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path

import yaml

from community.config import Settings

PROJECT_FILES = ("config.yml", "domain.yml", "endpoints.yml", "credentials.yml")


def problems(root: Path, settings: Settings) -> list[str]:
    """Everything that stands in the way of a start, in words."""
    return [
        *_folder(settings.data_dir),
        *_port(settings.host, settings.port, "--port"),
        *_port(settings.host, settings.desk_port, "--desk-port"),
        *_files(root),
    ]


def _folder(data_dir: Path) -> list[str]:
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if not os.access(data_dir, os.W_OK | os.X_OK):
            return [f"--data: {data_dir} cannot be written to"]
        with tempfile.TemporaryFile(dir=data_dir):
            return []
    except OSError as error:
        return [f"--data: {data_dir} cannot be written to: {error.strerror}"]


def _port(host: str, port: int, option: str) -> list[str]:
    if port == 0:
        return []
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return [f"{option}: {host}:{port} cannot be used: {error.strerror}"]
    return []


def _files(root: Path) -> list[str]:
    found = []
    for name in PROJECT_FILES:
        try:
            yaml.safe_load((root / name).read_text(encoding="utf-8"))
        except OSError as error:
            found.append(f"{name}: cannot be read: {error.strerror}")
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            where = f" in line {mark.line + 1}" if mark else ""
            found.append(f"{name}: is not valid YAML{where}")
    return found


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
