"""Tools: listed page by page, called with a deadline, and questions of the device are refused."""

import asyncio
import json

import pytest

from connectors.xiaozhi.mcp import CALL_S, PAGES_AT_MOST, TOOLS_AT_MOST, ToolError, Tools
from connectors.xiaozhi.sim.tools import SimTools
from voice.prompt_door import DEADLINE_S


class Device:
    """Answers at once, as the firmware does, or by `answers` when there is one for a method."""

    def __init__(self, *, extra=0, answers=None, **deadlines):
        self.firmware = SimTools(extra=extra)
        self.answers = answers or {}
        self.asked = []
        self.tools = Tools(self.send, **deadlines)

    async def send(self, payload):
        self.asked.append(payload)
        method = payload.get("method")
        answer = self.firmware.answer(json.loads(json.dumps(payload)))
        if method in self.answers:
            answer = self.answers[method](payload)
        if answer is not None:
            await self.tools.take(answer)

    async def discovered(self):
        await self.tools.discover()
        return self


def result(value):
    return lambda payload: {"jsonrpc": "2.0", "id": payload["id"], "result": value}


async def test_the_first_question_is_golden():
    device = await Device().discovered()
    assert device.asked[:3] == [
        {
            "jsonrpc": "2.0", "id": 1, "method": "initialize",
            "params": {
                "protocolVersion": "2024-11-05", "capabilities": {},
                "clientInfo": {"name": "linsheng", "version": "1"},
            },
        },
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {
            "jsonrpc": "2.0", "id": 2, "method": "tools/list",
            "params": {"cursor": "", "withUserTools": False},
        },
    ]  # fmt: skip


async def test_tools_are_listed_page_by_page():
    device = await Device(extra=60).discovered()
    assert len(device.tools.names) == 62
    assert [one["params"]["cursor"] for one in device.asked[2:]] == [
        "", "self.extra_016", "self.extra_033", "self.extra_050",
    ]  # fmt: skip


async def test_a_list_without_end_is_left():
    pages = iter(range(1000))
    endless = Device(
        answers={"tools/list": lambda p: result({"tools": [], "nextCursor": str(next(pages))})(p)}
    )
    await endless.discovered()
    assert len(endless.asked) == 2 + PAGES_AT_MOST


async def test_a_list_that_turns_round_is_left():
    device = Device(answers={"tools/list": result({"tools": [{"name": "a"}], "nextCursor": ""})})
    await device.discovered()
    assert (device.tools.names, len(device.asked)) == ({"a"}, 3)


async def test_more_tools_than_any_device_has_are_left():
    many = [{"name": str(n)} for n in range(TOOLS_AT_MOST)]
    device = Device(answers={"tools/list": result({"tools": many, "nextCursor": "x"})})
    await device.discovered()
    assert len(device.asked) == 3


@pytest.mark.parametrize(
    "page", [{}, {"tools": 5}, {"tools": [5, {}, {"name": 5}]}, {"tools": None, "nextCursor": 5}]
)
async def test_a_page_that_nobody_understands_has_no_tools(page):
    device = await Device(answers={"tools/list": result(page)}).discovered()
    assert device.tools.names == frozenset()


async def test_the_volume_is_set():
    device = await Device().discovered()
    assert await device.tools.set_volume(35) is True
    assert device.firmware.volume == 35
    assert device.asked[-1]["params"] == {
        "name": "self.audio_speaker.set_volume", "arguments": {"volume": 35},
    }  # fmt: skip


@pytest.mark.parametrize(("asked", "set_to"), [(-5, 0), (300, 100)])
async def test_a_volume_that_there_is_not_becomes_the_nearest(asked, set_to):
    device = await Device().discovered()
    assert await device.tools.set_volume(asked) is True
    assert device.firmware.volume == set_to


@pytest.mark.parametrize(
    "answer",
    [
        lambda p: {"jsonrpc": "2.0", "id": p["id"], "error": {"message": "Unknown tool"}},
        lambda p: {"jsonrpc": "2.0", "id": p["id"], "error": {"code": -32601, "message": "x"}},
        lambda p: {"jsonrpc": "2.0", "id": p["id"]},
        result({"content": [], "isError": True}),
    ],
    ids=["without a code", "with a code", "nothing", "isError"],
)
async def test_a_tool_that_fails_leaves_the_volume_unset(answer):
    device = await Device(answers={"tools/call": answer}).discovered()
    assert await device.tools.set_volume(50) is False


async def test_a_device_that_does_not_answer_has_no_tools():
    device = await Device(answers={"initialize": lambda p: None}, deadline_s=0).discovered()
    assert await device.tools.set_volume(50) is False
    assert [one["method"] for one in device.asked] == ["initialize"]


async def test_a_call_before_the_tools_are_known_waits_no_longer_than_its_deadline():
    with pytest.raises(ToolError, match=r"self\.reboot is late"):
        await Device(call_s=0).tools.call("self.reboot", {})


async def test_a_volume_that_is_not_set_in_the_time_of_a_call_is_not_set():
    device = await Device(answers={"tools/call": lambda p: None}, call_s=0.01).discovered()
    assert await device.tools.set_volume(50) is False
    assert await Device(call_s=0.01).tools.set_volume(50) is False


def test_a_call_is_over_before_the_session_takes_the_line_for_dead():
    assert CALL_S < DEADLINE_S


async def test_a_tool_that_does_not_exist_is_not_asked_for():
    device = await Device().discovered()
    before = len(device.asked)
    with pytest.raises(ToolError, match="no such tool"):
        await device.tools.call("self.reboot", {})
    assert len(device.asked) == before


async def test_a_question_of_the_device_is_answered_as_an_unknown_method():
    device = Device()
    await device.tools.take({"jsonrpc": "2.0", "id": 7, "method": "sampling/createMessage"})
    await device.tools.take({"jsonrpc": "2.0", "method": "notifications/progress"})
    await device.tools.take({"jsonrpc": "2.0", "id": {"a": 1}, "method": "x"})
    await device.tools.take({"jsonrpc": "2.0", "id": "9" * 100, "method": "x"})
    assert device.asked == [
        {"jsonrpc": "2.0", "id": 7, "error": {"code": -32601, "message": "Method not found"}}
    ]


@pytest.mark.parametrize("payload", [{}, {"id": 1}, {"id": [1]}, {"id": 99, "result": {}}])
async def test_an_answer_to_no_question_is_passed_over(payload):
    await Device().tools.take(payload)


async def test_two_calls_at_once_get_their_own_answers(until):
    device = await Device().discovered()
    held = []
    device.answers["tools/call"] = lambda p: held.append(p["id"])
    calls = [
        asyncio.create_task(device.tools.call(name, {})) for name in sorted(device.tools.names)
    ]
    await until(lambda: len(held) == 2)
    for asked in reversed(held):
        await device.tools.take({"id": asked, "result": {"content": [{"text": str(asked)}]}})
    assert await asyncio.gather(*calls) == [str(held[0]), str(held[1])]
