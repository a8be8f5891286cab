"""Number plates found and brought to one form."""

import pytest

from language.found import Found
from language.plates import find_plates, normalise_plate

PLATES = [
    ("京A12345", "京A12345"),
    ("京a12345", "京A12345"),
    ("京Ａ１２３４５", "京A12345"),
    ("京A·12345", "京A12345"),
    ("京A•12345", "京A12345"),
    ("京A-12345", "京A12345"),
    ("京 A 12345", "京A12345"),
    ("京A 1 2 3 4 5", "京A12345"),
    ("京A幺二三四五", "京A12345"),
    ("京诶幺二三四五", "京A12345"),
    ("京唉一二三四五", "京A12345"),
    ("沪必拐洞六八二", "沪B70682"),
    ("沪诶艾弗幺二三四", "沪AF1234"),
    ("京N幺二三C五", "京N123C5"),
    ("浙A开二三四五", "浙AK2345"),
    ("京A达不溜幺二三四", "京AW1234"),
    ("浙A8O3T2", "浙A803T2"),
    ("浙AI2345", "浙A12345"),
    ("冀A3ZK19", "冀A3ZK19"),
    ("冀R5T260", "冀R5T260"),
    ("沪B D12345", "沪BD12345"),
    ("沪bd12345", "沪BD12345"),
    ("京AD12345", "京AD12345"),
    ("京A12345D", "京A12345D"),
    ("苏EF12345", "苏EF12345"),
    ("粤B1234学", "粤B1234学"),
    ("粤Z1234港", "粤Z1234港"),
    ("鄂F三幺八九零", "鄂F31890"),
    ("粵B12345", "粤B12345"),
    ("经A12345", "京A12345"),
    ("户B12345", "沪B12345"),
    ("月B12345", "粤B12345"),
    ("车牌是京A12345，下午到", "京A12345"),
    ("京A12345的车", "京A12345"),
    ("京A12345 6点到", "京A12345"),
    ("🚗京A12345🚗", "京A12345"),
    ("", None),
    ("京A", None),
    ("京A1234", None),
    ("京A123456", None),
    ("京AABCDE", None),
    ("京I12345", None),
    ("A12345", None),
    ("这A12345", None),
    ("我住京东小区12345", None),
    ("川" * 10_000, None),
    ("京A" * 5_000, None),
    ("1" * 10_000, None),
]


@pytest.mark.parametrize(("text", "plate"), PLATES)
def test_normalise_plate_gives_the_first_plate_in_one_form(text, plate):
    assert normalise_plate(text) == plate


FOUND = [
    ("", []),
    ("京A12345换成沪B D12345", [Found(0, 7, "京A12345"), Found(9, 18, "沪BD12345")]),
    ("我的车京诶幺二三四五，来了", [Found(3, 10, "京A12345")]),
    ("粤B1234学车", [Found(0, 7, "粤B1234学")]),
    ("京京A12345", [Found(1, 8, "京A12345")]),
    ("京A12345，" * 1_000, [Found(8 * n, 8 * n + 7, "京A12345") for n in range(1_000)]),
]


@pytest.mark.parametrize(("text", "found"), FOUND)
def test_find_plates_gives_each_plate_and_where_it_stands(text, found):
    assert find_plates(text) == found
