"""Whether a server would take a mail is asked as a mail would ask it, and nothing is left there."""

import traceback

import pytest

from daemon.notifier import DeliveryError, DestinationDown
from daemon.notifiers.email.smtp import Email
from daemon.sandbox.mail import Fault, MailStandIn, Stage
from daemon.secret import Secret
from tests.daemon.notifiers.email.test_smtp import FROM, TO, ca_file, certificate, talking, to

__all__ = ["ca_file"]  # a fixture


async def test_a_probe_logs_in_and_sends_nothing(ca_file):
    login = {"username": "mw", "password": Secret("right")}
    async with MailStandIn(starttls=certificate(), users={"mw": "right"}) as server:
        said = await to(server, security="starttls", ca_file=ca_file, **login).probe(None)

    expected = f"127.0.0.1:{server.port} took the connection and the login of mw; no mail was sent"
    assert (said, server.mails) == (expected, [])


async def test_a_probe_without_a_login_speaks_of_none():
    async with MailStandIn() as server:
        said = await to(server).probe(None)

    assert said == f"127.0.0.1:{server.port} took the connection; no mail was sent"


@pytest.mark.parametrize(
    ("stage", "answer", "words"),
    [
        (Stage.LOGIN, "535 5.7.8 no very-secret", "refused the login: check `username` and"),
        (Stage.CONNECT, "554 5.7.1 not you", "answered 554 5.7.1 not you"),
    ],
)
async def test_a_probe_fails_as_a_mail_would(stage, answer, words):
    login = {"username": "mw", "password": Secret("very-secret")}
    async with MailStandIn() as server:
        server.faults.append(Fault(stage, answer))
        with pytest.raises(DestinationDown, match=words) as error:
            await to(server, **login).probe(None)

    assert "very-secret" not in "".join(traceback.format_exception(error.value))


async def test_a_probe_hears_what_a_server_says_after_it_let_us_in():
    async with talking({b"RSET": b"450 4.3.2 not now"}) as port:
        with pytest.raises(DeliveryError, match=r"answered 450 4\.3\.2 not now"):
            await Email("127.0.0.1", FROM, TO, "none", port).probe(None)


async def test_a_probe_finds_a_mailbox_that_is_gone_before_it_is_needed():
    async with MailStandIn() as server:
        server.faults.append(Fault(Stage.RECIPIENT, "550 5.1.1 unknown", "b@example.com"))
        said = await to(server).probe(None)

    assert said.endswith("; no mail was sent; it refused b@example.com: 550 5.1.1 unknown")


async def test_a_probe_where_starttls_is_not_offered_is_refused():
    async with MailStandIn() as server:
        with pytest.raises(DestinationDown, match="STARTTLS"):
            await to(server, security="starttls").probe(None)
