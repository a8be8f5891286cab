"""A server is ready when its first turn will be as quick as the next, and its logs are private from then on.

Replaces

- `rasa.core.run.load_agent_on_start`: after the model is loaded, one message is parsed, so that dictionaries and lazily
  built tables are in place, and what was loaded is taken out of the garbage collector's sight: it stays, and looking
  through it costs every turn;
- `rasa.server.configure_cors`, which examines every request for other sites even when none may call.
"""

import gc
import warnings
from typing import Any

import rasa.core.run
import rasa.server
from rasa.core.channels.channel import UserMessage

from engine import private_logs

WARM_UP_TEXT = "。"

_load_agent = rasa.core.run.load_agent_on_start
_configure_cors = rasa.server.configure_cors


def install() -> None:
    """Warm up after loading, and guard the logs; to be called before `rasa.__main__` is imported."""
    private_logs.install()
    # Sanic has asked for them; what locked libraries will drop one day tells an operator nothing.
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    rasa.core.run.load_agent_on_start = _load_warm_agent
    rasa.server.configure_cors = _configure_cors_if_any


def _configure_cors_if_any(app: Any, cors_origins: Any = "") -> None:
    if cors_origins:
        _configure_cors(app, cors_origins)


async def _load_warm_agent(*values: Any) -> Any:
    agent = await _load_agent(*values)
    if agent.is_ready():
        await agent.processor.parse_message(UserMessage(WARM_UP_TEXT))
    gc.collect()
    gc.freeze()
    private_logs.close()
    return agent
