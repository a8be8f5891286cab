"""`scripts/nlu`: reads texts, fits the intent pipeline on other data, judges the held-out sentences."""

import argparse
import csv
import json
import random
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from bot.nlu import cries as cries_model
from bot.nlu import report
from bot.nlu.intent_model import IntentModel, IntentOptions, options_in, ranked
from bot.nlu.judge import Gold, Place, Reading, Tally, missed
from bot.nlu.thresholds import OUT_OF_SCOPE, REJECT, SOS, Thresholds
from bot.nlu.trained import TOGETHER, Understanding, Understood
from language import addresses, emergency, numbers, phones, plates, times

ROOT = Path(__file__).resolve().parents[2]
FOLDED_BY = 7
"""Seed of the shuffle before sentences are laid into folds."""
ANNOTATION = re.compile(r"\[([^\[\]]+)\]\((\w+)\)")


class BadInput(Exception):
    """A file that cannot be measured, with the line at fault."""


def normalised(kind: str, value: str, now: datetime) -> Any:
    """The value as the services take it; None where no normaliser knows it."""
    match kind:
        case "room":
            room = addresses.parse_room(value)
            return room.label if room else None
        case "time" | "period":
            period = times.parse_period(value, now, past=kind == "period")
            return [period.start.isoformat(), period.end.isoformat()] if period else None
        case "phone":
            return phones.normalise_phone(value)
        case "plate":
            return plates.normalise_plate(value)
        case "score":
            return numbers.parse_score(value)
        case "age" | "order_no":
            return numbers.parse_number(value)
        case "portions" | "dose":
            amount = numbers.parse_amount(value)
            return list(amount) if amount else None
        case _:
            return None


def read_texts(file: Path) -> list[str]:
    """The texts of a JSON-lines file; raises BadInput naming the first line that has none."""
    texts = []
    for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
        try:
            entry = json.loads(line)
        except ValueError as error:
            raise BadInput(f"{file}: line {number} is not JSON") from error
        if not isinstance(entry, dict) or not isinstance(entry.get("text"), str):
            raise BadInput(f'{file}: line {number} has no "text"')
        texts.append(entry["text"])
    return texts


def parse(model: Path, source: Path, target: Path) -> dict[str, Any]:
    """Read every text of `source` into `target`, one JSON line each, in the same order."""
    texts = read_texts(source)
    understanding = Understanding.load(model)
    understanding.read("你好")
    emergency.detect("你好")
    now = datetime.now(times.SHANGHAI)
    started = time.perf_counter()
    with target.open("w", encoding="utf-8", errors="backslashreplace") as out:
        for first in range(0, len(texts), TOGETHER):
            for line in _lines(understanding, texts[first : first + TOGETHER], now):
                out.write(json.dumps(line, ensure_ascii=False) + "\n")
    took = time.perf_counter() - started
    return {"n": len(texts), "texts_per_s": round(len(texts) / took, 1) if took else None}


def _lines(
    understanding: Understanding, texts: list[str], now: datetime
) -> Iterator[dict[str, Any]]:
    """What is written of texts that are read together: each bears an equal share of that time."""
    started = time.perf_counter()
    reads = list(understanding.read_all(texts))
    share = (time.perf_counter() - started) / len(texts)
    for text, read in zip(texts, reads, strict=True):
        started = time.perf_counter()
        line = _line(text, read, now)
        took = share + time.perf_counter() - started
        yield line | {"ms": round(took * 1000, 3)}


def _line(text: str, read: Understood, now: datetime) -> dict[str, Any]:
    entities = [
        {
            "entity": span.kind,
            "value": text[span.start : span.end],
            "start": span.start,
            "end": span.end,
            "normalised": normalised(span.kind, text[span.start : span.end], now),
        }
        for span in read.spans
    ]
    return {
        "text": text,
        "intent": read.intent,
        "confidence": round(read.confidence, 4),
        "decision": read.decision,
        "entities": entities,
        "sos": emergency.detect(text).sos,
    }


