"""A rule is looked for among those that can apply, in as many states as the longest rule has.

Replaces in `rasa.core.policies.rule_policy.RulePolicy`:

- `_get_possible_keys` compares every rule with the state, parsing each anew: an index by previous action and intent
  comes first;
- `_prediction_states` describes the whole conversation: only the last states are described;
- `_find_action_from_rules` runs once for the user's text and once for the intent: the first is left out when no rule
  could match a text.

What is predicted stays the same.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from rasa.core.policies.rule_policy import (
    RULES,
    RULES_FOR_LOOP_UNHAPPY_PATH,
    RULES_NOT_IN_STORIES,
    RulePolicy,
)
from rasa.shared.core.constants import ACTION_LISTEN_NAME, PREVIOUS_ACTION, SHOULD_NOT_BE_SET, USER
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import ActionExecuted
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, INTENT

_Sign = tuple[str | None, str | None]

_find_by_rules = RulePolicy._find_action_from_rules


def install() -> None:
    """Let rule policies look up their rules this way."""
    RulePolicy._get_possible_keys = _get_possible_keys
    RulePolicy._prediction_states = _prediction_states
    RulePolicy._find_action_from_rules = _find_action_from_rules


class RuleIndex:
    """The rules of one lookup, each as its states from last to first, found by the last state's action and intent."""

    def __init__(self, lookup: dict[str, str]) -> None:
        self.longest = 0
        self.can_match_text = False
        self._lookup = lookup
        self._size = len(lookup)
        self._rules: dict[_Sign, list[tuple[str, list[State]]]] = defaultdict(list)
        for key in lookup:
            states = json.loads(key)[::-1]
            action, intent = sign = _sign(states[0])
            self._rules[sign].append((key, states))
            self.longest = max(self.longest, len(states))
            self.can_match_text |= action in (None, ACTION_LISTEN_NAME) and intent is None

    def describes(self, lookup: dict[str, str]) -> bool:
        """Whether `lookup` is still what was indexed (training takes rules out of it)."""
        return self._lookup is lookup and self._size == len(lookup)

    def candidates(self, state: State) -> Iterator[tuple[str, list[State]]]:
        """Rules whose last state may match `state`."""
        action, intent = _sign(state)
        for sign in {(action, intent), (action, None), (None, intent), (None, None)}:
            yield from self._rules.get(sign, ())


def _get_possible_keys(self: RulePolicy, lookup: dict[str, str], states: list[State]) -> set[str]:
    latest_first = states[::-1]
    return {
        key
        for key, rule in _index(self, lookup).candidates(latest_first[0])
        if all(map(_applies, rule, latest_first))
    }


def _applies(rule_state: State, state: State) -> bool:
    """As `RulePolicy._is_rule_applicable`, for a turn that the rule reaches."""
    rule_starts = not rule_state.get(PREVIOUS_ACTION)
    starts = not state.get(PREVIOUS_ACTION)
    if rule_starts or starts:
        return rule_starts and starts
    return RulePolicy._does_rule_match_state(rule_state, state)


def _find_action_from_rules(
    self: RulePolicy,
    tracker: DialogueStateTracker,
    domain: Domain,
    use_text_for_last_user_input: bool,
) -> tuple[str | None, str | None, bool]:
    if use_text_for_last_user_input and not any(index.can_match_text for index in _indexes(self)):
        return None, None, False
    return _find_by_rules(self, tracker, domain, use_text_for_last_user_input)


def _prediction_states(
    self: RulePolicy,
    tracker: DialogueStateTracker,
    domain: Domain,
    use_text_for_last_user_input: bool = False,
    rule_only_data: dict[str, Any] | None = None,
) -> list[State]:
    # One state more than the longest rule: no key made of these states can be mistaken for that of a rule.
    states = _last_states(tracker, domain, 1 + _reach(self))
    self.featurizer._choose_last_user_input([states], use_text_for_last_user_input)
    return states


def _last_states(tracker: DialogueStateTracker, domain: Domain, count: int) -> list[State]:
    """The last of the states that `Domain.states_for_tracker_history` gives."""
    events = tracker.applied_events()
    skipped = sum(isinstance(event, ActionExecuted) for event in events) + 1 - count
    walker = tracker.init_copy()
    states = []
    for event in events:
        if isinstance(event, ActionExecuted):
            if skipped <= 0:
                states.append(domain._clean_state(domain.get_active_state(walker)))
            skipped -= 1
        walker.update(event)
    states.append(domain._clean_state(domain.get_active_state(walker)))
    return states


def _reach(policy: RulePolicy) -> int:
    """States of the longest rule."""
    if "_rule_reach" not in policy.__dict__:
        keys = [key for key in policy.lookup.get(RULES_NOT_IN_STORIES, []) if key.startswith("[")]
        longest = [index.longest for index in _indexes(policy)]
        policy._rule_reach = max(longest + [len(json.loads(key)) for key in keys])
    return policy._rule_reach


def _indexes(policy: RulePolicy) -> list[RuleIndex]:
    lookups = (RULES, RULES_FOR_LOOP_UNHAPPY_PATH)
    return [_index(policy, policy.lookup[name]) for name in lookups]


def _index(policy: RulePolicy, lookup: dict[str, str]) -> RuleIndex:
    indexes = policy.__dict__.setdefault("_rule_indexes", {})
    index = indexes.get(id(lookup))
    if index is None or not index.describes(lookup):
        index = indexes[id(lookup)] = RuleIndex(lookup)
    return index


def _sign(state: State) -> _Sign:
    """Previous action and intent; a rule that names none of them, or that neither be set, fits any."""
    action = state.get(PREVIOUS_ACTION, {}).get(ACTION_NAME)
    intent = state.get(USER, {}).get(INTENT)
    return action, None if intent == SHOULD_NOT_BE_SET else intent
