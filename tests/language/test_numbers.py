"""Numerals, digit strings, money, scores and amounts as residents say them."""

import pytest

from language.found import Found
from language.numbers import (
    Amount,
    digits,
    find_numbers,
    parse_amount,
    parse_fen,
    parse_number,
    parse_score,
)

NUMBERS = [
    ("三", 3),
    ("十", 10),
    ("十三", 13),
    ("二十", 20),
    ("八十二", 82),
    ("一百", 100),
    ("一百零五", 105),
    ("一百五", 150),
    ("一百五十", 150),
    ("二百二", 220),
    ("三百二十一", 321),
    ("一千零五十", 1050),
    ("两千三", 2300),
    ("一万二", 12_000),
    ("一万零二", 10_002),
    ("二十万三千", 203_000),
    ("一亿零五", 100_000_005),
    ("壹佰贰拾", 120),
    ("廿三", 23),
    ("卅", 30),
    ("两", 2),
    ("俩", 2),
    ("仨", 3),
    ("半", 0.5),
    ("两个半", 2.5),
    ("三点五", 3.5),
    ("三十五点二", 35.2),
    ("零", 0),
    ("负三", -3),
    ("零下五", -5),
    ("-2", -2),
    ("第三", 3),
    ("第十二", 12),
    ("五零一", 501),
    ("幺三八", 138),
    ("二〇二五", 2025),
    ("12", 12),
    ("１２", 12),
    ("3.5", 3.5),
    ("1,280", 1280),
    ("3万", 30_000),
    ("1.2万", 12_000),
    (" 七 ", 7),
    ("貳拾", 20),
    ("", None),
    ("两三", None),
    ("七八", None),
    ("百", None),
    ("万一", None),
    ("三十块", None),
    ("12a", None),
    ("几", None),
    ("一点点", None),
    ("😀", None),
    ("1" * 10_000, None),
    ("十" * 10_000, None),
]


@pytest.mark.parametrize(("text", "value"), NUMBERS)
def test_parse_number_reads_a_text_that_is_one_number(text, value):
    assert parse_number(text) == value


@pytest.mark.parametrize("text", ["三", "十三", "5", "3万", "1.0", "1.2万"])
def test_parse_number_is_an_int_when_the_number_is_whole(text):
    assert isinstance(parse_number(text), int)


DIGITS = [
    ("五零一", "501"),
    ("幺三八", "138"),
    ("五洞幺", "501"),
    ("拐洞勾", "709"),
    ("五灵一", "501"),
    ("二〇二五", "2025"),
    ("１３8零零", "13800"),
    ("138 0013-8000", "13800138000"),
    ("两零三", "203"),
    ("007", "007"),
    ("十三", None),
    ("五零一室", None),
    ("", None),
    (" - ", None),
    ("😀", None),
    ("零" * 10_000, "0" * 10_000),
]


@pytest.mark.parametrize(("text", "value"), DIGITS)
def test_digits_spells_a_text_of_nothing_but_digits(text, value):
    assert digits(text) == value


FOUND = [
    ("", []),
    ("没有数", []),
    ("我八十二了", [Found(1, 4, 82)]),
    ("三十二点五度", [Found(0, 5, 32.5)]),
    ("零下十五度", [Found(0, 4, -15)]),
    ("3.5块，第十五", [Found(0, 3, 3.5), Found(6, 8, 15)]),
    ("十三号楼五零一", [Found(0, 2, 13), Found(4, 7, 501)]),
    ("再亮一点", [Found(2, 3, 1)]),
    ("两三天", []),
    ("两个半小时", [Found(0, 3, 2.5)]),
    ("打10086", [Found(1, 6, 10086)]),
    ("1" * 10_000, []),
]


@pytest.mark.parametrize(("text", "found"), FOUND)
def test_find_numbers_gives_each_number_and_where_it_stands(text, found):
    assert find_numbers(text) == found


