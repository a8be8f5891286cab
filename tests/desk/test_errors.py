"""The boundary: every failure is a status and words, and never an exception's own text."""

from __future__ import annotations

import json
import logging

import pytest

from community.errors import Code, CommunityError, Conflict, StoreError, TooMany
from desk import acts
from desk.words import words
from tests.desk.conftest import Browser
from tests.desk.seed import World

GATEWAY_ONLY = {
    Code.BAD_CONFIG, Code.UNSUPPORTED_MEDIA, Code.NOT_BOUND, Code.WRONG_CODE, Code.UNAVAILABLE,
    Code.ENGINE_TIMEOUT, Code.ENGINE_REFUSED, Code.ENGINE_EMPTY, Code.ENGINE_FAILED,
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(set(Code) - GATEWAY_ONLY))
def test_every_code_the_desk_can_meet_has_words(code: Code) -> None:
    assert words(f"errors.{code}")


@pytest.mark.parametrize(
    "error",
    [
        ValueError("secret words"),
        CommunityError("secret words"),
        StoreError("secret words"),
        Conflict("secret words"),
    ],
)
async def test_failure_is_kind_and_keeps_its_text_to_itself(
    fang: Browser, world: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def fail(*args: object, **kwargs: object) -> None:
        raise error

    case = await world.waiting()
    monkeypatch.setattr(acts, "claim", fail)
    answer = await fang.post(f"/cases/{case.id}/claim")
    assert answer.status == getattr(error, "http_status", 500)
    assert "没有办成" in answer.text
    assert "secret" not in answer.text


async def test_limits_say_when_to_come_back(
    fang: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*args: object, **kwargs: object) -> None:
        raise TooMany(retry_after_s=30)

    case = await world.waiting()
    monkeypatch.setattr(acts, "claim", fail)
    answer = await fang.post(f"/cases/{case.id}/claim")
    assert (answer.status, answer.headers["Retry-After"]) == (429, "30")


async def test_scripts_get_the_same_as_json(fang: Browser) -> None:
    answer = await fang.get("/cases/none", Accept="application/json")
    assert answer.status == 404
    assert json.loads(answer.text) == {
        "code": "not_found",
        "message": words("errors.not_found"),
        "winner": None,
    }


async def test_unknown_page_method_and_body_are_pages_too(fang: Browser) -> None:
    assert "没有办成" in (await fang.get("/nowhere")).text
    assert (await fang.post("/healthz")).status == 405
    assert (await fang.post("/duty", on="1" * 100_000)).status == 413


async def test_logs_hold_no_words_of_residents_or_staff(
    fang: Browser, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    case = await world.waiting("厨房漏水找王建国")
    await fang.post(f"/cases/{case.id}/claim")
    await fang.post(f"/cases/{case.id}/reply", text="打 13812348000 给您", key="aaaaaaaa")
    await fang.post(f"/cases/{case.id}/reply", text="", key="aaaaaaaa")
    await fang.post(f"/cases/{case.id}/notes", text="有只大狗", key="bbbbbbbb")
    ours = "".join(
        record.getMessage() for record in caplog.records if record.name.startswith("desk")
    )
    for secret in ("漏水", "13812348000", "王建国", "王芳", "大狗"):
        assert secret not in ours
