"""What stands on Segment's wire, and how it speaks of errors."""

from collections.abc import Sequence
from typing import Annotated, Literal, Protocol

import msgspec

from daemon.endpoint import Dialect, Endpoint
from daemon.secret import Secret
from rules.series import Labels, labels_of

Region = Literal["us", "eu"]

_HOSTS: dict[Region, str] = {
    "us": "https://api.segmentapis.com",
    "eu": "https://eu1.api.segmentapis.com",
}

Digits = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,30}\Z")]
"""A count is text, since it may be larger than what JSON's readers can hold. Nothing but digits:
a sign, a blank, a fraction or a plain number would be another contract."""

# Fields that nothing here needs are not declared, so they cannot break a poll.


class WorkspaceRow(msgspec.Struct, frozen=True, rename="camel"):
    """All calls of the workspace since the usage month began, as of one day."""

    api_calls: Digits
    timestamp: str

    def labels(self) -> Labels:
        return ()


class SourceRow(msgspec.Struct, frozen=True, rename="camel"):
    """The same of one source. A row without its id is refused: nobody could be asked about it."""

    source_id: Annotated[str, msgspec.Meta(min_length=1)]
    api_calls: Digits
    timestamp: str

    def labels(self) -> Labels:
        return labels_of({"source_id": self.source_id})


class Pagination(msgspec.Struct, frozen=True):
    """Its `totalEntries` may be missing and is nobody's amount, so it is not read."""

    next: str | None = None


class WorkspaceDays(msgspec.Struct, frozen=True):
    pagination: Pagination
    rows: list[WorkspaceRow] = msgspec.field(name="dailyWorkspaceAPICallsUsage")


class SourceDays(msgspec.Struct, frozen=True):
    pagination: Pagination
    rows: list[SourceRow] = msgspec.field(name="dailyPerSourceAPICallsUsage")


class WorkspacePage(msgspec.Struct, frozen=True):
    """The published schema leaves `data` out of what is needed; an answer without it is none."""

    data: WorkspaceDays


class SourcePage(msgspec.Struct, frozen=True):
    data: SourceDays


class Row(Protocol):
    """What the rows of both endpoints have in common."""

    @property
    def api_calls(self) -> str: ...

    @property
    def timestamp(self) -> str: ...

    def labels(self) -> Labels: ...


class Days(Protocol):
    @property
    def pagination(self) -> Pagination: ...

    @property
    def rows(self) -> Sequence[Row]: ...


class Page(Protocol):
    @property
    def data(self) -> Days: ...


class _Complaint(msgspec.Struct, frozen=True):
    type: str
    message: str | None = None

    def sentence(self) -> str:
        return self.message or self.type


class _Errors(msgspec.Struct, frozen=True):
    errors: list[_Complaint]


def _words(body: bytes) -> str | None:
    try:
        errors = msgspec.json.decode(body, type=_Errors).errors
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return "; ".join(error.sentence() for error in errors) or None


def _advice(status: int, _path: str) -> str | None:
    match status:
        case 401:
            # Not 403: the vendor says the same where the token is good and may not ask this.
            return (
                "the token was refused, check {setting}.token and its right to read usage,"
                " and {setting}.region: one region does not know the tokens of another"
            )
        case 404 | 422:
            return (
                "the vendor does not know this usage month, check {setting}.period_day, and"
                " {setting}.history: it may not tell of months so long past"
            )
    return None


_DIALECT = Dialect(_words, _advice, "token")


def endpoint(source: str, url: str, path: str, token: Secret) -> Endpoint:
    """One question to Segment, asked in the name of one source, of the API's first version."""
    headers = {
        "Authorization": f"Bearer {token.reveal()}",
        "Accept": "application/vnd.segment.v1+json",
    }
    return Endpoint(source, url, path, _DIALECT, headers, (token,))


def host(region: Region, url: str | None) -> str:
    """Where to ask: an address that was given wins over the region's own."""
    return _HOSTS[region] if url is None else url
