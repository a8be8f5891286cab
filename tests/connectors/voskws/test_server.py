"""The vosk-server door: the sample client's steps, and what that server does not survive."""

import asyncio
import json
import logging

import aiohttp
import pytest

from community import config
from community.config import Secret
from community.errors import ConfigError
from connectors.voskws.channel import VoskWs
from connectors.voskws.connection import Limits
from connectors.voskws.server import Server
from tests.connectors.speech import Ears, Heard
from voice.recogniser import Overloaded, RecogniserError, Transcript, Word

SECOND = bytes(32_000)
TOKEN = Secret("token-of-the-vosk-door")


def url(server, path="/"):
    return f"ws://127.0.0.1:{server.port}{path}"


async def closed(socket):
    """(code, reason) with which the door closes, whatever it answers before."""
    while True:
        frame = await socket.receive(timeout=10)
        if frame.type is aiohttp.WSMsgType.CLOSE:
            return frame.data, frame.extra
        assert frame.type is aiohttp.WSMsgType.TEXT, frame


async def test_the_steps_of_the_sample_client(serve, http):
    """As websocket/test.py of vosk-server: configure, send 0.2 s at a time, read after each."""
    words = (Word("我要", 1.0, 0.0, 0.3), Word("报修", 1.0, 0.3, 0.6))
    ears = Ears([Heard(["我", "我要", "我要报修"], Transcript("我要报修", words))])
    async with http.ws_connect(url(await serve(ears))) as socket:
        await socket.send_str('{ "config" : { "sample_rate" : 16000 } }')
        answers = []
        for _ in range(4):
            await socket.send_bytes(bytes(6400))
            answers.append(await socket.receive_str(timeout=10))
        await socket.send_str('{"eof" : 1}')
        final = json.loads(await socket.receive_str(timeout=10))
        assert await closed(socket) == (1000, "")
    assert [json.loads(answer) for answer in answers] == [
        {"partial": "我"}, {"partial": "我要"}, {"partial": "我要报修"}, {"partial": "我要报修"},
    ]  # fmt: skip
    assert (final["text"], [word["word"] for word in final["result"]]) == (
        "我要 报修", ["我要", "报修"],
    )  # fmt: skip
    assert (len(ears.heard[0].sound), ears.heard[0].closed) == (4 * 6400, 1)


async def test_the_default_rate_is_that_of_vosk_server(serve, http):
    ears = Ears()
    async with http.ws_connect(url(await serve(ears), "/any/path")) as socket:
        await socket.send_bytes(bytes(16_000))
        assert json.loads(await socket.receive_str(timeout=10)) == {"partial": ""}
    assert len(ears.heard[0].sound) == pytest.approx(32_000, abs=200)


async def test_phrases_reach_the_recogniser(serve, http):
    ears = Ears()
    async with http.ws_connect(url(await serve(ears))) as socket:
        await socket.send_str('{"config":{"phrase_list":["报修","[unk]"]}}')
        await socket.send_bytes(b"\0\0")
        await socket.receive_str(timeout=10)
    assert ears.phrases == [("报修",)]


@pytest.mark.parametrize("eof", ['{"eof" : 1}', '{"eof":1}', '"eof"'])
async def test_an_end_without_sound_is_answered_and_closed(serve, http, eof):
    ears = Ears()
    async with http.ws_connect(url(await serve(ears))) as socket:
        await socket.send_str(eof)
        assert await socket.receive_str(timeout=10) == '{"text": ""}'
        assert await closed(socket) == (1000, "")
    assert ears.heard == []


async def test_a_reset_ends_the_utterance_and_keeps_the_line(serve, http):
    ears = Ears([Heard(["一"], "一"), Heard(["二"], "二")])
    async with http.ws_connect(url(await serve(ears))) as socket:
        texts = []
        for end in ('{"reset" : 1}', '{"eof" : 1}'):
            await socket.send_bytes(b"\0\0")
            await socket.receive_str(timeout=10)
            await socket.send_str(end)
            texts.append(json.loads(await socket.receive_str(timeout=10)))
    assert texts == [{"text": "一"}, {"text": "二"}]
    assert [(one.finished, one.closed) for one in ears.heard] == [(1, 1), (1, 1)]


async def said(socket, seconds):
    answers = []
    for _ in range(seconds):
        await socket.send_bytes(SECOND)
        answers.append(json.loads(await socket.receive_str(timeout=10)))
    return answers


