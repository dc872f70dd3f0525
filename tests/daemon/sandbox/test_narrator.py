"""What people would have seen elsewhere is told on the terminal, without its markup."""

from datetime import UTC, datetime

from daemon.http import open_http
from daemon.notifiers.email.smtp import Email
from daemon.notifiers.slack.bot import Slack
from daemon.sandbox.loopback import serve
from daemon.sandbox.mail import HOST, MailStandIn
from daemon.sandbox.narrator import Narrator
from daemon.sandbox.slack.stand_in import SlackStandIn
from daemon.secret import Secret
from rules.alert import Change
from tests import make
from tests.fakes import HandClock

AT = datetime(2026, 11, 20, 15, tzinfo=UTC)


async def test_a_slack_message_and_its_edit_are_told_in_plain_lines() -> None:
    said: list[str] = []
    slack = SlackStandIn(HandClock(AT), told=Narrator(said.append).slack, paced=False)
    async with serve(slack.app()) as url, open_http() as http:
        bot = Slack(Secret("xoxb-1"), "C0123456789", f"{url}/api/")
        receipt = await bot.send(http, make.letter(runbook="https://wiki/spike"))
        await bot.send(http, make.letter(Change.RESOLVED, receipt=receipt))

    opened, resolved = said
    assert "┌─ Slack, C0123456789: a new message" in opened
    assert "│ Voice: Agatha" in opened
    assert "Open the runbook: https://wiki/spike" in opened
    assert "*" not in opened
    assert "the same message, edited" in resolved


async def test_a_mail_is_told_with_its_subject_and_its_thread() -> None:
    said: list[str] = []
    async with MailStandIn(told=Narrator(said.append).mail) as mail, open_http() as http:
        email = Email(
            HOST, "watch@example.com", ("ops@example.com",), port=mail.port, security="none"
        )
        receipt = await email.send(http, make.letter())
        await email.send(http, make.letter(Change.RESOLVED, receipt=receipt))

    opened, resolved = said
    assert "┌─ Mail\n│ Subject: Agatha" in opened
    assert "│ To: ops@example.com" in opened
    assert "a reply in the same thread\n│ Subject: Resolved: Agatha" in resolved
