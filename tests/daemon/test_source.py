"""What a source is asked, and how it says that it could not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from daemon.http import Http
from daemon.source import Ask, Feed, SourceError, SourceLeftOut, SourceRefused, Window, whole
from rules.series import Measure, Metric
from tests.daemon.sources.stand import NOW
from tests.fakes import Meter


def test_a_refusal_is_a_failure_a_person_must_mend() -> None:
    with pytest.raises(SourceError, match="the key was refused"):
        raise SourceRefused("voices: the key was refused")


def test_a_failure_carries_the_vendors_own_word_on_when() -> None:
    assert SourceError("429", timedelta(seconds=120)).retry_after == timedelta(seconds=120)
    assert SourceError("503").retry_after is None


def test_a_window_is_widened_to_the_bucket_that_now_fills() -> None:
    hourly = Metric("v", "minutes", "minutes", Measure.AMOUNT, timedelta(hours=1))
    ten = NOW.replace(minute=0)

    assert whole(hourly, Window(ten, ten)) == Window(ten, ten + timedelta(hours=1))
    assert whole(hourly, Window(NOW, NOW)) == Window(ten, ten + timedelta(hours=1))


async def test_a_source_whose_secret_is_not_there_is_never_asked(http: Http) -> None:
    meter = Meter()
    meter.used = {("a", NOW): 1.0}
    ask = Ask("tts", http, Window(NOW, NOW))
    feed = Feed("tts", meter, optional=True, lacks="environment variable 'KEY' is not set")

    with pytest.raises(SourceLeftOut, match="tts: environment variable 'KEY' is not set"):
        await feed.ask(ask)
    assert meter.asked == []
    await replace(feed, lacks=None).ask(ask)
    assert len(meter.asked) == 1
