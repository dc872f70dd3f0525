"""Whose calls a vendor counts together: those that come with one credential."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from hashlib import pbkdf2_hmac
from urllib.parse import SplitResult, urlsplit

from daemon.secret import Secret

_ROUNDS = 10_000
"""Slow on purpose: a name is shown to people, and a quick digest of a password that somebody made
up could be guessed from it. It is done once for a source."""

_EVERYDAY = 60
"""Calls a minute of what has no limit among its settings."""


@dataclass(frozen=True, slots=True)
class Account:
    """A credential at a vendor, by a name that may be shown."""

    name: str
    calls_a_minute: int


def account_of(plugin: object) -> Account:
    """The account of a source, or of a recorder: whatever has an address and secrets as settings.

    Those with the same secrets at the same host share one. It is asked once, at the start: a key
    that is changed in the configuration is another account, and nothing that the old one brought
    upon itself holds for it; one that is changed on disk while we run goes on under this name.
    """
    place = _place(plugin)
    host = _host(place) or _vendor(plugin)
    mine = [getattr(plugin, field.name) for field in fields(plugin)]  # type: ignore[arg-type]
    secrets = sorted({secret.reveal() for value in mine for secret in _secrets(value)})
    secrets += [word for word in (place.username, place.password) if word]
    limit = getattr(plugin, "calls_a_minute", _EVERYDAY)
    if not any(secrets):
        return Account(host, limit)
    digest = pbkdf2_hmac("sha256", "\0".join(secrets).encode(), host.encode(), _ROUNDS)
    return Account(f"{host}-{digest.hex()[:8]}", limit)


def _place(plugin: object) -> SplitResult:
    """Where it asks; one whose address follows from other settings may tell it as `address`."""
    told = getattr(plugin, "address", None) or getattr(plugin, "url", None)
    url = told if isinstance(told, str) else ""
    return urlsplit(url if "://" in url else f"//{url}")


def _vendor(plugin: object) -> str:
    """What stands for a host that is not told: `segment`, of daemon.sources.segment.wire."""
    parts = type(plugin).__module__.split(".")
    return (parts[2:] or parts[-1:])[0]


def _host(place: SplitResult) -> str:
    port = f":{place.port}" if place.port else ""
    return f"{place.hostname}{port}"[:100] if place.hostname else ""


def _secrets(value: object) -> Iterator[Secret]:
    """Those that a setting holds, however deep: headers are a mapping of them."""
    if isinstance(value, Secret):
        yield value
    elif isinstance(value, Mapping):
        yield from _secrets(value.values())
    elif isinstance(value, Iterable) and not isinstance(value, str | bytes):
        for each in value:
            yield from _secrets(each)
