"""One question to a vendor that nobody wrote a module for, and the words of its errors."""

from collections.abc import Sequence

import msgspec

from daemon.endpoint import Dialect, Endpoint
from daemon.login import Login
from daemon.secret import Secret

_WORDS = ("message", "detail", "error_description", "error", "title", "errors")
"""Where the sentence of an error is, in the shapes that are common; the first that holds one."""


def endpoint(source: str, url: str, path: str, login: Login, query: Sequence[Secret]) -> Endpoint:
    """`query`: the secrets that go with the parameters."""
    keys = [*login.keys(), *(["query"] if query else [])] or ["headers"]
    dialect = Dialect(_words, _advice, " and ".join(keys))
    return Endpoint(source, url, path, dialect, login.sent(), (*login.secrets(), *query))


def _words(body: bytes) -> str | None:
    try:
        return _sentence(msgspec.json.decode(body), 4)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _sentence(value: object, depth: int) -> str | None:
    if isinstance(value, str) and value.strip():
        return value
    if isinstance(value, list) and depth:
        return next(filter(None, (_sentence(each, depth - 1) for each in value[:4])), None)
    if isinstance(value, dict) and depth:
        told = (_sentence(value.get(name), depth - 1) for name in _WORDS)
        return next(filter(None, told), None)
    return None


def _advice(status: int, _path: str) -> str | None:
    if status == 404:
        return "check {setting}.url and {setting}.path"
    if status in (400, 422):
        return "check {setting}.path and {setting}.query"
    return None
