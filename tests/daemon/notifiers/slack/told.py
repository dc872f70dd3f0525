"""Messages as a courier would carry them, and a bot that reaches a stand-in."""

from contextlib import asynccontextmanager
from dataclasses import replace

from daemon.http import open_http
from daemon.message import File, Tone
from daemon.notifiers.slack.bot import Slack
from daemon.sandbox.loopback import serve
from daemon.secret import Secret
from rules.alert import Change
from tests.make import letter, message

CHANNEL = "C0123456789"
TOKEN = "xoxb-very-secret"
PNG = File("chart.png", "Minutes of Agatha", b"\x89PNG pixels")
CSV = File("allocation.csv", "Cost by team", b"team,cost\nvoice,4.10\n")
TONES = {
    Change.RESOLVED: Tone.RESOLVED,
    Change.WITHDRAWN: Tone.WITHDRAWN,
    Change.ACKNOWLEDGED: Tone.ACKNOWLEDGED,
}


class Bot(Slack):
    """It waits for no picture: a stand-in is as far after no time as it will ever be."""

    picture_waits = (0.0, 0.0)


def told(change=Change.OPENED, news="", **fields):
    made = message(letter(change), **fields)
    words = replace(made.wording, news=news)
    return replace(made, tone=TONES.get(change, Tone.WARNING), wording=words)


def circular(**fields):
    return replace(message(**fields), tone=Tone.REPORT)


@asynccontextmanager
async def reaching(slack, **fields):
    """A bot, with the connection it needs."""
    async with serve(slack.app()) as url, open_http() as http:
        given = {"token": Secret(TOKEN), "channel": CHANNEL, "url": f"{url}/api/"} | fields
        yield Bot(**given), http


@asynccontextmanager
async def posting(slack, **fields):
    """A `send` that reaches this stand-in."""
    async with reaching(slack, **fields) as (bot, http):
        yield lambda message: bot.send(http, message)
