"""What stands on Fastly's wire, and how it speaks of errors."""

from collections.abc import Sequence
from typing import Annotated, Generic, TypeVar

import msgspec

from daemon.endpoint import Dialect, Endpoint
from daemon.secret import Secret
from rules.series import Labels, labels_of

USAGE = "/billing/v3/usage-metrics"
SERVICE_USAGE = "/billing/v3/service-usage-metrics"

Amount = Annotated[float, msgspec.Meta(ge=0)]
YearMonth = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Word = Annotated[str, msgspec.Meta(min_length=1)]

# By the vendor's schema every field is optional. Without those that are required here a row could
# be given to no series and no month, or would say nothing; the others may be absent or null.
# Fields that nothing here needs are not declared, so they cannot break a poll.


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One usage type in one month. Its `usage_type` is what the other endpoint's question calls
    `usage_type_name`; its `name` is only how an invoice spells it."""

    month: YearMonth
    usage_type: Word
    product_id: str | None = None
    region: str | None = None
    unit: str | None = None
    name: str | None = None
    last_updated_at: str | None = None

    def labels(self) -> Labels:
        return _labels(product_id=self.product_id, region=self.region, usage_type=self.usage_type)


class Quantity(Row, frozen=True, kw_only=True):
    """As it is billed. The unit tells one series from another: totals of two units do not
    follow each other."""

    amount: Amount = msgspec.field(name="quantity")

    def labels(self) -> Labels:
        return _labels(**dict(super().labels()), unit=self.unit)


class RawQuantity(Row, frozen=True, kw_only=True):
    """As it was measured. `unit` is that of the invoice, so it says nothing here."""

    amount: Amount = msgspec.field(name="raw_quantity")


AnyRow = TypeVar("AnyRow", bound=Row)


class Metrics(msgspec.Struct, Generic[AnyRow], frozen=True):
    """The declared type is a single row; what comes is an envelope with a list of them."""

    data: list[AnyRow] | AnyRow | None

    def rows(self) -> Sequence[AnyRow]:
        if self.data is None:
            return ()
        return self.data if isinstance(self.data, list) else (self.data,)


class Meta(msgspec.Struct, frozen=True):
    next_cursor: str | None = None
    total: int | None = None


class Detail(msgspec.Struct, frozen=True):
    service_id: Word
    usage_units: Amount
    service_name: str | None = None


class Data(msgspec.Struct, frozen=True):
    """Null details are no services; details that are gone are another contract."""

    details: list[Detail] | None
    unit: str | None = None
    usage_type: str | None = None
    name: str | None = None
    start_time: str | None = None
    meta: Meta | None = None


class ServiceMetrics(msgspec.Struct, frozen=True):
    """`meta` is inside `data`, which is an object; third parties have met a list and a null."""

    data: Data | list[Data] | None
    meta: Meta | None = None

    def parts(self) -> Sequence[Data]:
        if self.data is None:
            return ()
        return self.data if isinstance(self.data, list) else (self.data,)

    def metas(self) -> Sequence[Meta]:
        found = [self.meta, *(part.meta for part in self.parts())]
        return [meta for meta in found if meta is not None]

    def cursor(self) -> str | None:
        """Of the next page; None at the end, which is an absent cursor, a null or an empty one."""
        return next((meta.next_cursor for meta in self.metas() if meta.next_cursor), None)


def service_labels(product_id: str, usage_type: str, unit: str | None, service_id: str) -> Labels:
    return _labels(product_id=product_id, usage_type=usage_type, unit=unit, service_id=service_id)


def _labels(**values: str | None) -> Labels:
    """The vendor leaves out what does not apply; an empty text says no more than that."""
    return labels_of({name: value for name, value in values.items() if value})


class _Complaint(msgspec.Struct, frozen=True):
    title: str | None = None
    msg: str | None = None
    detail: str | None = None
    code: str | None = None

    def sentence(self) -> str:
        said = [words for words in (self.title, self.msg, self.detail) if words]
        return ": ".join(said) + (f" ({self.code})" if self.code else "")


class _Error(_Complaint, frozen=True):
    """An error body, in any of three shapes; a fourth is plain text. Its `status` is a text, and
    is not read."""

    errors: list[_Complaint] = []


def _words(body: bytes) -> str | None:
    try:
        error = msgspec.json.decode(body, type=_Error)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return "; ".join(filter(None, (one.sentence() for one in (error, *error.errors)))) or None


_NEEDED = "it takes a token with the scope global:read of a superuser or of the billing role"


def _advice(status: int, path: str) -> str | None:
    if status in (401, 403):
        return f"the key was refused, check {{setting}}.key: {_NEEDED}"
    if status in (400, 404) and path == SERVICE_USAGE:
        return "where it is not told by service, name what is in {setting}.usage"
    return None


_DIALECT = Dialect(_words, _advice)


def endpoint(source: str, url: str, path: str, key: Secret) -> Endpoint:
    """One question to Fastly, asked in the name of one source."""
    headers = {"Fastly-Key": key.reveal()}
    return Endpoint(source, url, path, _DIALECT, headers, (key,))
