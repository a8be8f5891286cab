"""The cry model: what is learnt is what `language/emergency_score.py` reads."""

from pathlib import Path

from bot.nlu.cries import CERTAIN, REFUTED, SURE, corpus, digest, learn
from language.emergency_score import BIAS, WEIGHTS, runs

CORPUS = Path("language/data/emergency_corpus.yml")
CRIES = [
    f"{who}{what}"
    for who in ("我妈", "我爸", "老伴")
    for what in ("晕倒了", "喘不上气", "没反应了")
]
ORDINARY = [
    f"{what}{how}" for what in ("物业费", "停水", "门禁") for how in ("怎么办", "多少钱", "啥时候")
]


def test_weights_part_what_was_learnt(tmp_path: Path) -> None:
    told = learn(CRIES, ORDINARY, tmp_path, "source")
    head, *lines = (tmp_path / WEIGHTS).read_text("utf-8").splitlines()
    weights = {run: float(weight) for weight, run in (line.split("\t") for line in lines)}

    def score(text: str) -> float:
        return weights[BIAS] + sum(weights.get(run, 0.0) for run in runs(text))

    assert head.split("\t") == ["source", str(SURE), str(CERTAIN), str(REFUTED)]
    assert min(map(score, CRIES)) > 0 > max(map(score, ORDINARY))
    assert (told["cries"], told["ordinary"], told["weights"]) == (9, 9, len(weights) - 1)


def test_weights_are_those_of_the_present_corpus() -> None:
    head = (CORPUS.parent / WEIGHTS).read_text("utf-8").partition("\n")[0]
    assert head.split("\t")[0] == digest(CORPUS), "run scripts/nlu fit-cries"


def test_corpus_has_no_sentence_on_both_sides() -> None:
    cries, ordinary = corpus(CORPUS)
    assert len(cries) == len(set(cries)) >= 4000
    assert len(ordinary) == len(set(ordinary)) >= 5000
    assert set(cries) & set(ordinary) == set()
