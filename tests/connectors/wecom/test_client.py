"""The client: WeCom's rules of tokens, messages, sessions and pulls, and its refusals by their meaning."""

import pytest

from community.errors import TooLarge, Unavailable
from connectors.wechat.client import Media
from connectors.wechat.errors import ACTIONS as WECHAT_ACTIONS
from connectors.wechat.errors import Action, OutcomeUnknown
from connectors.wechat.sim.faults import Refuse, Reset
from connectors.wecom.client import Page, ServiceState
from connectors.wecom.errors import ACTIONS, WeComError

READER = "wmReader-0000000000000000001"
SEND = "kf/send_msg"


async def test_token_is_fetched_once_and_at_its_end(sim, client, clock):
    sim.says(READER, "一")
    for key in ("a", "b"):
        await client.send_text(sim.open_kfid, READER, key, key=key)
    clock.advance(7199)
    await client.send_text(sim.open_kfid, READER, "c", key="c")
    assert sim.calls["gettoken"] == 1
    clock.advance(1)
    await client.send_text(sim.open_kfid, READER, "d", key="d")
    assert (sim.calls["gettoken"], sim.screen(READER)) == (2, ["a", "b", "c", "d"])


async def test_revoked_token_costs_one_fetch_and_one_more_call(sim, client):
    sim.says(READER, "一")
    await client.send_text(sim.open_kfid, READER, "a", key="a")
    sim.tokens.revoke()
    await client.send_text(sim.open_kfid, READER, "b", key="b")
    assert (sim.calls["gettoken"], sim.calls[SEND]) == (2, 3)


async def test_wrong_secret_rests_and_pages_and_is_told_without_it(sim, client, refusing, watch):
    sim.secret = "f" * 43
    for _ in range(3):
        error = await refusing(client.service_state(sim.open_kfid, READER), WeComError)
        assert (error.errcode, error.action) == (40001, Action.PAGE_OPERATOR)
    assert sim.calls["gettoken"] == 1
    assert [r.getMessage() for r in watch.records if r.levelname == "ERROR"] == [
        "no wecom token for 60 s: WeComError (errcode 40001: page_operator)"
    ]


async def test_message_sent_twice_under_its_key_is_shown_once(sim, client):
    sim.says(READER, "一")
    sim.inject(SEND, Reset(done=True))
    with pytest.raises(OutcomeUnknown):
        await client.send_text(sim.open_kfid, READER, "明天停水。", key="notice-1")
    await client.send_text(sim.open_kfid, READER, "明天停水。", key="notice-1")
    assert (sim.screen(READER), sim.calls[SEND]) == (["明天停水。"], 2)
    assert sim.sessions[READER].left == 4


async def test_refused_form_of_a_key_is_not_taken_for_a_repetition(sim, client, refusing):
    sim.says(READER, "一")
    sim.inject(SEND, Refuse(40058))
    error = await refusing(client.send_text(sim.open_kfid, READER, "a", key="a"), WeComError)
    assert (error.errcode, sim.screen(READER)) == (40058, [])


async def test_key_of_a_wrong_form_is_never_sent(sim, client):
    for key in ("", "a" * 33, "中", "a b"):
        with pytest.raises(ValueError, match="key"):
            await client.send_text(sim.open_kfid, READER, "a", key=key)
    assert sim.calls[SEND] == 0


@pytest.mark.parametrize(
    ("prepare", "errcode", "action"),
    [
        (lambda sim: None, 40096, Action.UNREACHABLE),
        (lambda sim: sim.seat_takes(READER), 95018, Action.WINDOW_CLOSED),
        (lambda sim: sim.seat_ends(READER), 95013, Action.WINDOW_CLOSED),
        (lambda sim: sim.enters(READER), 95013, Action.WINDOW_CLOSED),
        (lambda sim: (sim.says(READER, "一"), sim.clock.advance(48 * 3600)), 95002,
         Action.WINDOW_CLOSED),
    ],
)  # fmt: skip
async def test_refusals_say_what_to_do(sim, client, refusing, prepare, errcode, action):
    prepare(sim)
    error = await refusing(client.send_text(sim.open_kfid, READER, "a", key="a"), WeComError)
    assert (error.errcode, error.action) == (errcode, action)


async def test_sixth_message_is_beyond_the_allowance(sim, client, refusing):
    sim.says(READER, "一")
    for i in range(5):
        await client.send_text(sim.open_kfid, READER, str(i), key=str(i))
    error = await refusing(client.send_text(sim.open_kfid, READER, "5", key="5"), WeComError)
    assert (error.errcode, error.action) == (95001, Action.QUOTA_USED)


