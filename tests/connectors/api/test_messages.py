"""POST /api/v1/messages: one answer for each message id, whatever happens on the way."""

import asyncio

from bot.messages import Handoff, Reply
from bot.scripted import DeadEngine, ScriptedEngine
from conversation import outbox, queue
from conversation.messages import Draft

CHOOSE = Reply(
    (Draft("哪里坏了？", (("厨房", "/where_kitchen"), ("卫生间", "/where_bath"))),),
    "report_repair",
    0.93,
    asked=True,
)


async def test_message_is_answered_with_everything_a_client_needs(gateway):
    gateway.engine.script["报修"] = CHOOSE
    status, answer = await gateway.say("张三", "m-1", "报修")
    assert status == 200
    assert answer == {
        "turn_id": answer["turn_id"],
        "conversation": answer["conversation"],
        "outcome": "asked",
        "intent": "report_repair",
        "confidence": 0.93,
        "replies": [
            {
                "seq": 2,
                "text": "哪里坏了？",
                "choices": [{"id": "2-1", "label": "厨房"}, {"id": "2-2", "label": "卫生间"}],
            }
        ],
    }


async def test_same_message_again_gets_the_same_bytes_and_runs_nothing(gateway):
    client = await gateway.new_client()
    headers = {"Authorization": "Bearer token-of-the-first-client"}
    body = {"user": "u", "message_id": "m", "text": "你好"}
    answers = []
    for _ in range(3):
        async with client.post("/api/v1/messages", json=body, headers=headers) as response:
            answers.append(await response.read())
    assert answers[0] == answers[1] == answers[2]
    assert len(gateway.engine.asked) == 1


async def test_retries_join_the_running_turn(gateway, until):
    gateway.engine.gate.clear()
    calls = [asyncio.create_task(gateway.say("u", "m", "你好")) for _ in range(3)]
    await until(lambda: gateway.engine.asked)
    gateway.engine.gate.set()
    answers = await asyncio.gather(*calls)
    assert len({str(answer) for answer in answers}) == 1
    assert len(gateway.engine.asked) == 1


async def test_message_id_with_other_content_is_a_conflict(gateway):
    await gateway.say("u", "m", "你好")
    status, error = await gateway.say("u", "m", "再见")
    assert (status, error["code"]) == (409, "conflict")
    assert "message_id" in error["message"]
    assert len(gateway.engine.asked) == 1


async def test_message_ids_are_apart_for_each_user_and_client(gateway):
    first = await gateway.say("a:b", "c", "一")
    second = await gateway.say("a", "b:c", "二")
    third = await gateway.say("a:b", "c", "三", token="token-of-the-other-client")
    assert [status for status, _ in (first, second, third)] == [200, 200, 200]
    assert len({answer["conversation"] for _, answer in (first, second, third)}) == 3


async def test_choice_answers_what_was_offered(gateway):
    gateway.engine.script["报修"] = CHOOSE
    _, asked = await gateway.say("u", "m1", "报修")
    status, _ = await gateway.post(
        "/api/v1/messages", {"user": "u", "message_id": "m2", "choice": "2-2"}
    )
    assert status == 200
    assert gateway.engine.asked[-1][1] == "/where_bath"
    _, read = await gateway.get(f"/api/v1/conversations/{asked['conversation']}/messages")
    assert [m["text"] for m in read["messages"] if m["from"] == "resident"] == ["报修", "卫生间"]


async def test_choice_that_was_never_offered_is_refused_with_a_clear_message(gateway):
    gateway.engine.script["报修"] = CHOOSE
    await gateway.say("u", "m1", "报修")
    for user, choice in (("u", "2-3"), ("u", "9-1"), ("u", "x"), ("nobody", "2-1")):
        status, error = await gateway.post(
            "/api/v1/messages", {"user": user, "message_id": "m2", "choice": choice}
        )
        assert (status, error["code"]) == (400, "bad_request")
        assert "选项" in error["message"]


async def test_slow_answer_is_pending_and_comes_by_the_next_call(start_gateway):
    gateway = await start_gateway(answer_wait_s=0.2)
    gateway.engine.gate.clear()
    status, pending = await gateway.say("u", "m", "你好")
    assert status == 202
    assert pending["outcome"] == "pending"
    assert (pending["intent"], pending["confidence"], pending["replies"]) == (None, None, [])
    gateway.engine.gate.set()
    await gateway.parts.runner.finished(pending["turn_id"], 10)
    status, answer = await gateway.say("u", "m", "你好")
    assert (status, answer["outcome"]) == (200, "answered")
    assert answer["turn_id"] == pending["turn_id"]
    assert len(gateway.engine.asked) == 1


async def test_engine_failure_is_a_kind_sentence_and_a_person(start_gateway, clerk):
    gateway = await start_gateway(engine=DeadEngine())
    status, answer = await gateway.say("u", "m", "你好")
    assert (status, answer["outcome"], answer["intent"]) == (200, "failed", None)
    assert "值班同事" in answer["replies"][0]["text"]
    async with gateway.db.read() as conn:
        assert len(await queue.open_cases(conn, answer["conversation"])) == 1