FEN = [
    ("十块八毛", 1080),
    ("十块八", 1080),
    ("10块8", 1080),
    ("三块五", 350),
    ("三块五毛钱", 350),
    ("三块半", 350),
    ("一块二毛五", 125),
    ("三块零五", 305),
    ("三块五分", 305),
    ("一百二十块零五分", 12_005),
    ("两毛五", 25),
    ("五毛", 50),
    ("八角", 80),
    ("五分钱", 5),
    ("三十块", 3000),
    ("一百二块钱", 12_000),
    ("两千三百元", 230_000),
    ("38.5元", 3850),
    ("0.1元", 10),
    ("¥1,280.00", 128_000),
    ("￥9.9", 990),
    ("1.2万元", 1_200_000),
    ("三万块", 3_000_000),
    ("十蚊", 1000),
    ("贰拾圆", 2000),
    ("咋比上个月多了三十块", 3000),
    ("十块八点来", 1000),
    ("三块五个人", 300),
    ("", None),
    ("300", None),
    ("几十块", None),
    ("十来块", None),
    ("三十多块", None),
    ("两三块", None),
    ("我们一块去", None),
    ("掉了两块玻璃", None),
    ("五分钟", None),
    ("💰", None),
    ("9" * 10_000 + "元", None),
]


@pytest.mark.parametrize(("text", "fen"), FEN)
def test_parse_fen_reads_the_first_sum_of_money(text, fen):
    assert parse_fen(text) == fen


SCORES = [
    ("给五分", 5),
    ("打个三分", 3),
    ("满分", 5),
    ("满分好评", 5),
    ("五星", 5),
    ("五星好评", 5),
    ("三颗星", 3),
    ("三颗", 3),
    ("两星吧", 2),
    ("1分", 1),
    ("5", 5),
    ("五", 5),
    ("给四", 4),
    ("四吧", 4),
    ("⭐⭐⭐", 3),
    ("🌟🌟🌟🌟🌟🌟🌟", 5),
    ("五粉", 5),
    ("五份", 5),
    ("五心", 5),
    ("满昏", 5),
    ("零分", 1),
    ("打一百分", 5),
    ("给十分", 5),
    ("给满分五分", 5),
    ("满分五分，给三分", 3),
    ("三分吧，满分五分的话", 3),
    ("五分，不对，四分", 4),
    ("不给五分，给三分", 3),
    ("师傅不错给五分", 5),
    ("", None),
    ("不满意", None),
    ("很差", None),
    ("十分满意", None),
    ("等了五分钟", None),
    ("四分半", None),
    ("八分", None),
    ("高分", None),
    ("5.5", None),
    ("3" * 10_000, None),
    ("😀", None),
]


@pytest.mark.parametrize(("text", "score"), SCORES)
def test_parse_score_reads_one_to_five(text, score):
    assert parse_score(text) == score


AMOUNTS = [
    ("半片", Amount(0.5, "片")),
    ("两粒", Amount(2, "粒")),
    ("俩片", Amount(2, "片")),
    ("一片半", Amount(1.5, "片")),
    ("0.5片", Amount(0.5, "片")),
    ("1/2片", Amount(0.5, "片")),
    ("½片", Amount(0.5, "片")),
    ("二分之一片", Amount(0.5, "片")),
    ("四分之一片", Amount(0.25, "片")),
    ("半拉", Amount(0.5, "个")),
    ("一次吃两片", Amount(2, "片")),
    ("十二个单位", Amount(12, "单位")),
    ("一百毫克", Amount(100, "毫克")),
    ("5ML", Amount(5, "ml")),
    ("一小勺", Amount(1, "勺")),
    ("一瓶盖", Amount(1, "瓶盖")),
    ("两滴", Amount(2, "滴")),
    ("俩", Amount(2, "个")),
    ("来仨", Amount(3, "个")),
    ("俩人份", Amount(2, "份")),
    ("三份", Amount(3, "份")),
    ("一大碗", Amount(1, "碗")),
    ("二两", Amount(2, "两")),
    ("半斤饺子", Amount(0.5, "斤")),
    ("2", Amount(2, "")),
    ("三", Amount(3, "")),
    ("", None),
    ("0", None),
    ("两三片", None),
    ("几粒", None),
    ("几片", None),
    ("两个半小时", None),
    ("三个月", None),
    ("5g网", None),
    ("不吃了", None),
    ("💊💊", None),
    ("片" * 10_000, None),
]


@pytest.mark.parametrize(("text", "amount"), AMOUNTS)
def test_parse_amount_reads_a_dose_or_portion(text, amount):
    assert parse_amount(text) == amount
