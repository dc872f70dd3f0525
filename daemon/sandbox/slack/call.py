"""What a caller posted to Slack, read as Slack reads it."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from daemon.sandbox.slack.block_kit import ALL_TEXT, complaints, weight

Json = Mapping[str, Any]

POST_CUTS_AT = 40_000
STRUCTURED = ("blocks", "files", "metadata")


class Refusal(Exception):
    """An answer with ok: false, by Slack's own code."""

    def __init__(self, code: str, *messages: str, **more: str) -> None:
        super().__init__(code)
        self.code = code
        self.messages = messages
        self.more = more

    def answer(self) -> Json:
        answer: dict[str, Any] = {"ok": False, "error": self.code, **self.more}
        if self.messages:
            answer["response_metadata"] = {"messages": list(self.messages)}
        return answer


def arguments(content_type: str, body: str) -> Json:
    """A method takes JSON, or a form whose structured fields are JSON in themselves."""
    if content_type == "application/json":
        return _object(body, "invalid_json")
    if content_type != "application/x-www-form-urlencoded":
        raise Refusal("invalid_post_type")
    return structured(dict(parse_qsl(body, keep_blank_values=True)))


def structured(fields: Mapping[str, str]) -> Json:
    """A form, or an address's query."""
    form: dict[str, Any] = dict(fields)
    for name in STRUCTURED:
        if name in form:
            form[name] = _value(form[name], f"invalid_{name}_format")
    return form


def payload(content_type: str, body: str) -> Json:
    """A webhook takes JSON, or a form with JSON in its field `payload`."""
    if content_type == "application/x-www-form-urlencoded":
        body = dict(parse_qsl(body)).get("payload", "")
    return _object(body, "invalid_payload")


def text_in(call: Json) -> str:
    """The text of a message, cut where Slack cuts it; empty only where there are blocks."""
    text = str(call.get("text", ""))
    if not text and not call.get("blocks"):
        raise Refusal("no_text")
    return text[:POST_CUTS_AT]


def blocks_in(call: Json) -> tuple[Json, ...]:
    blocks = call.get("blocks", [])
    if found := complaints(blocks):
        raise Refusal("invalid_blocks", *(str(complaint) for complaint in found))
    if weight(blocks) > ALL_TEXT:
        raise Refusal("msg_blocks_too_long")
    return tuple(blocks)


def _object(body: str, code: str) -> Json:
    found = _value(body, code)
    if not isinstance(found, dict):
        raise Refusal(code)
    return found


def _value(text: str, code: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise Refusal(code) from error
