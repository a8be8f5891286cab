"""A connected speaker: what it says drives the session, what the session says it plays."""

import aiohttp
import pytest

from community.errors import Unavailable
from connectors.xiaozhi.connection import BAD_IN_A_ROW, HELLO_S, IDLE_S
from connectors.xiaozhi.devices import Ids, Known
from connectors.xiaozhi.messages import Mode
from connectors.xiaozhi.sim.errors import Refused
from connectors.xiaozhi.sim.speaker import FRAME_BYTES, Doing
from connectors.xiaozhi.sim.tools import SimTools
from tests.connectors.xiaozhi.house import CLIENT_ID, DEVICE_ID, OTHER_CLIENT_ID, OTHER_ID
from voice.door import State

FRAME = bytes(FRAME_BYTES)


def kinds(speaker):
    """(type, state or emotion) of all that was told after the hello."""
    return [
        (said["type"], said.get("state") or said.get("emotion"))
        for said in speaker.told[1:]
        if said["type"] != "mcp"
    ]


async def frames(speaker, count):
    for _ in range(count):
        await speaker.speak(FRAME)


async def settled(speaker):
    """All that was said until now has been read by the gateway."""
    pongs = kinds(speaker).count(("pong", None))
    await speaker.send_raw('{"type":"ping"}')
    await speaker.wait_for(lambda: kinds(speaker).count(("pong", None)) > pongs)


@pytest.mark.parametrize("version", [1, 2, 3])
async def test_a_whole_exchange_by_voice(house, version):
    house.script = ["好的，已经帮您报修。"]
    speaker = await house.speaker(version=version)
    await speaker.listen(Mode.AUTO)
    await frames(speaker, 12)
    await speaker.wait_for(lambda: ("tts", "stop") in kinds(speaker))
    await speaker.wait_for(lambda: speaker.doing is Doing.LISTENING)
    assert kinds(speaker) == [
        ("llm", "thinking"), ("tts", "start"), ("llm", "neutral"), ("tts", "sentence_start"),
        ("tts", "stop"),
    ]  # fmt: skip
    assert speaker.told[4]["text"] == "好的，已经帮您报修。"
    assert speaker.dropped == 0
    assert len(speaker.played) == pytest.approx(17 * FRAME_BYTES, abs=200)
    assert {said["session_id"] for said in speaker.told} == {speaker.told[0]["session_id"]}


async def test_sound_is_heard_as_the_session_wants_it(house):
    speaker = await house.speaker()
    await speaker.listen(Mode.MANUAL)
    await frames(speaker, 5)
    await speaker.stop_listening()
    await settled(speaker)
    heard = [length for name, length in house.session.calls if name == "hear"]
    assert sum(heard) == pytest.approx(5 * FRAME_BYTES, abs=200)
    assert house.calls == ["wake", "hear", "end_of_speech"]


async def test_a_button_ends_an_utterance(house):
    house.script = ["好。"]
    speaker = await house.speaker()
    await speaker.listen(Mode.MANUAL)
    await frames(speaker, 3)
    await speaker.stop_listening()
    await speaker.wait_for(lambda: ("tts", "stop") in kinds(speaker))
    assert speaker.doing is Doing.IDLE
    assert (house.session.door.hands_free, house.session.door.full_duplex) == (False, False)


async def test_words_that_are_typed_are_a_question(house):
    house.script = ["在的。"]
    speaker = await house.speaker()
    await speaker.detect("我要报修")
    await speaker.wait_for(lambda: ("tts", "stop") in kinds(speaker))
    assert kinds(speaker)[0] == ("stt", None)
    assert speaker.told[1]["text"] == "我要报修"
    assert house.session.calls[0] == ("hear_text", "我要报修")


async def test_a_wake_word_is_no_question(house):
    speaker = await house.speaker()
    await frames(speaker, 3)
    await speaker.detect("你好小智")
    await speaker.listen(Mode.AUTO)
    await settled(speaker)
    assert house.calls == ["wake"]


