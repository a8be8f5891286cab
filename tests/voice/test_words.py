"""What the speaker says of itself can be said aloud, varies, and never sounds like a command."""

import re

import pytest
import yaml

from language.voice_commands import Command, command
from tests.voice.traces import sentences
from voice import words
from voice.words import Words, listed

NOT_SAID = {"choices.places", "choices.or", "generic_examples", "person"}
"Pieces of sentences, what is listened for, and what is handed over"


def keys(found, prefix=""):
    for name, inside in found.items():
        if isinstance(inside, dict):
            yield from keys(inside, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


ALL = [key for key in keys(words._all()) if key not in NOT_SAID]


@pytest.mark.parametrize("key", ALL)
def test_every_wording_can_be_said_in_short_sentences(key):
    for wording in listed(key):
        plain = re.sub(r"{\w+}", "某", wording)
        assert re.search(r"[A-Za-z0-9|#*_<>\[\]!?,;:()]", plain) is None, wording
        assert max(len(one) for one in sentences(plain)) <= 30, wording


@pytest.mark.parametrize("key", ALL)
def test_no_wording_is_taken_for_a_command_when_a_microphone_hears_it(key):
    for wording in listed(key):
        plain = re.sub(r"{\w+}", "某", wording)
        heard = [plain, *sentences(plain), *re.split("[，。？！：；]", plain)]
        assert [one for one in heard if one and command(one) in {Command.HELP, Command.STOP}] == []


def test_wordings_go_round_before_one_is_said_again():
    spoken = Words()
    said = [spoken.say("filler") for _ in range(10)]
    assert said[:5] == listed("filler")
    assert said[5:] == said[:5]


def test_each_session_has_words_of_its_own():
    assert Words().say("wake") == Words().say("wake") == listed("wake")[0]


def test_values_are_filled_in():
    assert Words().say("unsure", words="报修") == "您是说“报修”吗？"


def test_a_key_without_words_is_an_error():
    with pytest.raises(KeyError):
        listed("nothing")


def test_the_file_has_no_key_twice():
    text = words.resources.files("voice").joinpath("words.yml").read_text(encoding="utf-8")
    nodes = [yaml.compose(text)]
    while nodes:
        node = nodes.pop()
        if isinstance(node, yaml.MappingNode):
            names = [name.value for name, _ in node.value]
            assert len(set(names)) == len(names)
            nodes += [inside for _, inside in node.value]
