"""Short answers to what the bot said of its own accord: a reminder, the daily question, news that ask.

The engine does not know that any of them was said, and takes 没吃呢 or 好着呢 for something else, and
a yes for one to nothing. Only words that hold nothing but the answer are read here, and only for a
while after it was said.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from conversation.messages import Choice, Message
from language import short_answers

FRESH = timedelta(hours=6)
"For so long words are still taken for the answer"


def answer(text: str, last: Message | None, now: datetime) -> Choice | None:
    """What the words say to the bot's last message; None when they are no short answer to it."""
    if last is None or now - last.at > FRESH:
        return None
    offered = [_read(choice) for choice in last.choices]
    asks = last.text.rstrip().endswith(("？", "?"))
    match [(intent, said.get("choice")) for intent, said in offered]:
        case [("/confirm_medication", "taken"), (_, "later"), (_, "skipped")]:
            act = short_answers.to_reminder(text, asks=asks)
        case [("/report_wellbeing", "well"), (_, "unwell")]:
            act = short_answers.to_greeting(text, asks=asks)
        case [_, *_] if asks and last.turn_id is None and short_answers.is_yes(text):
            return last.choices[0]  # a no may mean any of the others
        case _:
            return None
    if act is None:
        return None
    intent, said = offered[0]
    return Choice("", text, intent + json.dumps(said | {"choice": act}, separators=(",", ":")))


def _read(choice: Choice) -> tuple[str, dict[str, str]]:
    """(intent, entities) of a payload."""
    intent, brace, said = choice.payload.partition("{")
    return intent, json.loads(brace + said) if brace else {}
