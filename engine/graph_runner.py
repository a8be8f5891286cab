"""A model's graph is run node after node, in an order found once.

Takes the place of `rasa.engine.runner.dask.DaskGraphRunner` where a model is loaded to answer
(`rasa.core.processor.MessageProcessor._load_model`): dask plans the same few nodes anew for every message. Training
keeps dask.
"""

from collections.abc import Iterable
from typing import Any

import rasa.core.processor
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner


def install() -> None:
    """Load models into this runner."""
    rasa.core.processor.DaskGraphRunner = SequentialGraphRunner


class SequentialGraphRunner(DaskGraphRunner):
    """Runs the nodes that the targets need, each after the nodes it needs."""

    def run(
        self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
    ) -> dict[str, Any]:
        """Outputs of the targets, by node name."""
        targets = list(targets or self._graph_schema.target_names)
        outputs = dict(inputs or {})
        try:
            for name, needs in self._plan(tuple(targets)):
                given = [(need, outputs[need]) if need in outputs else need for need in needs]
                _, outputs[name] = self._instantiated_nodes[name](*given)
        except RuntimeError as error:
            raise GraphRunError("Error running runner.") from error
        return {name: outputs[name] for name in targets}

    def _plan(self, targets: tuple[str, ...]) -> list[tuple[str, list[str]]]:
        plans = self.__dict__.setdefault("_plans", {})
        if targets not in plans:
            plans[targets] = _in_order(self._graph_schema, targets)
        return plans[targets]


def _in_order(schema: GraphSchema, targets: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Every node the targets need with the names of what it needs, dependencies first."""
    ordered: dict[str, list[str]] = {}

    def visit(name: str) -> None:
        if name in ordered or name not in schema.nodes:
            return
        needs = list(schema.nodes[name].needs.values())
        for need in needs:
            visit(need)
        ordered[name] = needs

    for target in targets:
        visit(target)
    return list(ordered.items())
