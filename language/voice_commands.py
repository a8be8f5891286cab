"""What is understood of speech before any engine is asked: commands, and whether the speaker is done.

The words are in `data/voice_commands.yml`. But for a cry for help, a command is all that is said: 把电视声音大一点
is for the television, 停水了 is no 停.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from language.addresses import find_rooms
from language.clean import fold
from language.emergency import HELP, NO_CRY, Verdict, detect
from language.emergency_sound import SoundTable
from language.phones import find_phones, spell_digits
from language.plates import PROVINCES, find_plates

_LONGEST = 24  # characters; who says more has other business
_ENDING = 20  # characters that tell whether more is to come
_LEAST_BY_SOUND = 3  # characters; a shorter word must be as it is written
_TIMES = 3  # a command may be said so often in one breath
_NOTE = re.compile("（[^（）]*）$")
_NOISE = re.compile(r"[^\u3400-\u9fffA-Za-z0-9]+")
_NUMBER = r"[零一二三四五六七八九十百两半\d]{1,5}"
_DOOR = re.compile(
    r"(?![零0]|[幺1一][3-9三四五六七八九])[零一二三四五六七八九幺\d]{3,4}(?:号|室|号房)?"
)
_PART = re.compile(
    rf"(?<!\d)(?:1[3-9]\d{{1,8}}|0\d{{2,9}}|\d{{5,6}})$|[{PROVINCES}][a-z]\d{{0,4}}$"
)
"""The beginning of a telephone number or of a plate"""
_SLOT = "■"  # stands for a home, a telephone number or a plate
_GROUP = re.compile(r"\((?!\?)")


class Command(Enum):
    """What the conversation itself is told to do."""

    HELP = "help"
    "A cry for help: danger to life or home"
    STOP = "stop"
    REPEAT = "repeat"
    SLOWER = "slower"
    FASTER = "faster"
    LOUDER = "louder"
    QUIETER = "quieter"
    HUMAN = "human"
    MENU = "menu"
    "What can be asked here"
    UNDO = "undo"
    WAIT = "wait"
    ACKNOWLEDGE = "acknowledge"
    "知道了, to a reminder or a notice"


@dataclass(frozen=True)
class _Way:
    """The ways of saying one command."""

    command: Command
    written: re.Pattern[str]
    sounded: re.Pattern[str] | None


@dataclass(frozen=True)
class _Words:
    ways: tuple[_Way, ...]
    cries: re.Pattern[str]
    """Of sounds."""
    no_cry: re.Pattern[str]
    goes_on: re.Pattern[str]
    meant: re.Pattern[str]
    sounds: SoundTable
    done: re.Pattern[str]
    more: re.Pattern[str]


def command(text: str) -> Command | None:
    """The command that the words are, as typed or as a recogniser heard them; None for all else.

    A cry for help counts wherever it stands, as `cry` hears it.
    """
    said = _NOISE.sub("", fold(text).lower())
    if cry(text).sos:
        return Command.HELP
    if not said or len(said) > _LONGEST:
        return None
    written = _as_written(said)
    known = _words()
    if written or len(said) < _LEAST_BY_SOUND or known.meant.fullmatch(said):
        return written
    sounded = said.translate(known.sounds)
    return next(
        (way.command for way in known.ways if way.sounded and way.sounded.fullmatch(sounded)), None
    )


def cry(text: str) -> Verdict:
    """Look for a cry for help in words that a recogniser heard.

    As `language.emergency.detect`, but for words that an ear often hears without danger; and all
    that is said counts by its sound, too, unless it is another command as it is written. A note in
    brackets at the end was not said: a speaker writes there when it heard a cry without a line.
    """
    text = _NOTE.sub("", text)
    said = _NOISE.sub("", fold(text).lower())
    known = _words()
    verdict = detect(text)
    if verdict.sos:
        return NO_CRY if known.no_cry.fullmatch(said) else verdict
    if not _LEAST_BY_SOUND <= len(said) <= _LONGEST or _as_written(said):
        return NO_CRY
    if known.cries.fullmatch(said.translate(known.sounds)):
        return Verdict(sos=True, kind=HELP, evidence=text.strip())
    return NO_CRY


def _as_written(said: str) -> Command | None:
    return next((way.command for way in _words().ways if way.written.fullmatch(said)), None)


def goes_on(text: str) -> bool:
    """Whether the words ask for more of what was said: 继续, 接着说, 往下念."""
    return _words().goes_on.fullmatch(_NOISE.sub("", fold(text).lower())) is not None


def is_complete(text: str) -> bool:
    """Whether this is a whole answer or command, so that nothing more is waited for.

    停, 不要, 三号楼二单元五零一, 明天上午, a whole telephone number or plate. A bare 三号楼 is none.
    """
    said = _NOISE.sub("", fold(text).lower())
    if not said or len(said) > _LONGEST:
        return False
    return _words().done.fullmatch(said) is not None or _is_whole(said) or command(text) is not None


def is_open(text: str) -> bool:
    """Whether the words end so that more is to come: 我要, 那个, 三号楼, the first digits of a number."""
    said = _NOISE.sub("", fold(text).lower())
    if not said or is_complete(text):
        return False
    end = said[-_ENDING:]
    return bool(_words().more.fullmatch(end) or _PART.search(spell_digits(end).text))


def _is_whole(said: str) -> bool:
    """Whether all of it is one home with its door, one telephone number or one plate."""
    if _DOOR.fullmatch(said):
        return True
    homes = [(home.start, home.end) for home in find_rooms(said) if home.value.room]
    others = [(one.start, one.end) for one in (*find_phones(said), *find_plates(said))]
    around = (f"{said[:start]}{_SLOT}{said[end:]}" for start, end in homes + others)
    return any(_words().done.fullmatch(rest) for rest in around)


@cache
def _words() -> _Words:
    text = (files("language") / "data" / "voice_commands.yml").read_text("utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    sounds = SoundTable()
    lead, tail = data["lead"], data["tail"]
    ways = []
    for name, said in data["commands"].items():
        exact, say = said.get("exact", []), said.get("say", [])
        sounded = _whole(lead, say, tail).translate(sounds) if say else None
        ways.append(
            _Way(
                Command(name),
                re.compile(_whole(lead, [*exact, *say], tail)),
                re.compile(sounded) if sounded else None,
            )
        )
    cries = _whole(data["help"]["lead"], data["help"]["say"], data["help"]["tail"])
    return _Words(
        ways=tuple(ways),
        cries=re.compile(cries.translate(sounds)),
        no_cry=re.compile(_GROUP.sub("(?:", "|".join(data["no_cry"]))),
        goes_on=re.compile(_whole(lead, data["goes_on"], tail)),
        meant=re.compile(data["meant"]),
        sounds=sounds,
        done=_done(data["done"]),
        more=re.compile(_GROUP.sub("(?:", "|".join(data["more"]).replace("{n}", _NUMBER))),
    )


def _done(said: dict[str, Any]) -> re.Pattern[str]:
    time = said["time"].replace("{part}", said["part"])
    slot = "|".join((said["count"], f"(?=.*(?:点|{said['part']})){time}", _SLOT))
    answer = "|".join(said["answers"])
    pattern = (
        f"(嗯|啊|哦|好|那|哎)?({answer}){said['after']}|{said['before']}({slot}){said['after']}"
    )
    pattern = pattern.replace("{n}", _NUMBER)
    return re.compile(_GROUP.sub("(?:", pattern))


def _whole(lead: str, said: Iterable[str], tail: str) -> str:
    core = "|".join(said)
    return _GROUP.sub("(?:", f"{lead}(({core}){tail}){{1,{_TIMES}}}")
