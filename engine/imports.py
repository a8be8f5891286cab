"""Rasa is imported without the libraries that nothing configured here uses.

`rasa run` imports TensorFlow, every messaging platform's client, three databases' drivers, matplotlib and Sentry before
it reads which of them the project names: seconds and hundreds of megabytes. Here each is imported when it is first used,
so a project that names `DIETClassifier` or the Slack channel gets them as ever.

Read at Rasa 3.6.21; the parts replaced are the keys of `LATE`, the package `rasa.core.channels`, and
`rasa.engine.recipes.default_recipe.DefaultV1Recipe._from_registry` and `._create_train_nodes`.
"""

import importlib
import importlib.util
import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from engine.late import Standing, absent, late, unused, while_importing

COMPONENTS = {
    "ConveRTFeaturizer": "rasa.nlu.featurizers.dense_featurizer.convert_featurizer",
    "CountVectorsFeaturizer": "rasa.nlu.featurizers.sparse_featurizer.count_vectors_featurizer",
    "CRFEntityExtractor": "rasa.nlu.extractors.crf_entity_extractor",
    "DIETClassifier": "rasa.nlu.classifiers.diet_classifier",
    "DucklingEntityExtractor": "rasa.nlu.extractors.duckling_entity_extractor",
    "EntitySynonymMapper": "rasa.nlu.extractors.entity_synonyms",
    "FallbackClassifier": "rasa.nlu.classifiers.fallback_classifier",
    "JiebaTokenizer": "rasa.nlu.tokenizers.jieba_tokenizer",
    "KeywordIntentClassifier": "rasa.nlu.classifiers.keyword_intent_classifier",
    "LanguageModelFeaturizer": "rasa.nlu.featurizers.dense_featurizer.lm_featurizer",
    "LexicalSyntacticFeaturizer": "rasa.nlu.featurizers.sparse_featurizer.lexical_syntactic_featurizer",
    "LogisticRegressionClassifier": "rasa.nlu.classifiers.logistic_regression_classifier",
    "MitieEntityExtractor": "rasa.nlu.extractors.mitie_entity_extractor",
    "MitieFeaturizer": "rasa.nlu.featurizers.dense_featurizer.mitie_featurizer",
    "MitieIntentClassifier": "rasa.nlu.classifiers.mitie_intent_classifier",
    "MitieNLP": "rasa.nlu.utils.mitie_utils",
    "MitieTokenizer": "rasa.nlu.tokenizers.mitie_tokenizer",
    "RegexEntityExtractor": "rasa.nlu.extractors.regex_entity_extractor",
    "RegexFeaturizer": "rasa.nlu.featurizers.sparse_featurizer.regex_featurizer",
    "ResponseSelector": "rasa.nlu.selectors.response_selector",
    "SklearnIntentClassifier": "rasa.nlu.classifiers.sklearn_intent_classifier",
    "SpacyEntityExtractor": "rasa.nlu.extractors.spacy_entity_extractor",
    "SpacyFeaturizer": "rasa.nlu.featurizers.dense_featurizer.spacy_featurizer",
    "SpacyNLP": "rasa.nlu.utils.spacy_utils",
    "SpacyTokenizer": "rasa.nlu.tokenizers.spacy_tokenizer",
    "WhitespaceTokenizer": "rasa.nlu.tokenizers.whitespace_tokenizer",
    "AugmentedMemoizationPolicy": "rasa.core.policies.memoization",
    "MemoizationPolicy": "rasa.core.policies.memoization",
    "RulePolicy": "rasa.core.policies.rule_policy",
    "TEDPolicy": "rasa.core.policies.ted_policy",
    "UnexpecTEDIntentPolicy": "rasa.core.policies.unexpected_intent_policy",
}
"""Rasa's own components and where they are (`rasa.engine.recipes.default_components`)."""

CHANNELS = {
    "botframework": ("rasa.core.channels.botframework", "BotFrameworkInput"),
    "callback": ("rasa.core.channels.callback", "CallbackInput"),
    "cmdline": ("rasa.core.channels.console", "CmdlineInput"),
    "facebook": ("rasa.core.channels.facebook", "FacebookInput"),
    "hangouts": ("rasa.core.channels.hangouts", "HangoutsInput"),
    "mattermost": ("rasa.core.channels.mattermost", "MattermostInput"),
    "rasa": ("rasa.core.channels.rasa_chat", "RasaChatInput"),
    "rest": ("rasa.core.channels.rest", "RestInput"),
    "rocketchat": ("rasa.core.channels.rocketchat", "RocketChatInput"),
    "slack": ("rasa.core.channels.slack", "SlackInput"),
    "socketio": ("rasa.core.channels.socketio", "SocketIOInput"),
    "telegram": ("rasa.core.channels.telegram", "TelegramInput"),
    "twilio": ("rasa.core.channels.twilio", "TwilioInput"),
    "twilio_voice": ("rasa.core.channels.twilio_voice", "TwilioVoiceInput"),
    "webexteams": ("rasa.core.channels.webexteams", "WebexTeamsInput"),
}
"""Rasa's own input channels by name (`rasa.core.channels`)."""

BASE_CHANNEL = "rasa.core.channels.channel"

WITH_TENSORFLOW = (
    "rasa.nlu.classifiers.diet_classifier",
    "rasa.nlu.selectors.response_selector",
    "rasa.core.policies.ted_policy",
)
"""What `VALIDATOR` compares the configured components with."""

VALIDATOR = "rasa.graph_components.validators.default_recipe_validator"