async def test_a_second_without_a_new_word_ends_the_utterance_and_times_go_on(serve, http):
    first = Heard(["我", "我要", "我要"], Transcript("我要", (Word("我要", 1.0, 0.5, 1.5),)))
    second = Heard(["好"], Transcript("好", (Word("好", 1.0, 0.25, 0.5),)))
    async with http.ws_connect(url(await serve(Ears([first, second])))) as socket:
        await socket.send_str('{"config":{"sample_rate":16000}}')
        answers = await said(socket, 5)
    assert [sorted(answer) for answer in answers] == [
        ["partial"], ["partial"], ["result", "text"], ["partial"], ["result", "text"],
    ]  # fmt: skip
    assert [(a["text"], a["result"][0]["start"]) for a in answers if "text" in a] == [
        ("我要", 0.5), ("好", 3.25),
    ]  # fmt: skip


async def test_long_silence_begins_anew_so_that_nothing_grows(serve, http):
    ears = Ears()
    async with http.ws_connect(url(await serve(ears))) as socket:
        await socket.send_str('{"config":{"sample_rate":16000}}')
        answers = await said(socket, 21)
    assert answers == [{"partial": ""}] * 19 + [{"text": ""}, {"partial": ""}]
    assert [one.closed for one in ears.heard][:1] == [1]


async def test_who_never_pauses_gets_a_result_after_a_minute(serve, http):
    ears = Ears([Heard([str(n) for n in range(100)], "长")])
    async with http.ws_connect(url(await serve(ears))) as socket:
        await socket.send_str('{"config":{"sample_rate":16000}}')
        answers = await said(socket, 60)
    assert [a for a in answers if "text" in a] == [{"text": "长"}]


async def test_two_clients_at_once_never_share_a_recogniser(serve, http):
    ears = Ears([Heard(["甲"], "甲"), Heard(["乙"], "乙")])
    server = await serve(ears)
    async with http.ws_connect(url(server)) as one, http.ws_connect(url(server)) as other:
        for socket in (one, other):
            await socket.send_bytes(b"\0\0")
            await socket.receive_str(timeout=10)
        for socket in (other, one):
            await socket.send_str('{"eof":1}')
        assert json.loads(await one.receive_str(timeout=10)) == {"text": "甲"}
        assert json.loads(await other.receive_str(timeout=10)) == {"text": "乙"}


async def test_a_piece_of_no_length_and_half_a_sample_are_answered(serve, http):
    async with http.ws_connect(url(await serve(Ears()))) as socket:
        for piece in (b"", b"\0", b"\0\0\0"):
            await socket.send_bytes(piece)
            assert json.loads(await socket.receive_str(timeout=10)) == {"partial": ""}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x", "not JSON"), ("[]", "not an object"), ("{}", "neither config, eof nor reset"),
        ('{"config":{"sample_rate":1}}', "no sample_rate of a voice"),
        ('{"config":[]}', "config is no object"), (" " * 70_000, "too long a message"),
    ],
)  # fmt: skip
async def test_a_text_that_is_none_of_these_closes_with_a_reason(serve, http, text, reason):
    async with http.ws_connect(url(await serve(Ears()))) as socket:
        await socket.send_str(text)
        assert await closed(socket) == (1008, reason)


async def test_a_message_larger_than_any_is_refused(serve, http):
    ears = Ears()
    async with http.ws_connect(url(await serve(ears))) as socket:
        await socket.send_bytes(bytes(600_000))
        assert (await closed(socket))[0] == 1009
    assert ears.heard == []


@pytest.mark.parametrize(
    "heard",
    [Heard([Overloaded("x")]), Heard([""], RecogniserError("x"))],
    ids=["while it comes", "at its end"],
)
async def test_a_recogniser_that_fails_closes_with_a_reason_and_is_let_go(serve, http, heard):
    async with http.ws_connect(url(await serve(Ears([heard])))) as socket:
        await socket.send_bytes(bytes(3200))
        await socket.send_str('{"eof":1}')
        assert await closed(socket) == (1013, "not heard")
    assert heard.closed >= 1


@pytest.mark.parametrize("limits", [Limits(idle_s=0), Limits(whole_s=0)])
async def test_who_takes_too_long_is_let_go(serve, http, limits):
    async with http.ws_connect(url(await serve(Ears(), limits=limits))) as socket:
        assert await closed(socket) == (1001, "too slow")


async def test_a_client_that_goes_leaves_nothing_open(serve, http, until):
    ears = Ears([Heard(["我"])])
    async with http.ws_connect(url(await serve(ears))) as socket:
        await socket.send_bytes(b"\0\0")
        await socket.receive_str(timeout=10)
    await until(lambda: ears.heard[0].closed == 1)


