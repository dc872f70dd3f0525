"""Five weeks of an account, as a store remembers them: voices, a balance, an alert, an act."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from daemon.config import Config, parse
from daemon.config.placeholders import Placeholders
from daemon.source import Answer, Window
from daemon.store import Store, open_store
from daemon.store.acts import Act, Via, What
from daemon.store.frame import Frame
from rules.alert import Alert, Phase
from rules.series import Absent, Measure, Metric, Reading, Series, labels_of
from rules.verdict import Outcome, Verdict, Why
from tests.blank import blank

HOUR = timedelta(hours=1)
START = datetime(2026, 10, 12, tzinfo=UTC)
NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
"""A Monday: week 46 is over."""
MINUTES = Metric("voices", "minutes", "minutes", Measure.AMOUNT, HOUR, Absent.ZERO)
CREDITS = Metric("credits", "credits", "credits", Measure.LEVEL, timedelta(minutes=1))
NAMES = {"v-01": "Agatha", "v-02": "Bruno", "v-03": "Ciara", "v-04": "Dmitri", "v-05": "Élodie"}
CONFIG = """\
page: null
sources:
  voices:
    {type: supertone.usage, key: "${env:KEY}", breakdown: [voice_id, model], history: 60d}
  credits: {type: supertone.credits, key: "${env:KEY}", history: 60d}
rules:
  month-budget:
    {kind: budget, source: voices, by: [], amount: 1200, price: 0.02, currency: USD, per: month}
  credits-gone: {kind: runway, source: credits}
destinations:
  team: {type: console}
  boss: {type: console}
reports:
  weekly:
    per: week
    zone: Europe/Berlin
    prices: {voices: 0.02 USD}
    cost_centres:
      radio: {voice_id: [v-01, v-02]}
      audiobooks: {voice_id: "v-0[3-4]"}
      lab: {model: sona_speech_2}
  monthly: {per: month, tell: boss, sources: voices}
"""


def config(text: str = CONFIG) -> Config:
    return parse(text, "meterwatch.yaml", Placeholders({}))


def use() -> Iterator[Reading]:
    """By day more than by night, fewer on weekends, and one voice far more on a Thursday."""
    chance, hours = np.random.default_rng(46), (NOW - START) // HOUR
    for number in range(1, 9):
        voice = f"v-{number:02}"
        labels = labels_of({"voice_id": voice, "model": f"sona_speech_{1 + number % 2}"})
        noise = chance.gamma(12, 1 / 12, hours)
        for each in range(hours):
            at = START + each * HOUR
            level = 9 / number * (1 if at.weekday() < 5 else 0.4)
            level *= 0.15 + np.exp(-(((at.hour - 13) / 4) ** 2))
            spike = (
                14
                if voice == "v-03"
                and datetime(2026, 11, 12, 9, tzinfo=UTC)
                <= at
                < (datetime(2026, 11, 12, 15, tzinfo=UTC))
                else 1
            )
            yield Reading(labels, at, round(float(level * noise[each] * spike), 2))


def balance() -> Iterator[Reading]:
    for each in range((NOW - START) // (6 * HOUR)):
        yield Reading((), START + each * 6 * HOUR, 90_000 - each * 520.0)


def alert() -> Alert:
    at = datetime(2026, 11, 12, 9, tzinfo=UTC)
    series = Series("voices", "minutes", labels_of({"voice_id": "v-03", "model": "sona_speech_2"}))
    why = Why("41.2 minutes where 3.2 minutes are usual for a Thursday at 9:00.")
    worst = Verdict(at, at + HOUR, Outcome.BREACH, 41.2, 3.2, 0.8, 5.6, 0.97, why)
    end = at + 6 * HOUR
    return Alert(
        "voice-spike", series, Phase.RESOLVED, at, end, worst, worst, at, end, end, opening=worst
    )


async def fill(store: Store) -> None:
    frame = Frame(NOW, timedelta(0), timedelta(days=60))
    async with store.transaction() as tx:
        told = Window(START, NOW)
        await tx.usage.record(Answer(MINUTES, told, list(use())), frame)
        await tx.usage.record(Answer(CREDITS, told, list(balance())), frame)
        await tx.names.learn(NAMES)
        for source in ("voices", "credits"):
            await tx.polls.succeeded(source, NOW, ())
        number = await tx.alerts.keep(alert())
        at = datetime(2026, 11, 12, 9, 41, tzinfo=UTC)
        words = "a job was stuck in a loop"
        await tx.acts.note(Act(at, "Anna", Via.SLACK, What.ACKNOWLEDGED, number, words))


@asynccontextmanager
async def remembered(folder: Path) -> AsyncIterator[Store]:
    async with open_store(url(folder)) as store:
        await fill(store)
        yield store


def url(folder: Path) -> str:
    return blank(folder)
