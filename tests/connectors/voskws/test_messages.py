"""Messages: configuration, end and reset, read as JSON; anything else is refused."""

import pytest

from community.errors import BadInput, TooLarge
from connectors.voskws.messages import MAX_CHARACTERS, PHRASES_AT_MOST, Config, Eof, Reset, read

USUAL = Config()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ('{ "config" : { "sample_rate" : 16000 } }', Config(16_000)),
        ('{"config":{"sample_rate":8000.0}}', Config(8_000)),
        ('{"config":{"sample_rate":"44100"}}', Config(44_100)),
        ('{"config":{"phrase_list":["报修","缴 费","[unk]",""," "]}}', Config(phrases=("报修", "缴费"))),
        ('{"config":{"words":0}}', Config(words=False)),
        ('{"config":{"words":true}}', Config()),
        ('{"config":{"max_alternatives":3}}', Config(alternatives=True)),
        ('{"config":{"max_alternatives":0}}', Config()),
        ('{"config":{"model":"/etc/passwd"}}', Config()),
        ('{"config":{}}', Config()),
        ('{"eof" : 1}', Eof()), ('{"eof":1}', Eof()), ('{"eof":"1"}', Eof()), ('"eof"', Eof()),
        ('{"eof":true}', Eof()),
        ('{"reset" : 1}', Reset()), ('{"reset":1}', Reset()),
    ],
)  # fmt: skip
def test_a_message_is_read_as_it_is_meant(text, meant):
    assert read(text, USUAL) == meant


def test_what_a_configuration_does_not_name_stays():
    before = Config(16_000, ("报修",), words=False, alternatives=True)
    assert read('{"config":{}}', before) == before
    assert read('{"config":{"sample_rate":8000}}', before).phrases == ("报修",)


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "[]", "5", "null", '"config"', "{}", '{"eof":0}', '{"reset":false}',
        '{"config":5}', '{"config":{"sample_rate":0}}', '{"config":{"sample_rate":96000}}',
        '{"config":{"sample_rate":"x"}}', '{"config":{"sample_rate":NaN}}',
        '{"config":{"sample_rate":true}}', '{"config":{"sample_rate":[]}}',
        '{"config":{"sample_rate":1e999}}', '{"config":{"sample_rate":' + "9" * 400 + "}}",
        '{"config":{"phrase_list":"报修"}}', '{"config":{"phrase_list":[5]}}',
        '{"config":{"max_alternatives":"x"}}', "[" * 20_000,
    ],
)  # fmt: skip
def test_what_is_none_of_these_is_refused(text):
    with pytest.raises(BadInput):
        read(text, USUAL)


def test_a_message_longer_than_any_is_refused():
    with pytest.raises(TooLarge):
        read(" " * (MAX_CHARACTERS + 1), USUAL)


def test_more_phrases_than_help_are_left_out():
    text = '{"config":{"phrase_list":[' + ",".join(['"报"'] * 500 + [f'"{"长" * 61}"']) + "]}}"
    assert len(read(text, USUAL).phrases) == PHRASES_AT_MOST
