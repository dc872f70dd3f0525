import asyncio
import ssl
import traceback
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest
import trustme

from daemon.message import File
from daemon.notifier import (
    DeliveryError,
    DeliveryRefused,
    DeliveryUnknown,
    DestinationDown,
    Receipt,
    Refusal,
)
from daemon.notifiers.email.mail import message_id
from daemon.notifiers.email.smtp import Email
from daemon.sandbox.mail import Fault, MailStandIn, Stage
from daemon.secret import Secret
from daemon.wording.form import REPEATED
from rules.alert import Change
from tests.make import letter, message

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
            await to(server, **fields).send(None, message(letter()))
        yield server, error.value


def drawn():
    """A message with a picture and a file."""
    files = (File("shares.csv", "Who used it", b"voice,minutes\nAgatha,41.2\n"),)
    return message(letter(), pictures=(File("chart.png", "A chart", b"\x89PNG"),), files=files)


@asynccontextmanager
async def talking(answers):
    """A server that takes everything, but where a line says otherwise; None: it falls silent."""

    writers = []

    async def talk(reader, writer):
        writers.append(writer)
        writer.write(b"220 hello\r\n")
        while line := await reader.readline():
            if line.startswith(b"DATA"):
                writer.write(b"354 go on\r\n")
                line = (await reader.readuntil(b"\r\n.\r\n"))[-5:]
            answer = answers.get(line if line.startswith(b"\r") else line[:4], b"250 fine")
            writer.write(b"" if answer is None else answer + b"\r\n")

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
        await _closed(writers)


async def _closed(writers):
    """A connection that is closed only in a moment outlives its test."""
    for writer in writers:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def test_one_mail_goes_to_all():
    async with MailStandIn() as server:
        receipt = await to(server).send(None, message(letter()))

    [mail] = server.mails
    assert mail.sender == "meterwatch@example.com"
    assert mail.recipients == ("a@example.com", "b@example.com", "c@example.com")
    assert "Agatha" in mail.message["Subject"]
    assert receipt == Receipt(FROM, message_id(message(letter()), FROM))
    assert mail.message["Message-ID"] == receipt.id


async def test_the_end_is_a_reply_to_the_beginning():
    async with MailStandIn() as server:
        opened = await to(server).send(None, message(letter()))
        await to(server).send(None, message(letter(Change.RESOLVED), receipt=opened))

    assert server.mails[1].message["References"] == server.mails[0].message["Message-ID"]


async def test_starttls_encrypts_and_the_login_travels_inside(ca_file):
    login = {"username": "mw", "password": Secret("right")}
    async with MailStandIn(starttls=certificate(), users={"mw": "right"}) as server:
        await to(server, security="starttls", ca_file=ca_file, **login).send(
            None, message(letter())
        )

    assert server.mails[0].encrypted
    assert server.mails[0].login == "mw"


async def test_tls_is_spoken_from_the_first_byte(ca_file):
    async with MailStandIn(tls=certificate()) as server:
        await to(server, security="tls", ca_file=ca_file).send(None, message(letter()))

    assert server.mails[0].encrypted


async def test_where_starttls_is_not_offered_nothing_is_sent_in_the_clear():
    login = {"username": "mw", "password": Secret("right")}
    async with MailStandIn() as server:
        with pytest.raises(DestinationDown, match="STARTTLS"):
            await to(server, security="starttls", **login).send(None, message(letter()))

    assert not server.mails


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("name", ["127.0.0.1", "other.example.com"])
async def test_a_certificate_we_do_not_trust_is_refused_and_named(ca_file, security, name):
    """Signed by nobody we know, or for another host."""
    known = ca_file if name != "127.0.0.1" else None
    async with MailStandIn(**{security: certificate(name)}) as server:
        with pytest.raises(DestinationDown, match="certificate we do not trust") as error:
            await to(server, security=security, ca_file=known).send(None, message(letter()))

    assert "`ca_file`" in str(error.value)
    assert not server.mails


async def test_a_missing_ca_file_needs_a_person(tmp_path):
    async with MailStandIn(starttls=certificate()) as server:
        with pytest.raises(DestinationDown, match="`ca_file` cannot be read"):
            await to(server, security="starttls", ca_file=tmp_path / "none.pem").send(
                None, message(letter())
            )


