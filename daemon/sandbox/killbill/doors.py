"""Who is let in to the stand-in for Kill Bill: a user, and a tenant."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Doors:
    """Who is let in. None lets anyone in who brings something."""

    users: Mapping[str, str] | None = None
    """Names and passwords."""
    tenants: Mapping[str, str] | None = None
    """API keys and secrets."""
    readers: frozenset[str] = frozenset()
    """Users who may not record."""

    def user(self, request: web.Request) -> str | None:
        """Who asks; None where nobody is let in."""
        kind, _, text = request.headers.get("Authorization", "").partition(" ")
        try:
            name, _, password = base64.b64decode(text, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        good = self.users is None or self.users.get(name) == password
        return name if kind.lower() == "basic" and name and good else None

    def open_to_tenant(self, request: web.Request) -> bool:
        names = ("X-Killbill-ApiKey", "X-Killbill-ApiSecret")
        key, secret = (request.headers.get(name, "") for name in names)
        return bool(key and secret) and (self.tenants is None or self.tenants.get(key) == secret)
