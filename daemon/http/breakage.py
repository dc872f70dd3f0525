"""What can break on the way to a vendor, in words that say who must mend it."""

import os
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import aiohttp

from daemon.http.unpack import BadlyPackedError, TooLargeError


class Kind(StrEnum):
    UNREACHED = "unreached"
    """Nobody was there to ask; there may be later."""
    MIDWAY = "midway"
    """The connection broke before the end of the answer; the next may hold."""
    REFUSED = "refused"
    """It will not mend by itself: a person must act."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Breakage:
    kind: Kind
    words: str


_NO_ADDRESS = Breakage(Kind.REFUSED, "expected an address such as https://host.example")
_KNOWN: tuple[tuple[type[Exception], Breakage], ...] = (
    (
        TooLargeError,
        Breakage(Kind.OTHER, "the answer is larger than this daemon is willing to read"),
    ),
    (BadlyPackedError, Breakage(Kind.MIDWAY, "the answer cannot be unpacked to its end")),
    (aiohttp.InvalidURL, _NO_ADDRESS),
    (aiohttp.NonHttpUrlClientError, _NO_ADDRESS),
    (
        aiohttp.ServerDisconnectedError,
        Breakage(Kind.MIDWAY, "closed the connection without an answer"),
    ),
    (aiohttp.ClientPayloadError, Breakage(Kind.MIDWAY, "the answer broke off before its end")),
)


def breakage(error: Exception) -> Breakage:
    """Words of our own throughout: aiohttp's can hold the whole address, query and all."""
    if isinstance(error, aiohttp.ClientConnectorError):
        return _no_connection(error)
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return _closed_proxy(error.status)
    for kind, known in _KNOWN:
        if isinstance(error, kind):
            return known
    if isinstance(error, OSError):
        return Breakage(Kind.MIDWAY, _said(error))
    if isinstance(error, aiohttp.ClientError):
        return Breakage(Kind.OTHER, "what came back is not HTTP")
    words = "the request cannot be sent: look for a line break in a key or an address"
    return Breakage(Kind.REFUSED, words)


def _no_connection(error: aiohttp.ClientConnectorError) -> Breakage:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return Breakage(Kind.REFUSED, _bad_certificate(error.certificate_error))
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Breakage(Kind.UNREACHED, _no_address(error.host, error.os_error.errno))
    if isinstance(error, aiohttp.ClientConnectorSSLError):
        return _no_tls(error.os_error)
    proxy = "proxy: " if isinstance(error, aiohttp.ClientProxyConnectionError) else ""
    return Breakage(Kind.UNREACHED, proxy + _said(error.os_error))


def _said(error: OSError) -> str:
    return "connection failed" if error.errno is None else os.strerror(error.errno).lower()


def _no_address(host: str, number: int | None) -> str:
    if number == socket.EAI_AGAIN:
        return f"no name server answered where to find {host}"
    return f"host name not found: nothing is known by the name {host}"


def _closed_proxy(status: int) -> Breakage:
    """What a proxy answers to who wants to go through it."""
    if status == 407:
        return Breakage(Kind.REFUSED, "the proxy wants a login, check HTTPS_PROXY")
    if status >= 500:
        return Breakage(Kind.UNREACHED, f"the proxy answered {status}: it cannot reach the host")
    words = f"the proxy answered {status} and let nothing through, check HTTPS_PROXY"
    return Breakage(Kind.REFUSED, words)


def _no_tls(error: OSError) -> Breakage:
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return Breakage(Kind.UNREACHED, "closed the connection during the TLS handshake")
    reason = getattr(error, "reason", None) or ""
    if "PROTOCOL" in reason:
        return Breakage(Kind.REFUSED, "it speaks no TLS that is safe: version 1.2 at least")
    return Breakage(Kind.REFUSED, "no TLS: the handshake failed")


_UNKNOWN_AUTHORITY = (
    "the certificate is signed by an authority that is not known here, "
    "check the address or name its file in SSL_CERT_FILE"
)
# The numbers are OpenSSL's: https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/
_CERTIFICATES: Mapping[int, str] = {
    2: _UNKNOWN_AUTHORITY,
    9: "the certificate is not valid yet, check this machine's clock",
    10: "the certificate expired; who runs the host must renew it",
    18: "the certificate is signed by nobody but itself, check the address",
    19: _UNKNOWN_AUTHORITY,
    20: _UNKNOWN_AUTHORITY,
    21: _UNKNOWN_AUTHORITY,
    23: "the certificate was revoked; who runs the host must renew it",
    62: "the certificate is for another host, check the address",
    64: "the certificate is for another host, check the address",
    66: "the certificate's key is too weak to be trusted",
    68: "the certificate's signature is too weak to be trusted",
}


def _bad_certificate(error: Exception) -> str:
    found = _CERTIFICATES.get(getattr(error, "verify_code", 0))
    return found or f"certificate not accepted: {getattr(error, 'verify_message', 'no cause')}"
