"""One question to a vendor: asked, decoded, and every way it can go wrong put into words."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import msgspec

from daemon.http import Call, HttpError, HttpRefused, Reply, Web
from daemon.http.retry import retry_after
from daemon.secret import Secret
from daemon.source import SourceChanged, SourceError, SourceRefused

Shape = TypeVar("Shape")


class BadRequestError(SourceRefused):
    """The vendor did not understand the question."""


class NotFoundError(SourceRefused):
    """There is nothing where the vendor was asked."""


def _no_words(_body: bytes) -> str | None:
    return None


def _no_advice(_status: int, _path: str) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a vendor speaks of its errors."""

    words: Callable[[bytes], str | None] = _no_words
    """The sentence in an error's body; None where it holds none, and the body is shown instead."""
    advice: Callable[[int, str], str | None] = _no_advice
    """(status, path) to what to do, where the general advice would mislead. It may speak of
    `{setting}`, which becomes the place of the source in the configuration."""
    keys: str = "key"
    """The settings that hold its credentials, as they are named to a person: "key"."""


@dataclass(frozen=True, slots=True)
class Told(Generic[Shape]):
    """A decoded answer, and the headers it came with."""

    body: Shape
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One question to a vendor, asked in the name of one source."""

    source: str
    url: str
    path: str
    dialect: Dialect = field(default_factory=Dialect)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: tuple[Secret, ...] = ()
    """What must not be repeated, even where the vendor does."""
    within: timedelta = timedelta(seconds=30)
    section: str = "sources"

    async def ask(
        self, http: Web, query: Sequence[tuple[str, str]], shape: type[Shape], at: datetime
    ) -> Shape:
        """What the vendor answers, in the shape its contract promises."""
        return (await self.tell(http, query, shape, at)).body

    async def tell(
        self, http: Web, query: Sequence[tuple[str, str]], shape: type[Shape], at: datetime
    ) -> Told[Shape]:
        """The same, with its headers."""
        url = self.url.rstrip("/") + self.path
        headers = {"Accept": "application/json", **self.headers}
        try:
            reply = await http.send(Call(url, query, headers, within=self.within))
        except HttpRefused as error:
            raise SourceRefused(f"{self.source}: GET {self.path}: {error}") from error
        except HttpError as error:
            wait = error.retry_after
            raise SourceError(f"{self.source}: GET {self.path}: {error}", wait) from error
        if reply.status != 200:
            raise self.failure(reply, at)
        try:
            return Told(msgspec.json.decode(reply.body, type=shape), reply.headers)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            # Not `from error`: what does not decode may hold what must not be shown.
            raise self._misread(reply, error) from None

    def refused(self, what: str, status: int = 200) -> SourceRefused:
        return SourceRefused(f"{self.source}: GET {self.path} answered {status}: {what}")

    def changed(self, what: str) -> SourceChanged:
        """The vendor broke its contract; `what` says how."""
        return SourceChanged(f"{self.source}: GET {self.path} answered 200: {what}")

    def failure(self, reply: Reply, at: datetime) -> SourceError:
        """What an answer that is no good means: later, or never without a person."""
        status, words = reply.status, self._words(reply)
        if status in (408, 425, 429) or status >= 500:
            message = f"{self.source}: GET {self.path} answered {status}: {words}"
            return SourceError(message, retry_after(reply, at))
        refused = self.refused(f"{words}; {self._advice(status)}", status)
        kinds = {400: BadRequestError, 404: NotFoundError}
        return kinds[status](str(refused)) if status in kinds else refused

    def _advice(self, status: int) -> str:
        setting = f"{self.section}.{self.source}"
        own = self.dialect.advice(status, self.path)
        if own is not None:
            return own.format(setting=setting)
        match status:
            case 401:
                return f"the key was refused, check {setting}.{self.dialect.keys}"
            case 403:
                key = f"{setting}.{self.dialect.keys}"
                return f"the key was refused this question, check {key} and its rights"
            case 407:
                return "the proxy wants a login, check HTTPS_PROXY"
            case _ if status < 400:
                return f"it points elsewhere and is not followed, check {setting}.url"
        return f"the vendor will not answer this question as it stands, check {setting}"

    def _words(self, reply: Reply) -> str:
        """The vendor's own, whichever of its shapes they came in."""
        words = self.dialect.words(reply.body)
        if words is None:
            words = reply.body.decode(errors="replace")
        return self.shown(words) or "without a word"

    def _misread(self, reply: Reply, error: Exception) -> SourceError:
        """Well-formed JSON of another shape will not mend by itself; a page of HTML may, since
        proxies and maintenance answer like that for a while."""
        text = reply.body.decode(errors="replace")
        if isinstance(error, msgspec.ValidationError) and _is_json(reply.body):
            return self.changed(f"its contract has changed: {self.shown(_plainly(str(error)))}")
        found = f"{_kind(text)} that begins {json.dumps(self.shown(text))}"
        if isinstance(error, RecursionError):
            found = "some that is nested too deep to be meant"
        elif not text.strip():
            found = "an empty body"
        what = f"answered 200: expected JSON, got {found}"
        return SourceError(f"{self.source}: GET {self.path} {what}")

    def shown(self, text: str) -> str:
        """A short sample, on one line, without the keys: vendors like to repeat them."""
        for secret in self.secrets:
            key = secret.reveal()
            text = text.replace(key, "***") if key else text
        line = re.sub(r"[^\S ]+|[\x00-\x1f\x7f]+", " ", text[:4096]).strip()
        return line if len(line) <= 160 else f"{line[:160]}…"


