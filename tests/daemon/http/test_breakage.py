"""What broke, in words, and who must mend it."""

import socket
import ssl

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey

from daemon.http.breakage import Breakage, Kind, breakage

KEY = ConnectionKey("acme.example", 443, True, True, None, None, None)


def certificate(number: int, message: str = "unknown") -> Breakage:
    error = ssl.SSLCertVerificationError(1, "no")
    error.verify_code, error.verify_message = number, message
    return breakage(aiohttp.ClientConnectorCertificateError(KEY, error))


def handshake(error: ssl.SSLError, reason: str | None = None) -> Breakage:
    error.reason = reason
    return breakage(aiohttp.ClientConnectorSSLError(KEY, error))


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (9, "is not valid yet, check this machine's clock"),
        (10, "expired"),
        (18, "signed by nobody but itself"),
        (19, "signed by an authority that is not known here"),
        (20, "signed by an authority that is not known here"),
        (23, "was revoked"),
        (62, "for another host"),
        (64, "for another host"),
        (68, "too weak"),
    ],
)
def test_a_certificate_says_what_is_wrong_with_it(number: int, words: str) -> None:
    told = certificate(number)

    assert told.kind is Kind.REFUSED
    assert "certificate" in told.words
    assert words in told.words


def test_a_certificate_with_a_rare_fault_is_told_in_the_librarys_words() -> None:
    assert certificate(53, "CRL path error").words == "certificate not accepted: CRL path error"
    assert breakage(
        aiohttp.ClientConnectorCertificateError(KEY, ssl.CertificateError("odd"))
    ).words.startswith("certificate not accepted")


@pytest.mark.parametrize("reason", ["TLSV1_ALERT_PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL"])
def test_an_old_tls_is_refused(reason: str) -> None:
    told = handshake(ssl.SSLError(1, "no"), reason)

    assert told == Breakage(Kind.REFUSED, "it speaks no TLS that is safe: version 1.2 at least")


def test_a_handshake_that_fails_is_refused_and_one_that_breaks_off_is_not() -> None:
    failed = handshake(ssl.SSLError(1, "no"), "WRONG_VERSION_NUMBER")
    broken = handshake(ssl.SSLEOFError(8, "eof"))

    assert failed == Breakage(Kind.REFUSED, "no TLS: the handshake failed")
    assert broken == Breakage(Kind.UNREACHED, "closed the connection during the TLS handshake")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (socket.EAI_NONAME, "host name not found: nothing is known by the name acme.example"),
        (socket.EAI_NODATA, "host name not found: nothing is known by the name acme.example"),
        (socket.EAI_AGAIN, "no name server answered where to find acme.example"),
    ],
)
def test_a_name_that_leads_nowhere_is_told_with_the_name(number: int, words: str) -> None:
    error = aiohttp.ClientConnectorDNSError(KEY, socket.gaierror(number, "no"))

    assert breakage(error) == Breakage(Kind.UNREACHED, words)


def proxy(status: int) -> Breakage:
    about = aiohttp.RequestInfo(None, "CONNECT", None, None)  # type: ignore[arg-type]
    return breakage(aiohttp.ClientHttpProxyError(about, (), status=status))


def test_a_proxy_that_lets_nothing_through_is_told_of() -> None:
    assert proxy(407) == Breakage(Kind.REFUSED, "the proxy wants a login, check HTTPS_PROXY")
    assert proxy(403).kind is Kind.REFUSED
    assert "answered 403 and let nothing through" in proxy(403).words
    assert proxy(502).kind is Kind.UNREACHED
    assert "answered 502: it cannot reach the host" in proxy(502).words


def test_a_proxy_that_is_not_there_is_told_from_a_host_that_is_not() -> None:
    gone = ConnectionRefusedError(111, "no")
    host = breakage(aiohttp.ClientConnectorError(KEY, gone))
    between = breakage(aiohttp.ClientProxyConnectionError(KEY, gone))

    assert host == Breakage(Kind.UNREACHED, "connection refused")
    assert between == Breakage(Kind.UNREACHED, "proxy: connection refused")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (aiohttp.ServerDisconnectedError(), Kind.MIDWAY),
        (aiohttp.ClientPayloadError(), Kind.MIDWAY),
        (aiohttp.ClientOSError(104, "reset"), Kind.MIDWAY),
        (OSError(), Kind.MIDWAY),
        (aiohttp.InvalidURL("h"), Kind.REFUSED),
        (ValueError("h"), Kind.REFUSED),
        (aiohttp.ClientError(), Kind.OTHER),
    ],
)
def test_every_failure_has_words_and_somebody_to_mend_it(error: Exception, kind: Kind) -> None:
    told = breakage(error)

    assert told.kind is kind
    assert told.words
