"""One client's sound: utterance after utterance, each with a recogniser of its own.

Vosk finds the end of an utterance inside; here it is over when no more was understood for a while,
as Kaldi's own rules have it.
Source: https://kaldi-asr.org/doc/structkaldi_1_1OnlineEndpointConfig.html
"""

from __future__ import annotations

from connectors.voskws import answers
from connectors.voskws.messages import Config
from voice.clips import RATE_HZ, WIDTH_BYTES
from voice.deadlines import heard_within
from voice.rates import ToVoice
from voice.recogniser import Hearing, StreamingRecogniser

QUIET_S = 1.0
"After the last new word"
NOTHING_S = 20.0
"Without any word"
LONGEST_S = 60.0
_BYTES_A_SECOND = RATE_HZ * WIDTH_BYTES
_STEP_BYTES = _BYTES_A_SECOND


class Stream:
    """Hears in the format of `config`, which may change between utterances."""

    def __init__(self, ears: StreamingRecogniser) -> None:
        self.config = Config()
        self._ears = ears
        self._hearing: Hearing | None = None
        self._converter = ToVoice(self.config.rate_hz)
        self._spoken_in = self.config
        "The configuration of the running utterance"
        self._text = ""
        self._begun_s = 0.0
        self._heard_s = 0.0
        self._word_at_s = 0.0

    async def feed(self, pcm: bytes) -> str:
        """The answer to some sound: a result when an utterance ended with it, else a partial.

        Raises RecogniserError.
        """
        hearing = self._hearing or self._begin()
        sound = self._converter.take(pcm)
        for at in range(0, len(sound), _STEP_BYTES):
            piece = sound[at : at + _STEP_BYTES]
            async with heard_within():
                text = await hearing.feed(piece)
            self._heard_s += len(piece) / _BYTES_A_SECOND
            if text != self._text:
                self._text, self._word_at_s = text, self._heard_s
        return await self.finish() if self._is_over() else answers.partial(self._text)

    async def finish(self) -> str:
        """The result of what was said until now. Raises RecogniserError."""
        hearing, self._hearing = self._hearing, None
        if hearing is None:
            return answers.nothing(self.config)
        try:
            async with heard_within():
                heard = await hearing.finish()
        finally:
            await hearing.close()
        return answers.result(heard, self._spoken_in, self._begun_s)

    async def close(self) -> None:
        """Let go of what is being heard."""
        hearing, self._hearing = self._hearing, None
        if hearing is not None:
            await hearing.close()

    def _begin(self) -> Hearing:
        if self._spoken_in.rate_hz != self.config.rate_hz:
            self._converter = ToVoice(self.config.rate_hz)
        self._spoken_in = self.config
        self._hearing = self._ears.listen(self.config.phrases)
        self._text = ""
        self._begun_s = self._word_at_s = self._heard_s
        return self._hearing

    def _is_over(self) -> bool:
        quiet_s = self._heard_s - self._word_at_s
        enough_s = QUIET_S if self._text else NOTHING_S
        return quiet_s >= enough_s or self._heard_s - self._begun_s >= LONGEST_S
