"""What stands on Supertone's wire, and how it speaks of errors."""

from datetime import date, datetime
from typing import Annotated, Any

import msgspec

from daemon.endpoint import Dialect, Endpoint
from daemon.secret import Secret
from rules.series import Labels, labels_of

Minutes = Annotated[float, msgspec.Meta(ge=0)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]

# Fields that nothing here needs are not declared, so they cannot break a poll.


class Row(msgspec.Struct, frozen=True):
    """Dimensions that were not asked for are absent keys, not nulls."""

    minutes_used: Minutes
    voice_id: str | msgspec.UnsetType = msgspec.UNSET
    voice_name: str | msgspec.UnsetType = msgspec.UNSET
    api_key: str | msgspec.UnsetType = msgspec.UNSET
    model: str | msgspec.UnsetType = msgspec.UNSET


class Bucket(msgspec.Struct, frozen=True):
    starting_at: Moment
    ending_at: Moment
    results: list[Row]


class Page(msgspec.Struct, frozen=True):
    """`total` counts buckets over all pages; it is nobody's amount, so whatever it is will do."""

    data: list[Bucket]
    next_page_token: str | None = None
    total: Any = None


class VoiceDay(msgspec.Struct, frozen=True):
    date: date
    voice_id: str
    total_minutes_used: Minutes
    name: str | msgspec.UnsetType = msgspec.UNSET
    style: str | msgspec.UnsetType = msgspec.UNSET
    language: str | msgspec.UnsetType = msgspec.UNSET
    model: str | msgspec.UnsetType = msgspec.UNSET

    def labels(self) -> Labels:
        """A key that is missing and a key that is empty tell two series apart."""
        told = {"voice_id": self.voice_id, "style": self.style}
        told |= {"language": self.language, "model": self.model}
        return labels_of({key: value for key, value in told.items() if isinstance(value, str)})


class VoiceReport(msgspec.Struct, frozen=True):
    usages: list[VoiceDay]


class Credits(msgspec.Struct, frozen=True):
    """Null is a balance that is not known; nobody says that it is zero."""

    balance: float | None


class _Detail(msgspec.Struct, frozen=True):
    message: str | list[str]


class _Envelope(msgspec.Struct, frozen=True):
    """An error body: a sentence, or an object that holds a sentence, or one that holds several."""

    message: str | _Detail

    def sentence(self) -> str:
        inner = self.message if isinstance(self.message, str) else self.message.message
        return inner if isinstance(inner, str) else "; ".join(inner)


def _words(body: bytes) -> str | None:
    """The vendor's own, whichever of its shapes they came in."""
    try:
        return msgspec.json.decode(body, type=_Envelope).sentence()
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _advice(status: int, path: str) -> str | None:
    if status == 404 and path == "/v1/credits":
        return "the account is unknown, check {setting}.key and {setting}.url"
    return None


_DIALECT = Dialect(_words, _advice)


def endpoint(source: str, url: str, path: str, key: Secret) -> Endpoint:
    """One question to Supertone, asked in the name of one source."""
    headers = {"x-sup-api-key": key.reveal()}
    return Endpoint(source, url, path, _DIALECT, headers, (key,))