def fit_eval(train: Path, test: Path) -> dict[str, Any]:
    """Train the project's intent pipeline on one file and score it on the other."""
    texts, labels = _table(train)
    test_texts, test_labels = _table(test)
    started = time.perf_counter()
    model = IntentModel.train(texts, labels, {}, configured_options())
    train_s = time.perf_counter() - started
    started = time.perf_counter()
    found = [model.labels[model.confidences([text])[0].argmax()] for text in test_texts]
    took = time.perf_counter() - started
    right = sum(a == b for a, b in zip(found, test_labels, strict=True))
    return {
        "accuracy": round(right / len(test_texts), 4),
        "n": len(test_texts),
        "train_s": round(train_s, 2),
        "ms_per_text": round(took / len(test_texts) * 1000, 3),
    }


def fit_cries(data: Path, sentences: Path) -> dict[str, Any]:
    """Learn the cry model from its corpus in `data` and the sentences of `nlu_data`."""
    file = data / "emergency_corpus.yml"
    cries, ordinary = cries_model.corpus(file)
    known = {*cries, *ordinary}
    for gold in held_out(sentences):
        if gold.text not in known:
            (cries if gold.intent == SOS else ordinary).append(gold.text)
    return cries_model.learn(cries, ordinary, data, cries_model.digest(file))


def configured_options() -> IntentOptions:
    """What `config.yml` says of the intent classifier."""
    pipeline = yaml.safe_load((ROOT / "config.yml").read_text("utf-8"))["pipeline"]
    [said] = [part for part in pipeline if part["name"].endswith(".LinshengIntentClassifier")]
    return options_in(said)


def _table(file: Path) -> tuple[list[str], list[str]]:
    with file.open(encoding="utf-8", newline="") as rows:
        reader = csv.DictReader(rows)
        missing = {"text", "label_text"} - set(reader.fieldnames or [])
        if missing:
            raise BadInput(f"{file}: has no column {' and '.join(sorted(missing))}")
        pairs = [(row["text"], row["label_text"]) for row in reader]
    if not pairs:
        raise BadInput(f"{file}: has no rows")
    return [text for text, _ in pairs], [label for _, label in pairs]


def _bounds(file: Path) -> dict[str, dict[str, float]]:
    bounds: dict[str, dict[str, float]] = yaml.safe_load(file.read_text("utf-8"))
    return bounds


def held_out(place: Path) -> Iterator[Gold]:
    """The annotated sentences of a file or a folder of them."""
    for file in sorted(place.glob("*.yml")) if place.is_dir() else [place]:
        for block in yaml.safe_load(file.read_text("utf-8"))["nlu"]:
            for line in block["examples"].splitlines():
                if line.strip():
                    yield _gold(line.strip()[2:], block["intent"])


def _gold(annotated: str, intent: str) -> Gold:
    text, place = "", 0
    spans: set[Place] = set()
    for match in ANNOTATION.finditer(annotated):
        text += annotated[place : match.start()]
        spans.add((len(text), len(text) + len(match[1]), match[2]))
        text += match[1]
        place = match.end()
    return Gold(text + annotated[place:], intent, frozenset(spans))


def evaluate(model: Path, places: Sequence[Path]) -> Tally:
    """Judge the annotated sentences of files and folders: intents, entities, decisions, cries."""
    understanding, tally = Understanding.load(model), Tally()
    golds = [gold for place in places for gold in held_out(place)]
    reads = understanding.read_all([gold.text for gold in golds])
    for gold, read in zip(golds, reads, strict=True):
        spans = frozenset((span.start, span.end, span.kind) for span in read.spans)
        cries = gold.intent == SOS and emergency.detect(gold.text).sos
        tally.add(gold, Reading(read.intent, read.confidence, read.decision, spans, cries))
    return tally


