"""Mail handed to an SMTP server: over TLS unless told otherwise, never in the clear by accident."""

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import ClassVar, Literal

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPRecipientsRefused,
    SMTPResponse,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)
from aiosmtplib.errors import SMTPConnectError

from daemon.http import Http
from daemon.notifier import (
    DeliveryError,
    DeliveryRefused,
    DeliveryUnknown,
    DestinationDown,
    Message,
    Receipt,
    Refusal,
)
from daemon.notifiers.email.mail import POLICY, address, domain, mail
from daemon.secret import Secret
from daemon.text import one_line

PORTS = {"starttls": 587, "tls": 465, "none": 25}
GOODBYE = 2.0
SMTP_POLICY = POLICY.clone(linesep="\r\n")
_FOR_GOOD = 500
"""From this answer on, no repetition changes it."""


class _ContentRefused(DeliveryRefused):
    """For what is in it, not for who gets it."""


@dataclass(frozen=True, slots=True)
class Email:
    """One mail for all of `to`. What follows about an alert is threaded under its first mail."""

    follows: ClassVar[bool] = False
    spacing: ClassVar[timedelta] = timedelta(seconds=1)

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
    one_subject: bool = False
    """Whether every mail about an alert has the same subject, by which Gmail groups them."""

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

    async def send(self, http: Http, message: Message) -> Receipt:
        """What a server will not take whole for what is in it, it is given once more without
        pictures and files: the words are what matters."""
        until = self._deadline()
        try:
            return await self._handed_over(message, until)
        except _ContentRefused:
            if not message.pictures and not message.files:
                raise
            bare = replace(message, pictures=(), files=())
            return await self._handed_over(bare, until)

    async def probe(self, http: Http) -> str:
        """Everything but the mail: a server forgets a sender and recipients it is told to."""
        until = self._deadline()
        async with self._conversation(until) as client:
            async with asyncio.timeout_at(until):
                refused = await self._addressed(client, self.to)
                await client.rset()
        known = "" if self.username is None else f" and the login of {self.username}"
        but = "".join(f"; it refused {who}: {_spoken(said)}" for who, said in refused.items())
        return f"{self.server} took the connection{known}; no mail was sent{but}"

    async def _handed_over(self, message: Message, until: float) -> Receipt:
        post = mail(message, self.sender, self.to, one_subject=self.one_subject)
        async with self._conversation(until) as client:
            async with asyncio.timeout_at(until):
                refused = await self._readers(client, message)
            await self._written(client, post.as_bytes(policy=SMTP_POLICY), until)
        never = {who: said for who, said in refused.items() if said.code >= _FOR_GOOD}
        return Receipt(
            self.sender,
            str(post["Message-ID"]),
            refused=tuple(Refusal(who, _spoken(said)) for who, said in never.items()),
            waiting=tuple(who for who in refused if who not in never),
        )

    async def _readers(self, client: SMTP, message: Message) -> dict[str, SMTPResponse]:
        """Whom the server refused. Those who waited are only some: without them the place is up."""
        try:
            return await self._addressed(client, message.to or self.to)
        except SMTPRecipientsRefused as error:
            failure = _all_refused(error, self.server)
            if message.to is None or not isinstance(failure, DestinationDown):
                raise
            raise DeliveryRefused(str(failure)) from error

    async def _addressed(self, client: SMTP, to: Sequence[str]) -> dict[str, SMTPResponse]:
        """Says from whom and to whom; answers whom the server refused of several."""
        await client.mail(address(self.sender))
        refused: dict[str, SMTPRecipientRefused] = {}
        for one in to:
            try:
                await client.rcpt(address(one))
            except SMTPRecipientRefused as refusal:
                refused[one] = refusal
        if len(refused) == len(to):
            raise SMTPRecipientsRefused(list(refused.values()))
        return {who: SMTPResponse(each.code, each.message) for who, each in refused.items()}

    async def _written(self, client: SMTP, content: bytes, until: float) -> None:
        """From here on the mail may be theirs, whether or not anybody says so."""
        try:
            async with asyncio.timeout_at(until):
                await client.data(content)
        except SMTPDataError as error:
            if error.code < _FOR_GOOD:
                raise
            said = _spoken(SMTPResponse(error.code, error.message))
            raise _ContentRefused(f"{self.server} refused the mail: {said}") from error
        except (SMTPException, OSError) as error:
            lost = one_line(str(error)) or "no answer in time"
            raise DeliveryUnknown(
                f"{self.server} was given the mail and did not say whether it took it: {lost}"
            ) from error

    @property
    def server(self) -> str:
        return f"{self.host}:{self.port or PORTS[self.security]}"

    def _deadline(self) -> float:
        return asyncio.get_running_loop().time() + self.timeout.total_seconds()

    @asynccontextmanager
    async def _conversation(self, until: float) -> AsyncIterator[SMTP]:
        """A server that let us in; all that goes wrong with it is put into words."""
        client = self._client()
        try:
            async with asyncio.timeout_at(until):
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
    if isinstance(error, SMTPAuthenticationError) and error.code >= _FOR_GOOD:
        return DestinationDown(f"{server} refused the login: check `username` and `password`")
    if isinstance(error, SMTPResponseException):
        said = _spoken(SMTPResponse(error.code, error.message))
        check = ": check `sender`" if isinstance(error, SMTPSenderRefused) else ""
        kind = DestinationDown if error.code >= _FOR_GOOD else DeliveryError
        return kind(f"{server} answered {said}{check if error.code >= _FOR_GOOD else ''}")
    if certificate := next(_certificate_errors(error), None):
        return DestinationDown(
            f"{server} has a certificate we do not trust ({certificate.verify_message}): "
            "check `host`, or give the authority that signed it as `ca_file`"
        )
    if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
        return DestinationDown(f"`ca_file` cannot be read: {error.strerror}")
    return _unanswered(error, server)


def _unanswered(error: BaseException, server: str) -> DeliveryError:
    if isinstance(error, SMTPConnectError | SMTPServerDisconnected | SMTPTimeoutError | OSError):
        return DeliveryError(f"{server} was not reached: {one_line(str(error)) or 'no answer'}")
    # What is left: it offers no STARTTLS, no login or no encoding that this mail needs.
    return DestinationDown(f"{server} lacks what is asked of it: {one_line(str(error))}")


def _all_refused(error: SMTPRecipientsRefused, server: str) -> DeliveryError:
    answers = "; ".join(
        f"{one.recipient}: {_spoken(SMTPResponse(one.code, one.message))}"
        for one in error.recipients
    )
    if any(one.code < _FOR_GOOD for one in error.recipients):
        return DeliveryError(f"{server} took the mail for nobody so far: {answers}")
    return DestinationDown(f"{server} takes mail for nobody in `to`: {answers}")


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
