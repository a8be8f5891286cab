"""Rules are found quicker, and they are the same rules."""

import random
from typing import Any

import pytest
from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RulePolicy
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import ActionExecuted, ActiveLoop, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from engine import rules

pytestmark = pytest.mark.slow


@pytest.fixture
def policy(load_agent: Any) -> RulePolicy:
    nodes = load_agent().processor.graph_runner._instantiated_nodes.values()
    return next(node._component for node in nodes if isinstance(node._component, RulePolicy))


@pytest.fixture
def domain(load_agent: Any) -> Domain:
    return load_agent().domain


def random_tracker(domain: Domain, chance: random.Random) -> DialogueStateTracker:
    """A dialogue that need not make sense."""
    tracker = DialogueStateTracker("sender", domain.slots)
    for _ in range(chance.randrange(1, 12)):
        said = {"name": chance.choice(domain.intents), "confidence": 1.0}
        place = [{"entity": "place", "value": "厨房"}] * chance.randrange(2)
        for event in (
            ActionExecuted("action_listen"),
            UserUttered("报修", said, place),
            SlotSet("confirmed", chance.choice([None, True, False])),
            SlotSet("outcome", chance.choice([None, "done", "refused"])),
            ActiveLoop(chance.choice([None, "repair_form"])),
            ActionExecuted(chance.choice(domain.action_names_or_texts)),
        )[: chance.choice([2, 2, 3, 4, 6])]:
            tracker.update(event)
    return tracker


def compared_one_by_one(
    policy: RulePolicy, lookup: dict[str, str], states: list[State]
) -> set[str]:
    """`RulePolicy._get_possible_keys` as Rasa has it."""
    possible = set(lookup)
    for index, state in enumerate(reversed(states)):
        possible = {key for key in possible if policy._is_rule_applicable(key, index, state)}
    return possible


def test_rules_found_are_those_of_a_full_search(policy: RulePolicy, domain: Domain) -> None:
    chance = random.Random(7)
    found_any = 0
    for _ in range(300):
        tracker = random_tracker(domain, chance)
        for use_text in (True, False):
            states = policy.featurizer.prediction_states(
                [tracker], domain, use_text_for_last_user_input=use_text
            )[0]
            shorter = policy._prediction_states(tracker, domain, use_text)
            assert shorter == states[-len(shorter) :]
            for name in (RULES, RULES_FOR_LOOP_UNHAPPY_PATH):
                expected = compared_one_by_one(policy, policy.lookup[name], states)
                assert policy._get_possible_keys(policy.lookup[name], states) == expected
                assert policy._get_possible_keys(policy.lookup[name], shorter) == expected
                found_any += bool(expected)
    assert found_any > 50


def test_texts_are_not_looked_up_when_no_rule_has_one(
    policy: RulePolicy, domain: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracker = random_tracker(domain, random.Random(1))
    monkeypatch.setattr(rules, "_find_by_rules", None)
    assert policy._find_action_from_rules(tracker, domain, True) == (None, None, False)


def test_lookup_that_changes_is_indexed_again(policy: RulePolicy) -> None:
    lookup = dict(policy.lookup[RULES])
    state = {"prev_action": {"action_name": "action_listen"}, "user": {"intent": "greet"}}
    (key,) = policy._get_possible_keys(lookup, [state])
    del lookup[key]
    assert policy._get_possible_keys(lookup, [state]) == set()


def test_prediction_looks_at_few_rules_and_states(policy: RulePolicy, domain: Domain) -> None:
    states = policy._prediction_states(random_tracker(domain, random.Random(2)), domain)
    assert len(states) <= 1 + rules._reach(policy)
    candidates = list(rules._index(policy, policy.lookup[RULES]).candidates(states[-1]))
    assert len(candidates) < len(policy.lookup[RULES]) / 2
