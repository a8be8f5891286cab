"""Work that Rasa does on every turn only to fill debug lines is not done.

Replaces, in the modules below, the name `copy` by one whose `deepcopy` copies nothing (they use it for nothing but
arguments of `structlogger.debug`), and `MessageProcessor._log_slots`, which writes out every slot after every action.
"""

from types import SimpleNamespace
from typing import Any

import rasa.core.actions.forms
import rasa.core.nlg.interpolator
import rasa.core.policies.memoization
import rasa.core.policies.rule_policy
import rasa.core.processor

ONLY_FOR_DEBUG_LINES = (
    rasa.core.actions.forms,
    rasa.core.nlg.interpolator,
    rasa.core.policies.memoization,
    rasa.core.policies.rule_policy,
    rasa.core.processor,
)


def install() -> None:
    """Stop copying and formatting for debug lines."""
    for module in ONLY_FOR_DEBUG_LINES:
        module.copy = SimpleNamespace(deepcopy=_itself)
    rasa.core.policies.rule_policy.RulePolicy.format_tracker_states = staticmethod(_itself)
    rasa.core.processor.MessageProcessor._log_slots = staticmethod(_nothing)


def _itself(value: Any) -> Any:
    return value


def _nothing(tracker: Any) -> None:
    return None