async def test_tls_towards_a_server_that_speaks_none_is_for_later(ca_file):
    async with MailStandIn() as server:
        with pytest.raises(DeliveryError):
            await to(server, security="tls", ca_file=ca_file).send(None, message(letter()))

    assert not server.mails


async def test_a_refused_login_needs_a_person_and_shows_nothing():
    login = {"username": "mw", "password": Secret("very-secret")}
    async with failing("535 5.7.8 no very-secret", Stage.LOGIN, **login) as (_, error):
        assert isinstance(error, DestinationDown)
        assert "check `username` and `password`" in str(error)
        assert "very-secret" not in "".join(traceback.format_exception(error))


@pytest.mark.parametrize(
    ("stage", "answer"),
    [
        (Stage.CONNECT, "421 4.3.2 busy"),
        (Stage.LOGIN, "454 4.7.0 busy"),
        (Stage.DATA, "451 4.3.0 busy"),
    ],
)
async def test_what_passes_by_itself_is_for_later(stage, answer):
    login = {"username": "mw", "password": Secret("any")}
    async with failing(answer, stage, **login) as (_, error):
        assert type(error) is DeliveryError


@pytest.mark.parametrize(
    ("stage", "answer", "more"),
    [
        (Stage.CONNECT, "554 5.7.1 we do not talk to you", ""),
        (Stage.SENDER, "550 5.1.8 who are you", ": check `sender`"),
    ],
)
async def test_a_server_that_does_not_talk_to_us_needs_a_person(stage, answer, more):
    async with failing(answer, stage) as (server, error):
        assert isinstance(error, DestinationDown)
        assert str(error) == f"127.0.0.1:{server.port} answered {answer}{more}"


@pytest.mark.parametrize("answer", ["552 5.3.4 too big", "554 5.7.1 policy"])
async def test_what_is_refused_for_its_content_goes_once_more_without_what_is_not_words(answer):
    """FAULTS 33."""
    async with MailStandIn() as server:
        server.faults.append(Fault(Stage.DATA, answer))
        receipt = await to(server).send(None, drawn())

    [mail] = server.mails
    assert mail.message["Message-ID"] == receipt.id
    assert [part.get_content_type() for part in mail.message.walk()] == [
        *("multipart/alternative", "text/plain", "text/html"),
    ]


async def test_what_is_refused_for_its_words_as_well_is_never_taken():
    """FAULTS 33."""
    async with MailStandIn() as server:
        server.faults += [Fault(Stage.DATA, "554 5.7.1 policy")] * 3
        with pytest.raises(DeliveryRefused) as error:
            await to(server).send(None, drawn())
        left = len(server.faults)
        with pytest.raises(DeliveryRefused):
            await to(server).send(None, message(letter()))

    assert str(error.value) == f"127.0.0.1:{server.port} refused the mail: 554 5.7.1 policy"
    assert (left, server.faults, server.mails) == (1, [], [])


async def test_after_a_lost_reply_nobody_knows_and_the_next_try_is_the_same_mail():
    """FAULTS 34."""
    async with failing("", Stage.REPLY) as (server, error):
        again = message(letter(), repeats=True)
        await to(server).send(None, again)

    assert isinstance(error, DeliveryUnknown)
    assert "did not say whether it took it" in str(error)
    first, second = server.mails
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert REPEATED.encode() not in first.raw
    assert REPEATED.encode() in second.raw


async def test_a_server_that_takes_the_mail_and_falls_silent_leaves_it_unknown():
    """FAULTS 34."""
    async with talking({b"\r\n.\r\n": None}) as port:
        email = Email("127.0.0.1", FROM, TO, "none", port, timeout=timedelta(seconds=0.3))
        with pytest.raises(DeliveryUnknown, match="no answer in time"):
            await email.send(None, message(letter()))


@pytest.mark.parametrize("silent", [b"MAIL", b"RCPT"])
async def test_a_server_that_falls_silent_before_the_mail_has_not_got_it(silent):
    """FAULTS 29."""
    async with talking({silent: None}) as port:
        email = Email("127.0.0.1", FROM, TO, "none", port, timeout=timedelta(seconds=0.3))
        with pytest.raises(DeliveryError, match="was not reached") as error:
            await email.send(None, message(letter()))

    assert type(error.value) is DeliveryError


async def test_a_retry_is_the_same_mail_to_the_last_byte():
    async with MailStandIn() as server:
        await to(server).send(None, drawn())
        await to(server).send(None, drawn())

    assert server.mails[0].raw == server.mails[1].raw