def cross_validate(sentences: Path, lookups: Path, folds: int) -> Tally:
    """Judge the intents of the training sentences, each by a model that has not seen it."""
    golds, tally = list(held_out(sentences)), Tally()
    tables = _tables(lookups)
    random.Random(FOLDED_BY).shuffle(golds)  # noqa: S311 - repeatable
    for fold in range(folds):
        print(f"nlu: part {fold + 1} of {folds}", file=sys.stderr)
        seen = [gold for place, gold in enumerate(golds) if place % folds != fold]
        model = IntentModel.train(
            [gold.text for gold in seen],
            [gold.intent for gold in seen],
            tables,
            configured_options(),
        )
        unseen = golds[fold::folds]
        for gold, row in zip(
            unseen, model.confidences([gold.text for gold in unseen]), strict=True
        ):
            ranking = ranked(model.labels, row)
            decision = Thresholds().decide(ranking)
            intent = OUT_OF_SCOPE if decision == REJECT else ranking[0]["name"]
            read = Reading(intent, ranking[0]["confidence"], decision, frozenset(), cries=False)
            tally.add(replace(gold, spans=frozenset()), read)
    return tally


def _tables(lookups: Path) -> dict[str, list[str]]:
    """The names of the lookup tables, by table."""
    tables: dict[str, list[str]] = {}
    for file in sorted(lookups.glob("*.yml")):
        for block in yaml.safe_load(file.read_text("utf-8"))["nlu"]:
            lines = [line.strip()[2:] for line in block["examples"].splitlines() if line.strip()]
            tables.setdefault(block["lookup"], []).extend(lines)
    return tables


def _told(tally: Tally, given: argparse.Namespace, title: str) -> dict[str, Any]:
    """The figures; what is confused most goes to stderr, the page to its file."""
    for gold, said, count in tally.worst(20):
        print(f"{count:3d}  {gold} taken for {said}", file=sys.stderr)
    if given.report:
        report.write(given.report, title, tally)
    return tally.figures()


def main() -> int:
    """Run one subcommand; its result is the last line of stdout."""
    parser = argparse.ArgumentParser(prog="scripts/nlu", description=__doc__)
    parser.add_argument("--model", type=Path, help=argparse.SUPPRESS)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("parse", help="understand every text of a JSON-lines file")
    one.add_argument("source", type=Path)
    one.add_argument("target", type=Path)
    two = commands.add_parser("fit-eval", help="train the intent pipeline on other data")
    two.add_argument("train", type=Path)
    two.add_argument("test", type=Path)
    three = commands.add_parser("evaluate", help="judge the held-out sentences")
    three.add_argument("places", type=Path, nargs="*", default=[ROOT / "tests/nlu"])
    three.add_argument("--hold", type=Path, help="a file of bounds; a figure that misses one fails")
    four = commands.add_parser("cross-validate", help="judge the training sentences, each unseen")
    four.add_argument("--folds", type=int, default=5)
    for one in (three, four):
        one.add_argument("--report", type=Path, help="where to write a page with the matrix")
    commands.add_parser("fit-cries", help="learn the cry model of language/ anew")
    given = parser.parse_args()
    lost: list[str] = []
    try:
        if given.command == "parse":
            result = parse(given.model, given.source, given.target)
        elif given.command == "fit-eval":
            result = fit_eval(given.train, given.test)
        elif given.command == "fit-cries":
            result = fit_cries(ROOT / "language/data", ROOT / "nlu_data/nlu")
        elif given.command == "cross-validate":
            tally = cross_validate(ROOT / "nlu_data/nlu", ROOT / "nlu_data/lookups", given.folds)
            result = _told(tally, given, "训练句的交叉验证")
        else:
            result = _told(evaluate(given.model, given.places), given, "没见过的句子")
            lost = list(missed(result, _bounds(given.hold))) if given.hold else []
    except (BadInput, OSError) as error:
        print(f"nlu: {error}", file=sys.stderr)
        return 2
    print(json.dumps(result, ensure_ascii=False))
    for line in lost:
        print(f"nlu: {line}", file=sys.stderr)
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
