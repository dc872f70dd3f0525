"""A stand-in for a mail server: a real SMTP server on loopback that keeps what it is given."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from enum import Enum
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

ACCEPTED = "250 OK"
HOST = "127.0.0.1"


class Stage(Enum):
    """Where a conversation can go wrong."""

    CONNECT = "connect"
    LOGIN = "login"
    SENDER = "sender"
    RECIPIENT = "recipient"
    DATA = "data"
    """The whole mail is refused once it was read."""
    REPLY = "reply"
    """The mail is taken, and the connection dies before anyone is told."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something to happen once, at the next conversation that gets there."""

    stage: Stage
    answer: str = "451 4.3.0 not now"
    recipient: str | None = None
    """None: whoever comes first."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One that was taken, as it arrived."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    raw: bytes
    encrypted: bool
    login: str | None
    """Who the client said it was, where it said so."""


class MailStandIn:
    """An async context manager: inside it the server listens on `port`."""

    def __init__(
        self,
        *,
        starttls: ssl.SSLContext | None = None,
        tls: ssl.SSLContext | None = None,
        users: Mapping[str, str] | None = None,
        told: Callable[[Mail], None] = lambda mail: None,
    ) -> None:
        """`starttls` is offered after a greeting, `tls` speaks it from the first byte; with
        neither, all is in the clear. `users`: None lets anyone log in."""
        self.mails: list[Mail] = []
        self.faults: list[Fault] = []
        self.port = 0
        self._starttls = starttls
        self._tls = tls
        self._users = users
        self._told = told
        self._server: asyncio.Server | None = None
        self._conversations: list[_Conversation] = []

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        # aiosmtpd's own Controller cannot listen on a port of the system's choosing.
        self._server = await loop.create_server(self._conversation, HOST, 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server is None:
            return
        self._server.close()
        # First: from Python 3.12 on, a server counts as closed once its conversations ended.
        await asyncio.gather(*(conversation.end() for conversation in self._conversations))
        await self._server.wait_closed()

    def _conversation(self) -> asyncio.BaseProtocol:
        if fault := self._next(Stage.CONNECT):
            return _Busy(fault.answer)
        conversation = _Conversation(
            self,
            hostname="localhost",
            tls_context=self._starttls,
            auth_require_tls=self._starttls is not None,
            authenticator=self._log_in,
            # One way to log in: a client tries each it is offered, and one fault is one failure.
            auth_exclude_mechanism=("LOGIN",),
            loop=asyncio.get_running_loop(),
        )
        going_on = (each for each in self._conversations if not each.is_over())
        self._conversations = [*going_on, conversation]
        return conversation

    def _next(self, stage: Stage, recipient: str | None = None) -> Fault | None:
        for fault in self.faults:
            if fault.stage is stage and fault.recipient in {None, recipient}:
                self.faults.remove(fault)
                return fault
        return None

    def _log_in(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: Any
    ) -> AuthResult:
        # Unless told that it is not handled, aiosmtpd says nothing and the client waits for ever.
        if fault := self._next(Stage.LOGIN):
            return AuthResult(success=False, handled=False, message=fault.answer)
        known = isinstance(login, LoginPassword) and (
            self._users is None or self._users.get(login.login.decode()) == login.password.decode()
        )
        return AuthResult(success=known, handled=False, auth_data=login)

    async def handle_MAIL(  # noqa: N802  aiosmtpd finds it by this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if fault := self._next(Stage.SENDER):
            return fault.answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return ACCEPTED

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if fault := self._next(Stage.RECIPIENT, address):
            return fault.answer
        envelope.rcpt_tos.append(address)
        return ACCEPTED

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if fault := self._next(Stage.DATA):
            return fault.answer
        self._keep(server, session, envelope)
        if self._next(Stage.REPLY):
            _abort(server.transport)
            # Losing the connection cancels this, as it would have cancelled the reply.
            await asyncio.get_running_loop().create_future()
        return ACCEPTED

    async def handle_exception(self, error: Exception) -> str:
        """A client that distrusts our certificate is no fault of the server's."""
        return f"451 4.3.0 {type(error).__name__}"

    def _keep(self, server: SMTP, session: Session, envelope: Envelope) -> None:
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        mail = Mail(
            sender=envelope.mail_from or "",
            recipients=tuple(envelope.rcpt_tos),
            message=BytesParser(EmailMessage, policy=default).parsebytes(raw),
            raw=raw,
            encrypted=_is_encrypted(server.transport),
            login=_name_in(session.auth_data),
        )
        self.mails.append(mail)
        self._told(mail)


class _Conversation(SMTP):
    """One that its server can end, and see ended."""

    def is_over(self) -> bool:
        return self._handler_coroutine is not None and self._handler_coroutine.done()

    async def end(self) -> None:
        for transport in (self.transport, self._original_transport):
            _abort(transport)
        # A client that walks away in the middle of a handshake would leave this waiting for ever:
        # asyncio never tells the protocol of a connection lost before it was made.
        if self._handler_coroutine is not None:
            self._handler_coroutine.cancel()
            await asyncio.gather(self._handler_coroutine, return_exceptions=True)


class _Busy(asyncio.Protocol):
    """Greets with a refusal and hangs up."""

    def __init__(self, answer: str) -> None:
        self._answer = answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.WriteTransport):
            transport.write(f"{self._answer}\r\n".encode())
        transport.close()


def _name_in(login: object) -> str | None:
    return login.login.decode() if isinstance(login, LoginPassword) else None


def _is_encrypted(transport: asyncio.BaseTransport | None) -> bool:
    return transport is not None and transport.get_extra_info("sslcontext") is not None


def _abort(transport: asyncio.BaseTransport | None) -> None:
    # Before Python 3.11.5 a TLS transport that has ended raises when it is aborted.
    if isinstance(transport, asyncio.WriteTransport) and not transport.is_closing():
        transport.abort()
