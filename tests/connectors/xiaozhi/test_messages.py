"""Messages: what devices say is read as it is meant, and ours are what the firmware reads."""

import json

import pytest

from community.errors import BadInput
from connectors.xiaozhi import messages
from connectors.xiaozhi.messages import (
    Abort,
    Detect,
    Goodbye,
    Hello,
    Listen,
    Mcp,
    Mode,
    Ping,
    Stop,
    read,
)
from connectors.xiaozhi.words import is_wake_word

HELLO = (
    '{"type":"hello","version":1,"features":{"mcp":true,"aec":true},"transport":"websocket",'
    '"audio_params":{"format":"opus","sample_rate":16000,"channels":1,"frame_duration":60}}'
)


@pytest.mark.parametrize(
    ("frame", "meant"),
    [
        (HELLO, Hello(1, mcp=True, aec=True)),
        ('{"type":"hello"}', Hello(1, mcp=False, aec=False)),
        ('{"type":"listen","state":"start","mode":"auto"}', Listen(Mode.AUTO)),
        ('{"type":"listen","state":"start","mode":"manual"}', Listen(Mode.MANUAL)),
        ('{"type":"listen","state":"start","mode":"realtime"}', Listen(Mode.REALTIME)),
        ('{"type":"listen","state":"start"}', Listen(Mode.AUTO)),
        ('{"type":"listen","state":"start","mode":["auto"]}', Listen(Mode.AUTO)),
        ('{"type":"listen","state":"stop"}', Stop()),
        ('{"type":"listen","state":"detect","text":" 你好小智 "}', Detect("你好小智")),
        ('{"type":"listen","state":"detect"}', Detect("")),
        ('{"type":"abort","reason":"wake_word_detected"}', Abort()),
        ('{"type":"abort"}', Abort()),
        ('{"type":"mcp","payload":{"jsonrpc":"2.0","id":1,"result":{}}}',
         Mcp({"jsonrpc": "2.0", "id": 1, "result": {}})),
        ('{"type":"ping"}', Ping()),
        ('{"type":"goodbye"}', Goodbye()),
    ],
)  # fmt: skip
def test_a_message_is_read_as_it_is_meant(frame, meant):
    assert read(frame) == meant


@pytest.mark.parametrize(
    "frame",
    [
        "", "你好", "{", "[]", "null", "1", '{"type":null}', '{"type":["hello"]}', "{}",
        '{"type":"iot","descriptors":[]}', '{"type":"iot","states":[]}', '{"type":"later"}',
        '{"type":"listen"}', '{"type":"listen","state":"pause"}',
        '{"type":"listen","state":"detect","text":5}', '{"type":"mcp"}',
        '{"type":"mcp","payload":"x"}', "[" * 20_000, '{"type":"hello","version":' + "9" * 5000 + "}",
    ],
)  # fmt: skip
def test_what_nobody_knows_is_passed_over(frame):
    assert read(frame) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"version": 4}, {"version": True}, {"version": "1"}, {"transport": "udp"},
        {"audio_params": {"format": "pcm"}}, {"audio_params": {"channels": 2}},
        {"audio_params": 5},
    ],
)  # fmt: skip
def test_a_hello_that_asks_for_what_there_is_not_is_refused(changed):
    with pytest.raises(BadInput):
        read(json.dumps(json.loads(HELLO) | changed))


@pytest.mark.parametrize(
    ("ours", "golden"),
    [
        (messages.hello("s", 24_000),
         '{"type":"hello","transport":"websocket","session_id":"s","audio_params":'
         '{"format":"opus","sample_rate":24000,"channels":1,"frame_duration":60}}'),
        (messages.stt("s", "我要报修"), '{"session_id":"s","type":"stt","text":"我要报修"}'),
        (messages.llm("s", "happy", "😀"),
         '{"session_id":"s","type":"llm","emotion":"happy","text":"😀"}'),
        (messages.tts("s", "start"), '{"session_id":"s","type":"tts","state":"start"}'),
        (messages.tts("s", "sentence_start", "好的。"),
         '{"session_id":"s","type":"tts","state":"sentence_start","text":"好的。"}'),
        (messages.tts("s", "stop"), '{"session_id":"s","type":"tts","state":"stop"}'),
        (messages.alert("s", "稍等", "忙", "sad"),
         '{"session_id":"s","type":"alert","status":"稍等","message":"忙","emotion":"sad"}'),
        (messages.mcp("s", {"id": 1}), '{"session_id":"s","type":"mcp","payload":{"id":1}}'),
        (messages.pong("s"), '{"session_id":"s","type":"pong"}'),
    ],
)  # fmt: skip
def test_what_we_say_is_golden(ours, golden):
    assert ours == golden


@pytest.mark.parametrize("text", ["", "你好小智", "你好，小智。", "Hi, ESP", "Alexa", "邻声 邻声"])
def test_a_mere_call_is_a_wake_word(text):
    assert is_wake_word(text)


@pytest.mark.parametrize("text", ["我要报修", "小智你好吗", "救命"])
def test_a_question_is_no_wake_word(text):
    assert not is_wake_word(text)
