"""Training reads each file once, and checks it once; what comes out of it is the same."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.support import ROOT, project_environment

pytestmark = pytest.mark.slow

PROBE = """
import rasa.shared.utils.io as io
import rasa.shared.utils.validation as validation
counts = {"read": 0, "check": 0}
def counted(name, function):
    def count(*given):
        counts[name] += 1
        return function(*given)
    return count
io.read_yaml = counted("read", io.read_yaml)
validation.validate_yaml_schema = counted("check", validation.validate_yaml_schema)
from engine import training
training.install()
text = "version: '3.1'\\nnlu:\\n- intent: greet\\n  examples: |\\n    - 你好\\n"
one, two = io.read_yaml(text), io.read_yaml(text)
one["nlu"].clear()
assert two == {"version": "3.1", "nlu": [{"intent": "greet", "examples": "- 你好\\n"}]}, two
assert counts["read"] == 1, counts
for _ in range(3):
    validation.validate_yaml_schema(text, "shared/nlu/training_data/schemas/nlu.yml")
assert counts["check"] == 1, counts
for _ in range(2):
    try:
        validation.validate_yaml_schema("nlu: 3", "shared/nlu/training_data/schemas/nlu.yml")
    except Exception as error:
        assert "validation" in str(error), error
    else:
        raise AssertionError("a broken file passed")
assert counts["check"] == 3, counts
import sys
from tarsafe import TarSafe
TarSafe.open(sys.argv[1], "w:gz").close()
assert open(sys.argv[1], "rb").read()[8] == 4, "packed for size, not for speed (RFC 1952, XFL)"
import rasa.model_training
print(rasa.model_training.DaskGraphRunner.__name__)
"""


MERGED = """
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
def data(*texts, **more):
    return TrainingData([Message({"text": text, "intent": "greet"}) for text in texts], **more)
one = data("你好", entity_synonyms={"水": "水费"}, lookup_tables=[{"name": "a", "elements": []}])
two = data("您好", "你好", entity_synonyms={"电": "电费"}, regex_features=[{"name": "b", "pattern": "c"}])
def seen(merged):
    texts = [message.get("text") for message in merged.training_examples]
    return texts, merged.entity_synonyms, merged.regex_features, merged.lookup_tables, merged.responses
stock = seen(one.merge(None, two))
from engine import training
training.install()
assert seen(one.merge(None, two)) == stock, (seen(one.merge(None, two)), stock)
assert len(one.training_examples) == 1
"""


def probe(code: str, *arguments: str) -> str:
    """What the code prints in a process of its own."""
    ended = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env=project_environment(ROOT),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_collections_become_one_as_in_rasa() -> None:
    probe(MERGED)


def test_files_are_read_and_checked_once_broken_ones_refused_and_the_model_packed_fast(
    tmp_path: Path,
) -> None:
    printed = probe(PROBE, str(tmp_path / "model.tar.gz"))
    assert printed.split()[-1] == "SideBySideGraphRunner"
