"""What a server does between loading its model and its first turn."""

import asyncio
import gc
from types import SimpleNamespace
from typing import Any

import pytest

from engine import private_logs, serving


@pytest.mark.parametrize("ready", [True, False])
def test_loaded_model_is_warm_and_logs_are_closed(
    monkeypatch: pytest.MonkeyPatch, ready: bool
) -> None:
    parsed: list[str] = []

    async def parse_message(message: Any) -> None:
        parsed.append(message.text)

    async def load(*values: Any) -> Any:
        assert not private_logs._serving.is_set()
        return SimpleNamespace(
            is_ready=lambda: ready, processor=SimpleNamespace(parse_message=parse_message)
        )

    monkeypatch.setattr(serving, "_load_agent", load)
    try:
        asyncio.run(serving._load_warm_agent("model"))
        assert parsed == ([serving.WARM_UP_TEXT] if ready else [])
        assert gc.get_freeze_count() > 0
        assert private_logs._serving.is_set()
    finally:
        private_logs._serving.clear()
        gc.unfreeze()


def test_requests_are_examined_for_other_sites_only_when_some_may_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    configured: list[Any] = []
    monkeypatch.setattr(serving, "_configure_cors", lambda app, origins: configured.append(origins))
    for origins in (None, "", [], "http://a"):
        serving._configure_cors_if_any(None, origins)
    assert configured == ["http://a"]
