"""The address of a next page, followed on the vendor's own host and nowhere else."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import SplitResult, parse_qsl, urljoin, urlsplit

from daemon.endpoint import Endpoint
from daemon.secret import Secret

_LINK = re.compile(r'<([^<>]*)>((?:\s*;\s*[\w!#$&+^`|~*-]+(?:\s*=\s*(?:"[^"]*"|[^\s,;"]*))?)*)')
_REL = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s,;"]*))', re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Link:
    """An address, in the parts that a question is made of."""

    origin: str
    path: str
    told: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, address: str) -> Self:
        parts = urlsplit(address)
        told = tuple(parse_qsl(parts.query, keep_blank_values=True))
        return cls(f"{parts.scheme}://{parts.netloc}", parts.path or "/", told)

    def query(self, secrets: Iterable[tuple[str, Secret]]) -> list[tuple[str, str]]:
        """Its parameters. A key that the vendor left out of its own link is put back."""
        named = {name for name, _ in self.told}
        left = [(name, one.reveal()) for name, one in secrets if name not in named]
        return [*self.told, *left]


def further(endpoint: Endpoint, headers: Mapping[str, str], pointer: str | None) -> str | None:
    """The address of the next page, or None on the last one; of the header `Link` where there is
    no pointer in the body. One that leads to another host is refused: the key would go along."""
    address = _of_header(headers) if pointer is None else pointer
    if not address:
        return None
    try:
        here = urlsplit(endpoint.url.rstrip("/") + endpoint.path)
        there = urlsplit(urljoin(here.geturl(), address))
        if there.scheme in _PORTS and _host(here) == _host(there) and there.username is None:
            # By our own scheme: behind a proxy many a vendor believes that it speaks plain HTTP.
            return there._replace(scheme=here.scheme, netloc=here.netloc, fragment="").geturl()
    except ValueError:
        raise endpoint.changed(f"its next page is no address: {endpoint.shown(address)}") from None
    place = endpoint.shown(there.netloc.rpartition("@")[2])
    raise endpoint.refused(
        f"its next page is on another host, {place}, which would be sent the key; it was not asked"
    )


def _host(parts: SplitResult) -> tuple[str | None, int | None]:
    usual = _PORTS.get(parts.scheme, -1)
    return parts.hostname, None if parts.port == usual or not parts.port else parts.port


def _of_header(headers: Mapping[str, str]) -> str | None:
    """The target of rel="next", of however many headers and links there are."""
    lines = (value for name, value in headers.items() if name.lower() == "link")
    for line in lines:
        for target, parameters in _LINK.findall(line):
            rel = _REL.search(parameters)
            words = (rel[1] or rel[2] or "").lower().split() if rel else []
            if "next" in words:
                return str(target)
    return None
