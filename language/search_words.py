"""Words to search by: a Chinese text cut by jieba, long words in their parts too, fillers left out."""

from __future__ import annotations

import logging
import re
from functools import cache

import jieba

from language.clean import fold

_WORD = re.compile(r"[㐀-鿿a-z0-9]+")
_OF_QUESTIONS = (
    "的 了 吗 呢 吧 啊 呀 嘛 哦 我 你 您 他 她 我们 我家 咱 俺 那 这 那个 这个 是 在 有 要 去 来 能 能不能 可以 会 想 给 跟 和 "
    "就 都 也 还 又 把 被 让 到 上 下 里 个 一 一个 什么 啥 咋 怎么 怎样 怎么样 如何 哪 哪里 哪儿 哪个 多少 几 请 请问 问 问问 "
    "一下 说 听说 听 人 人家 办 办理 弄 整 搞 做 需要 应该 得 行 行不行 不 没 没有 现在 今年 时候 东西 事 事情 家 家里 "
    "告诉 帮 帮我 点 些 哪些 为 对 从 以后 之后 已经 该 呗 嗯 呃 叫 谁 找 手续 材料 多久 怎么办 怎么弄"
)
_FILLERS = frozenset(_OF_QUESTIONS.split())


@cache
def _tokenizer() -> jieba.Tokenizer:
    jieba.setLogLevel(logging.WARNING)
    return jieba.Tokenizer()


def search_words(text: str) -> list[str]:
    """The words of a text, in order, as an index keeps them and a question asks for them.

    Of a long word its parts are there too (身份证 also as 身份). The first call loads the
    dictionary, which takes about a second.
    """
    found = []
    for run in _WORD.findall(fold(text).lower()):
        found += [w for w in _tokenizer().cut_for_search(run, HMM=False) if w not in _FILLERS]
    return found
