"""Actions that failed are noted, and only those."""

from typing import Any

import pytest
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import ClientResponseError

from engine import failed_actions
from tests.engine.support import ScriptedActions, run


async def act(answer: Any) -> list[str]:
    """What is noted while an action runs."""
    action = RemoteAction("action_any", ScriptedActions({"action_any": answer}))
    tracker = DialogueStateTracker("sender", [])
    with failed_actions.noted() as failed:
        try:
            await action.run(
                CollectingOutputChannel(),
                TemplatedNaturalLanguageGenerator({}),
                tracker,
                Domain.empty(),
            )
        except ActionExecutionRejection:
            failed.append("declined")
        except Exception:
            failed.append("raised")
    return failed


@pytest.mark.parametrize(
    "answer", [ClientResponseError(500, "", b"{}"), TimeoutError(), {"events": "nonsense"}]
)
def test_action_that_fails_is_noted_and_still_fails(answer: Any) -> None:
    assert run(act(answer)) == ["action_any", "raised"]


def test_action_that_declines_is_not_noted() -> None:
    declined = ClientResponseError(400, "", b'{"action_name": "action_any", "error": "no"}')
    assert run(act(declined)) == ["declined"]


def test_action_that_answers_is_not_noted() -> None:
    assert run(act({"events": [], "responses": []})) == []
