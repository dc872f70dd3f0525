"""When something is due, by the clocks of a zone, those that are moved included."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.cron import cron_of

BERLIN = ZoneInfo("Europe/Berlin")
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=1461)).map(
    lambda after: datetime(2024, 1, 1, tzinfo=UTC) + after
)
TEXTS = st.sampled_from(
    ["mon 08:00", "1 08:00", "08:00", "30 2 * * *", "*/20 1-4 * * sun", "0 0 29 * *"]
)
ZONES = st.sampled_from(
    [UTC, BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")]
)


@pytest.mark.parametrize(
    ("text", "at", "due"),
    [
        ("mon 08:00", "2026-11-16T08:00", "2026-11-16T08:00"),
        ("mon 08:00", "2026-11-16T07:59", "2026-11-09T08:00"),
        ("mon 08:00", "2026-11-22T23:59", "2026-11-16T08:00"),
        ("1 08:00", "2026-12-01T07:59", "2026-11-01T08:00"),
        ("08:00", "2026-11-16T07:59", "2026-11-15T08:00"),
        ("0 8 * * mon", "2026-11-17T00:00", "2026-11-16T08:00"),
        ("0 8 * * 0", "2026-11-17T00:00", "2026-11-15T08:00"),
        ("0 8 * * 7", "2026-11-17T00:00", "2026-11-15T08:00"),
        ("0 8 * * 5-7", "2026-11-17T00:00", "2026-11-15T08:00"),
        ("*/15 8-9 * jan,nov mon-fri", "2026-11-16T09:50", "2026-11-16T09:45"),
        ("5/20 * * * *", "2026-11-16T09:50", "2026-11-16T09:45"),
        ("0 8 13 * fri", "2026-11-19T00:00", "2026-11-13T08:00"),
        ("0 8 13 * fri", "2026-11-21T00:00", "2026-11-20T08:00"),
        ("0 8 29 2 *", "2026-11-21T00:00", "2024-02-29T08:00"),
        ("59 23 31 12 *", "2026-11-21T00:00", "2025-12-31T23:59"),
    ],
)
def test_what_was_due_last(text: str, at: str, due: str) -> None:
    found = cron_of(text).latest(datetime.fromisoformat(at).replace(tzinfo=UTC), UTC)

    assert found == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_a_time_that_the_clocks_skip_is_meant_all_the_same() -> None:
    half_past_two = cron_of("30 2 * * *")
    before = datetime(2026, 3, 29, 1, 29, tzinfo=UTC)

    assert half_past_two.latest(before, BERLIN) == datetime(2026, 3, 28, 1, 30, tzinfo=UTC)
    due = half_past_two.latest(before + timedelta(minutes=1), BERLIN)
    assert due is not None
    assert due.astimezone(BERLIN).hour == 3


def test_a_time_that_the_clocks_show_twice_is_meant_once() -> None:
    half_past_two = cron_of("30 2 * * *")
    found = {
        half_past_two.latest(datetime(2026, 10, 25, tzinfo=UTC) + timedelta(minutes=m), BERLIN)
        for m in range(24 * 60)
    }

    assert found == {
        datetime(2026, 10, 24, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    }


@given(TEXTS, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=40)), ZONES)
def test_what_was_due_is_never_later_and_never_goes_back(
    text: str, at: datetime, later: timedelta, zone: ZoneInfo
) -> None:
    cron = cron_of(text)
    first, second = cron.latest(at, zone), cron.latest(at + later, zone)

    assert first is not None
    assert second is not None
    assert first <= at
    assert first <= second <= at + later
    assert cron.latest(first, zone) == first
    assert cron.latest(first - timedelta(seconds=1), zone) != first


@pytest.mark.parametrize(
    "text",
    [
        *("", "monday", "mon", "mon 8:00", "mon 24:00", "08:60", "0 8 * *", "0 8 * * mon *"),
        *("60 8 * * *", "0 24 * * *", "0 8 0 * *", "0 8 32 * *", "0 8 * 13 *", "0 8 * * 8"),
        *("0 8 * * may", "0 8 * mon *", "x 8 * * *", "0 9-8 * * *", "*/0 8 * * *", "0 8,, * * *"),
    ],
)
def test_what_means_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a day and a time such as mon 08:00"):
        cron_of(text)


def test_a_day_that_never_comes_is_never_due() -> None:
    assert cron_of("0 8 30 2 *").latest(datetime(2026, 11, 16, tzinfo=UTC), UTC) is None
