"""XiaoAI's side: requests signed with the key of the skill, with the digest of the body.

Source: github.com/MagicBowen/aixbot lib ; github.com/he0119/smart-home home/xiaoai
"""

from __future__ import annotations

import base64
import enum
import hashlib
import hmac
import json
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from connectors.skills.sim import judging
from connectors.skills.sim.judging import BadAnswer
from connectors.skills.sim.speaker import Heard, Request, Silence, Speaker, new_request_id

MAX_BYTES = 64 * 1024
_TYPES = {"enter": 0, "said": 1, "silent": 1, "left": 2}


class Digest(enum.Enum):
    """How the digest of a body is written; seen were base64, and none at all."""

    BASE64 = "base64"
    HEX = "hex"
    NONE = "none"


class XiaoAIMaker:
    """One skill; it is called under `public_url`, whatever address a speaker of the tests uses."""

    name = "xiaoai"
    at_silence = Silence.ASKED

    def __init__(
        self, app_id: str, key_id: str, secret: str, *, scope: str = "", public_url: str = ""
    ) -> None:
        self.app_id = app_id
        self.key_id = key_id
        self.secret = secret
        self.scope = scope
        self.public_url = public_url

    def request(self, speaker: Speaker, kind: str, words: str) -> Request:
        body = json.dumps(self.body(speaker, kind, words), ensure_ascii=False).encode()
        return self.signed(speaker, body)

    def again(self, speaker: Speaker, request: Request) -> Request:
        """The body again, under a date of its own."""
        return self.signed(speaker, request.body)

    def signed(
        self,
        speaker: Speaker,
        body: bytes,
        *,
        digest: Digest = Digest.BASE64,
        date: str | None = None,
    ) -> Request:
        """Any body with its signature."""
        md5 = hashlib.md5(body, usedforsecurity=False).digest()
        headers = {
            "Content-Type": "application/json",
            "X-Xiaomi-Date": date or format_datetime(speaker.clock.now(), usegmt=True),
        }
        match digest:
            case Digest.BASE64:
                headers["Content-Md5"] = base64.b64encode(md5).decode()
            case Digest.HEX:
                headers["Content-Md5"] = md5.hex()
        url = urlsplit(self.public_url or speaker.url)
        parts = [
            "POST", url.path, url.query, headers["X-Xiaomi-Date"], url.netloc,
            headers["Content-Type"], headers.get("Content-Md5", ""),
        ]  # fmt: skip
        signed = "\n".join([*parts, ""]).encode()
        found = hmac.new(base64.b64decode(self.secret), signed, hashlib.sha256).hexdigest()
        authorization = f"MIAI-HmacSHA256-V1 {self.key_id}:{self.scope}:{found}"
        return Request({**headers, "Authorization": authorization}, body)

    def body(self, speaker: Speaker, kind: str, words: str) -> dict[str, Any]:
        """As the platform writes it."""
        stay = speaker.stay
        return {
            "version": "1.0",
            "query": words,
            "session": {
                "is_new": stay.is_new,
                "session_id": stay.id,
                "application": {"app_id": self.app_id},
                "user": {
                    "user_id": speaker.user, "access_token": "", "is_user_login": True,
                    "gender": "unknown",
                },
                "attributes": stay.attributes,
            },
            "context": {
                "device_id": speaker.device, "user_agent": "soundbox", "device_category": "soundbox",
            },
            "request": {
                "type": _TYPES[kind],
                "request_id": new_request_id(),
                "timestamp": int(speaker.clock.now().timestamp() * 1000),
                "locale": "zh-CN",
                "no_response": kind == "silent",
                "intent": {"query": words},
                "slot_info": {
                    "intent_name": "anything", "is_confirmed": False,
                    "slots": [{"name": "any", "value": '{"v":1}', "raw_value": words}],
                },
                "is_monitor": False,
            },
        }  # fmt: skip

    def judge(self, status: int, content_type: str, body: bytes) -> Heard:
        answer = judging.read(status, content_type, body, max_bytes=MAX_BYTES)
        judging.only(
            answer, "answer", {"version", "response", "is_session_end"}, {"session_attributes"}
        )
        judging.one_of(answer, "version", "1.0")
        judging.obj(answer.get("session_attributes", {}), "session_attributes")
        ended = judging.flag(answer, "is_session_end")
        response = judging.obj(answer["response"], "response")
        judging.only(
            response, "response", {"open_mic"},
            {"to_speak", "directives", "not_understand", "action", "action_property",
             "register_events"},
        )  # fmt: skip
        mic = judging.flag(response, "open_mic")
        if mic == ended:
            raise BadAnswer("open_mic and is_session_end contradict each other")
        if "to_speak" not in response and "directives" not in response:
            raise BadAnswer("nothing to speak and no directives: the session is dropped")
        speak = judging.obj(response.get("to_speak"), "to_speak")
        judging.only(speak, "to_speak", {"type", "text"}, set())
        judging.one_of(speak, "type", 0)
        return Heard(judging.text(speak, "text"), mic, ended)
