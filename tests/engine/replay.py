"""Plays random dialogues and prints what the engine did, turn by turn, as JSON.

    replay.py {stock|lean} MODEL FIRST_SEED DIALOGUES TURNS

`stock` is Rasa as it is, with whole trackers in memory; `lean` is what `python -m engine` serves with, and trackers of
three turns on disk. Both print the same, or the lean parts have changed what the engine says.
"""

import asyncio
import json
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

KIND, MODEL, FIRST_SEED, DIALOGUES, TURNS = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
KEPT_TURNS = 3

if KIND == "lean":
    from engine.__main__ import prepare

    prepare(["shell"])

from rasa.core.agent import Agent  # noqa: E402
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage  # noqa: E402
from rasa.core.tracker_store import InMemoryTrackerStore  # noqa: E402
from rasa.shared.core.domain import SessionConfig  # noqa: E402
from rasa.shared.core.events import ActionExecuted, UserUttered  # noqa: E402

from engine import sessions  # noqa: E402
from engine.tracker_store import BoundedTrackerStore  # noqa: E402
from tests.engine.support import ScriptedActions  # noqa: E402

# Rasa's own way of carrying slots over contradicts itself after a reset (engine/sessions.py).
sessions.install()

EXPIRE = "(an hour passes)"
BACK = "/back"

SAYINGS = [
    *["我要报修", '/report_repair{"place": "厨房"}', "[客厅]灯不亮了", "下水道反味"] * 3,
    *["厨房", "卫生间", "水管漏水", "马桶堵了三天了", "/affirm", "/deny", "对的", "不对"] * 3,
    *["/cancel_flow", "算了不报了", "/thank", "谢谢", "找个真人跟我说", "/greet", "你好"] * 2,
    *["我物业费欠多少", '/query_fee{"fee_item": "水费"}', "帮我炒股", "/out_of_scope"] * 2,
    *["/affirm", "嗯嗯啊啊", BACK, "/restart", EXPIRE],
]


def slot(name: str, value: Any) -> dict[str, Any]:
    """The event by which an action sets a slot."""
    return {"event": "slot", "timestamp": None, "name": name, "value": value}


def create_repair(tracker: dict[str, Any]) -> dict[str, Any]:
    """What the project's own action answers."""
    outcome = "done" if tracker["slots"]["confirmed"] else "refused"
    reset = {"event": "reset_slots", "timestamp": None}
    return {"events": [reset, slot("outcome", outcome)], "responses": []}


def query_fee(tracker: dict[str, Any]) -> dict[str, Any]:
    """Counts its calls in a slot."""
    count = (tracker["slots"]["last_turn"] or 0) + 1
    said = {"text": f"{tracker['slots']['fee_item']} {count}"}
    return {"events": [slot("last_turn", count)], "responses": [said]}


async def play(agent: Agent, seed: int) -> None:
    """One dialogue."""
    chance = random.Random(seed)
    sender = f"dialogue-{seed}"
    text = ""
    for number in range(TURNS):
        # Going back twice in a row goes back further than trackers of three turns remember.
        text = chance.choice([saying for saying in SAYINGS if saying != BACK or text != BACK])
        if text == EXPIRE:
            text = "你好"
            agent.processor.domain.session_config = SessionConfig(1e-9, True)
        await asyncio.sleep(0.002)
        channel = CollectingOutputChannel()
        await agent.handle_message(UserMessage(text, channel, sender))
        agent.processor.domain.session_config = SessionConfig(60, True)
        tracker = await agent.tracker_store.retrieve(sender)
        print(
            json.dumps(
                {"seed": seed, "turn": number, "text": text, **what_happened(tracker, channel)},
                ensure_ascii=False,
            )
        )


def what_happened(tracker: Any, channel: CollectingOutputChannel) -> dict[str, Any]:
    """What was said, what was done on whose word, and the state that is left."""
    events = list(tracker.events)
    said = [index for index, event in enumerate(events) if isinstance(event, UserUttered)]
    turn = events[said[-1] :] if said else events
    actions = [
        [event.action_name, event.policy, round(event.confidence or 0, 9)]
        for event in turn
        if isinstance(event, ActionExecuted)
    ]
    understood = turn[0].intent if said else {}
    loop = tracker.active_loop
    return {
        "messages": channel.messages,
        "events": [event.type_name for event in turn],
        "actions": actions,
        "slots": tracker.current_slot_values(),
        "loop": loop and [loop.name, loop.rejected, loop.is_interrupted],
        "trigger": loop and loop.trigger_message["text"],
        "action": tracker.latest_action_name,
        "paused": tracker.is_paused(),
        "intent": [understood.get("name"), round(understood.get("confidence", 0), 9)],
    }


async def main() -> None:
    """All dialogues, one after another."""
    store = InMemoryTrackerStore(None)
    if KIND == "lean":
        path = Path(tempfile.mkdtemp()) / "engine.db"
        store = BoundedTrackerStore(path=str(path), turns=KEPT_TURNS)
    actions = {"action_repair_create": create_repair, "action_fee_query": query_fee}
    agent = Agent.load(MODEL, tracker_store=store, action_endpoint=ScriptedActions(actions))
    for seed in range(FIRST_SEED, FIRST_SEED + DIALOGUES):
        await play(agent, seed)


sys.path.insert(0, ".")
asyncio.run(main())
