"""What the engine imports, and that what is configured is still found."""

import json
import subprocess
import sys

import pytest

from engine.imports import CHANNELS, COMPONENTS
from tests.engine.support import ROOT, Project, project_environment

HEAVY = [
    "aio_pika",
    "aiogram",
    "boto3",
    "botocore",
    "confluent_kafka",
    "fbmessenger",
    "google.auth",
    "jax",
    "keras",
    "matplotlib",
    "mattermostwrapper",
    "prompt_toolkit",
    "pymongo",
    "questionary",
    "redis",
    "rocketchat_API",
    "sanic_jwt",
    "sentry_sdk",
    "setuptools",
    "slack_sdk",
    "socketio",
    "spacy",
    "tensorflow",
    "tensorflow_hub",
    "transformers",
    "twilio",
    "webexteamssdk",
]


def python(code: str, *arguments: str) -> str:
    """What a fresh process of the engine's Python prints last."""
    ended = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=project_environment(ROOT),
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    return ended.stdout.splitlines()[-1]


@pytest.mark.parametrize("command", ["run", "train"])
def test_what_nothing_uses_is_not_imported(command: str) -> None:
    loaded = python(
        "import sys, json; from engine.__main__ import prepare; prepare(sys.argv[1:2]);"
        "import rasa.__main__, rasa.core.run, rasa.model_training;"
        "print(json.dumps([name for name in json.loads(sys.argv[2]) if name in sys.modules]))",
        command,
        json.dumps(HEAVY),
    )
    assert json.loads(loaded) == []


@pytest.mark.slow
def test_tables_are_those_of_rasa() -> None:
    components, channels = json.loads(
        python(
            "import json; from rasa.engine.recipes.default_components import DEFAULT_COMPONENTS;"
            "from rasa.core.channels import BUILTIN_CHANNELS;"
            "print(json.dumps([{c.__name__: c.__module__ for c in DEFAULT_COMPONENTS},"
            "{n: [c.__module__, c.__name__] for n, c in BUILTIN_CHANNELS.items()}]))"
        )
    )
    assert components == COMPONENTS
    assert {name: tuple(place) for name, place in channels.items()} == CHANNELS


def test_every_channel_is_found_by_name_and_by_import() -> None:
    found = python(
        "import json; from engine.__main__ import prepare; prepare(['run']);"
        "from rasa.core.channels import BUILTIN_CHANNELS, UserMessage, CmdlineInput, SlackInput;"
        "assert 'slack' in BUILTIN_CHANNELS and 'none' not in BUILTIN_CHANNELS;"
        "assert SlackInput is BUILTIN_CHANNELS['slack'];"
        "print(json.dumps({n: c.name() for n, c in BUILTIN_CHANNELS.items()}))"
    )
    assert json.loads(found) == {name: name for name in CHANNELS}


@pytest.mark.slow
def test_component_that_needs_tensorflow_gets_it() -> None:
    found = python(
        "import sys, json; from engine.__main__ import prepare; prepare(['train']);"
        "from rasa.engine.recipes.default_recipe import DefaultV1Recipe;"
        "from rasa.shared.data import TrainingType;"
        "recipe = DefaultV1Recipe(); before = 'tensorflow' in sys.modules;"
        "simple = {'pipeline': [{'name': 'WhitespaceTokenizer'}], 'policies': []};"
        "recipe.graph_config_for_recipe(simple, {}, TrainingType.NLU);"
        "between = 'tensorflow' in sys.modules;"
        "simple['pipeline'] += [{'name': 'CountVectorsFeaturizer'}, {'name': 'DIETClassifier'}];"
        "graph = recipe.graph_config_for_recipe(simple, {}, TrainingType.NLU);"
        "from rasa.nlu.classifiers.diet_classifier import DIETClassifier;"
        "from rasa.graph_components.validators import default_recipe_validator as validator;"
        "print(json.dumps([before, between, 'tensorflow' in sys.modules,"
        "validator.DIETClassifier is DIETClassifier,"
        "any(n.uses is DIETClassifier for n in graph.train_schema.nodes.values())]))"
    )
    assert json.loads(found) == [False, False, True, True, True]


def test_unknown_component_is_refused_as_by_rasa() -> None:
    said = python(
        "from engine.__main__ import prepare; prepare(['train']);"
        "from rasa.engine.recipes.default_recipe import DefaultV1Recipe\n"
        "for name in ('Unheard', 'rasa.core.agent.Agent'):\n"
        "  try: DefaultV1Recipe._from_registry(name)\n"
        "  except Exception as error: print(type(error).__name__, end=' ')\n"
        "print(DefaultV1Recipe._from_registry('rasa.core.policies.rule_policy.RulePolicy').clazz)"
    )
    assert said == (
        "InvalidConfigException InvalidConfigException "
        "<class 'rasa.core.policies.rule_policy.RulePolicy'>"
    )


@pytest.mark.slow
def test_saved_classifier_is_loaded_without_all_of_scikit_learn(project: Project) -> None:
    ended = project.run(
        "-c",
        (
            "import sys; from engine.__main__ import prepare; prepare(['run']);"
            "sys.path.insert(0, '.');"
            "from rasa.core.agent import Agent; agent = Agent.load('models/model.tar.gz');"
            "runner = agent.processor.graph_runner;"
            "models = [n._component for n in runner._instantiated_nodes.values()"
            " if hasattr(n._component, 'clf')];"
            "print(len(models[0].clf.classes_), 'sklearn.ensemble' in sys.modules)"
        ),
    )
    assert ended.stdout.splitlines()[-1] == "10 False"