async def test_limited_api_rests_for_a_minute_alone(sim, client, clock, refusing):
    sim.says(READER, "一")
    sim.inject(SEND, Refuse(45009))
    for _ in range(3):
        error = await refusing(client.send_text(sim.open_kfid, READER, "a", key="a"), WeComError)
        assert error.action is Action.RATE_LIMITED
    assert sim.calls[SEND] == 1
    assert await client.service_state(sim.open_kfid, READER) is ServiceState.NEW
    clock.advance(60)
    await client.send_text(sim.open_kfid, READER, "a", key="a")
    assert sim.screen(READER) == ["a"]


async def test_busy_wecom_is_asked_again_three_times(sim, client, pauses, refusing):
    sim.inject("kf/service_state/get", Refuse(-1), times=4)
    await refusing(client.service_state(sim.open_kfid, READER), WeComError)
    assert pauses == [1.0, 2.0, 4.0]


async def test_file_of_a_resident_is_fetched(sim, client, refusing):
    media_id = sim.sends_file(READER, "voice", b"#!AMR\n" + b"\0" * 40)
    fetched = await client.get_media(media_id)
    assert fetched == Media("application/octet-stream", b"#!AMR\n" + b"\0" * 40)
    await refusing(client.get_media(media_id, max_bytes=10), TooLarge)
    error = await refusing(client.get_media("unknown"), WeComError)
    assert error.action is Action.UPLOAD_AGAIN


async def test_welcome_code_is_good_once_and_for_twenty_seconds(sim, client, clock, refusing):
    code = sim.enters(READER)
    await client.send_msg_on_event(code, "欢迎")
    await refusing(client.send_msg_on_event(code, "欢迎"), WeComError)
    clock.advance(48 * 3600 + 1)
    late = sim.enters(READER)
    clock.advance(20)
    await refusing(client.send_msg_on_event(late, "欢迎"), WeComError)
    assert sim.screen(READER) == ["欢迎"]


async def test_session_changes_hands_by_the_rules(sim, client, session, base_url):
    sim.says(READER, "一")
    ours = (sim.open_kfid, READER)
    assert await client.service_state(*ours) is ServiceState.NEW

    async def become(state, **more):
        url, token = f"{base_url}/cgi-bin/kf/service_state/trans", sim.tokens.issued[-1]
        body = {"open_kfid": ours[0], "external_userid": ours[1], "service_state": state} | more
        async with session.post(url, params={"access_token": token}, json=body) as response:
            answer = await response.json()
        return answer["errcode"], answer.get("msg_code")

    assert await become(ServiceState.POOL) == (0, "code-of-the-change")
    assert await become(ServiceState.SEAT, servicer_userid="zhangsan") == (0, None)
    assert await become(ServiceState.BOT) == (95016, None)
    assert await client.service_state(*ours) is ServiceState.SEAT


async def test_pages_follow_their_cursors_to_the_end(sim, client):
    sim.history.page = 2
    for i in range(5):
        sim.says(READER, str(i))
    token, cursor, pages = sim.history.token(), "", []
    while True:
        page = await client.sync_msg(sim.open_kfid, cursor=cursor, token=token)
        pages.append([item["text"]["content"] for item in page.items])
        cursor = page.next_cursor
        if not page.has_more:
            break
    assert pages == [["0", "1"], ["2", "3"], ["4"]]
    empty = await client.sync_msg(sim.open_kfid, cursor=cursor, token=token)
    assert empty == Page([], cursor, has_more=False)


async def test_pull_token_lasts_ten_minutes_and_history_three_days(sim, client, clock, refusing):
    sim.says(READER, "一")
    token = sim.history.token()
    clock.advance(600)
    error = await refusing(client.sync_msg(sim.open_kfid, cursor="", token=token), WeComError)
    assert error.errcode == 95007
    assert len((await client.sync_msg(sim.open_kfid, cursor="", token=None)).items) == 1
    clock.advance(3 * 24 * 3600)
    assert (await client.sync_msg(sim.open_kfid, cursor="", token=None)).items == []


async def test_cut_connection_is_an_unknown_outcome(sim, client, refusing):
    sim.inject("kf/sync_msg", Reset())
    await refusing(client.sync_msg(sim.open_kfid, cursor="", token=None), Unavailable)


def test_codes_with_another_meaning_than_the_official_accounts_are_ours(clock):
    differ = {code for code in ACTIONS if WECHAT_ACTIONS.get(code, ACTIONS[code]) != ACTIONS[code]}
    assert differ == {40001, 48002}
    assert WeComError(45009).rest_s(clock.now()) == 60.0
