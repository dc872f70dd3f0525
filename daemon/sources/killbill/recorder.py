"""Records a day's use into a Kill Bill subscription (POST /1.0/kb/usages)."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import msgspec

from daemon.endpoint import Endpoint
from daemon.http import Call, HttpError, Reply, Web
from daemon.http.retry import retry_after
from daemon.recorder import Posting, RecorderError, RecorderRefused, Taken, key_of
from daemon.secret import Secret
from daemon.source import SourceError, SourceRefused
from daemon.sources.killbill.wire import KEYS, Login, endpoint, failure
from rules.recorded import written

PATH = "/1.0/kb/usages"
ALREADY_THERE = 50000
"""Kill Bill's code for a tracking id that was used before. The payload is not compared."""
TOO_MUCH = Decimal(10) ** 9
"""An amount is a decimal (18, 9): nine digits stand before the point."""

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class KillBillRecorder:
    """Use of a day, recorded into a Kill Bill subscription, which bills it."""

    url: str
    """Where Kill Bill answers, without the path: https://billing.example.com."""
    username: str
    """A user with the permission usage:record."""
    password: Secret
    """That user's password."""
    api_key: Secret
    """The key of the tenant."""
    api_secret: Secret
    """The secret of the tenant."""
    subscription: str
    """The id of the subscription, a UUID; mostly that of an add-on."""
    unit: str
    """The unit type of the subscription's plan that is counted."""
    created_by: str = "meterwatch"
    """Who Kill Bill's audit log says recorded it."""

    def __post_init__(self) -> None:
        if not _UUID.fullmatch(self.subscription):
            raise ValueError(f"subscription: expected a UUID, got {self.subscription!r}")
        if not 0 < len(self.unit) <= 255:
            raise ValueError(f"unit: expected 1 to 255 characters, got {len(self.unit)}")
        if not self.created_by.isascii() or not self.created_by.strip().isprintable():
            raise ValueError(f"created_by: expected plain ASCII text, got {self.created_by!r}")
        if not self.created_by.strip():
            raise ValueError("created_by: expected a name, got nothing: Kill Bill refuses that")

    def key(self, name: str, day: date) -> str:
        return key_of(name, day, self.subscription.lower(), self.unit)

    async def probe(self, name: str, http: Web, at: datetime) -> str:
        """Reading needs no permission: that to record is tried by the first day only."""
        day = at.astimezone(UTC).date()
        path = f"{PATH}/{self.subscription}"
        place = endpoint(name, self.url, path, self._login(), section="recorders")
        query = [("startDate", f"{day}"), ("endDate", f"{day + timedelta(days=1)}")]
        try:
            await place.ask(http, query, _Known, at)
        except SourceRefused as error:
            raise RecorderRefused(str(error)) from error
        except SourceError as error:
            raise RecorderError(str(error), error.retry_after) from error
        return "answered: the subscription is there"

    async def record(self, http: Web, posting: Posting, at: datetime) -> Taken:
        if not 0 <= posting.amount < TOO_MUCH:
            found = f"{written(posting.amount)} {self.unit}"
            raise RecorderRefused(
                f"{posting.recorder}: expected at least 0 and less than a thousand million of a "
                f"unit in a day, got {found}; record a larger unit"
            )
        place = endpoint(posting.recorder, self.url, PATH, self._login(), section="recorders")
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        headers |= {**place.headers, "X-Killbill-CreatedBy": self.created_by}
        url = place.url.rstrip("/") + PATH
        try:
            reply = await http.send(Call(url, (), headers, self._body(posting), place.within))
        except HttpError as error:
            message = f"{posting.recorder}: POST {PATH}: {error}"
            raise RecorderError(message, error.retry_after) from error
        return _taken(place, reply, at)

    def _login(self) -> Login:
        return Login(self.username, self.password, self.api_key, self.api_secret)

    def _body(self, posting: Posting) -> bytes:
        amount = msgspec.Raw(written(posting.amount).encode())
        record = _Record(posting.day, amount)
        units = [_Unit(self.unit, [record])]
        return msgspec.json.encode(_Usage(self.subscription, posting.key, units))


class _Known(msgspec.Struct, frozen=True, rename="camel"):
    subscription_id: str


class _Record(msgspec.Struct, frozen=True, rename="camel"):
    record_date: date
    """A date alone: servers before 0.24 know nothing else. It stands for midnight UTC."""
    amount: msgspec.Raw


class _Unit(msgspec.Struct, frozen=True, rename="camel"):
    unit_type: str
    usage_records: list[_Record]


class _Usage(msgspec.Struct, frozen=True, rename="camel"):
    subscription_id: str
    tracking_id: str
    unit_usage_records: list[_Unit]


def _taken(place: Endpoint, reply: Reply, at: datetime) -> Taken:
    """What an answer means: recorded, there already, later, or never without a person.

    A 201 says all, whatever its body; a 200 only where it has none: with one it is the page of
    somebody in between, who recorded nothing.
    """
    status, told = reply.status, failure(reply.body)
    if status == 201 or (status == 200 and not reply.body.strip()):
        return Taken.RECORDED
    if status == 400 and told is not None and told.code == ALREADY_THERE:
        return Taken.ALREADY
    words = place.dialect.words(reply.body) or reply.body.decode(errors="replace")
    said = place.shown(words) or "without a word"
    message = f"{place.source}: POST {PATH} answered {status}: {said}"
    if status in (408, 425, 429) or status >= 500:
        raise RecorderError(message, retry_after(reply, at))
    if status < 300:
        raise RecorderError(f"{message}; expected 201 without a body")
    raise RecorderRefused(f"{message}; {_advice(place, reply)}")


def _advice(place: Endpoint, reply: Reply) -> str:
    """What to do about a refusal. A permission that is missing is a 401 too."""
    setting, is_json = f"recorders.{place.source}", failure(reply.body) is not None
    match reply.status:
        case 401 | 403:
            what = f"the user, its permissions or the tenant were refused, check {setting}.{KEYS}"
        case 404 if is_json:
            what = f"the tenant has no such subscription, check {setting}.subscription"
        case 400 if not reply.body.strip():
            what = f"perhaps the subscription ended before, check {setting}.subscription"
        case 404:
            what = f"there is no Kill Bill, check {setting}.url"
        case status if status < 400:
            what = f"it points elsewhere and is not followed, check {setting}.url"
        case _:
            what = f"it will not be taken as it stands, check {setting}"
    return what
