"""What stands on the wire of `query_range`, and how a server speaks of errors."""

import math
import re

import msgspec

from daemon.endpoint import Dialect, Endpoint
from daemon.login import Login

PATH = "/api/v1/query_range"

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_NO_NUMBERS = frozenset({"NaN", "Inf", "+Inf", "-Inf"})
_LATER = frozenset({"timeout", "canceled", "internal", "unavailable", "too_many_requests"})
"""Kinds of error that pass by themselves; the others are in the question."""


class Line(msgspec.Struct, frozen=True):
    """One series. Native histograms come as `histograms` and without these values."""

    metric: dict[str, str]
    values: list[tuple[float, str]]


class Matrix(msgspec.Struct, frozen=True, rename="camel"):
    result_type: str
    result: list[Line]


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """Some servers give what they could find in time, and say so in `isPartial` or a warning."""

    status: str
    data: Matrix | None = None
    error_type: str = msgspec.field(default="", name="errorType")
    error: str = ""
    warnings: list[str] | None = None
    is_partial: bool = msgspec.field(default=False, name="isPartial")

    @property
    def passes(self) -> bool:
        return self.error_type in _LATER


class _Failure(msgspec.Struct, frozen=True):
    error: str
    error_type: str = msgspec.field(default="", name="errorType")


def endpoint(source: str, url: str, login: Login) -> Endpoint:
    dialect = Dialect(_words, _advice, " and ".join(login.keys()) or "token")
    return Endpoint(source, url, PATH, dialect, login.sent(), login.secrets())


def number(text: str) -> float | None:
    """What a sample holds, NaN where the server says that there is no number; None where the
    text is neither."""
    if text in _NO_NUMBERS:
        return math.nan
    return float(text) if _NUMBER.fullmatch(text) else None


def _words(body: bytes) -> str | None:
    try:
        failure = msgspec.json.decode(body, type=_Failure)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return f"{failure.error_type}: {failure.error}" if failure.error_type else failure.error


def _advice(status: int, _path: str) -> str | None:
    if status in (400, 422):
        return "check {setting}.query"
    if status in (404, 405):
        return "no Prometheus answers there, check {setting}.url"
    return None
