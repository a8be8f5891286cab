"""The entity tagger: spans of the kinds that the intent may carry, and of mere answers."""

from pathlib import Path

import pytest

from bot.nlu.entity_model import EntityModel, EntityOptions, Example, Span, agreed, whole_numbers

TABLES = {"fee_item": ["物业费", "水费"]}
PLACES = ("厨房", "卫生间", "阳台", "客厅")
FAULTS = ("漏水", "没电", "渗水", "打不开")
EXAMPLES = [
    Example(
        f"{place}{fault}了",
        "repair",
        [Span(0, len(place), "place"), Span(len(place), len(place) + len(fault), "fault")],
    )
    for place in PLACES
    for fault in FAULTS
] + [
    Example(f"{item}多少钱", "fee", [Span(0, len(item), "fee_item")])
    for item in ("物业费", "水费")
    for _ in range(6)
] + [Example(text, "greet", []) for text in ("你好", "早上好", "您好呀")] + [
    Example(f"{before}{place}", "repair", [Span(len(before), len(before + place), "place")])
    for before in ("", "在")
    for place in ("厨房", "阳台", "客厅")
    for _ in range(4)
]  # fmt: skip


@pytest.fixture(scope="module")
def model() -> EntityModel:
    return EntityModel.train(EXAMPLES, TABLES, EntityOptions(unknown_every=2))


def spans(model: EntityModel, text: str, intent: str, confidence: float = 1.0) -> list[tuple]:
    return [(text[s.start : s.end], s.kind) for s in model.find(text, intent, confidence)]


def test_spans_are_found_left_to_right_and_touching_kinds_stay_apart(model: EntityModel) -> None:
    assert spans(model, "阳台没电了", "repair") == [("阳台", "place"), ("没电", "fault")]


def test_two_of_a_kind_that_touch_are_two() -> None:
    both = [
        Example(
            f"{a}{b}漏水", "repair", [Span(0, len(a), "place"), Span(len(a), len(a + b), "place")]
        )
        for a in PLACES
        for b in PLACES
    ]
    model = EntityModel.train(both + EXAMPLES, TABLES, EntityOptions())
    assert spans(model, "阳台客厅漏水", "repair")[:2] == [("阳台", "place"), ("客厅", "place")]


@pytest.mark.parametrize(
    ("text", "tagged", "whole"),
    [
        ("订999份", (3, 5), (1, 5)),
        ("订999份", (1, 2), (1, 4)),
        ("打13812345678", (5, 9), (1, 12)),
        ("订三份", (1, 3), (1, 3)),
        ("9", (0, 1), (0, 1)),
    ],
)  # fmt: skip
def test_no_number_is_cut(text: str, tagged: tuple[int, int], whole: tuple[int, int]) -> None:
    assert whole_numbers(text, [Span(*tagged, "portions")]) == [Span(*whole, "portions")]


def test_entity_is_what_most_readings_have() -> None:
    short, long, other = Span(0, 2, "place"), Span(0, 3, "place"), Span(4, 6, "fault")
    assert agreed([[long, other], [short], [long]]) == [long]
    assert agreed([[short], [long], [other]]) == []
    assert agreed([[short], [long]]) == []


def test_two_of_a_kind_that_share_a_number_are_one() -> None:
    halves = [Span(1, 3, "portions"), Span(3, 5, "portions")]
    assert whole_numbers("订999份", halves) == [Span(1, 5, "portions")]


def test_number_that_two_kinds_share_is_left_to_both() -> None:
    spans = [Span(1, 3, "portions"), Span(3, 5, "phone")]
    assert whole_numbers("订1234份", spans) == spans


def test_kind_that_the_intent_may_not_carry_is_left_out(model: EntityModel) -> None:
    assert model.kinds == {"fee": ["fee_item"], "greet": [], "repair": ["fault", "place"]}
    assert spans(model, "厨房漏水了，你好啊，今天天气不错我想问一下", "greet") == []


def test_mere_answer_is_kept_whatever_the_intent_is_taken_for(model: EntityModel) -> None:
    assert spans(model, "卫生间", "greet", 0.3) == [("卫生间", "place")]


def test_stored_tagger_finds_the_same(model: EntityModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    again = EntityModel.load(tmp_path)
    for example in EXAMPLES:
        assert again.find(example.text, example.intent) == model.find(example.text, example.intent)


@pytest.mark.parametrize("text", ["", "，。", "\ud800", "水" * 10_000])
def test_odd_texts_are_no_trouble(model: EntityModel, text: str) -> None:
    assert all(0 <= span.start < span.end <= len(text) for span in model.find(text, "repair"))