async def test_emergency_is_answered_without_the_engine(start_gateway):
    gateway = await start_gateway(engine=DeadEngine())
    _, answer = await gateway.say("u", "m", "救命！我家着火了")
    assert (answer["outcome"], answer["intent"], answer["confidence"]) == ("emergency", None, None)
    assert "119" in answer["replies"][0]["text"]


async def test_hand_off_and_waiting_for_a_person_say_handed_off(gateway, clerk):
    gateway.engine.script["找人工"] = Reply((), "ask_human", 0.99, handoff=Handoff("asked"))
    _, first = await gateway.say("u", "m1", "找人工")
    _, second = await gateway.say("u", "m2", "我家水管漏了")
    assert [first["outcome"], second["outcome"]] == ["handed_off", "handed_off"]
    assert second["intent"] is None


async def test_words_that_a_claim_overtook_are_never_answered(start_gateway, clerk, clock, until):
    gateway = await start_gateway(answer_wait_s=0.2)
    gateway.engine.gate.clear()
    _, pending = await gateway.say("u", "m", "你好")
    conversation = pending["conversation"]
    gateway.engine.gate.set()
    await until(lambda: not gateway.parts.runner.is_working(conversation))
    async with gateway.db.write() as conn:
        case = await queue.open_case(
            conn, clock, conversation, lane=queue.Lane.NORMAL, reason="asked", summary={}
        )
        await queue.claim(conn, clock, case.id, clerk, lease_s=60)
    first = await gateway.say("u", "m", "你好")
    assert first[1]["replies"] == []
    assert await gateway.say("u", "m", "你好") == first
    _, read = await gateway.get(f"/api/v1/conversations/{conversation}/messages")
    assert [m["from"] for m in read["messages"]] == ["resident"]


async def test_answer_stays_the_same_after_a_claim(gateway, clerk, clock):
    before = await gateway.say("u", "m", "你好")
    async with gateway.db.write() as conn:
        case = await queue.open_case(
            conn, clock, before[1]["conversation"], lane=queue.Lane.NORMAL, reason="asked",
            summary={},
        )  # fmt: skip
        await queue.claim(conn, clock, case.id, clerk, lease_s=60)
    assert await gateway.say("u", "m", "你好") == before


async def test_card_becomes_lines_of_the_text(gateway):
    card = {"title": "报修单 1024", "state": "待派单", "tone": "wait", "facts": [["地点", "厨房"]]}
    gateway.engine.script["进度"] = Reply((Draft("查到了。", card=card),), "query_repair", 0.9)
    _, answer = await gateway.say("u", "m", "进度")
    assert answer["replies"][0]["text"] == "查到了。\n报修单 1024：待派单\n地点：厨房"


async def test_burst_of_one_user_is_answered_in_order_and_holds_nobody_up(start_gateway):
    class Slow(ScriptedEngine):
        async def reply(self, conversation_id, text, **options):
            if text.startswith("第"):
                await asyncio.sleep(0.05)
            return await super().reply(conversation_id, text, **options)

    gateway = await start_gateway(engine=Slow(), answer_wait_s=15.0)
    burst = [asyncio.create_task(gateway.say("busy", f"m{i}", f"第{i}句")) for i in range(50)]
    await asyncio.sleep(0.3)
    _, other = await asyncio.wait_for(gateway.say("calm", "m", "你好"), 1.5)
    assert other["outcome"] == "answered"
    assert not all(task.done() for task in burst)
    answers = [answer for _, answer in await asyncio.gather(*burst)]
    assert all(answer["outcome"] == "answered" for answer in answers)
    seqs = {m["seq"]: m["text"] for a in answers for m in a["replies"]}
    said = [text for _, text, _ in gateway.engine.asked if text.startswith("第")]
    assert [seqs[seq] for seq in sorted(seqs)] == [f"听到：{text}" for text in said]
    assert sorted(said) == sorted(f"第{i}句" for i in range(50))


async def test_reading_on_marks_as_read_what_came_before(gateway, clerk, clock):
    _, answer = await gateway.say("u", "m1", "你好")
    path = f"/api/v1/conversations/{answer['conversation']}/messages"
    status, read = await gateway.get(path)
    assert status == 200
    assert [(m["seq"], m["from"], m["text"]) for m in read["messages"]] == [
        (1, "resident", "你好"),
        (2, "bot", "听到：你好"),
    ]
    assert read["messages"][0]["at"] == "2025-11-03T14:05:00.000+08:00"
    assert read["next"] == 2
    async with gateway.db.write() as conn:
        case = await queue.open_case(
            conn, clock, answer["conversation"], lane=queue.Lane.NORMAL, reason="asked", summary={}
        )
        await queue.claim(conn, clock, case.id, clerk, lease_s=60)
        epoch = await queue.speak(conn, clock, case.id, clerk)
        await outbox.say(
            conn, clock, answer["conversation"], [Draft("我马上到。")], epoch=epoch, key="k",
            speaker="staff", staff_id=clerk,
        )  # fmt: skip
    _, read = await gateway.get(f"{path}?after=2")
    assert [(m["from"], m["text"]) for m in read["messages"]] == [("staff", "我马上到。")]
    assert await gateway.get(f"{path}?after=3") == (200, {"messages": [], "next": 3})
