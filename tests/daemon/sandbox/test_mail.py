import ssl
from email.message import EmailMessage

import aiosmtplib
import pytest
import trustme

from daemon.sandbox.mail import Fault, MailStandIn, Stage

AUTHORITY = trustme.CA()


def server_tls():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(context)
    return context


def client_tls():
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return context


async def hand_over(server, to=("a@example.com",), **settings):
    message = EmailMessage()
    message["From"] = "meterwatch@example.com"
    message["To"] = ", ".join(to)
    message["Subject"] = "Too much"
    message.set_content("Grüße")
    plain = {"start_tls": False} if "use_tls" not in settings else {}
    return await aiosmtplib.send(
        message, hostname="127.0.0.1", port=server.port, local_hostname="t", **plain | settings
    )


async def test_a_mail_is_kept_parsed_and_told_of():
    told = []
    async with MailStandIn(told=told.append) as server:
        await hand_over(server)

    [mail] = server.mails
    assert told == [mail]
    assert mail.sender == "meterwatch@example.com"
    assert mail.recipients == ("a@example.com",)
    assert mail.message["Subject"] == "Too much"
    assert mail.message.get_content().strip() == "Grüße"
    assert b"Subject: Too much" in mail.raw
    assert (mail.encrypted, mail.login) == (False, None)


async def test_starttls_is_offered_where_there_is_a_certificate():
    async with MailStandIn(starttls=server_tls()) as server:
        await hand_over(server, start_tls=True, tls_context=client_tls())

    assert server.mails[0].encrypted


async def test_tls_may_be_spoken_from_the_first_byte():
    async with MailStandIn(tls=server_tls()) as server:
        await hand_over(server, use_tls=True, tls_context=client_tls())

    assert server.mails[0].encrypted


async def test_without_a_certificate_no_starttls_is_offered():
    async with MailStandIn() as server:
        with pytest.raises(aiosmtplib.SMTPException, match="STARTTLS"):
            await hand_over(server, start_tls=True)


async def test_a_client_that_distrusts_the_certificate_leaves_no_trace():
    async with MailStandIn(starttls=server_tls()) as server:
        with pytest.raises(ssl.SSLCertVerificationError):
            await hand_over(server, start_tls=True)

    assert not server.mails


async def test_only_those_it_knows_log_in():
    async with MailStandIn(users={"mw": "right"}) as server:
        await hand_over(server, username="mw", password="right")
        with pytest.raises(aiosmtplib.SMTPAuthenticationError):
            await hand_over(server, username="mw", password="wrong")

    assert [mail.login for mail in server.mails] == ["mw"]


async def test_anyone_logs_in_where_nobody_is_known():
    async with MailStandIn() as server:
        await hand_over(server, username="mw", password="any")

    assert server.mails[0].login == "mw"


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(Stage.CONNECT, "421 4.3.2 later"), aiosmtplib.SMTPConnectResponseError),
        (Fault(Stage.LOGIN, "454 4.7.0 later"), aiosmtplib.SMTPAuthenticationError),
        (Fault(Stage.RECIPIENT, "550 5.1.1 no"), aiosmtplib.SMTPRecipientsRefused),
        (Fault(Stage.DATA, "552 5.3.4 too big"), aiosmtplib.SMTPDataError),
    ],
)
async def test_a_fault_happens_at_its_stage_and_once(fault, error):
    async with MailStandIn() as server:
        server.faults.append(fault)
        with pytest.raises(error):
            await hand_over(server, username="mw", password="any")
        await hand_over(server)

    assert len(server.mails) == 1


async def test_one_recipient_may_be_refused_among_others():
    async with MailStandIn() as server:
        server.faults.append(Fault(Stage.RECIPIENT, "550 5.1.1 no", recipient="b@example.com"))
        refused, _ = await hand_over(server, to=("a@example.com", "b@example.com"))

    assert refused["b@example.com"].code == 550
    assert server.mails[0].recipients == ("a@example.com",)


async def test_a_mail_may_arrive_and_its_answer_be_lost():
    async with MailStandIn() as server:
        server.faults.append(Fault(Stage.REPLY))
        with pytest.raises(aiosmtplib.SMTPServerDisconnected):
            await hand_over(server)

    assert len(server.mails) == 1


async def test_a_client_still_talking_does_not_hold_up_the_end():
    client = aiosmtplib.SMTP(hostname="127.0.0.1", start_tls=False, local_hostname="t")
    async with MailStandIn() as server:
        await client.connect(port=server.port)

    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await client.noop()
