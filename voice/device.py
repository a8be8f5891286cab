"""What a device is like: how it listens, and who may be near it."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Duplex(enum.Enum):
    """What a device hears while it plays."""

    HALF = "half"
    "Only itself: it is deaf until it is silent, and a button or its wake word interrupts it"
    LEAKY = "leaky"
    "The resident, and itself too: words tell the two apart"
    CLEAN = "clean"
    "The resident; it takes its own sound out"


@dataclass
class Device:
    """`duplex` may change while it is there: some say only when they listen what they hear."""

    hands_free: bool = True
    "False: a button says where an utterance begins and ends, unless `wake` says otherwise"
    duplex: Duplex = Duplex.LEAKY
    always_on: bool = False
    "Whether any speech is meant for it, without a wake word"
    shared: bool = True
    "Whether others than its owner may hear it"
    keeps_sound: bool = False
    "Whether the sound of what is said goes to the desk, too"


@dataclass(frozen=True)
class Owner:
    """The resident whose conversation a device takes part in."""

    called: str = ""
    "As one calls them: 王阿姨; empty when that is not known"
    names: tuple[str, ...] = ()
    "What else they may call themselves"