SAVED_ESTIMATORS = (
    "sklearn.linear_model",
    "sklearn.model_selection",
    "sklearn.preprocessing",
    "sklearn.svm",
)
"""Where the estimators are that Rasa's components save."""


@contextmanager
def _few_estimators() -> Iterator[None]:
    """scikit-learn has only the estimators that a Rasa model can hold.

    skops asks for all of them, to know which a model file may name; finding them imports the whole of scikit-learn.
    """
    import sklearn.utils
    from sklearn.base import BaseEstimator

    found = [
        (name, kind)
        for module in map(importlib.import_module, SAVED_ESTIMATORS)
        for name, kind in vars(module).items()
        if isinstance(kind, type) and issubclass(kind, BaseEstimator)
    ]
    all_estimators = sklearn.utils.all_estimators
    sklearn.utils.all_estimators = lambda type_filter=None: found
    try:
        yield
    finally:
        sklearn.utils.all_estimators = all_estimators


LATE: dict[str, tuple[Standing, ...]] = {
    "portalocker": (absent("portalocker.redis"),),
    "rasa.cli.export": (late("rasa.core.brokers.pika", "PikaEventBroker"),),
    "rasa.core.channels.channel": (late("jwt"),),
    "rasa.core.run": (late("rasa.core.channels.console"),),
    "rasa.core.tracker_store": (
        late("boto3.dynamodb.conditions", "Key"),
        late("pymongo.collection", "Collection"),
    ),
    "rasa.nlu.test": (late("rasa.utils.plotting"),),
    "rasa.server": (late("sanic_jwt", "Initialize", "exceptions"),),
    "rasa.telemetry": (late("requests"),),
    "rasa.utils.log_utils": (late("structlog_sentry", "SentryProcessor"),),
    "rasa.utils.tensorflow.model_data": (late("sklearn.model_selection", "train_test_split"),),
    "rasa.utils.train_utils": (
        late("rasa.utils.tensorflow.callback", "RasaTrainingLogger", "RasaModelCheckpoint"),
        late("rasa.utils.tensorflow.data_generator", "RasaBatchDataGenerator"),
        late("rasa.utils.tensorflow.model_data", "RasaModelData"),
    ),
    "skops.io._trusted_types": (_few_estimators,),
    VALIDATOR: (
        unused("rasa.nlu.classifiers.diet_classifier", "DIETClassifier"),
        unused("rasa.nlu.selectors.response_selector", "ResponseSelector"),
        unused("rasa.core.policies.ted_policy", "TEDPolicy"),
    ),
}
"""Which module meets which library late."""


def install() -> None:
    """Prepare for `import rasa`; to be called before it."""
    # Sanic asks for distutils.util, and setuptools would answer with all of itself.
    os.environ.setdefault("SETUPTOOLS_USE_DISTUTILS", "stdlib")
    warnings.filterwarnings("ignore", message="Reliance on distutils from stdlib")
    for module, standing in LATE.items():
        while_importing(module, *standing)
    if "rasa.core.channels" not in sys.modules:
        _replace_channels()
    _register_components_late()


class _Channels(Mapping[str, Any]):
    """Rasa's own channels by name, each imported when it is asked for."""

    def __getitem__(self, name: str) -> Any:
        module, kind = CHANNELS[name]
        return getattr(importlib.import_module(module), kind)

    def __iter__(self) -> Iterator[str]:
        return iter(CHANNELS)

    def __len__(self) -> int:
        return len(CHANNELS)

    def __contains__(self, name: object) -> bool:
        return name in CHANNELS


def _replace_channels() -> None:
    import rasa.core

    spec = importlib.util.find_spec("rasa.core.channels")
    if spec is None:
        raise ImportError("rasa.core.channels")
    package = importlib.util.module_from_spec(spec)
    names = {kind: name for name, (_, kind) in CHANNELS.items()}
    channels = _Channels()

    def channel_class(attribute: str) -> Any:
        if attribute not in names:
            raise AttributeError(attribute)
        return channels[names[attribute]]

    sys.modules[spec.name] = rasa.core.channels = package
    vars(package).update(BUILTIN_CHANNELS=channels, __getattr__=channel_class)
    base = importlib.import_module(BASE_CHANNEL)
    for name in ("InputChannel", "OutputChannel", "UserMessage", "CollectingOutputChannel"):
        setattr(package, name, getattr(base, name))


def _register_components_late() -> None:
    from rasa.engine.recipes.default_recipe import DefaultV1Recipe

    create_train_nodes = DefaultV1Recipe._create_train_nodes

    def create_train_nodes_late(
        self: DefaultV1Recipe, config: dict[str, Any], cli_parameters: dict[str, Any]
    ) -> Any:
        for component in [*(config.get("pipeline") or []), *(config.get("policies") or [])]:
            self._from_registry(component["name"])
        if any(module in sys.modules for module in WITH_TENSORFLOW):
            sys.modules.pop(VALIDATOR, None)
        return create_train_nodes(self, config, cli_parameters)

    DefaultV1Recipe._create_train_nodes = create_train_nodes_late
    DefaultV1Recipe._from_registry = classmethod(_from_registry)


def _from_registry(recipe: Any, name: str) -> Any:
    from rasa.shared.exceptions import InvalidConfigException
    from rasa.shared.utils.common import class_from_module_path

    if name in COMPONENTS:
        importlib.import_module(COMPONENTS[name])
    known = recipe._registered_components
    short = class_from_module_path(name).__name__ if name not in known and "." in name else name
    if short in known:
        return known[short]
    raise InvalidConfigException(
        f"Can't load class for name '{name}'. Please make sure to provide a valid name or module path and to "
        f"register it using the '@DefaultV1Recipe.register' decorator."
    )
