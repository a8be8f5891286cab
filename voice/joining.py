"""Joining: two utterances that were one, because somebody was cut off while they thought."""

from __future__ import annotations

from dataclasses import replace

from language.consent import consent
from voice.patience import Patience
from voice.recogniser import Transcript
from voice.understanding import Language, Uttered

RESUMED_S = 1.5
"Who goes on so soon after our answer began had not finished"
_LONGEST_GAP_S = 4.0
"Between the voice of the two"


class Joining:
    """Remembers the last utterance that was handed over."""

    def __init__(self, patience: Patience, language: Language) -> None:
        self._patience = patience
        self._language = language
        self._last: Uttered | None = None
        self._answered_s: float | None = None

    def handed_over(self, uttered: Uttered) -> None:
        self._last, self._answered_s = uttered, None

    def answering(self, now_s: float) -> None:
        """The answer to it begins to be said."""
        if self._answered_s is None:
            self._answered_s = now_s

    def joined(self, uttered: Uttered) -> Uttered:
        """Both in one when `uttered` is the end of the last one; else as it is.

        Patience is raised then, because we did not wait.
        """
        last = self._last
        if last is None or last.heard is None or uttered.heard is None:
            return uttered
        gap_s = uttered.heard.began_s - last.heard.ended_s
        answered_s = self._answered_s
        too_late = answered_s is not None and uttered.heard.began_s > answered_s + RESUMED_S
        if too_late or gap_s > _LONGEST_GAP_S or self._stands_alone(last, uttered):
            return uttered
        self._patience.cut_off()
        self._patience.paused(gap_s)
        whole = Transcript(
            last.text + uttered.text, last.transcript.words + uttered.transcript.words
        )
        heard = replace(
            uttered.heard, pcm=last.heard.pcm + uttered.heard.pcm, began_s=last.heard.began_s
        )
        return replace(uttered, transcript=whole, heard=heard, continues=last.key)

    def _stands_alone(self, last: Uttered, uttered: Uttered) -> bool:
        """Commands and answers are whole by themselves."""
        command = self._language.command
        if command(last.text) is not None or command(uttered.text) is not None:
            return True
        return consent(uttered.text) is not None or consent(last.text) is not None
