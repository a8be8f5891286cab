"""Commands to the reading are whole utterances; whatever holds more is for the dialogue."""

from __future__ import annotations

import pytest

from connectors.skills.commands import Command, household_code, opens, read


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("继续", Command.MORE),
        ("接着说吧。", Command.MORE),
        ("好的", Command.AGREED),
        ("不用了", Command.ENOUGH),
        ("别说了！", Command.HUSH),
        ("没听清", Command.REPEAT),
        ("再说一遍吧", Command.REPEAT),
        ("結果呢？", Command.RESULT),
        ("查到了吗", Command.RESULT),
        ("再见", Command.LEAVE),
        ("退出邻声", Command.LEAVE),
    ],
)
def test_command_is_heard(said, command):
    assert read(said) is command


@pytest.mark.parametrize(
    "said",
    [
        "体检结果出来了吗",
        "我不想继续交物业费",
        "再见到王师傅帮我说一声",
        "退出业主群怎么办",
        "好的水管在哪买",
        "",
        "，。",
    ],
)
def test_sentence_that_holds_a_command_is_none(said):
    assert read(said) is None


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("绑定一二三四五六七八", "12345678"),
        ("绑定，幺二三四，五六七八。", "12345678"),
        ("我要绑定户号12345678", "12345678"),
        ("请帮我绑定一下我家的 1234 5678", "12345678"),
        ("绑定１２３４５６７８", "12345678"),
        ("我要绑定房子", None),
        ("绑定1234567", None),
        ("绑定123456789", None),
        ("绑定一二三四五六七八号楼", None),
        ("怎么绑定", None),
        ("12345678", None),
    ],
)
def test_household_code_in_a_request_to_bind(said, code):
    assert household_code(said) == code


@pytest.mark.parametrize(
    ("said", "is_opening"),
    [
        ("打开邻声", True),
        ("邻声", True),
        ("请打开邻声。", True),
        ("打开邻声帮我报修", False),
        ("邻声的费用", False),
        ("", False),
    ],
)
def test_words_that_only_open_the_skill(said, is_opening):
    assert opens(said, "邻声") is is_opening


def test_skill_without_a_name_is_opened_by_no_words():
    assert not opens("打开", "")