async def test_one_client_more_than_there_is_room_for_is_refused(serve, http):
    server = await serve(Ears(), at_once=1)
    async with http.ws_connect(url(server)) as socket:
        await socket.send_bytes(b"\0\0")
        await socket.receive_str(timeout=10)
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await http.ws_connect(url(server))
    assert refused.value.status == 503


async def test_closing_lets_every_client_go(serve, http):
    server = await serve(Ears())
    async with http.ws_connect(url(server)) as socket:
        await socket.send_bytes(b"\0\0")
        await socket.receive_str(timeout=10)
        await asyncio.gather(server.close(), closed(socket))
        assert socket.close_code == 1001


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/", {}, 401), ("/?token=", {}, 401), ("/?token=wrong", {}, 401),
        ("/?token=%E6%B1%89", {}, 401), ("/", {"Authorization": "Bearer wrong"}, 401),
        ("/", {"Authorization": TOKEN.reveal()}, 401),
        (f"/?token={TOKEN.reveal()}", {}, None),
        ("/", {"Authorization": f"Bearer {TOKEN.reveal()}"}, None),
    ],
)  # fmt: skip
async def test_the_token_is_asked_of_everybody_once_there_is_one(
    serve, http, path, headers, status
):
    server = await serve(Ears(), token=TOKEN)
    if status is None:
        async with http.ws_connect(url(server, path), headers=headers):
            return
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await http.ws_connect(url(server, path), headers=headers)
    assert refused.value.status == status


@pytest.mark.parametrize("token", [None, Secret("")])
def test_nobody_listens_beyond_this_machine_without_a_token(token):
    with pytest.raises(ValueError, match="token"):
        Server(Ears(), host="0.0.0.0", token=token)  # noqa: S104


@pytest.mark.parametrize("token", ["", "short"])
def test_the_settings_ask_for_that_token_too(token):
    with pytest.raises(ConfigError) as refused:
        config.load({"LINSHENG_VOSK_HOST": "0.0.0.0", "LINSHENG_VOSK_TOKEN": token})  # noqa: S104
    assert "LINSHENG_VOSK_TOKEN" in str(refused.value)
    assert config.load({"LINSHENG_VOSK_HOST": "0.0.0.0", "LINSHENG_VOSK_TOKEN": TOKEN.reveal()})  # noqa: S104


@pytest.mark.parametrize(
    ("origin", "let_in"),
    [
        ("http://evil.example", False), ("http://evil.example:2700", False), ("null", False),
        ("http://[", False), ("http://localhost:8080", True), ("http://127.0.0.1", True),
    ],
)  # fmt: skip
async def test_a_page_of_another_site_is_refused(serve, http, origin, let_in):
    server = await serve(Ears())
    host = origin.removeprefix("http://")
    headers = {"Origin": origin, "Host": host or "x"}
    if let_in:
        async with http.ws_connect(url(server), headers=headers):
            return
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await http.ws_connect(url(server), headers=headers)
    assert refused.value.status == 403


async def test_no_word_of_a_resident_is_in_a_log(serve, http, caplog):
    caplog.set_level(logging.DEBUG)
    async with http.ws_connect(
        url(await serve(Ears([Heard(["保险柜密码"], "保险柜密码")])))
    ) as socket:
        await socket.send_bytes(b"\0\0")
        await socket.receive_str(timeout=10)
        await socket.send_str('{"config":{"phrase_list":["保险柜"]}}')
        await socket.send_str("保险柜")
        await closed(socket)
    assert "保险柜" not in caplog.text


async def test_without_a_port_the_door_is_off_and_says_why(gateway):
    door = VoskWs(gateway.parts, Ears())
    assert (list(door.routes()), await door.steps(), door.server) == ([], (), None)
    assert door.why_off == "no port is set (LINSHENG_VOSK_PORT)"


async def test_without_a_recogniser_the_door_is_off_and_says_why(start_gateway):
    gateway = await start_gateway(vosk_port=2_700)
    assert VoskWs(gateway.parts).why_off == "there is nothing to hear with"


async def test_with_a_port_the_door_listens(start_gateway, http, unused_tcp_port):
    gateway = await start_gateway(vosk_port=unused_tcp_port)
    door = VoskWs(gateway.parts, Ears())
    await door.steps()
    try:
        async with http.ws_connect(url(door.server)) as socket:
            await socket.send_str('{"eof":1}')
            assert await socket.receive_str(timeout=10) == '{"text": ""}'
    finally:
        await door.close()
