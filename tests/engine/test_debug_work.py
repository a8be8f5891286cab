"""Work for debug lines that is not done."""

import ast
import inspect

import pytest
from rasa.core.policies.rule_policy import RulePolicy
from rasa.core.processor import MessageProcessor

from engine.debug_work import ONLY_FOR_DEBUG_LINES


@pytest.mark.parametrize("module", ONLY_FOR_DEBUG_LINES)
def test_module_copies_for_debug_lines_only(module: object) -> None:
    """Every use of `copy` is an argument of a call of `structlogger`."""
    tree = ast.parse(inspect.getsource(module))
    in_logs = {
        id(name)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "structlogger"
        for name in ast.walk(call)
    }
    uses = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "copy"]
    assert uses
    assert all(id(use) in in_logs for use in uses)


@pytest.mark.parametrize("module", ONLY_FOR_DEBUG_LINES)
def test_nothing_is_copied_for_them(module: object) -> None:
    value = {"text": ["你好"]}
    assert module.copy.deepcopy(value) is value


def test_states_and_slots_are_not_written_out() -> None:
    states = [{"user": {"intent": "greet"}}]
    assert RulePolicy.format_tracker_states(states) is states
    assert MessageProcessor._log_slots(None) is None
