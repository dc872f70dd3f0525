"""Calls of every source: the settings, and what comes of them."""

from datetime import timedelta

import pytest

from daemon.http import Http
from daemon.secret import Secret
from daemon.sources.segment import SegmentSourceCalls
from rules.series import Reading, labels_of
from tests.daemon.sources.segment.workspace import APP, TOKEN, WEBSITE, may, recorded, told
from tests.daemon.sources.vendor import recording


async def test_the_recorded_pages_are_read_to_the_end(http: Http) -> None:
    pages = recorded("source_calls.page1", "source_calls.page2")
    answer = await told(http, recording(*pages))

    website, app = (labels_of({"source_id": source}) for source in (WEBSITE, APP))
    assert answer.readings == [
        Reading(website, may(1), 900),
        Reading(website, may(2), 1000),
        Reading(app, may(1), 304),
        Reading(app, may(2), 426),
    ]


async def test_an_empty_month_is_an_answer(http: Http) -> None:
    answer = await told(http, recording(*recorded("source_calls.empty")))

    assert (answer.readings, answer.told.start) == ([], may(1))


def test_calls_are_amounts_of_utc_days() -> None:
    [metric] = SegmentSourceCalls(Secret(TOKEN)).metrics("cdp")

    assert (metric.source, metric.name, metric.unit) == ("cdp", "calls", "calls")
    assert (metric.measure, metric.absent) == ("amount", "zero")
    assert (metric.width, metric.offset) == (timedelta(days=1), timedelta(0))


def test_three_days_are_read_again_and_six_hours_may_be_late() -> None:
    source = SegmentSourceCalls(Secret(TOKEN))

    assert (source.revises, source.settles) == (timedelta(days=3), timedelta(hours=6))
    assert source.tells_past


def test_a_period_day_that_some_month_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match=r"period_day: .* got 31"):
        SegmentSourceCalls(Secret(TOKEN), period_day=31)


def test_the_token_is_not_printed() -> None:
    assert TOKEN not in repr(SegmentSourceCalls(Secret(TOKEN)))
