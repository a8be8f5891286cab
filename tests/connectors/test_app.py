"""The application as a whole: health, start, end, and what runs beside the channels."""

import asyncio

from bot.scripted import DeadEngine
from community.errors import StoreError
from connectors.app import _every
from conversation import inbox
from conversation.messages import Inbound, Sender


async def test_healthz_asks_nothing_and_readyz_asks_the_engine(start_gateway):
    gateway = await start_gateway(engine=DeadEngine())
    assert await gateway.get("/healthz", token=None) == (200, {"status": "ok"})
    status, error = await gateway.get("/readyz", token=None)
    assert (status, error["code"]) == (503, "unavailable")


async def test_readyz_is_ready_with_engine_and_database(gateway):
    assert await gateway.get("/readyz", token=None) == (200, {"status": "ready"})


async def test_turn_that_a_dead_process_left_is_answered_after_the_start(start_gateway, db, clock):
    received = Inbound(Sender("api", "first:u"), "first:lost", "你好")
    turn, _ = await inbox.receive(db, clock, received, lease_s=600)
    assert turn.state == "running"
    gateway = await start_gateway()
    done = await gateway.parts.runner.finished(turn.id, 5)
    assert done.outcome == "answered"


async def test_silence_is_noticed_while_the_engine_hangs(start_gateway, clerk, clock):
    gateway = await start_gateway(answer_wait_s=0.1)
    gateway.engine.gate.clear()
    status, pending = await gateway.say("u", "m", "你好")
    assert status == 202
    clock.advance(30)
    done = await gateway.parts.runner.finished(pending["turn_id"], 5)
    assert done.outcome == "failed"
    gateway.engine.gate.set()


async def test_step_that_fails_is_made_again(caplog, until):
    made = []

    async def step():
        made.append(1)
        raise StoreError("locked") if len(made) == 1 else KeyError("unforeseen")

    stopping = asyncio.Event()
    task = asyncio.create_task(_every("steps", 0.01, step, stopping))
    await until(lambda: len(made) >= 4)
    stopping.set()
    await task
    assert "code=store_unavailable" in caplog.text


async def test_nothing_runs_on_after_the_end(start_gateway):
    gateway = await start_gateway()
    await gateway.server.close()
    names = {task.get_name() for task in asyncio.all_tasks()}
    assert not names & {"watch-events", "fire-timers", "recover-turns", "watch-silence"}