async def test_a_speaker_that_listens_again_by_itself_wakes_nobody(house):
    house.script = ["一。", "二。"]
    speaker = await house.speaker()
    await speaker.listen(Mode.AUTO)
    await frames(speaker, 10)
    await speaker.wait_for(lambda: ("tts", "stop") in kinds(speaker))
    await settled(speaker)
    assert house.calls == ["wake", "hear"]
    await speaker.listen(Mode.AUTO)
    await settled(speaker)
    assert house.calls == ["wake", "hear", "wake"]


async def test_who_interrupts_by_the_wake_word_is_listened_to_at_once(house):
    speaker = await house.speaker()
    await speaker.listen(Mode.AUTO)
    await settled(speaker)
    await house.session.door.state(State.SPEAKING)
    await house.session.door.sound(b"\0\0" * 1440)
    await speaker.wait_for(lambda: speaker.played)
    await speaker.abort(by_wake_word=True)
    await speaker.listen(Mode.AUTO)
    await speaker.wait_for(lambda: ("tts", "stop") in kinds(speaker))
    await frames(speaker, 1)
    await settled(speaker)
    assert house.calls == ["wake", "abort", "wake", "hear"]
    assert kinds(speaker).count(("tts", "stop")) == 1


async def test_an_abort_after_the_end_of_speech_says_nothing_twice(house):
    house.script = ["好。"]
    speaker = await house.speaker()
    await speaker.detect("你好吗")
    await speaker.wait_for(lambda: ("tts", "stop") in kinds(speaker))
    await speaker.abort()
    await settled(speaker)
    assert kinds(speaker).count(("tts", "stop")) == 1


async def test_a_deaf_speaker_is_not_heard_while_it_speaks_and_another_is(house):
    for mode, heard in ((Mode.AUTO, 0), (Mode.REALTIME, 2)):
        speaker = await house.speaker()
        await speaker.listen(mode)
        await settled(speaker)
        await house.session.door.state(State.SPEAKING)
        await frames(speaker, 2)
        await settled(speaker)
        assert [name for name, _ in house.session.calls].count("hear") == heard
        await speaker.hang_up()


async def test_the_volume_is_set_by_its_tool(house):
    tools = SimTools(extra=60)
    speaker = await house.speaker(tools=tools)
    await settled(speaker)
    assert await house.session.door.volume(35) is True
    assert tools.volume == 35
    asked = [said["payload"]["method"] for said in speaker.told if said["type"] == "mcp"]
    assert asked == [
        "initialize", "notifications/initialized", *["tools/list"] * 4, "tools/call",
    ]  # fmt: skip


async def test_the_volume_of_a_speaker_without_tools_cannot_be_set(house):
    speaker = await house.speaker()
    await settled(speaker)
    await speaker.send_raw('{"type":"mcp","payload":{"jsonrpc":"2.0","id":1,"method":"x"}}')
    assert await house.session.door.volume(35) is False


async def test_partials_are_not_shown_as_bubbles(house):
    speaker = await house.speaker()
    await speaker.listen(Mode.AUTO)
    await settled(speaker)
    await house.session.door.heard("我要", final=False)
    await house.session.door.heard("我要报修", final=True)
    await settled(speaker)
    assert [said["text"] for said in speaker.told if said["type"] == "stt"] == ["我要报修"]


@pytest.mark.parametrize(
    ("device", "client", "token"),
    [
        (DEVICE_ID, CLIENT_ID, ""), (DEVICE_ID, CLIENT_ID, "x.1"), (OTHER_ID, CLIENT_ID, None),
        (DEVICE_ID, OTHER_CLIENT_ID, None), ("", "", None),
    ],
    ids=["no token", "a wrong one", "another device", "another installation", "no ids"],
)  # fmt: skip
async def test_nobody_is_let_in_without_the_token_of_this_speaker(house, device, client, token):
    right = house.token(await house.known())
    headers = {
        "Authorization": f"Bearer {right if token is None else token}", "Device-Id": device,
        "Client-Id": client,
    }  # fmt: skip
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await house.http.ws_connect(house.socket_url, headers=headers)
    assert (refused.value.status, house.sessions) == (401, [])


