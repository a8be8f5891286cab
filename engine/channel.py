"""The HTTP door of the engine: Rasa's REST JSON, with the intent that was understood and with honest failures.

In credentials.yml: `engine.channel.TurnInput:`. Only this machine may call it.

    POST   /webhooks/rest/webhook                  {"sender", "message", "metadata"} -> list of messages
    DELETE /webhooks/rest/conversations/<sender>   forgets the dialogue

The list is the one of Rasa's own REST channel; its last element is always
`{"recipient_id", "custom": {"turn": {"intent", "confidence"}}}`, where `turn` also has `failed_actions` when the action
server could not run some. A failure is `{"code"}` with its status, never text.

A turn whose `metadata.turn_id` is that of a turn still running gets that turn's answer, and one whose id is that of the
conversation's last saved turn gets the answer that one got; neither is run again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Any
from urllib.parse import unquote

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY
from sanic import Blueprint, response
from sanic.exceptions import InvalidUsage
from sanic.request import Request
from sanic.response import HTTPResponse

from engine import failed_actions

logger = logging.getLogger(__name__)

BAD_REQUEST = "bad_request"
NOT_LOCAL = "not_local"
NOT_READY = "engine_not_ready"
ENGINE_ERROR = "engine_error"
NOT_SUPPORTED = "not_supported"


class TurnInput(InputChannel):
    """Takes one turn of a conversation and answers with what the bot says."""

    def __init__(self) -> None:
        self._turns: dict[object, asyncio.Task[list[dict[str, Any]]]] = {}

    @classmethod
    def name(cls) -> str:
        """The name of Rasa's own REST channel: the addresses stay the same."""
        return "rest"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[None]]) -> Blueprint:
        """The routes, below `/webhooks/rest`."""
        routes = Blueprint("engine_turn_input", "engine_channel")

        @routes.middleware("request")
        async def only_local(request: Request) -> HTTPResponse | None:
            return None if ip_address(request.ip).is_loopback else _failure(NOT_LOCAL, 403)

        @routes.get("/")
        async def health(request: Request) -> HTTPResponse:
            return response.json({"status": "ok"}) if _ready(request) else _failure(NOT_READY, 503)

        @routes.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            message = _read_message(request, self.name())
            if message is None:
                return _failure(BAD_REQUEST, 400)
            agent = _ready(request)
            if agent is None:
                return _failure(NOT_READY, 503)
            turn_id = _turn_id(message)
            key = (message.sender_id, turn_id) if turn_id else object()
            turn = self._turns.get(key)
            if turn is None:
                turn = asyncio.create_task(_run_turn(agent, on_new_message, message))
                self._turns[key] = turn
                turn.add_done_callback(lambda _: self._turns.pop(key))
            try:
                # A caller that hangs up must not stop a turn half-way: its action may have run already.
                return response.json(await asyncio.shield(turn))
            except Exception:
                logger.exception("a turn failed")
                return _failure(ENGINE_ERROR, 500)

        @routes.delete("/conversations/<sender:path>")
        async def forget(request: Request, sender: str) -> HTTPResponse:
            sender = unquote(sender)
            agent = _ready(request)
            if agent is None:
                return _failure(NOT_READY, 503)
            delete = getattr(_store(agent), "delete", None)
            if delete is None:
                return _failure(NOT_SUPPORTED, 501)
            try:
                async with agent.lock_store.lock(sender):
                    deleted = await delete(sender)
            except Exception:
                logger.exception("a dialogue could not be forgotten")
                return _failure(ENGINE_ERROR, 500)
            return response.json({"deleted": deleted})

        return routes


async def _run_turn(
    agent: Agent, on_new_message: Callable[[UserMessage], Awaitable[None]], message: UserMessage
) -> list[dict[str, Any]]:
    before = await _answered_before(agent, message)
    if before is not None:
        return before
    message.parse_data = await agent.processor.parse_message(message)
    intent = message.parse_data[INTENT]
    with failed_actions.noted() as failed:
        await on_new_message(message)
    turn = {
        "intent": intent.get(INTENT_NAME_KEY),
        "confidence": intent.get(PREDICTED_CONFIDENCE_KEY),
    }
    if failed:
        turn["failed_actions"] = failed
    return [*message.output_channel.messages, _last(message, turn)]


def _last(message: UserMessage, turn: dict[str, Any]) -> dict[str, Any]:
    return {"recipient_id": message.sender_id, "custom": {"turn": turn}}


async def _answered_before(agent: Agent, message: UserMessage) -> list[dict[str, Any]] | None:
    """The answer that this very turn got, read back from the dialogue; None for a new turn."""
    turn_id, store = _turn_id(message), _store(agent)
    if not turn_id or not hasattr(store, "last_turn"):
        return None
    if store.last_turn(message.sender_id) != turn_id:
        return None
    tracker = await store.retrieve(message.sender_id)
    events = list(tracker.events)
    start = max(i for i, event in enumerate(events) if isinstance(event, UserUttered))
    for event in events[start:]:
        if isinstance(event, BotUttered):
            await message.output_channel.send_response(message.sender_id, event.message())
    intent = events[start].intent
    turn = {
        "intent": intent.get(INTENT_NAME_KEY),
        "confidence": intent.get(PREDICTED_CONFIDENCE_KEY),
    }
    return [*message.output_channel.messages, _last(message, turn)]


def _turn_id(message: UserMessage) -> str | None:
    return (message.metadata or {}).get("turn_id")


def _store(agent: Agent) -> Any:
    """The tracker store itself; under the bare `rasa run` it is wrapped."""
    return getattr(agent.tracker_store, "_tracker_store", agent.tracker_store)


def _read_message(request: Request, channel: str) -> UserMessage | None:
    try:
        body = request.json
    except InvalidUsage:
        return None
    if not isinstance(body, dict):
        return None
    sender, text, metadata = body.get("sender"), body.get("message"), body.get("metadata")
    if not (isinstance(sender, str) and sender and isinstance(text, str) and text.strip()):
        return None
    if not isinstance(metadata, dict | None):
        return None
    return UserMessage(
        text, CollectingOutputChannel(), sender, input_channel=channel, metadata=metadata
    )


def _ready(request: Request) -> Agent | None:
    agent = getattr(request.app.ctx, "agent", None)
    return agent if agent is not None and agent.is_ready() else None


def _failure(code: str, status: int) -> HTTPResponse:
    return response.json({"code": code}, status=status)
