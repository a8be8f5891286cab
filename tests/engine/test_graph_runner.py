"""The graph runner: what dask computes, in one fixed order."""

from typing import Any

import dask
import pytest
from rasa.core.channels.channel import UserMessage
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.trackers import DialogueStateTracker

from engine.graph_runner import SequentialGraphRunner

pytestmark = pytest.mark.slow


def inputs(text: str) -> dict[str, Any]:
    """What the graph is given for a message."""
    tracker = DialogueStateTracker("sender", [])
    return {PLACEHOLDER_MESSAGE: [UserMessage(text)], PLACEHOLDER_TRACKER: tracker}


def test_outputs_are_those_of_dask(load_agent: Any) -> None:
    processor = load_agent().processor
    runner, target = processor.graph_runner, processor.model_metadata.nlu_target
    assert isinstance(runner, SequentialGraphRunner)
    for text in ("我要报修", "厨房水管漏水", '/report_repair{"place": "厨房"}'):
        given = inputs(text)
        expected = DaskGraphRunner.run(runner, given, [target])[target][0].as_dict()
        assert runner.run(given, [target])[target][0].as_dict() == expected


def test_dask_is_not_asked(load_agent: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    processor = load_agent().processor
    monkeypatch.setattr(dask, "get", None)
    processor.graph_runner.run(inputs("你好"), [processor.model_metadata.nlu_target])


def test_error_in_a_node_is_as_with_dask(load_agent: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    processor = load_agent().processor
    runner, target = processor.graph_runner, processor.model_metadata.nlu_target
    for run in (runner.run, lambda *given: DaskGraphRunner.run(runner, *given)):
        with pytest.raises(Exception, match="Error running graph component") as failed:
            run(inputs("放鞭炮"), [target])
        assert isinstance(failed.value.__cause__, ValueError)

    def fails(*given: Any) -> None:
        raise RuntimeError

    monkeypatch.setitem(runner._instantiated_nodes, target, fails)
    with pytest.raises(GraphRunError):
        runner.run(inputs("你好"), [target])