async def test_a_token_of_what_the_speaker_was_before_it_was_erased_is_refused(house):
    old = await house.known()
    house.devices.known[DEVICE_ID] = Known(Ids(DEVICE_ID, OTHER_CLIENT_ID), old.key)
    speaker = house.unconnected(old.ids)
    with pytest.raises(Refused) as refused:
        await speaker.connect(house.socket_url, house.token(old))
    assert refused.value.status == 401


async def test_credentials_may_stand_in_the_address(house):
    known = await house.known()
    query = f"?device-id={DEVICE_ID}&client-id={CLIENT_ID}&authorization={house.token(known)}"
    async with house.http.ws_connect(house.socket_url + query) as socket:
        await socket.send_str('{"type":"hello"}')
        assert (await socket.receive_json())["type"] == "hello"


async def raw(house, **headers):
    known = await house.known()
    return await house.http.ws_connect(
        house.socket_url,
        headers={
            "Authorization": f"Bearer {house.token(known)}", "Device-Id": DEVICE_ID,
            "Client-Id": CLIENT_ID, **headers,
        },
    )  # fmt: skip


async def closed(socket):
    """(code, reason) with which the gateway closes, whatever it says before."""
    while True:
        frame = await socket.receive(timeout=10)
        if frame.type is aiohttp.WSMsgType.CLOSE:
            return frame.data, frame.extra
        assert frame.type in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY}, frame


async def test_a_version_that_there_is_not_is_refused_before_the_socket(house):
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await raw(house, **{"Protocol-Version": "4"})
    assert refused.value.status == 400


async def test_a_hello_of_another_transport_is_refused_with_a_reason(house):
    socket = await raw(house)
    await socket.send_str('{"type":"hello","transport":"udp"}')
    assert await closed(socket) == (1002, "no such transport")


async def test_who_says_no_hello_is_closed_in_the_time_that_the_device_waits(start_house):
    assert HELLO_S == 10
    house = await start_house(hello_s=0)
    socket = await raw(house)
    assert await closed(socket) == (1008, "no hello")
    assert house.sessions == []


async def test_sound_before_the_hello_is_passed_over(house):
    socket = await raw(house)
    await socket.send_bytes(b"\xff" * 10)
    await socket.send_str("no json")
    await socket.send_str('{"type":"hello"}')
    assert (await socket.receive_json())["transport"] == "websocket"


async def test_the_same_speaker_again_closes_the_older_line(house, until):
    known = await house.known()
    older = await house.speaker(known)
    newer = await house.speaker(known)
    await older.wait_for(lambda: older.close_code)
    assert older.close_code == 1008
    await settled(newer)
    await until(lambda: house.sessions[0].calls == [("close", None)])
    assert house.session.calls == []


async def test_a_speaker_that_comes_again_does_not_wait_for_its_dead_line(start_house):
    house = await start_house(close_s=3600)
    dead = await raw(house)
    await dead.send_str('{"type":"hello"}')
    newer = await house.speaker(house.devices.known[DEVICE_ID])
    await settled(newer)
    await closed(dead)


async def test_another_speaker_of_the_house_closes_nothing(house):
    one = await house.speaker()
    other = await house.speaker(await house.known(OTHER_ID, OTHER_CLIENT_ID))
    for speaker in (one, other):
        await settled(speaker)


