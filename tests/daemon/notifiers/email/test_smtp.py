import asyncio
import ssl
import traceback
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import trustme

from daemon.notifier import DeliveryError, DeliveryRefused, Receipt
from daemon.notifiers.email.mail import message_id
from daemon.notifiers.email.smtp import Email
from daemon.sandbox.mail import Fault, MailStandIn, Stage
from daemon.secret import Secret
from rules.alert import Change
from tests.make import letter

AUTHORITY = trustme.CA()
FROM = "Meterwatch <meterwatch@example.com>"
TO = ("a@example.com", "b@example.com", "C <c@example.com>")


@pytest.fixture
def ca_file(tmp_path):
    path = tmp_path / "authority.pem"
    AUTHORITY.cert_pem.write_to_path(str(path))
    return path


def certificate(name="127.0.0.1"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert(name).configure_cert(context)
    return context


def to(server, **fields):
    defaults = {"host": "127.0.0.1", "sender": FROM, "to": TO, "security": "none"}
    return Email(**{**defaults, "port": server.port, **fields})


@asynccontextmanager
async def failing(answer, stage, **fields):
    """A server that fails once, and the error that made."""
    async with MailStandIn() as server:
        server.faults.append(Fault(stage, answer))
        with pytest.raises(DeliveryError) as error:
            await to(server, **fields).send(None, letter())
        yield server, error.value


async def test_one_mail_goes_to_all():
    async with MailStandIn() as server:
        receipt = await to(server).send(None, letter())

    [mail] = server.mails
    assert mail.sender == "meterwatch@example.com"
    assert mail.recipients == ("a@example.com", "b@example.com", "c@example.com")
    assert "Agatha" in mail.message["Subject"]
    assert receipt == Receipt(FROM, message_id(letter(), FROM))
    assert mail.message["Message-ID"] == receipt.id


async def test_the_end_is_a_reply_to_the_beginning():
    async with MailStandIn() as server:
        opened = await to(server).send(None, letter())
        await to(server).send(None, letter(Change.RESOLVED, receipt=opened))

    assert server.mails[1].message["References"] == server.mails[0].message["Message-ID"]


async def test_starttls_encrypts_and_the_login_travels_inside(ca_file):
    login = {"username": "mw", "password": Secret("right")}
    async with MailStandIn(starttls=certificate(), users={"mw": "right"}) as server:
        await to(server, security="starttls", ca_file=ca_file, **login).send(None, letter())

    assert server.mails[0].encrypted
    assert server.mails[0].login == "mw"


async def test_tls_is_spoken_from_the_first_byte(ca_file):
    async with MailStandIn(tls=certificate()) as server:
        await to(server, security="tls", ca_file=ca_file).send(None, letter())

    assert server.mails[0].encrypted


async def test_where_starttls_is_not_offered_nothing_is_sent_in_the_clear():
    login = {"username": "mw", "password": Secret("right")}
    async with MailStandIn() as server:
        with pytest.raises(DeliveryRefused, match="STARTTLS"):
            await to(server, security="starttls", **login).send(None, letter())

    assert not server.mails


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("name", ["127.0.0.1", "other.example.com"])
async def test_a_certificate_we_do_not_trust_is_refused_and_named(ca_file, security, name):
    """Signed by nobody we know, or for another host."""
    known = ca_file if name != "127.0.0.1" else None
    async with MailStandIn(**{security: certificate(name)}) as server:
        with pytest.raises(DeliveryRefused, match="certificate we do not trust") as error:
            await to(server, security=security, ca_file=known).send(None, letter())

    assert "`ca_file`" in str(error.value)
    assert not server.mails


async def test_a_missing_ca_file_needs_a_person(tmp_path):
    async with MailStandIn(starttls=certificate()) as server:
        with pytest.raises(DeliveryRefused, match="`ca_file` cannot be read"):
            await to(server, security="starttls", ca_file=tmp_path / "none.pem").send(
                None, letter()
            )


async def test_tls_towards_a_server_that_speaks_none_is_for_later(ca_file):
    async with MailStandIn() as server:
        with pytest.raises(DeliveryError):
            await to(server, security="tls", ca_file=ca_file).send(None, letter())

    assert not server.mails


async def test_a_refused_login_needs_a_person_and_shows_nothing():
    login = {"username": "mw", "password": Secret("very-secret")}
    async with failing("535 5.7.8 no very-secret", Stage.LOGIN, **login) as (_, error):
        assert isinstance(error, DeliveryRefused)
        assert "check `username` and `password`" in str(error)
        assert "very-secret" not in "".join(traceback.format_exception(error))


@pytest.mark.parametrize(
    ("stage", "answer"),
    [
        (Stage.CONNECT, "421 4.3.2 busy"),
        (Stage.LOGIN, "454 4.7.0 busy"),
        (Stage.DATA, "451 4.3.0 busy"),
        (Stage.REPLY, ""),
    ],
)
async def test_what_passes_by_itself_is_for_later(stage, answer):
    login = {"username": "mw", "password": Secret("any")}
    async with failing(answer, stage, **login) as (_, error):
        assert type(error) is DeliveryError


@pytest.mark.parametrize(
    ("stage", "answer"),
    [
        (Stage.CONNECT, "554 5.7.1 we do not talk to you"),
        (Stage.DATA, "552 5.3.4 too big"),
        (Stage.DATA, "554 5.7.1 policy"),
    ],
)
async def test_what_does_not_pass_needs_a_person(stage, answer):
    async with failing(answer, stage) as (server, error):
        assert isinstance(error, DeliveryRefused)
        assert str(error) == f"127.0.0.1:{server.port} answered {answer}"


async def test_after_a_lost_reply_the_next_try_is_the_same_mail():
    async with failing("", Stage.REPLY) as (server, _):
        await to(server).send(None, letter())

    first, again = (mail.message["Message-ID"] for mail in server.mails)
    assert first == again


async def test_after_a_greylist_there_is_one_mail_in_the_end():
    async with MailStandIn() as server:
        server.faults += [Fault(Stage.RECIPIENT, "450 4.2.0 greylisted")] * 3
        with pytest.raises(DeliveryError) as error:
            await to(server).send(None, letter())
        await to(server).send(None, letter())

    assert type(error.value) is DeliveryError
    assert len(server.mails) == 1


async def test_one_refused_among_three_is_warned_of_and_the_others_have_it(caplog):
    async with MailStandIn() as server:
        server.faults.append(Fault(Stage.RECIPIENT, "550 5.1.1 unknown", "b@example.com"))
        await to(server).send(None, letter())

    [record] = caplog.records
    assert (record.recipient, record.answer) == ("b@example.com", "550 5.1.1 unknown")
    assert server.mails[0].recipients == ("a@example.com", "c@example.com")


async def test_all_refused_for_good_need_a_person_and_are_named():
    async with MailStandIn() as server:
        server.faults += [Fault(Stage.RECIPIENT, "550 5.1.1 unknown")] * 3
        with pytest.raises(DeliveryRefused) as error:
            await to(server).send(None, letter())

    assert "took the mail for nobody: a@example.com: 550 5.1.1 unknown; b@" in str(error.value)


async def test_all_refused_and_one_only_for_now_is_for_later():
    async with MailStandIn() as server:
        server.faults += [Fault(Stage.RECIPIENT, "550 5.1.1 unknown")] * 2
        server.faults.append(Fault(Stage.RECIPIENT, "450 4.2.0 greylisted"))
        with pytest.raises(DeliveryError) as error:
            await to(server).send(None, letter())

    assert type(error.value) is DeliveryError


async def test_a_mail_is_delivered_though_the_goodbye_hangs():
    """A server that takes the mail and never answers QUIT."""

    async def talk(reader, writer):
        writer.write(b"220 hello\r\n")
        while line := await reader.readline():
            if line.startswith(b"DATA"):
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
            if not line.startswith(b"QUIT"):
                writer.write(b"250 fine\r\n")
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        email = Email("127.0.0.1", FROM, TO, "none", port, timeout=timedelta(seconds=0.3))
        receipt = await email.send(None, letter())

    assert receipt.id == message_id(letter(), FROM)


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
        with pytest.raises(DeliveryRefused, match=words) as error:
            await to(server, **login).probe(None)

    assert "very-secret" not in "".join(traceback.format_exception(error.value))


async def test_a_probe_hears_what_a_server_says_after_it_let_us_in():
    async def talk(reader, writer):
        writer.write(b"220 hello\r\n")
        while line := await reader.readline():
            writer.write(b"450 4.3.2 not now\r\n" if line.startswith(b"NOOP") else b"250 fine\r\n")
        writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(DeliveryError, match=r"answered 450 4\.3\.2 not now"):
            await Email("127.0.0.1", FROM, TO, "none", port).probe(None)


async def test_a_probe_where_starttls_is_not_offered_is_refused():
    async with MailStandIn() as server:
        with pytest.raises(DeliveryRefused, match="STARTTLS"):
            await to(server, security="starttls").probe(None)


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_the_port_follows_from_the_security(security, port):
    email = Email("mail.example.com", FROM, TO, security)

    assert email.server == f"mail.example.com:{port}"


def test_a_mail_needs_a_recipient():
    with pytest.raises(ValueError, match="at least one address in `to`"):
        Email("mail.example.com", FROM, ())


@pytest.mark.parametrize("wrong", ["nobody", "a@", "@example.com", "", "ä@example.com", "a@b\nc"])
def test_an_address_that_is_none_is_named_with_its_field(wrong):
    with pytest.raises(ValueError, match="in `to`"):
        Email("mail.example.com", FROM, ("a@example.com", wrong))
    with pytest.raises(ValueError, match="in `sender`"):
        Email("mail.example.com", wrong, TO)


def test_a_login_is_a_username_and_a_password():
    with pytest.raises(ValueError, match="no `password`"):
        Email("mail.example.com", FROM, TO, username="mw")
    with pytest.raises(ValueError, match="no `username`"):
        Email("mail.example.com", FROM, TO, password=Secret("very-secret"))


@pytest.mark.parametrize("host", ["mail.example.com", "192.0.2.1"])
def test_a_password_in_the_clear_is_refused(host):
    with pytest.raises(ValueError, match="travel in the clear") as error:
        Email(host, FROM, TO, "none", username="mw", password=Secret("very-secret"))

    assert "very-secret" not in str(error.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_a_relay_on_this_machine_may_have_it_in_the_clear(host):
    Email(host, FROM, TO, "none", username="mw", password=Secret("any"))
