"""The intent model: n-grams where they are sure, the sentence vector in doubt, confidences that add up."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.nlu.gram_machine import GramMachine, GramOptions
from bot.nlu.intent_model import IntentModel, IntentOptions, options_in, ranked
from bot.nlu.vector_machine import VectorMachine, VectorOptions

SENTENCES = {
    "repair": ["水管漏水要报修", "马桶堵了报修", "我要报修灯坏了", "报修，插座没电", "水龙头坏了来修", "灯坏了修一下"],
    "fee": ["物业费欠多少", "查一下物业费", "我的水费多少钱", "这个月物业费交了没", "电费多少钱", "物业费怎么交"],
    "chat": ["陪我聊聊天", "讲个笑话吧", "今天天气真好", "一个人好无聊", "唱首歌听听", "你喜欢什么歌"],
}  # fmt: skip
TEXTS = [text for texts in SENTENCES.values() for text in texts]
LABELS = [label for label, texts in SENTENCES.items() for _ in texts]
TABLES = {"fee_item": ["物业费", "水费", "电费"]}
OPTIONS = IntentOptions(at_least=1, cost=1.0)


@pytest.fixture(scope="module")
def model() -> IntentModel:
    return IntentModel.train(TEXTS, LABELS, TABLES, OPTIONS)


def best(model: IntentModel, text: str) -> str:
    return model.labels[int(model.confidences([text])[0].argmax())]


def test_what_was_learnt_is_known_and_confidences_are_shares(model: IntentModel) -> None:
    found = model.confidences(TEXTS)
    assert [model.labels[row.argmax()] for row in found] == LABELS
    assert found.sum(axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)


@pytest.mark.parametrize(
    ("said", "intent"), [("我要报秀", "repair"), ("物叶费多少", "fee"), ("水官漏水了", "repair")]
)
def test_slip_that_sounds_the_same_is_understood(
    model: IntentModel, said: str, intent: str
) -> None:
    assert best(model, said) == intent


def test_stored_model_says_the_same(model: IntentModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    assert np.array_equal(IntentModel.load(tmp_path).confidences(TEXTS), model.confidences(TEXTS))


def test_only_doubt_asks_the_vector(model: IntentModel) -> None:
    """`sure` 0 never asks it, above 1 always; between them each sentence has one of the two answers."""

    def under(sure: float) -> np.ndarray:
        options = replace(OPTIONS, sure=sure)
        some = IntentModel(options, TABLES, model.labels, model._grams, model._points, model._trust)
        return some.confidences([*TEXTS, "帮我看看"])

    never, always = under(0.0), under(1.1)
    sure = float(np.median(never.max(axis=1)))
    usual, doubted = under(sure), never.max(axis=1) < sure
    assert 0 < doubted.sum() < len(doubted)
    assert not np.allclose(never, always)
    assert np.allclose(usual[doubted], always[doubted], atol=1e-5)
    assert np.array_equal(usual[~doubted], never[~doubted])


def test_without_vectors_the_ngrams_decide_alone(tmp_path: Path) -> None:
    model = IntentModel.train(TEXTS, LABELS, TABLES, replace(OPTIONS, use_vectors=False))
    model.save(tmp_path)
    assert best(IntentModel.load(tmp_path), "物业费多少钱") == "fee"


def test_one_intent_cannot_be_learnt() -> None:
    with pytest.raises(ValueError, match="two intents"):
        IntentModel.train(["你好", "您好"], ["greet", "greet"], {}, OPTIONS)


def test_two_intents_can(tmp_path: Path) -> None:
    two = {label: SENTENCES[label] for label in ("repair", "fee")}
    texts = [text for some in two.values() for text in some]
    labels = [label for label, some in two.items() for _ in some]
    assert best(IntentModel.train(texts, labels, {}, OPTIONS), "物业费欠多少") == "fee"


@pytest.mark.parametrize("text", ["", " ", "😀", "？！", "a" * 10_000, "水" * 10_000, "\ud800"])
def test_odd_texts_get_confidences_too(model: IntentModel, text: str) -> None:
    assert model.confidences([text]).sum() == pytest.approx(1, abs=1e-5)


def test_no_text_gets_no_row(model: IntentModel) -> None:
    assert model.confidences([]).shape == (0, 3)


def test_config_gives_what_it_names_and_no_more() -> None:
    given = options_in({"name": "bot.nlu.intents.LinshengIntentClassifier", "cost": 2.0})
    assert given == replace(IntentOptions(), cost=2.0)
    assert given.grams == GramOptions(cost=2.0)
    assert given.vectors == VectorOptions()


def test_ranking_has_the_best_first() -> None:
    found = ranked(["a", "b", "c"], np.array([0.2, 0.7, 0.1], np.float32))
    assert [entry["name"] for entry in found] == ["b", "a", "c"]
    assert found[0]["confidence"] == pytest.approx(0.7)


def test_vector_machine_parts_points_that_can_be_parted() -> None:
    points = np.array([[1, 0], [0.9, 0.1], [0, 1], [0.1, 0.9]], np.float32)
    machine = VectorMachine.fit(points, np.array([0, 0, 1, 1]), 2, VectorOptions())
    assert list(machine.decide(points).argmax(axis=1)) == [0, 0, 1, 1]
    again = VectorMachine.from_arrays(machine.arrays())
    assert np.array_equal(again.decide(points), machine.decide(points))


def test_gram_machine_is_whole_after_its_parts_were_stored() -> None:
    documents = [
        {"characters": [c], "words": [c], "sounds": [c], "names": ["-"]} for c in "甲甲乙乙"
    ]
    machine = GramMachine.fit(documents, np.array([0, 0, 1, 1]), 2, GramOptions())
    again = GramMachine.from_parts(machine.strings(), machine.arrays())
    assert np.array_equal(again.decide(documents), machine.decide(documents))
    assert list(again.decide(documents).argmax(axis=1)) == [0, 0, 1, 1]