@pytest.mark.parametrize(
    ("stage", "answer"),
    [(Stage.RECIPIENT, "450 4.2.0 greylisted"), (Stage.CONNECT, "421 4.3.2 busy")],
)
async def test_after_a_greylist_there_is_one_mail_in_the_end(stage, answer):
    """FAULTS 30."""
    async with MailStandIn() as server:
        server.faults += [Fault(stage, answer)] * (3 if stage is Stage.RECIPIENT else 1)
        with pytest.raises(DeliveryError) as error:
            await to(server).send(None, message(letter()))
        receipt = await to(server).send(None, message(letter()))

    assert type(error.value) is DeliveryError
    assert [mail.message["Message-ID"] for mail in server.mails] == [receipt.id]


async def test_one_refused_among_three_is_named_and_the_others_have_it_once():
    """FAULTS 31."""
    async with MailStandIn() as server:
        server.faults.append(Fault(Stage.RECIPIENT, "550 5.1.1 unknown", "b@example.com"))
        receipt = await to(server).send(None, message(letter()))

    [mail] = server.mails
    assert receipt.refused == (Refusal("b@example.com", "550 5.1.1 unknown"),)
    assert receipt.waiting == ()
    assert mail.recipients == ("a@example.com", "c@example.com")


async def test_who_is_refused_for_now_is_tried_alone_with_the_same_mail():
    """FAULTS 30 and 31: a name and address, as they were configured, come back as they are."""
    async with MailStandIn() as server:
        server.faults.append(Fault(Stage.RECIPIENT, "450 4.2.0 greylisted", "c@example.com"))
        receipt = await to(server).send(None, message(letter()))
        last = await to(server).send(None, message(letter(), to=receipt.waiting))

    assert receipt.waiting == ("C <c@example.com>",)
    assert last == Receipt(FROM, receipt.id)
    first, second = server.mails
    assert first.recipients == ("a@example.com", "b@example.com")
    assert second.recipients == ("c@example.com",)
    assert first.raw == second.raw


async def test_one_who_waited_and_is_refused_in_the_end_takes_nobody_else_down():
    """FAULTS 31."""
    async with MailStandIn() as server:
        server.faults.append(Fault(Stage.RECIPIENT, "550 5.1.1 unknown"))
        with pytest.raises(DeliveryRefused, match=r"c@example\.com: 550") as error:
            await to(server).send(None, message(letter(), to=("C <c@example.com>",)))

    assert not isinstance(error.value, DestinationDown)


async def test_all_refused_for_good_need_a_person_and_are_named():
    async with MailStandIn() as server:
        server.faults += [Fault(Stage.RECIPIENT, "550 5.1.1 unknown")] * 3
        with pytest.raises(DestinationDown) as error:
            await to(server).send(None, message(letter()))

    assert "takes mail for nobody in `to`: a@example.com: 550 5.1.1 unknown; b@" in str(error.value)


async def test_all_refused_and_one_only_for_now_is_for_later():
    async with MailStandIn() as server:
        server.faults += [Fault(Stage.RECIPIENT, "550 5.1.1 unknown")] * 2
        server.faults.append(Fault(Stage.RECIPIENT, "450 4.2.0 greylisted"))
        with pytest.raises(DeliveryError) as error:
            await to(server).send(None, message(letter()))

    assert type(error.value) is DeliveryError


async def test_a_mail_is_delivered_though_the_goodbye_hangs():
    async with talking({b"QUIT": None}) as port:
        email = Email("127.0.0.1", FROM, TO, "none", port, timeout=timedelta(seconds=0.3))
        receipt = await email.send(None, message(letter()))

    assert receipt.id == message_id(message(letter()), FROM)


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_the_port_follows_from_the_security(security, port):
    email = Email("mail.example.com", FROM, TO, security)

    assert email.server == f"mail.example.com:{port}"


def test_a_mail_needs_a_recipient():
    with pytest.raises(ValueError, match="at least one address in `to`"):
        Email("mail.example.com", FROM, ())


@pytest.mark.parametrize(
    "wrong",
    [
        *("nobody", "a@", "@example.com", "", "ä@example.com", "a@b\nc"),
        # Two in one, of which the second would never have anything.
        *("a@example.com, b@example.com", "A <a@example.com>, B <b@example.com>"),
    ],
)
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
