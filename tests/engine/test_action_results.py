"""The check of the action server's answers: Rasa's verdicts, without compiling schemas each time."""

from typing import Any

import jsonschema
import pytest
from jsonschema import Draft202012Validator, ValidationError
from rasa.core.actions.action import RemoteAction

ACTION = RemoteAction("action_any", None)

GOOD = [
    {},
    {"events": [], "responses": []},
    {"events": [{"event": "slot", "name": "place", "value": None, "timestamp": None}]},
    {"events": [{"event": "reset_slots", "timestamp": None}, {"event": "followup", "name": "x"}]},
    {"events": [{"event": "bot", "text": "好", "metadata": {}}], "responses": [{"text": "好"}]},
    {"events": [{"event": "user", "text": "好", "parse_data": {"intent": {"name": "greet"}}}]},
]
BAD = [
    None,
    [],
    "text",
    {"events": {}},
    {"responses": ["好"]},
    {"events": ["slot"]},
    {"events": [{"name": "place"}]},
    {"events": [{"event": "unheard_of"}]},
    {"events": [{"event": "slot", "name": "place"}]},
    {"events": [{"event": "slot", "name": 3, "value": None}]},
    {"events": [{"event": "slot", "name": "place", "value": 1, "timestamp": "soon"}]},
    {"events": [{"event": "action", "name": "x", "metadata": []}]},
    {"events": [{"event": "user", "text": 3}]},
]


def rasas_error(answer: Any) -> ValidationError | None:
    """What Rasa's own check finds."""
    try:
        jsonschema.validate(answer, RemoteAction.action_response_format_spec())
    except ValidationError as error:
        return error
    return None


@pytest.mark.parametrize("answer", GOOD)
def test_answer_that_rasa_accepts_passes(answer: Any) -> None:
    assert rasas_error(answer) is None
    assert ACTION._validate_action_result(answer) is True


@pytest.mark.parametrize("answer", BAD)
def test_answer_that_rasa_refuses_is_refused_for_the_same_reason(answer: Any) -> None:
    expected = rasas_error(answer)
    assert expected is not None
    with pytest.raises(ValidationError) as refused:
        ACTION._validate_action_result(answer)
    assert list(refused.value.path) == list(expected.path)
    assert "Failed to validate Action server response" in refused.value.message


def test_schema_is_not_checked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def check_schema(schema: Any) -> None:
        raise AssertionError("the schema itself was checked")

    monkeypatch.setattr(Draft202012Validator, "check_schema", check_schema)
    with pytest.raises(AssertionError):
        jsonschema.validate({}, RemoteAction.action_response_format_spec())
    for answer in GOOD:
        ACTION._validate_action_result(answer)
