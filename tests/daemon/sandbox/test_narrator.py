"""What people would have seen elsewhere is told on the terminal, without its markup."""

from datetime import UTC, datetime

from daemon.http import open_http
from daemon.message import File
from daemon.notifiers.email.smtp import Email
from daemon.notifiers.slack.bot import Slack
from daemon.sandbox.loopback import serve
from daemon.sandbox.mail import HOST, MailStandIn
from daemon.sandbox.narrator import Narrator
from daemon.sandbox.slack.stand_in import Message, SlackStandIn, Version
from daemon.secret import Secret
from rules.alert import Change
from tests import make
from tests.fakes import HandClock

AT = datetime(2026, 11, 20, 15, tzinfo=UTC)


async def test_a_slack_message_and_its_edit_are_told_in_plain_lines() -> None:
    said: list[str] = []
    slack = SlackStandIn(HandClock(AT), told=Narrator(said.append).slack, paced=False)
    async with serve(slack.app()) as url, open_http() as http:
        bot = Slack(
            Secret("xoxb-1"), "C0123456789", f"{url}/api/",
            app_token=Secret("xapp-1"), people=("U0123456789",),
        )  # fmt: skip
        letter = make.letter(runbook="https://wiki/spike")
        receipt = await bot.send(http, make.message(letter))
        over = make.message(make.letter(Change.RESOLVED), receipt=receipt)
        await bot.send(http, over)

    opened, resolved, reply = said
    assert "┌─ Slack, C0123456789: a new message" in opened
    assert "│ Voice: Agatha" in opened
    assert "Open the runbook: https://wiki/spike" in opened
    assert "│ [ Acknowledge ]  [ Silence 1 h ]" in opened
    assert "*" not in opened
    assert "the same message, edited" in resolved
    assert "[ Acknowledge ]" not in resolved
    assert "C0123456789: a reply in its thread\n│ ✅ Back to usual after 2 hours\n" in reply


async def test_a_picture_that_comes_later_is_told_alone() -> None:
    said: list[str] = []
    slack = SlackStandIn(HandClock(AT), told=Narrator(said.append).slack, paced=False)
    async with serve(slack.app()) as url, open_http() as http:
        bot = Slack(Secret("xoxb-1"), "C0123456789", f"{url}/api/")
        chart = File("chart.png", "Agatha, hour by hour", b"\x89PNG")
        shares = File("shares.csv", "Who used it", b"a,b")
        await bot.send(http, make.message(make.letter(), pictures=(chart,), files=(shares,)))

    _, picture, file = said
    assert picture.splitlines()[1:3] == [
        "┌─ Slack, C0123456789: the same message, with more",
        "│ (a picture: Agatha, hour by hour)",
    ]
    assert "a file in its thread\n│ shares.csv" in file


async def test_an_edit_that_says_nothing_else_says_so() -> None:
    said: list[str] = []
    narrator = Narrator(said.append)
    narrator.slack(Message("C1", "1.0", "xoxb", (Version("Agatha"), Version("Agatha"))))

    assert "(nothing else than before)" in said[0]


async def test_a_reply_that_the_channel_hears_too_says_so() -> None:
    said: list[str] = []
    reply = Message("C1", "2.0", "xoxb", (Version("Worse"),), thread="1.0", broadcast=True)
    Narrator(said.append).slack(reply)

    assert "a reply in its thread, shown in the channel too\n│ Worse" in said[0]


async def test_a_mail_is_told_with_its_subject_and_its_thread() -> None:
    said: list[str] = []
    async with MailStandIn(told=Narrator(said.append).mail) as mail, open_http() as http:
        email = Email(
            HOST, "watch@example.com", ("ops@example.com",), port=mail.port, security="none"
        )
        receipt = await email.send(http, make.message(make.letter()))
        over = make.message(make.letter(Change.RESOLVED), receipt=receipt)
        await email.send(http, over)

    opened, resolved = said
    assert "┌─ Mail\n│ Subject: Agatha" in opened
    assert "│ To: ops@example.com" in opened
    assert "a reply in the same thread\n│ Subject: Resolved: Agatha" in resolved
