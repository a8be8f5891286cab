"""What each process is told: the account's secrets reach the gateway and nobody else."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from community import config
from community.config import WECHAT_NEEDS, WECOM_NEEDS, Secret, Settings
from launch import processes

ACCOUNT = {name: f"{name}-of-the-account" for name in WECHAT_NEEDS + WECOM_NEEDS} | {
    "wechat_aes_keys": "a" * 43, "wecom_aes_keys": "b" * 43,
}  # fmt: skip


def test_account_is_told_to_the_gateway_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in ACCOUNT.items():
        monkeypatch.setenv(f"LINSHENG_{name.upper()}", value)
    secret = {name: Secret(value) for name, value in ACCOUNT.items()}
    settings = dataclasses.replace(Settings(data_dir=tmp_path), **secret)  # type: ignore[arg-type]
    told = {
        child.name: {value for value in ACCOUNT.values() if value in child.environment.values()}
        for child in processes.all_of(tmp_path, settings, tmp_path / "model.tar.gz")
    }
    assert told == {
        "actions": set(), "engine": set(), "gateway": set(ACCOUNT.values()), "desk": set(),
    }  # fmt: skip


def test_every_process_of_ours_can_read_what_it_is_told(tmp_path: Path) -> None:
    secret = {name: Secret(value) for name, value in ACCOUNT.items()}
    settings = dataclasses.replace(Settings(data_dir=tmp_path), **secret)  # type: ignore[arg-type]
    children = processes.all_of(tmp_path, settings, tmp_path / "model.tar.gz")
    read = {
        child.name: config.load(child.environment).wechat_appid
        for child in children
        if child.name != "engine"
    }
    assert read == {"actions": "", "gateway": ACCOUNT["wechat_appid"], "desk": ""}
