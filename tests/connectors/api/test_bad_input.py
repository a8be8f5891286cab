"""Bad input of the open channel: refused with a code and words, or answered kindly, never a 500."""

import asyncio
import json
import sqlite3

import pytest

LONG = "水" * 10_000


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u200b\u200b", "\x00\x01\x02", "\ud83d"])
async def test_nothing_to_read_is_answered_kindly(gateway, text):
    status, answer = await gateway.say("u", "m", text)
    assert (status, answer["outcome"], len(answer["replies"])) == (200, "asked", 1)
    assert not gateway.engine.asked


async def test_emoji_only_is_answered_kindly(gateway):
    status, answer = await gateway.say("u", "m", "😀👍🏻❤️")
    assert (status, answer["outcome"]) == (200, "asked")
    assert "表情" in answer["replies"][0]["text"]


async def test_ten_thousand_characters_are_kept_whole(gateway):
    status, answer = await gateway.say("u", "m", LONG)
    assert status == 200
    _, read = await gateway.get(f"/api/v1/conversations/{answer['conversation']}/messages")
    assert read["messages"][0]["text"] == LONG


async def test_one_character_more_is_too_large(gateway):
    status, error = await gateway.say("u", "m", LONG + "水")
    assert (status, error["code"]) == (413, "too_large")


async def test_body_over_the_cap_is_too_large(gateway):
    status, error = await gateway.post("/api/v1/messages", None, raw=b" " * 70_000)
    assert (status, error["code"]) == (413, "too_large")


async def test_control_characters_do_not_reach_the_engine(gateway):
    await gateway.say("u", "m", "我要\x07报修\x1b[31m\u202e")
    assert gateway.engine.asked[0][1] == "我要报修[31m"


@pytest.mark.parametrize(
    "text", ['/report_repair{"place":"x"}', "／intent", " //／restart", "/ask_human"]
)
async def test_raw_intents_lose_their_slash(gateway, text):
    await gateway.say("u", "m", text)
    assert not gateway.engine.asked[0][1].startswith(("/", "／"))


async def test_script_text_is_text(gateway):
    text = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    status, answer = await gateway.say("u", "m", text)
    assert status == 200
    assert answer["replies"][0]["text"] == f"听到：{text}"


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b"[]", b"null", b'"text"', b"{\"user\":\"u\",}", b"\xff\xfe", b"[" * 60_000,
        b'{"user":"u","message_id":"m","text":"\xff"}',
    ],
)  # fmt: skip
async def test_broken_json_is_a_bad_request(gateway, raw):
    for path in ("/api/v1/messages", "/api/v1/bindings"):
        status, error = await gateway.post(path, None, raw=raw)
        assert (status, error["code"]) == (400, "bad_request")
        assert "JSON" in error["message"]


GOOD = {"user": "u", "message_id": "m", "text": "你好"}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"user": None}, "user"),
        ({"user": ""}, "user"),
        ({"user": 7}, "user"),
        ({"user": "u" * 129}, "user"),
        ({"user": "a\nb"}, "user"),
        ({"user": "\ud800"}, "user"),
        ({"message_id": ""}, "message_id"),
        ({"message_id": ["m"]}, "message_id"),
        ({"message_id": "m" * 129}, "message_id"),
        ({"text": None}, "text"),
        ({"text": 5}, "text"),
        ({"text": ["你好"]}, "text"),
        ({"choice": "2-1"}, "choice"),
    ],
)
async def test_each_field_is_checked_and_named(gateway, change, named):
    status, error = await gateway.post("/api/v1/messages", GOOD | change)
    assert (status, error["code"]) == (400, "bad_request")
    assert named in error["message"]


@pytest.mark.parametrize("choice", [None, 1, "", "x" * 65, {"id": "2-1"}])
async def test_choice_is_checked(gateway, choice):
    body = {"user": "u", "message_id": "m", "choice": choice}
    status, error = await gateway.post("/api/v1/messages", body)
    assert status == 400
    assert "choice" in error["message"]