async def test_a_line_that_nobody_uses_is_closed_without_a_word(house):
    speaker = await house.speaker()
    await speaker.listen(Mode.AUTO)
    await settled(speaker)
    house.hours.advance(IDLE_S - 1)
    await frames(speaker, 1)
    await settled(speaker)
    house.hours.advance(IDLE_S - 1)
    await frames(speaker, 1)
    assert speaker.is_open
    house.hours.advance(1)
    await speaker.wait_for(lambda: speaker.close_code)
    assert (speaker.close_code, set(kinds(speaker))) == (1000, {("pong", None)})


async def test_the_sound_of_a_room_keeps_no_line_open(house):
    speaker = await house.speaker()
    await speaker.listen(Mode.AUTO)
    await frames(speaker, 3)
    await settled(speaker)
    house.hours.advance(IDLE_S)
    await frames(speaker, 1)
    await speaker.wait_for(lambda: speaker.close_code)
    assert speaker.close_code == 1000


async def test_goodbye_hangs_up(house, until):
    speaker = await house.speaker()
    await speaker.send_raw('{"type":"goodbye"}')
    await speaker.wait_for(lambda: speaker.close_code)
    assert speaker.close_code == 1000
    await until(lambda: house.calls == ["close"])


async def test_without_a_session_the_speaker_says_so_on_its_screen(house, caplog):
    house.fails = Unavailable("no recogniser")
    speaker = await house.speaker()
    await speaker.wait_for(lambda: speaker.close_code)
    assert (speaker.close_code, speaker.told[1]) == (
        1013,
        {
            "session_id": speaker.told[0]["session_id"], "type": "alert", "status": "稍等一下",
            "message": "现在有点忙，请过一会儿再跟我说话。有急事请直接打电话给物业。",
            "emotion": "sad",
        },
    )  # fmt: skip
    assert "no session: code=unavailable" in caplog.text


@pytest.mark.parametrize(("error", "code"), [(Unavailable("x"), 1013), (RuntimeError("x"), 1011)])
async def test_a_session_that_fails_closes_the_line_with_a_reason(house, error, code):
    speaker = await house.speaker()
    await settled(speaker)

    async def fails(text):
        raise error

    house.session.hear_text = fails
    await speaker.detect("在吗")
    await speaker.wait_for(lambda: speaker.close_code)
    assert speaker.close_code == code


async def test_frames_without_sound_are_counted_and_too_many_in_a_row_end_it(house):
    socket = await raw(house, **{"Protocol-Version": "3"})
    await socket.send_str('{"type":"hello","version":3}')
    for _ in range(BAD_IN_A_ROW):
        await socket.send_bytes(b"\0\0\0\5abc")
    assert await closed(socket) == (1007, "no sound in it")


async def test_a_second_hello_and_what_nobody_knows_are_passed_over(house):
    speaker = await house.speaker()
    for said in ('{"type":"hello","transport":"udp"}', '{"type":"hello"}', '{"type":"iot"}', "{"):
        await speaker.send_raw(said)
    await settled(speaker)
    assert kinds(speaker) == [("pong", None)]


async def test_a_message_larger_than_any_ends_it(house):
    socket = await raw(house)
    await socket.send_str(" " * 70_000)
    assert (await closed(socket))[0] == 1009


async def test_without_its_setting_the_door_is_off_and_says_why(gateway):
    from connectors.xiaozhi.channel import Xiaozhi

    channel = Xiaozhi(gateway.parts)
    assert (list(channel.routes()), channel.why_off) == (
        [], "no speakers are wanted (LINSHENG_XIAOZHI)",
    )  # fmt: skip


async def test_without_a_voice_the_door_is_off_and_says_why(start_gateway):
    from connectors.xiaozhi.channel import Xiaozhi

    gateway = await start_gateway(xiaozhi=True)
    assert Xiaozhi(gateway.parts).why_off == (
        "there is neither a model to hear with nor a voice to speak with"
    )


async def test_an_unknown_speaker_cannot_connect(house):
    speaker = house.unconnected()
    with pytest.raises(Refused) as refused:
        await speaker.connect(house.socket_url, "x.1762149900")
    assert refused.value.status == 401
