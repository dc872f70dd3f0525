"""What may be recorded in the stand-in for Kill Bill, and what it says to what may not."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from decimal import Decimal
from uuid import UUID

import msgspec
from aiohttp import web

from daemon.sandbox.killbill.tenant import Subscription

_STEP, _LARGEST = Decimal("1e-9"), Decimal(10) ** 9


class RefusedError(Exception):
    """Answered with a status and an error of the vendor's, or with none."""

    def __init__(
        self, status: int, kind: str = "", message: str = "", code: int | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.kind, self.message, self.code = status, kind, message, code

    def response(self) -> web.Response:
        """Without a kind there is no body, under a JSON content type all the same."""
        if not self.kind:
            return web.Response(status=self.status, content_type="application/json")
        body: dict[str, object] = {
            "className": self.kind,
            "code": self.code,
            "message": self.message,
            "causeClassName": None,
            "causeMessage": None,
            "stackTrace": [],
        }
        return web.json_response(body, status=self.status)


def bad_argument(message: str) -> RefusedError:
    return RefusedError(400, "java.lang.IllegalArgumentException", message)


class Record(msgspec.Struct, rename="camel"):
    record_date: str | None = None
    amount: Decimal | None = None


class UnitRecords(msgspec.Struct, rename="camel"):
    unit_type: str | None = None
    usage_records: list[Record] | None = None


class Posted(msgspec.Struct, rename="camel"):
    """The body of a POST. Everything may be missing, and most of it must not."""

    subscription_id: UUID | None = None
    tracking_id: str | None = None
    unit_usage_records: list[UnitRecords] | None = None


@dataclass(frozen=True, slots=True)
class Use:
    unit: str
    at: datetime
    amount: Decimal


def uses_posted(body: bytes) -> tuple[Posted, list[Use]]:
    """What a POST says was used."""
    try:
        posted = msgspec.json.decode(body, type=Posted)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        kind = "com.fasterxml.jackson.databind.JsonMappingException"
        raise RefusedError(400, kind, str(error)) from None
    if posted.subscription_id is None:
        raise bad_argument("SubscriptionUsageRecordJson subscriptionId needs to be set")
    if not posted.unit_usage_records:
        raise bad_argument("SubscriptionUsageRecordJson unitUsageRecords needs to be set")
    return posted, [use for unit in posted.unit_usage_records for use in _uses(unit)]


def _uses(records: UnitRecords) -> list[Use]:
    if not records.unit_type:
        raise bad_argument("UnitUsageRecordJson unitType need to be set")
    if not records.usage_records:
        raise bad_argument("UnitUsageRecordJson usageRecords must have at least one element.")
    return [_use(records.unit_type, record) for record in records.usage_records]


def _use(unit: str, record: Record) -> Use:
    if record.amount is None:
        raise bad_argument("UsageRecordJson amount needs to be set")
    if record.record_date is None:
        raise bad_argument("UsageRecordJson recordDate needs to be set")
    return Use(unit, moment(record.record_date), record.amount)


def moment(text: str) -> datetime:
    """A date, or a date and time; without an offset it is UTC."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise bad_argument(f'Invalid format: "{text}"') from None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


@dataclass(slots=True)
class Ledger:
    """All that was recorded, in memory."""

    _uses: defaultdict[str, list[Use]] = field(default_factory=lambda: defaultdict(list))
    _tracked: set[tuple[str, str]] = field(default_factory=set)

    def post(self, subscription: Subscription, tracking: str | None, uses: list[Use]) -> None:
        """Look-up and then insert, as the vendor does; here nothing comes between the two."""
        last = max(use.at for use in uses)
        if subscription.end and last > datetime.combine(subscription.end, time(), UTC):
            raise RefusedError(400)
        if tracking is not None and (subscription.id, tracking) in self._tracked:
            said = f"A usage record with tracking ID {tracking} already exists"
            raise RefusedError(400, "org.killbill.billing.usage.api.UsageApiException", said, 50000)
        if _too_large(tracking, uses):
            said = "Data truncation: Data too long for column"
            raise RefusedError(500, "org.skife.jdbi.v2.exceptions.DBIException", said)
        if tracking is not None:
            self._tracked.add((subscription.id, tracking))
        self._uses[subscription.id] += uses

    def used(self, subscription: str, start: datetime, end: datetime) -> Mapping[str, Decimal]:
        """Of every unit that has a record in the window, even where they add up to nothing."""
        sums: defaultdict[str, Decimal] = defaultdict(Decimal)
        for use in self._uses.get(subscription, ()):
            if start <= use.at < end:
                sums[use.unit] += use.amount.quantize(_STEP)
        return sums


def _too_large(tracking: str | None, uses: list[Use]) -> bool:
    long = len(tracking or "") > 128 or any(len(use.unit) > 255 for use in uses)
    return long or any(use.amount.is_nan() or abs(use.amount) >= _LARGEST for use in uses)
