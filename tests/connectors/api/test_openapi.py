"""The OpenAPI document, held against what the channel really answers."""

import pytest

from bot.messages import Reply
from connectors.api import openapi
from conversation.messages import Draft

DOCUMENT = openapi.document()
TYPES = {
    "object": dict, "array": list, "string": str, "null": type(None), "number": (int, float),
    "integer": int,
}  # fmt: skip


def resolved(schema):
    if "$ref" in schema:
        found = DOCUMENT
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return found
    return schema


def check(value, schema, where="$"):
    """As much of JSON Schema as the document uses; a keyword it does not know fails."""
    schema = resolved(schema)
    known = {
        "type", "properties", "required", "items", "enum", "minimum", "maximum", "minLength",
        "maxLength", "format", "description", "default",
    }  # fmt: skip
    assert not set(schema) - known, (where, set(schema) - known)
    if "enum" in schema:
        assert value in schema["enum"], where
    if "type" in schema:
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        assert any(isinstance(value, TYPES[kind]) for kind in kinds), (where, value)
    if isinstance(value, dict):
        assert set(schema["required"]) <= set(value), where
        assert set(value) <= set(schema["properties"]), where
        for name, item in value.items():
            check(item, schema["properties"][name], f"{where}.{name}")
    if isinstance(value, list):
        for i, item in enumerate(value):
            check(item, schema["items"], f"{where}[{i}]")
    if isinstance(value, str):
        assert schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 10**6), where
    if isinstance(value, int | float) and not isinstance(value, bool):
        assert schema.get("minimum", value) <= value <= schema.get("maximum", value), where


def check_answer(path, method, status, body):
    """The body of a real answer fits what the document promises for it."""
    promised = DOCUMENT["paths"][path][method]["responses"]
    assert str(status) in promised, f"{method} {path} answers {status}, which is not documented"
    response = resolved(promised[str(status)])
    check(body, response["content"]["application/json"]["schema"])


async def test_document_is_served_without_a_token(gateway):
    status, served = await gateway.get("/api/v1/openapi.json", token=None)
    assert (status, served) == (200, DOCUMENT)


def test_document_is_whole():
    assert DOCUMENT["openapi"] == "3.1.0"

    def walk(node):
        if isinstance(node, dict):
            if "$ref" in node:
                resolved(node)
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(DOCUMENT)
    ids = [
        operation["operationId"]
        for path, operations in DOCUMENT["paths"].items()
        for operation in operations.values()
        if path.startswith("/api")
    ]
    assert len(ids) == len(set(ids)) == 3


async def test_every_route_of_the_channel_is_documented(gateway):
    served = {
        (resource.canonical, route.method.lower())
        for resource in gateway.app.router.resources()
        for route in resource
        if resource.canonical.startswith(("/api/v1", "/healthz", "/readyz"))
        and route.method != "HEAD"
    }
    documented = {
        (path, method) for path, methods in DOCUMENT["paths"].items() for method in methods
    }
    assert documented == served - {("/api/v1/openapi.json", "get")}


async def test_real_answers_fit_the_document(start_gateway):
    gateway = await start_gateway(answer_wait_s=2.0)
    gateway.engine.script["报修"] = Reply(
        (Draft("哪里？", (("厨房", "/kitchen"),)),), "report_repair", 0.9
    )
    messages = "/api/v1/messages"
    bodies = [
        {"user": "u", "message_id": "1", "text": "报修"},
        {"user": "u", "message_id": "2", "choice": "2-1"},
        {"user": "u", "message_id": "3", "text": ""},
        {"user": "u", "message_id": "4", "text": "救命"},
        {"user": "u", "message_id": "1", "text": "别的"},
        {"user": "u", "message_id": "5", "text": "长" * 10_001},
        {"user": "u"},
    ]
    statuses = []
    for body in bodies:
        status, answer = await gateway.post(messages, body)
        statuses.append(status)
        check_answer(messages, "post", status, answer)
    assert statuses == [200, 200, 200, 200, 409, 413, 400]
    gateway.engine.gate.clear()
    status, answer = await gateway.say("slow", "1", "慢")
    assert status == 202
    check_answer(messages, "post", status, answer)
    gateway.engine.gate.set()
    status, answer = await gateway.say("u", "1", "报修", token="wrong")
    check_answer(messages, "post", status, answer)

    read = "/api/v1/conversations/{conversation}/messages"
    _, answer = await gateway.post(messages, bodies[0])
    for url in (answer["conversation"], "conv_x"):
        status, answer = await gateway.get(f"/api/v1/conversations/{url}/messages")
        check_answer(read, "get", status, answer)
    for path in ("/healthz", "/readyz"):
        status, answer = await gateway.get(path)
        check_answer(path, "get", status, answer)
    status, answer = await gateway.post("/api/v1/bindings", {"user": "u", "code": "x"})
    assert status == 404
    check_answer("/api/v1/bindings", "post", status, answer)


@pytest.mark.parametrize("schema", ["Message", "Binding"])
def test_request_schemas_have_limits(schema):
    found = DOCUMENT["components"]["schemas"][schema]
    assert all("maxLength" in field for field in found["properties"].values())
