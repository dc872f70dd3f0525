"""Mail handed to an SMTP server: over TLS unless told otherwise, never in the clear by accident."""

import asyncio
import ipaddress
import logging
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponse,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)
from aiosmtplib.errors import SMTPConnectError

from daemon.http import Http
from daemon.notifier import DeliveryError, DeliveryRefused, Letter, Receipt
from daemon.notifiers.email.mail import address, domain, mail
from daemon.secret import Secret
from daemon.text import one_line

log = logging.getLogger(__name__)

PORTS = {"starttls": 587, "tls": 465, "none": 25}
GOODBYE = 2.0


@dataclass(frozen=True, slots=True)
class Email:
    """One mail for all of `to`. What follows about an alert is threaded under its first mail."""

    host: str
    """The mail server's name, as its certificate has it."""
    sender: str
    """Who it is from: meterwatch@example.com, or Meterwatch <meterwatch@example.com>."""
    to: tuple[str, ...]
    """Who gets it; at least one address."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """starttls and tls refuse a server without it. none is for a relay on this very machine."""
    port: int | None = None
    """Left out: 587 for starttls, 465 for tls, 25 for none."""
    username: str | None = None
    """For servers that want a login; then `password` too."""
    password: Secret | None = None
    """Goes with `username`. Never sent over a connection that is not encrypted."""
    ca_file: Path | None = None
    """A certificate authority of your own, as PEM, trusted beside the system's."""
    timeout: timedelta = timedelta(seconds=30)
    """How long a delivery may take in all."""

    def __post_init__(self) -> None:
        if not self.to:
            raise ValueError("expected at least one address in `to`, found none: add one")
        for field, written in (("sender", self.sender), *(("to", one) for one in self.to)):
            name, _, host = address(written).rpartition("@")
            if not (name and host and written.isprintable() and address(written).isascii()):
                raise ValueError(
                    f"expected an address such as ops@example.com in `{field}`, found {written!r}"
                )
        if (self.username is None) != (self.password is None):
            missing = "username" if self.username is None else "password"
            raise ValueError(
                f"expected `username` and `password` together, found no `{missing}`: "
                "give both, or neither for a server that wants no login"
            )
        if self.password is not None and self.security == "none" and not _is_here(self.host):
            raise ValueError(
                f"expected `security: starttls` or `tls` for a login at {self.host}, found none: "
                "the password would travel in the clear"
            )

    async def send(self, http: Http, letter: Letter) -> Receipt:
        post = mail(letter, self.sender, self.to)
        async with self._conversation() as client:
            refused, _ = await client.send_message(
                post,
                sender=address(self.sender),
                recipients=[address(one) for one in self.to],
            )
        for recipient, answer in refused.items():
            log.warning(
                "a recipient was refused, the others have the mail",
                extra={"recipient": recipient, "answer": _spoken(answer), "key": letter.key},
            )
        return Receipt(self.sender, str(post["Message-ID"]))

    async def probe(self, http: Http) -> str:
        async with self._conversation() as client:
            await client.noop()
        known = "" if self.username is None else f" and the login of {self.username}"
        return f"{self.server} took the connection{known}; no mail was sent"

    @property
    def server(self) -> str:
        return f"{self.host}:{self.port or PORTS[self.security]}"

    @asynccontextmanager
    async def _conversation(self) -> AsyncIterator[SMTP]:
        """A server that let us in; all that goes wrong with it is put into words."""
        client = self._client()
        try:
            async with asyncio.timeout(self.timeout.total_seconds()):
                await client.connect()
                yield client
            # What was sent is theirs now: however the goodbye goes, it must not be sent again.
            with suppress(SMTPException, OSError):
                await client.quit(timeout=min(GOODBYE, self.timeout.total_seconds()))
        except (SMTPException, OSError) as error:
            raise _failure(error, self.server) from _cause(error)
        finally:
            client.close()

    def _client(self) -> SMTP:
        return SMTP(
            hostname=self.host,
            port=self.port or PORTS[self.security],
            username=self.username,
            password=None if self.password is None else self.password.reveal(),
            # Left out, it would be looked up in the DNS, which may take long where there is none.
            local_hostname=domain(self.sender),
            timeout=self.timeout.total_seconds(),
            use_tls=self.security == "tls",
            start_tls=self.security == "starttls",
            cert_bundle=None if self.ca_file is None else str(self.ca_file),
        )


def _is_here(host: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def _failure(error: BaseException, server: str) -> DeliveryError:
    """Who must act: for an answer its first digit says so (RFC 5321, 4.2.1)."""
    if isinstance(error, SMTPRecipientsRefused):
        return _all_refused(error, server)
    if isinstance(error, SMTPAuthenticationError) and error.code >= 500:
        return DeliveryRefused(f"{server} refused the login: check `username` and `password`")
    if isinstance(error, SMTPResponseException):
        said = _spoken(SMTPResponse(error.code, error.message))
        kind = DeliveryRefused if error.code >= 500 else DeliveryError
        return kind(f"{server} answered {said}")
    if certificate := next(_certificate_errors(error), None):
        return DeliveryRefused(
            f"{server} has a certificate we do not trust ({certificate.verify_message}): "
            "check `host`, or give the authority that signed it as `ca_file`"
        )
    if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
        return DeliveryRefused(f"`ca_file` cannot be read: {error.strerror}")
    return _unanswered(error, server)


def _unanswered(error: BaseException, server: str) -> DeliveryError:
    if isinstance(error, SMTPConnectError | SMTPServerDisconnected | SMTPTimeoutError | OSError):
        return DeliveryError(f"{server} was not reached: {one_line(str(error)) or 'no answer'}")
    # What is left: it offers no STARTTLS, no login or no encoding that this mail needs.
    return DeliveryRefused(f"{server} lacks what is asked of it: {one_line(str(error))}")


def _all_refused(error: SMTPRecipientsRefused, server: str) -> DeliveryError:
    answers = "; ".join(
        f"{one.recipient}: {_spoken(SMTPResponse(one.code, one.message))}"
        for one in error.recipients
    )
    may_change = any(one.code < 500 for one in error.recipients)
    kind = DeliveryError if may_change else DeliveryRefused
    return kind(f"{server} took the mail for nobody: {answers}")


def _certificate_errors(error: BaseException | None) -> Iterator[ssl.SSLCertVerificationError]:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            yield error
        error = error.__cause__


def _cause(error: BaseException) -> BaseException | None:
    """A login's answer may quote the login, so it stays out of the chain that is logged."""
    return None if isinstance(error, SMTPAuthenticationError) else error


def _spoken(answer: SMTPResponse) -> str:
    return f"{answer.code} {one_line(answer.message, 200)}"
