"""The sentences that are spoken: what residents are told, from 7 to 22 Han characters each."""

from __future__ import annotations

import re

from bench.script import ROOT

FILE = ROOT / "tests/voice/sentences.txt"
OF_25 = "您家水管漏水的报修已经登记好了，师傅明天上午九点会到您家。"
"25 Han characters and a little more"
OF_2000 = "好" * 2_000
"The longest text, which takes half a second of a processor"


def sentences() -> list[str]:
    return FILE.read_text(encoding="utf-8").splitlines()


def han(text: str) -> int:
    """How many Han characters are in it."""
    return len(re.findall("[\u4e00-\u9fff]", text))
