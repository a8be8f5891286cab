"""`scripts/nlu`: reads texts, fits the intent pipeline on other data, judges the held-out sentences."""

import argparse
import csv
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from bot.nlu import cries as cries_model
from bot.nlu.intent_model import IntentModel, IntentOptions, options_in
from bot.nlu.thresholds import OUT_OF_SCOPE, REJECT, SOS
from bot.nlu.trained import TOGETHER, Understanding, Understood
from language import addresses, emergency, numbers, phones, plates, times

ROOT = Path(__file__).resolve().parents[2]
ANNOTATION = re.compile(r"\[([^\[\]]+)\]\((\w+)\)")


class BadInput(Exception):
    """A file that cannot be measured, with the line at fault."""


def normalised(kind: str, value: str, now: datetime) -> Any:
    """The value as the services take it; None where no normaliser knows it."""
    match kind:
        case "room":
            room = addresses.parse_room(value)
            return room.label if room else None
        case "time":
            period = times.parse_period(value, now)
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


@dataclass(frozen=True)
class Gold:
    """A held-out sentence with what is to be read in it."""

    text: str
    intent: str
    spans: frozenset[tuple[int, int, str]]


def held_out(folder: Path) -> Iterator[Gold]:
    """The annotated sentences of a folder."""
    for file in sorted(folder.glob("*.yml")):
        for block in yaml.safe_load(file.read_text("utf-8"))["nlu"]:
            for line in block["examples"].splitlines():
                if line.strip():
                    yield _gold(line.strip()[2:], block["intent"])


def _gold(annotated: str, intent: str) -> Gold:
    text, spans, place = "", set(), 0
    for match in ANNOTATION.finditer(annotated):
        text += annotated[place : match.start()]
        spans.add((len(text), len(text) + len(match[1]), match[2]))
        text += match[1]
        place = match.end()
    return Gold(text + annotated[place:], intent, frozenset(spans))


def evaluate(model: Path, folder: Path) -> dict[str, Any]:
    """Judge the held-out sentences: intents, entities, decisions, cries for help."""
    understanding = Understanding.load(model)
    golds = list(held_out(folder))
    decisions: Counter[str] = Counter()
    confused: Counter[tuple[str, str]] = Counter()
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    hits = found = wanted = cries = heard = 0
    rejected = strangers = 0
    for gold, read in zip(
        golds, understanding.read_all([gold.text for gold in golds]), strict=True
    ):
        decisions[read.decision] += 1
        asked[gold.intent] += 1
        right[gold.intent] += read.intent == gold.intent
        if gold.intent == OUT_OF_SCOPE:
            strangers += 1
            rejected += read.decision == REJECT
        if read.intent != gold.intent:
            confused[gold.intent, read.intent] += 1
        spans = {(span.start, span.end, span.kind) for span in read.spans}
        hits += len(spans & gold.spans)
        found += len(spans)
        wanted += len(gold.spans)
        if gold.intent == "sos":
            cries += 1
            heard += emergency.detect(gold.text).sos or read.intent == "sos"
    for (gold_intent, given), count in confused.most_common(20):
        print(f"{count:3d}  {gold_intent} taken for {given}", file=sys.stderr)
    return {
        "intent_accuracy": round(1 - sum(confused.values()) / len(golds), 4),
        "entity_f1": round(2 * hits / (found + wanted), 4),
        "sos_recall": round(heard / cries, 4) if cries else None,
        "out_of_scope_rejected": round(rejected / strangers, 4) if strangers else None,
        "decisions": dict(decisions),
        "per_intent": {intent: [right[intent], asked[intent]] for intent in sorted(asked)},
        "n": len(golds),
    }


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
    three.add_argument("folder", type=Path, nargs="?", default=ROOT / "tests/nlu")
    commands.add_parser("fit-cries", help="learn the cry model of language/ anew")
    given = parser.parse_args()
    try:
        if given.command == "parse":
            result = parse(given.model, given.source, given.target)
        elif given.command == "fit-eval":
            result = fit_eval(given.train, given.test)
        elif given.command == "fit-cries":
            result = fit_cries(ROOT / "language/data", ROOT / "nlu_data/nlu")
        else:
            result = evaluate(given.model, given.folder)
    except (BadInput, OSError) as error:
        print(f"nlu: {error}", file=sys.stderr)
        return 2
    print(json.dumps(result, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
