"""What stands on Supertone's wire, and how asking for it can go wrong."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, TypeVar

import msgspec

from daemon.http import Http, HttpError, Reply, retry_after
from daemon.secret import Secret
from daemon.source import SourceError, SourceRefused, Window
from rules.series import Labels, Metric, labels_of

Shape = TypeVar("Shape")

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
    """Its `total` counts buckets and is nobody's amount, so it is not read."""

    data: list[Bucket]
    next_page_token: str | None = None


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


class BadRequestError(SourceRefused):
    """The vendor did not understand the question."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One question to the vendor, asked in the name of one source."""

    source: str
    url: str
    path: str
    key: Secret
    within: timedelta = timedelta(seconds=30)

    async def ask(
        self, http: Http, query: Sequence[tuple[str, str]], shape: type[Shape], at: datetime
    ) -> Shape:
        url = self.url.rstrip("/") + self.path
        headers = {"x-sup-api-key": self.key.reveal(), "Accept": "application/json"}
        try:
            reply = await http.get(url, params=query, headers=headers, within=self.within)
        except HttpError as error:
            raise SourceError(f"{self.source}: GET {self.path}: {error}") from error
        if reply.status != 200:
            raise self._failure(reply, at)
        try:
            return msgspec.json.decode(reply.body, type=shape)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            # Not `from error`: what does not decode may hold what must not be shown.
            raise self.refused(self._misread(reply, error)) from None

    def refused(self, what: str, status: int = 200) -> SourceRefused:
        return SourceRefused(f"{self.source}: GET {self.path} answered {status}: {what}")

    def _failure(self, reply: Reply, at: datetime) -> SourceError:
        status, words = reply.status, self._words(reply)
        if status in (408, 429) or status >= 500:
            message = f"{self.source}: GET {self.path} answered {status}: {words}"
            return SourceError(message, retry_after(reply, at))
        refused = self.refused(f"{words}; {self._advice(status)}", status)
        return BadRequestError(str(refused)) if status == 400 else refused

    def _advice(self, status: int) -> str:
        setting = f"sources.{self.source}"
        match status:
            case 401:
                return f"the key was refused, check {setting}.key"
            case 403:
                return f"the key was refused this question, check {setting}.key and its rights"
            case 404 if self.path == "/v1/credits":
                return f"the account is unknown, check {setting}.key and {setting}.url"
            case _ if status < 400:
                return f"it points elsewhere and is not followed, check {setting}.url"
        return f"the vendor will not answer this question as it stands, check {setting}"

    def _words(self, reply: Reply) -> str:
        """The vendor's own, whichever of its shapes they came in."""
        try:
            return self._shown(msgspec.json.decode(reply.body, type=_Envelope).sentence())
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return self._shown(reply.body.decode(errors="replace")) or "without a word"

    def _misread(self, reply: Reply, error: Exception) -> str:
        text = reply.body.decode(errors="replace")
        if isinstance(error, msgspec.ValidationError):
            return f"its contract has changed: {self._shown(str(error))}"
        if not text.strip():
            return "expected JSON, got an empty body"
        kind = "HTML" if text.lstrip().startswith("<") else "text"
        return f"expected JSON, got {kind} that begins {json.dumps(self._shown(text))}"

    def _shown(self, text: str) -> str:
        """A short sample, on one line, without the key: vendors like to repeat it."""
        key = self.key.reveal()
        hidden = text.replace(key, "***") if key else text
        line = re.sub(r"[^\S ]+|[\x00-\x1f\x7f]+", " ", hidden).strip()
        return line if len(line) <= 160 else f"{line[:160]}…"


def whole(metric: Metric, window: Window) -> Window:
    """A window widened to whole buckets; the bucket that holds its end is the last, and fills."""
    return Window(metric.bucket(window.start), metric.bucket(window.end) + metric.width)
