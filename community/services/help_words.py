"""What those concerned hear of a help request: words and, where there is one, the next step."""

from __future__ import annotations

import json

from community.labels import label
from community.services.time_bank import coins
from community.store.helps import Help
from community.times import window_words

Choices = tuple[tuple[str, str], ...]
STEPS = {
    "call": ("offer_help", ("accept",)),
    "done": ("request_help", ("confirm", "dispute")),
    "unconfirmed": ("request_help", ("confirm", "dispute")),
    "untaken": ("request_help", ("staff", "cancel")),
    "unstarted": ("request_help", ("staff", "cancel")),
    "unfinished": ("offer_help", ("finish", "leave")),
}
"By event: the intent and choices of the buttons below the words"


def payload(intent: str, no: int, choice: str) -> str:
    """A choice about request `no`, in the dialogue engine's own notation."""
    entities = json.dumps({"order_no": str(no), "choice": choice}, separators=(",", ":"))
    return f"/{intent}{entities}"


def choices(intent: str, no: int, *codes: str) -> list[tuple[str, str]]:
    """Buttons about request `no`: label and payload of each."""
    return [(label("help_choice", code), payload(intent, no, code)) for code in codes]


def told(event: str, asked: Help) -> tuple[str, Choices]:
    """The words of a piece of news and its buttons. Says neither home nor phone."""
    free = event == "credited" and not asked.minutes
    words = label("help_news", "credited_free" if free else event).format(
        no=asked.no,
        task=asked.public_task,
        when=window_words(asked.starts_at, asked.ends_at),
        helper=asked.helper_name or label("help_word", "volunteer"),
        coins=coins(asked.minutes or 0),
    )
    if event not in STEPS:
        return words, ()
    intent, codes = STEPS[event]
    return words, tuple(choices(intent, asked.no, *codes))
