from datetime import UTC, datetime, timedelta

import pytest

from daemon.planned.occasion import Span
from daemon.planned.once import Once

LAUNCH = Once("2026-11-24T08:00", "2026-11-26", "Europe/Berlin")
START = datetime(2026, 11, 24, 7, tzinfo=UTC)
END = datetime(2026, 11, 26, 23, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def test_it_lasts_from_a_time_to_the_end_of_a_day() -> None:
    assert list(LAUNCH.spans(START, END)) == [Span(START, END)]


def test_it_is_there_for_whoever_touches_it() -> None:
    assert list(LAUNCH.spans(START - TICK, START)) == []
    assert list(LAUNCH.spans(START, START + TICK)) == [Span(START, END)]
    assert list(LAUNCH.spans(END - TICK, END)) == [Span(START, END)]
    assert list(LAUNCH.spans(END, END + TICK)) == []


def test_a_single_day_may_be_both_ends() -> None:
    (span,) = Once("2026-11-24", "2026-11-24").spans(START, END)

    assert span.end - span.start == timedelta(days=1)


@pytest.mark.parametrize(
    ("block", "why"),
    [
        (("soon", "2026-11-24"), r"^from: expected a day .* got 'soon'"),
        (("2026-11-24", "later"), r"^until: expected a day .* got 'later'"),
        (("2026-11-24", "2026-11-23"), r"^until: expected later than from \(2026-11-24\), got"),
        (("2026-11-24T08:00", "2026-11-24T08:00"), r"^until: expected later than from"),
        (("2026-11-24", "2026-11-25", "Berlin"), r"^zone: expected a zone"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_key(block: tuple[str, ...], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Once(*block)


def test_it_says_that_it_is_once() -> None:
    assert LAUNCH.words() == "once"
