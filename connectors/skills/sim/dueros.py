"""DuerOS's side: requests signed with a certificate, answers of at most 24 KB.

Source: https://dueros.baidu.com/didp/doc/dueros-bot-platform/dbp-custom/request_markdown and
.../response_markdown ; github.com/dueros/bot-sdk-go bot/test
"""

from __future__ import annotations

import base64
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1

from connectors.skills.sim import judging
from connectors.skills.sim.certificates import FOLDER, Signer
from connectors.skills.sim.judging import BadAnswer
from connectors.skills.sim.speaker import Heard, Request, Silence, Speaker, new_request_id

MAX_BYTES = 24 * 1024
_TYPES = {
    "enter": "LaunchRequest", "said": "IntentRequest", "left": "SessionEndedRequest",
    "tired": "SessionEndedRequest",
}  # fmt: skip


class DuerOSMaker:
    """One skill; its certificate lies under `file` at the host of certificates."""

    name = "dueros"
    at_silence = Silence.REPLAYED

    def __init__(self, application_id: str, signer: Signer, file: str = "dueros.pem") -> None:
        self.application_id = application_id
        self.signer = signer
        self.url = f"https://duer.bdstatic.com{FOLDER}{file}"

    def request(self, speaker: Speaker, kind: str, words: str) -> Request:
        return self.signed(json.dumps(self.body(speaker, kind, words), ensure_ascii=False).encode())

    def again(self, speaker: Speaker, request: Request) -> Request:
        return request

    def signed(self, body: bytes, **headers: str) -> Request:
        """Any body with a signature, or with other headers instead."""
        signature = self.signer.key.sign(body, PKCS1v15(), SHA1())  # noqa: S303 - as it does
        written = {
            "Content-Type": "application/json;charset=utf-8",
            "signaturecerturl": self.url,
            "signature": base64.b64encode(signature).decode(),
        }
        return Request(written | headers, body)

    def body(self, speaker: Speaker, kind: str, words: str) -> dict[str, Any]:
        """As the platform writes it: times as texts, empty attributes as a list."""
        stay = speaker.stay
        request: dict[str, Any] = {
            "type": _TYPES[kind],
            "requestId": new_request_id(),
            "timestamp": str(int(speaker.clock.now().timestamp())),
            "dialogRequestId": new_request_id(),
        }
        if _TYPES[kind] == "IntentRequest":
            request |= _intent(words)
        if _TYPES[kind] == "SessionEndedRequest":
            is_tired = kind == "tired"
            request |= {"reason": "EXCEEDED_MAX_REPROMPTS" if is_tired else "USER_INITIATED"}
        return {
            "version": "v2.0",
            "session": {
                "new": stay.is_new, "sessionId": stay.id, "attributes": stay.attributes or [],
            },
            "context": {"System": self._system(speaker)},
            "request": request,
        }  # fmt: skip

    def judge(self, status: int, content_type: str, body: bytes) -> Heard:
        answer = judging.read(status, content_type, body, max_bytes=MAX_BYTES)
        judging.only(answer, "answer", {"version", "context", "session", "response"}, set())
        judging.one_of(answer, "version", "2.0")
        session = judging.obj(answer["session"], "session")
        judging.obj(session.get("attributes"), "session.attributes")
        response = judging.obj(answer["response"], "response")
        judging.only(
            response, "response", {"shouldEndSession"},
            {"outputSpeech", "reprompt", "expectSpeech", "directives", "card"},
        )  # fmt: skip
        ends = judging.flag(response, "shouldEndSession")
        expects = judging.flag(response, "expectSpeech")
        if ends and expects:
            raise BadAnswer("the session ends and the microphone opens")
        said = _speech(response["outputSpeech"]) if "outputSpeech" in response else ""
        if not said and expects:
            raise BadAnswer("nothing is asked and the microphone opens")
        reprompt = response.get("reprompt")
        again = _speech(judging.obj(reprompt, "reprompt").get("outputSpeech")) if reprompt else ""
        return Heard(said, expects, ends, _expected(answer["context"]), again)

    def _system(self, speaker: Speaker) -> dict[str, Any]:
        return {
            "user": {"userId": speaker.user, "accessToken": "", "userInfo": {}},
            "application": {"applicationId": self.application_id},
            "device": {
                "deviceId": speaker.device,
                "supportedInterfaces": {"VoiceInput": {}, "VoiceOutput": {}, "AudioPlayer": {}},
            },
            "apiAccessToken": "token",
            "apiEndPoint": "https://xiaodu.baidu.com",
        }


def _intent(words: str) -> dict[str, Any]:
    """A system slot holds JSON as a text."""
    slot = {"name": "sys.number", "value": '{"num":"3"}', "values": ['{"num":"3"}']}
    return {
        "query": {"type": "TEXT", "original": words, "rewritten": words},
        "dialogState": "STARTED",
        "determined": True,
        "intents": [
            {"name": "anything", "confirmationStatus": "NONE", "slots": {"sys.number": slot}}
        ],
    }


def _speech(found: Any) -> str:
    speech = judging.obj(found, "outputSpeech")
    kind = judging.one_of(speech, "type", "PlainText", "SSML")
    name = "text" if kind == "PlainText" else "ssml"
    judging.only(speech, "outputSpeech", {"type", name}, set())
    return judging.text(speech, name)


def _expected(found: Any) -> tuple[str, ...]:
    context = judging.obj(found, "context")
    judging.only(context, "context", set(), {"intent", "expectResponse"})
    expected = []
    for one in judging.listed(context.get("expectResponse", []), "expectResponse"):
        entry = judging.obj(one, "expectResponse")
        name = (
            "text" if judging.one_of(entry, "type", "PlainText", "Slot") == "PlainText" else "slot"
        )
        judging.only(entry, "expectResponse", {"type", name}, set())
        expected.append(judging.text(entry, name))
    return tuple(expected)
