"""The action server's answer is checked against schemas that are compiled once.

Replaces `rasa.core.actions.action.RemoteAction._validate_action_result`, which on every call builds the schema, checks
the schema itself, builds a validator, and tries each event against the schemas of all events: 60 % of the engine's CPU
time. Here an event is checked against the schema of its own kind; what does not pass is checked once more as a whole,
so that the error is the one Rasa would give.
"""

from typing import Any

from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.shared.constants import DOCS_BASE_URL
from rasa.shared.utils.schemas.events import EVENT_SCHEMA


def install() -> None:
    """Compile the schemas and put the check in place of Rasa's."""
    whole = _compiled(RemoteAction.action_response_format_spec())
    every_event = {key: value for key, value in EVENT_SCHEMA.items() if key != "oneOf"}
    kinds = {
        schema["properties"]["event"]["const"]: _compiled({**every_event, "allOf": [schema]})
        for schema in EVENT_SCHEMA["oneOf"]
    }

    def is_plain(result: Any) -> bool:
        events, responses = result.get("events", []), result.get("responses", [])
        return (
            isinstance(events, list)
            and isinstance(responses, list)
            and all(isinstance(response, dict) for response in responses)
            and all(
                isinstance(event, dict)
                and event.get("event") in kinds
                and kinds[event["event"]].is_valid(event)
                for event in events
            )
        )

    def validate_action_result(self: RemoteAction, result: Any) -> bool:
        if isinstance(result, dict) and is_plain(result):
            return True
        error = next(whole.iter_errors(result), None)
        if error is None:
            return True
        error.message += (
            ". Failed to validate Action server response from API, make sure your response from the Action "
            f"endpoint is valid. For more information about the format visit {DOCS_BASE_URL}/custom-actions"
        )
        raise error

    RemoteAction._validate_action_result = validate_action_result


def _compiled(schema: dict[str, Any]) -> Any:
    kind = validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)
