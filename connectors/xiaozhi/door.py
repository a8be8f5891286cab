"""The door of one device: what the session wants heard and seen, in the firmware's own words.

The device plays sound only between `tts start` and `tts stop`, and changes over in a loop of its
own: the sound of its first moments is lost. So each speech begins with one frame of silence.
"""

from __future__ import annotations

from connectors.xiaozhi import messages
from connectors.xiaozhi.frames import pack
from connectors.xiaozhi.line import Line
from connectors.xiaozhi.mcp import Tools
from connectors.xiaozhi.messages import Hello, Mode
from voice.device import Device, Duplex
from voice.door import FRAME_MS, State
from voice.opus import OpusEncoder

PLAYED_HZ = 24_000
"What the boards play without resampling"
_FACES = {State.THINKING: ("thinking", "🤔"), State.SPEAKING: ("neutral", "😶")}


class XiaozhiDoor:
    """A `voice.door.Door` over a line, for a device that greeted with `hello`.

    `version` is how sound is wrapped.
    """

    rate_hz = PLAYED_HZ

    def __init__(
        self, line: Line, session_id: str, hello: Hello, version: int, tools: Tools | None
    ) -> None:
        self._line = line
        self._session_id = session_id
        self._version = version
        self._tools = tools
        self._encoder = OpusEncoder(PLAYED_HZ)
        self._speaking = False
        self._silent_yet = True
        self._sent_ms = 0
        self._hears_itself = hello.aec
        self.device = Device(duplex=self._duplex(Mode.AUTO))
        self.mode = Mode.AUTO
        self.listening = False
        "Whether the device sends what it hears"
        self.resumes = False
        "Whether it will say `listen` by itself, because we stopped speaking"

    async def there(self) -> None:
        """As `connectors.spoken.proof`."""
        await self._line.proof.there()

    @property
    def hands_free(self) -> bool:
        """Whether we find out where an utterance ends; otherwise a button is let go."""
        return self.mode is not Mode.MANUAL

    @property
    def full_duplex(self) -> bool:
        """Whether the device hears while it speaks."""
        return self.mode is Mode.REALTIME

    async def state(self, state: State) -> None:
        self._line.touch()
        if state is State.SPEAKING:
            await self._start()
        else:
            await self._stop()
        if state in _FACES:
            await self._line.send(messages.llm(self._session_id, *_FACES[state]))

    async def heard(self, text: str, *, final: bool) -> None:
        """The screen shows each text that it is told as another bubble: only whole utterances."""
        if final:
            self._line.touch()
            await self._line.send(messages.stt(self._session_id, text))

    async def saying(self, sentence: str) -> None:
        await self._start()
        await self._line.send(messages.tts(self._session_id, "sentence_start", sentence))

    async def sound(self, pcm: bytes) -> None:
        await self._start()
        self._line.touch()
        if self._silent_yet:
            self._silent_yet = False
            await self._send_sound(b"")
        await self._send_sound(pcm)

    async def hush(self) -> None:
        await self._stop()

    async def volume(self, level: int) -> bool:
        return self._tools is not None and await self._tools.set_volume(level)

    def hears(self, mode: Mode) -> None:
        """The device said that it listens from now on."""
        self.mode = mode
        self.device.duplex = self._duplex(mode)
        self.listening = True
        self.resumes = False

    def _duplex(self, mode: Mode) -> Duplex:
        """`aec` in a hello says that its own voice is in what it sends: we are to take that out."""
        if self._hears_itself:
            return Duplex.LEAKY
        return Duplex.CLEAN if mode is Mode.REALTIME else Duplex.HALF

    async def _start(self) -> None:
        if not self._speaking:
            self._speaking = True
            self._silent_yet = True
            self.listening = self.listening and self.full_duplex
            await self._line.send(messages.tts(self._session_id, "start"))

    async def _stop(self) -> None:
        if self._speaking:
            self._speaking = False
            self.resumes = self.mode is Mode.AUTO and not self.listening
            await self._line.send(messages.tts(self._session_id, "stop"))

    async def _send_sound(self, pcm: bytes) -> None:
        packet = self._encoder.encode(pcm)
        await self._line.send(pack(self._version, packet, self._sent_ms))
        self._sent_ms += FRAME_MS
