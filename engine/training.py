"""Training that waits for nothing twice: each file is read once, and parts that need not wait learn side by side.

`rasa train` parses and checks every file of training data several times (which kind is it, stories, sentences,
fingerprint, training), copies every sentence whenever two collections become one, runs the nodes of its graph one
after the other, and packs the model as tightly as can be, which takes four seconds for a tenth of its size. The parts
replaced are `rasa.shared.utils.io.read_yaml`, `rasa.shared.utils.validation.validate_yaml_schema`,
`TrainingData.merge`, in `rasa.model_training` `DaskGraphRunner`, `TarSafe.gzopen` of the model storage; and
`Message.__hash__`, which made a digest of everything in a sentence each time that doubles were looked for. Read at
Rasa 3.6.21.
"""

import copy
from tarfile import TarFile
from typing import Any

import dask.threaded
import rasa.model_training
import rasa.shared.utils.io
import rasa.shared.utils.validation
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import TarSafe
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.nlu.training_data.util import check_duplicate_synonym

SIDE_BY_SIDE = 2
PACKED = 1
"""Of gzip, 1 (fast) to 9 (small)."""


def install() -> None:
    """Put the parts in place; to be called once, before training."""
    _read_once()
    _check_once()
    TarSafe.gzopen = classmethod(_pack_fast)
    TrainingData.merge = _merge
    Message.__hash__ = _hash
    rasa.model_training.DaskGraphRunner = SideBySideGraphRunner


class SideBySideGraphRunner(DaskGraphRunner):
    """Runs nodes as soon as what they need is there, two at a time."""

    def run(
        self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
    ) -> dict[str, Any]:
        """Outputs of the targets, by node name."""
        wanted = targets or self._graph_schema.target_names
        graph = self._build_dask_graph(self._graph_schema.minimal_graph_schema(wanted))
        if inputs:
            self._add_inputs_to_graph(inputs, graph)
        try:
            return dict(dask.threaded.get(graph, wanted, num_workers=SIDE_BY_SIDE))
        except RuntimeError as error:
            raise GraphRunError("Error running runner.") from error


def _merge(first: TrainingData, *others: TrainingData | None) -> TrainingData:
    """All of them as one, sentences shared: nobody changes the parts afterwards."""
    parts = [first, *filter(None, others)]
    synonyms: dict[str, str] = {}
    responses: dict[str, Any] = {}
    for part in parts:
        for text, synonym in part.entity_synonyms.items():
            check_duplicate_synonym(synonyms, text, synonym, "merging training data")
        synonyms.update(part.entity_synonyms)
        responses.update(part.responses)
    return TrainingData(
        [message for part in parts for message in part.training_examples],
        synonyms,
        [feature for part in parts for feature in part.regex_features],
        [table for part in parts for table in part.lookup_tables],
        responses,
    )


def _pack_fast(kind: type[TarSafe], *values: Any, **options: Any) -> TarSafe:
    return TarFile.gzopen.__func__(kind, *values, **{"compresslevel": PACKED, **options})


def _hash(message: Message) -> int:
    """Equal sentences have equal words and intents; `__eq__` tells the others apart."""
    return hash((message.data.get(TEXT), message.data.get(INTENT)))


def _read_once() -> None:
    read_yaml = rasa.shared.utils.io.read_yaml
    known: dict[tuple[str, str], Any] = {}

    def read_known_yaml(content: str, reader_type: str | list[str] = "safe") -> Any:
        key = (content, str(reader_type))
        if key not in known:
            known[key] = read_yaml(content, reader_type)
        return copy.deepcopy(known[key])

    rasa.shared.utils.io.read_yaml = read_known_yaml


def _check_once() -> None:
    check = rasa.shared.utils.validation.validate_yaml_schema
    sound: set[tuple[str, str]] = set()

    def check_unknown(yaml_file_content: str, schema_path: str, *more: str) -> None:
        key = (yaml_file_content, schema_path)
        if key not in sound:
            check(yaml_file_content, schema_path, *more)
            sound.add(key)

    rasa.shared.utils.validation.validate_yaml_schema = check_unknown