def _is_json(body: bytes) -> bool:
    """Another shape is noticed before the end is seen to be missing."""
    try:
        msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _kind(text: str) -> str:
    return "HTML" if text.lstrip().startswith("<") else "text"


_MISSING = re.compile(
    r"Object missing required field `(?P<field>[^`]+)`(?: - at `\$\.?(?P<at>.*)`)?"
)
_UNLIKE = re.compile(r"Expected (?P<wanted>.+), got (?P<found>`\w+`)(?: - at `\$\.?(?P<at>.*)`)?")
_BEYOND = re.compile(r"Expected (?P<wanted>.+?) - at `\$\.?(?P<at>.*)`")
_WORDS = {
    "str": "text",
    "float": "a number",
    "int": "a whole number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


def _plainly(error: str) -> str:
    """What did not decode, as a person would say it.

    >>> _plainly("Object missing required field `used` - at `$.data[0].results[...]`")
    '`data[].results[].used` is gone'
    >>> _plainly("Object missing required field `data`")
    '`data` is gone'
    >>> _plainly("Expected `float`, got `str` - at `$.usages[2].minutes`")
    '`usages[].minutes` is text, expected a number'
    >>> _plainly("Expected `float` >= 0.0 - at `$.usages[2].minutes`")
    '`usages[].minutes`: expected a number >= 0.0'
    >>> _plainly("Expected `object`, got `null`")
    'it is null, expected an object'
    """
    if missing := _MISSING.fullmatch(error):
        place = _place(missing["at"])
        return f"`{place}{'.' if place else ''}{missing['field']}` is gone"
    if unlike := _UNLIKE.fullmatch(error):
        place = f"`{_place(unlike['at'])}`" if unlike["at"] else "it"
        return f"{place} is {_spoken(unlike['found'])}, expected {_spoken(unlike['wanted'])}"
    if beyond := _BEYOND.fullmatch(error):
        return f"`{_place(beyond['at'])}`: expected {_spoken(beyond['wanted'])}"
    return error


def _place(path: str | None) -> str:
    """Which row it was does not matter; which field does."""
    return re.sub(r"\[(\d+|\.\.\.)\]", "[]", path or "")


def _spoken(types: str) -> str:
    words = re.sub(r"`([^`]+)`", lambda named: named[1].replace(" | ", " or "), types)
    return re.sub(r"\w+", lambda word: _WORDS.get(word[0], word[0]), words)
