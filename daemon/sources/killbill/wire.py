"""What stands on Kill Bill's wire, who asks, and how it speaks of errors."""

import base64
from dataclasses import dataclass
from typing import Annotated

import msgspec

from daemon.endpoint import Dialect, Endpoint
from daemon.secret import Secret
from daemon.source import SourceError

UUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
Id = Annotated[str, msgspec.Meta(pattern=rf"\A{UUID}\Z")]
"""It becomes part of an address, so it is nothing but this."""


@dataclass(frozen=True, slots=True)
class Login:
    """Who asks, and for which tenant."""

    username: str
    password: Secret
    api_key: Secret
    api_secret: Secret

    def headers(self) -> dict[str, str]:
        """To go with every call, reading or writing."""
        return {
            "Authorization": f"Basic {self._basic().reveal()}",
            "X-Killbill-ApiKey": self.api_key.reveal(),
            "X-Killbill-ApiSecret": self.api_secret.reveal(),
        }

    def secrets(self) -> tuple[Secret, ...]:
        """What no message may show; the longest first, since one may hold another."""
        secrets = (self._basic(), self.password, self.api_key, self.api_secret)
        return tuple(sorted(secrets, key=lambda secret: -len(secret.reveal())))

    def _basic(self) -> Secret:
        pair = f"{self.username}:{self.password.reveal()}"
        return Secret(base64.b64encode(pair.encode()).decode())


# Fields that nothing here needs are not declared, so they cannot break a poll.


class UnitAmount(msgspec.Struct, frozen=True, rename="camel"):
    unit_type: str
    amount: msgspec.Raw
    """As it was written: a decimal, which a float would round."""


class RolledUpUsage(msgspec.Struct, frozen=True, rename="camel"):
    """One sum a unit over the asked window. The dates are those of the question, as dates or,
    since 0.24, as moments of UTC."""

    subscription_id: Id
    start_date: str
    end_date: str
    rolled_up_units: list[UnitAmount]


class BundledSubscription(msgspec.Struct, frozen=True, rename="camel"):
    subscription_id: Id
    external_key: str | None = None
    product_name: str | None = None
    start_date: str | None = None
    billing_start_date: str | None = None
    cancelled_date: str | None = None
    billing_end_date: str | None = None


class Bundle(msgspec.Struct, frozen=True, rename="camel"):
    bundle_id: Id
    subscriptions: list[BundledSubscription]
    external_key: str | None = None


class Failure(msgspec.Struct, frozen=True, rename="camel"):
    """An error's body, where it is JSON. Many have no body at all, under a JSON content type."""

    class_name: str | None = None
    code: int | None = None
    """Kill Bill's own number: 50000 is a tracking id that was used before."""
    message: str | None = None

    def kind(self) -> str:
        """The class without its package, and of a nested class the inner one."""
        return (self.class_name or "").replace("$", ".").rpartition(".")[2]


def failure(body: bytes) -> Failure | None:
    """What an error's body says; None where it is no JSON of the vendor's, or empty."""
    try:
        told = msgspec.json.decode(body, type=Failure)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return told if told != Failure() else None


def _words(body: bytes) -> str | None:
    told = failure(body)
    if told is None:
        return None
    code = "" if told.code is None else f" (code {told.code})"
    return ": ".join(word for word in (told.kind(), told.message) if word) + code


def is_gone(error: SourceError) -> bool:
    """Whether Kill Bill itself says that there is no such subscription."""
    return " answered 404: ObjectDoesNotExist" in str(error)


def is_anothers(error: SourceError) -> bool:
    """Whether it fails as it does when asked for a subscription of another tenant: as if it had
    broken down, though asking again will never help."""
    return " answered 500: IllegalStateException" in str(error)


KEYS = "username, password, api_key and api_secret"


def _advice(status: int, path: str) -> str | None:
    """A missing permission is a 401 too, in JSON; a wrong login or tenant is one without."""
    match status:
        case 401 | 403:
            return f"the user, its permissions or the tenant were refused, check {{setting}}.{KEYS}"
        case 404 if path.startswith("/1.0/kb/usages/"):
            return "the tenant has no such subscription, check {setting}.subscriptions"
        case 404:
            return "there is no Kill Bill, check {setting}.url"
    return None


_DIALECT = Dialect(_words, _advice, KEYS)


def endpoint(source: str, url: str, path: str, login: Login, section: str = "sources") -> Endpoint:
    """One question to Kill Bill, asked in the name of one source, or of one of a `section`."""
    headers = login.headers()
    return Endpoint(source, url, path, _DIALECT, headers, login.secrets(), section=section)
