"""Whom something is for: oneself, a person of the home by name, or 我妈, 俺娘, my mother all the same."""

from __future__ import annotations

import re

from community.labels import label

SELF = "self"
_OF_MINE = "(?:[我俺咱]|我们|俺们|咱们|阿拉|家里|我家|我屋|我屋里)(?:家)?(?:的|那个|那)?"
_CALLED = {
    "spouse_family": "(?:岳母|老?丈母娘|婆婆|公公|岳父|老?丈人|公婆)",
    "grandson": "(?:孙子|孙女儿?|外孙女?|孙儿)",
    "grandpa": "(?:爷爷|外公|姥爷|爷|公公)",
    "grandma": "(?:奶奶|外婆|姥姥|婆婆|阿嫲|奶)",
    "spouse": "(?:老伴儿?|老头子?|老婆子|先生|太太|内人|老太婆|老公|老婆|丈夫|爱人|媳妇儿?|妻子|老倌子?)",
    "mother": "(?:老妈子?|老母亲?|妈妈|妈咪|姆妈|母亲|阿妈|老娘|妈|娘)",
    "father": "(?:老爸|老父亲?|爸爸|阿爸|老豆|父亲|老汉儿?|老爷子|老爹|爹爹?|爸)",
    "son": "(?:儿子|崽)",
    "daughter": "(?:女儿|闺女|囡囡?儿?)",
    "child": "(?:孩子|小孩|娃儿?|宝宝)",
    "elder": "(?:老太太|老人家?|老爷爷|老奶奶)",
    "sister": "(?:大姐|姐姐?|妹妹?|俺姐)",
    "brother": "(?:大哥|哥哥?|弟弟?|兄弟)",
    "uncle": "(?:舅舅|娘舅|叔叔|伯伯)",
    "aunt": "(?:姑姑|阿姨|姨妈)",
}
_SHORT = frozenset({"妈", "娘", "爸", "爹", "爷", "奶", "姐", "妹", "哥", "弟", "崽", "娃"})
"Said alone these may be part of another word"
_SELF = re.compile("本人|我自己|给我自己|自己(?:去|约|用)?|^(?:给|帮)?[我俺]$|就我|是我$")
_KIN = "|".join(_CALLED.values())
_AT_KIN = re.compile(rf"(?:{_OF_MINE})?(?:{_KIN})(?:家|屋[里头企]|那儿|那里|那边)")
"A place: 去我姐家 is about nobody there"
_MINE = re.compile(rf"{_OF_MINE}(?={_KIN})")
_BESIDE = re.compile(
    "我(?:看着|看见|替|喂|盯着|帮|照顾)[他她]?|(?:在|来|到|接到|住)[我咱](?:这儿?|那儿?|们?家)|跟我(?:说|讲)"
)
"Words of the speaker that are about somebody else all the same"
_SPEAKER = re.compile("[我俺咱]")
_FOR_KIN = re.compile(
    rf"(?P<mine>{_OF_MINE}|给|帮|替|叫|让|陪|接)?(?P<kin>{_KIN})"
    "(?![^，。]{0,2}(?:[叫让要带陪送催接]我|[叫让]俺|说))"
)


def kin_of(words: str) -> str | None:
    """The code of the person that is named (mother, spouse, self …), a label of group `kin`.

    The last one named counts, so that 不是我妈，是我老伴 is understood; None when nobody is.
    """
    found = None
    for match in _FOR_KIN.finditer(words):
        if match["kin"] in _SHORT and not match["mine"]:
            continue
        found = next(code for code, called in _CALLED.items() if re.fullmatch(called, match["kin"]))
    if found is None and _SELF.search(words.strip("。，,.！! 吧呢啊的")):
        return SELF
    return found


def other_of(words: str) -> str | None:
    """The kin that the words are about and not the speaker: 我妈的药, 我父亲挺好的.

    In 儿子看着我吃的 and 我去我妈家住 it is the speaker.
    """
    beside = _AT_KIN.sub("", words)
    code = kin_of(beside)
    if code in {None, SELF}:
        return None
    return None if _SPEAKER.search(_BESIDE.sub("", _MINE.sub("", beside))) else code


def kin_word(code: str) -> str:
    """妈妈, 老伴, 本人."""
    return label("kin", code)
