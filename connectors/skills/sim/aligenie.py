"""AliGenie's side: requests to a secret address, sealed when a public key was given to the console.

Source: https://www.aligenie.com/doc/357834/cxgzl6 , .../dxzpdh and .../hm2sf5
"""

from __future__ import annotations

import base64
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from connectors.skills.sim import judging
from connectors.skills.sim.judging import BadAnswer
from connectors.skills.sim.speaker import Heard, Request, Silence, Speaker, new_request_id

MAX_BYTES = 64 * 1024
_YES, _NO = ("确认", "是", "是的", "对", "好的", "确定"), ("取消", "不", "不是", "不要", "否")
_PADDING_BYTES = 11


class AliGenieMaker:
    """One skill; `headers` are those that the console was told to send."""

    name = "aligenie"
    at_silence = Silence.IGNORED

    def __init__(
        self,
        skill_id: int,
        *,
        headers: dict[str, str] | None = None,
        key: RSAPublicKey | None = None,
        is_console: bool = False,
    ) -> None:
        self.skill_id = skill_id
        self.headers = headers or {}
        self.key = key
        self.is_console = is_console
        "Its online test has no user and no device"

    def request(self, speaker: Speaker, kind: str, words: str) -> Request:
        return self.sent(json.dumps(self.body(speaker, kind, words), ensure_ascii=False).encode())

    def again(self, speaker: Speaker, request: Request) -> Request:
        return request

    def sent(self, body: bytes) -> Request:
        """Any body with the headers of the console, sealed when it seals."""
        sealed = body if self.key is None else seal(self.key, body)
        return Request({"Content-Type": "application/json", **self.headers}, sealed)

    def body(self, speaker: Speaker, kind: str, words: str) -> dict[str, Any]:
        """As the platform writes it; of a yes or a no to a CONFIRM it says so."""
        stay = speaker.stay
        found: dict[str, Any] = {
            "sessionId": stay.id,
            "utterance": words,
            "token": "",
            "skillId": self.skill_id,
            "skillName": "邻声",
            "botId": 34,
            "domainId": 56,
            "intentId": 78,
            "intentName": "anything",
            "requestId": new_request_id(),
            "slotEntities": [_slot(words)] if kind == "said" else [],
            "selectIndexList": [],
            "device": {},
            "skillSession": {"skillSessionId": stay.id, "newSession": stay.is_new},
        }
        if not self.is_console:
            found["requestData"] = {
                "userOpenId": speaker.user, "deviceOpenId": speaker.device, "city": "杭州",
            }  # fmt: skip
        if stay.last is not None and stay.last.asks_consent and words in (*_YES, *_NO):
            found["confirmStatus"] = "CONFIRMED" if words in _YES else "DENIED"
        return found

    def judge(self, status: int, content_type: str, body: bytes) -> Heard:
        answer = judging.read(status, content_type, body, max_bytes=MAX_BYTES)
        judging.only(
            answer, "answer", {"returnCode", "returnValue"},
            {"returnErrorSolution", "returnMessage"},
        )  # fmt: skip
        judging.one_of(answer, "returnCode", "0")
        value = judging.obj(answer["returnValue"], "returnValue")
        judging.only(
            value, "returnValue", {"reply", "resultType", "executeCode"},
            {"askedInfos", "confirmParaInfo", "properties", "actions", "gwCommands"},
        )  # fmt: skip
        judging.one_of(value, "executeCode", "SUCCESS")
        reply = judging.text(value, "reply")
        kind = judging.one_of(value, "resultType", "RESULT", "ASK_INF", "CONFIRM")
        if kind == "ASK_INF":
            _check_asked(value.get("askedInfos"))
        if kind == "CONFIRM":
            para = judging.obj(value.get("confirmParaInfo"), "confirmParaInfo")
            judging.text(para, "confirmParameterName")
            judging.text(para, "denyParameterName")
        judging.obj(value.get("properties", {}), "properties")
        judging.listed(value.get("actions", []), "actions")
        spoken, mic, ended = _obeyed(judging.listed(value.get("gwCommands", []), "gwCommands"))
        if kind in {"ASK_INF", "CONFIRM"} and not mic:
            raise BadAnswer(f"{kind} and the microphone stays closed")
        return Heard(spoken or reply, mic, ended, asks_consent=kind == "CONFIRM")


def seal(key: RSAPublicKey, body: bytes) -> bytes:
    """A body as the console seals it: in blocks, which are joined and written in base64."""
    size = key.key_size // 8 - _PADDING_BYTES
    blocks = [
        key.encrypt(body[start : start + size], PKCS1v15()) for start in range(0, len(body), size)
    ]
    return json.dumps(
        {
            "queryMetaInfo": {
                "queryVersion": "V1", "securityMode": "RSA", "source": "ali-genie",
            },
            "securityQuery": base64.b64encode(b"".join(blocks)).decode(),
        }
    ).encode()  # fmt: skip


def _slot(words: str) -> dict[str, Any]:
    """A slot whose standard value is JSON as a text."""
    return {
        "intentParameterId": 90,
        "intentParameterName": "any",
        "originalValue": words,
        "standardValue": '{"value":"x"}',
        "liveTime": 0,
        "createTimeStamp": 1700000000000,
        "slotName": "any:any",
        "slotValue": words,
    }


def _check_asked(found: Any) -> None:
    asked = judging.listed(found, "askedInfos")
    if not asked:
        raise BadAnswer("askedInfos is empty")
    for one in asked:
        info = judging.obj(one, "askedInfos")
        judging.only(info, "askedInfos", {"parameterName", "intentId"}, set())
        judging.text(info, "parameterName")
        if not isinstance(info["intentId"], int) or isinstance(info["intentId"], bool):
            raise BadAnswer("intentId is no number")


def _obeyed(commands: list[Any]) -> tuple[str, bool, bool]:
    """What the commands say, whether the microphone opens, and whether the skill is left."""
    spoken, mic, ended = "", False, False
    for one in commands:
        command = judging.obj(one, "gwCommands")
        judging.only(command, "gwCommands", {"commandDomain", "commandName", "payload"}, set())
        name = (command["commandDomain"], command["commandName"])
        payload = judging.obj(command["payload"], "payload")
        if name == ("AliGenie.Speaker", "Speak"):
            judging.one_of(payload, "type", "text")
            spoken, mic = judging.text(payload, "text"), judging.flag(payload, "expectSpeech")
        elif name == ("AliGenie.System.Control", "Exit"):
            ended = True
        else:
            raise BadAnswer(f"no command {name}")
    if ended and mic:
        raise BadAnswer("the skill is left and the microphone opens")
    return spoken, mic, ended
