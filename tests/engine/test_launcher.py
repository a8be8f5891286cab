"""`python -m engine`: every part is in its place before Rasa's command line runs."""

import json
import subprocess
import sys
from functools import cache

import pytest

from engine import linear_classifier
from engine.__main__ import is_server, on_loopback
from tests.engine.support import ROOT, project_environment

FOR_TURNS = {
    "rasa.core.actions.action:RemoteAction._validate_action_result": "engine.action_results",
    "rasa.core.actions.action:RemoteAction.run": "engine.failed_actions",
    "rasa.core.actions.action:ActionSessionStart._slot_set_events_from_tracker": "engine.sessions",
    "rasa.core.agent:Agent._create_tracker_store": "engine.stores",
    "rasa.core.brokers.broker:EventBroker.create": "engine.stores",
    "rasa.core.lock_store:InMemoryLockStore": "engine.locks",
    "rasa.core.policies.rule_policy:RulePolicy._find_action_from_rules": "engine.rules",
    "rasa.core.policies.rule_policy:RulePolicy._get_possible_keys": "engine.rules",
    "rasa.core.policies.rule_policy:RulePolicy._prediction_states": "engine.rules",
    "rasa.core.policies.rule_policy:copy.deepcopy": "engine.debug_work",
    "rasa.core.processor:DaskGraphRunner": "engine.graph_runner",
    "rasa.core.processor:MessageProcessor._log_slots": "engine.debug_work",
    "rasa.core.processor:copy.deepcopy": "engine.debug_work",
    "rasa.core.run:close_resources": "engine.action_calls",
    "rasa.core.tracker_store:TrackerStore.create": "engine.stores",
    "rasa.core.utils:AvailableEndpoints.read_endpoints": "engine.action_calls",
    f"{linear_classifier.MODULE}:LogisticRegressionClassifier.process": "engine.linear_classifier",
    "rasa.shared.core.domain:Domain.is_empty": "engine.domain_checks",
    "rasa.shared.core.events:Event.resolve_by_type": "engine.trackers",
    "rasa.shared.core.trackers:DialogueStateTracker.copy": "engine.trackers",
    "rasa.shared.core.trackers:copy.copy": "engine.trackers",
}
FOR_SERVING = {
    "rasa.core.run:load_agent_on_start": "engine.serving",
    "rasa.server:configure_cors": "engine.serving",
    "rasa.utils.log_utils:configure_structlog": "engine.private_logs",
    "logging:getLogRecordFactory()": "engine.private_logs",
}
FOR_ALL = {
    "rasa.engine.recipes.default_recipe:DefaultV1Recipe._create_train_nodes": "engine.imports",
    "rasa.engine.recipes.default_recipe:DefaultV1Recipe._from_registry": "engine.imports",
    "rasa.core.channels:__getattr__": "engine.imports",
}

PROBE = """
import importlib, json, sys
from engine.__main__ import prepare
prepare(sys.argv[1:2])
found = {}
for place in json.loads(sys.argv[2]):
    module, _, path = place.partition(":")
    value = importlib.import_module(module)
    for name in path.split("."):
        value = getattr(value, name.removesuffix("()"))
        value = value() if name.endswith("()") else value
    found[place] = value.__module__
print(json.dumps(found))
"""


@cache
def owners(command: str) -> dict[str, str]:
    """Which module each part comes from after `prepare([command])`."""
    places = json.dumps([*FOR_TURNS, *FOR_SERVING, *FOR_ALL])
    ended = subprocess.run(
        [sys.executable, "-c", PROBE, command, places],
        env=project_environment(ROOT),
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(ended.stdout.splitlines()[-1])


@pytest.mark.parametrize("place", [*FOR_TURNS, *FOR_SERVING, *FOR_ALL])
def test_run_has_every_part_in_place(place: str) -> None:
    assert owners("run")[place] == {**FOR_TURNS, **FOR_SERVING, **FOR_ALL}[place]


@pytest.mark.parametrize("place", [*FOR_TURNS, *FOR_ALL])
def test_test_and_shell_answer_as_run_does(place: str) -> None:
    assert owners("test")[place] == owners("shell")[place] == owners("run")[place]


@pytest.mark.parametrize("place", [*FOR_TURNS, *FOR_SERVING])
def test_train_computes_as_rasa_does(place: str) -> None:
    assert not owners("train")[place].startswith("engine.")


def test_server_listens_on_this_machine_unless_told_otherwise() -> None:
    assert on_loopback(["run", "--port", "1"]) == ["run", "--port", "1", "--interface", "127.0.0.1"]
    assert on_loopback(["run", "-i", "::1"]) == ["run", "-i", "::1"]
    assert on_loopback(["train"]) == ["train"]


def test_action_server_of_rasa_is_not_the_engines_server() -> None:
    assert not is_server(["run", "actions"])
