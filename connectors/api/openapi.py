"""The OpenAPI 3.1 document of the open channel, from the same limits that `payload.py` checks."""

from __future__ import annotations

from typing import Any

from community.errors import Code
from connectors.api.payload import (
    CHOICE_MAX_CHARACTERS,
    CODE_MAX_CHARACTERS,
    HIGHEST_SEQ,
    ID_MAX_CHARACTERS,
)
from connectors.base import TEXT_MAX_CHARACTERS

OUTCOMES = ("answered", "asked", "handed_off", "emergency", "failed")

_ID = {"type": "string", "minLength": 1, "maxLength": ID_MAX_CHARACTERS}
_SEQ = {"type": "integer", "minimum": 0, "maximum": HIGHEST_SEQ}
_ERRORS = {
    400: "A field is missing or cannot be used; `message` names it.",
    401: "No bearer token of a configured client.",
    404: "Unknown, or not this client's: the two are never told apart.",
    409: "The message id was used for another message.",
    413: f"A body over 64 KiB, or a text over {TEXT_MAX_CHARACTERS} characters.",
    429: "Too many wrong household codes; see Retry-After.",
    503: "Busy for the moment; the same call succeeds later. See Retry-After.",
}


def document() -> dict[str, Any]:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Linsheng open channel",
            "version": "1",
            "description": (
                "Lets the community's own apps talk to the assistant for their users. Send a "
                "message again with the same `message_id` after any failure: it runs once, and "
                "the answer is the same."
            ),
        },
        "security": [{"bearer": []}],
        "paths": {
            "/api/v1/messages": {"post": _post_message()},
            "/api/v1/conversations/{conversation}/messages": {"get": _get_messages()},
            "/api/v1/bindings": {"post": _post_binding()},
            "/healthz": {"get": _health("The process runs.")},
            "/readyz": {
                "get": _health("Database and dialogue engine are there, a turn would be answered.")
                | {"responses": _health("Ready.")["responses"] | _failures(503)}
            },
        },
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(),
            "responses": {
                str(status): {"description": words, "content": _json("Error")}
                for status, words in _ERRORS.items()
            },
        },
    }


def _post_message() -> dict[str, Any]:
    return {
        "operationId": "postMessage",
        "summary": "Say something for a user",
        "requestBody": {"required": True, "content": _json("Message")},
        "responses": {
            "200": {"description": "The answer.", "content": _json("Answer")},
            "202": {
                "description": "`pending`: send the same message again to get the answer.",
                "content": _json("Answer"),
            },
        }
        | _failures(400, 401, 409, 413, 503),
    }


def _get_messages() -> dict[str, Any]:
    return {
        "operationId": "getMessages",
        "summary": "Read a conversation on from a number, staff's words included",
        "parameters": [
            {"name": "conversation", "in": "path", "required": True, "schema": _ID},
            {
                "name": "after",
                "in": "query",
                "description": "`next` of the last call; everything up to it counts as read.",
                "schema": _SEQ | {"default": 0},
            },
        ],
        "responses": {"200": {"description": "In order.", "content": _json("Transcript")}}
        | _failures(400, 401, 404, 503),
    }


def _post_binding() -> dict[str, Any]:
    return {
        "operationId": "postBinding",
        "summary": "Link a user to a home by the household's code",
        "requestBody": {"required": True, "content": _json("Binding")},
        "responses": {"200": {"description": "Linked.", "content": _json("Bound")}}
        | _failures(400, 401, 404, 413, 429, 503),
    }


def _health(words: str) -> dict[str, Any]:
    return {
        "summary": words,
        "security": [],
        "responses": {"200": {"description": words, "content": _json("Health")}},
    }


def _failures(*statuses: int) -> dict[str, Any]:
    return {str(status): {"$ref": f"#/components/responses/{status}"} for status in statuses}


def _json(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _object(properties: dict[str, Any], *, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
    }


def _listed(schema: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{schema}"}}


def _schemas() -> dict[str, Any]:
    text = {"type": "string", "maxLength": TEXT_MAX_CHARACTERS}
    choice = {"type": "string", "minLength": 1, "maxLength": CHOICE_MAX_CHARACTERS}
    return {
        "Message": _object(
            {
                "user": _ID | {"description": "The client's own id of the person."},
                "message_id": _ID | {"description": "Unique for this client and user."},
                "text": text,
                "choice": choice | {"description": "Id of an offered choice, instead of text."},
            },
            optional=("text", "choice"),
        )
        | {"oneOf": [{"required": ["text"]}, {"required": ["choice"]}]},
        "Answer": _object(
            {
                "turn_id": {"type": "string"},
                "conversation": {"type": "string"},
                "outcome": {"enum": [*OUTCOMES, "pending"]},
                "intent": {
                    "type": ["string", "null"],
                    "description": "null when code or a person decided.",
                },
                "confidence": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
                "replies": _listed("Reply"),
            }
        ),
        "Reply": _object({"seq": _SEQ, "text": {"type": "string"}, "choices": _listed("Choice")}),
        "Choice": _object({"id": choice, "label": {"type": "string"}}),
        "Transcript": _object({"messages": _listed("Said"), "next": _SEQ}),
        "Said": _object(
            {
                "seq": _SEQ,
                "from": {"enum": ["resident", "bot", "staff"]},
                "text": {"type": "string"},
                "choices": _listed("Choice"),
                "at": {"type": "string", "format": "date-time"},
            }
        ),
        "Binding": _object(
            {
                "user": _ID,
                "code": {"type": "string", "minLength": 1, "maxLength": CODE_MAX_CHARACTERS},
            }
        ),
        "Bound": _object({"room": {"type": "string", "description": "Such as 3号楼2单元501."}}),
        "Health": _object({"status": {"enum": ["ok", "ready"]}}),
        "Error": _object(
            {"code": {"enum": [str(code) for code in Code]}, "message": {"type": "string"}}
        ),
    }