async def test_neither_text_nor_choice_is_a_bad_request(gateway):
    status, error = await gateway.post("/api/v1/messages", {"user": "u", "message_id": "m"})
    assert status == 400
    assert "text" in error["message"]


@pytest.mark.parametrize("token", [None, "", "wrong", "令牌", "token-of-the-first-client "[:-2]])
async def test_wrong_token_is_refused_everywhere(gateway, token):
    for call in (
        gateway.say("u", "m", "你好", token=token),
        gateway.post("/api/v1/bindings", {"user": "u", "code": "1"}, token=token),
        gateway.get("/api/v1/conversations/conv_x/messages", token=token),
    ):
        status, error = await call
        assert (status, error["code"]) == (401, "unauthenticated")


async def test_token_needs_the_bearer_scheme(gateway):
    client = await gateway.new_client()
    headers = {"Authorization": "Basic token-of-the-first-client"}
    async with client.post("/api/v1/messages", json=GOOD, headers=headers) as response:
        assert response.status == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_unknown_and_foreign_conversations_are_the_same(gateway):
    _, answer = await gateway.say("u", "m", "你好")
    page = await gateway.page()
    await page.say("网页", "a")
    await page.hear("stored")
    webchat = page.told[0]["conversation"]
    own = await gateway.get(f"/api/v1/conversations/{answer['conversation']}/messages")
    assert own[0] == 200
    unknown = await gateway.get("/api/v1/conversations/conv_unknown/messages")
    assert unknown[0] == 404
    other = "token-of-the-other-client"
    for id, token in ((answer["conversation"], other), (webchat, other), (webchat, None)):
        asked = {"token": token} if token else {}
        assert await gateway.get(f"/api/v1/conversations/{id}/messages", **asked) == unknown


@pytest.mark.parametrize("after", ["x", "-1", "1.5", "9" * 12, "²"])
async def test_cursor_is_checked(gateway, after):
    _, answer = await gateway.say("u", "m", "你好")
    status, error = await gateway.get(
        f"/api/v1/conversations/{answer['conversation']}/messages?after={after}"
    )
    assert (status, error["code"]) == (400, "bad_request")
    assert "after" in error["message"]


async def test_cursor_beyond_the_end_hides_nothing_that_comes_later(gateway):
    _, answer = await gateway.say("u", "m1", "你好")
    path = f"/api/v1/conversations/{answer['conversation']}/messages"
    assert (await gateway.get(f"{path}?after=999"))[0] == 200
    await gateway.say("u", "m2", "在吗")
    _, read = await gateway.get(f"{path}?after=2")
    assert [m["text"] for m in read["messages"]] == ["在吗", "听到：在吗"]


async def test_unknown_path_and_method_are_json_too(gateway):
    assert (await gateway.get("/api/v1/nothing"))[1]["code"] == "not_found"
    client = await gateway.new_client()
    async with client.delete("/api/v1/messages") as response:
        assert response.status == 405
        assert (await response.json())["code"] == "bad_request"


async def test_database_locked_for_three_seconds_loses_nothing(gateway, data_dir):
    await gateway.say("u", "m0", "先来一句")
    blocker = sqlite3.connect(data_dir / "linsheng.db", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    asked = asyncio.create_task(gateway.say("u", "m1", "锁住了吗"))
    await asyncio.sleep(3)
    assert not asked.done()
    blocker.execute("COMMIT")
    blocker.close()
    status, answer = await asyncio.wait_for(asked, 10)
    assert (status, answer["replies"][0]["text"]) == (200, "听到：锁住了吗")


async def test_unforeseen_failure_shows_a_code_and_no_text_of_it(start_gateway, caplog):
    gateway = await start_gateway()

    async def broken(*_args, **_options):
        raise RuntimeError("秘密内容")

    gateway.parts.runner.submit = broken
    status, error = await gateway.say("u", "m", "你好")
    assert (status, error["code"]) == (500, "internal")
    assert "秘密" not in json.dumps(error, ensure_ascii=False)
