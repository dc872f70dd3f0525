import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from daemon.source import Window
from daemon.sources.http_json.fields import Misfit
from daemon.sources.http_json.ledger import Keep, Ledger
from daemon.sources.http_json.rows import Row
from rules.series import Absent, Measure, Metric

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TEN = datetime(2025, 5, 20, 10, tzinfo=UTC)
SPAN = Window(TEN, TEN + 2 * HOUR)


def ledger(keep: Keep = Keep.ALL, absent: Absent = Absent.UNKNOWN) -> Ledger:
    return Ledger(Metric("a", "usage", "x", Measure.AMOUNT, HOUR, absent), keep, SPAN)


def row(at: datetime | None, value: float, *identity: str, who: str = "a") -> Row:
    return Row((("who", who),), at, value, identity, {who: who.upper()})


def values(book: Ledger, *rows: Row, span: Window = SPAN) -> list[tuple[int, float]]:
    book.take(rows, span)
    return [(reading.start.hour, reading.value) for reading in book.readings()]


@pytest.mark.parametrize(
    ("keep", "told"), [(Keep.ALL, 1 + 2 + 4 + 8), (Keep.FIRST, 1 + 2), (Keep.LAST, 8)]
)
def test_moments_of_one_bucket_are_added_or_the_first_or_the_last_stands(
    keep: Keep, told: float
) -> None:
    rows = [row(TEN, 1), row(TEN, 2), row(TEN + 5 * MINUTE, 4), row(TEN + 6 * MINUTE, 8)]

    assert values(ledger(keep), *rows) == [(10, told)]
    assert values(ledger(keep), *reversed(rows)) == [(10, told)]


def test_rows_finer_than_a_bucket_are_laid_on_its_grid() -> None:
    told = values(ledger(), row(TEN + 59 * MINUTE, 1), row(TEN + 60 * MINUTE, 2))

    assert told == [(10, 1), (11, 2)]


def test_a_row_without_a_moment_is_of_the_span_that_was_asked_for() -> None:
    assert values(ledger(), row(None, 3), span=Window(TEN + HOUR, TEN + 2 * HOUR)) == [(11, 3)]


def test_a_row_that_comes_twice_counts_once_if_it_knows_itself() -> None:
    assert values(ledger(), row(TEN, 1, "x"), row(TEN, 2, "y"), row(TEN, 1, "x")) == [(10, 3)]
    assert values(ledger(), row(TEN, 1), row(TEN, 1)) == [(10, 2)]


def test_what_lies_outside_is_another_questions() -> None:
    book = ledger()
    told = values(
        book, row(TEN - MINUTE, 1, "x"), row(TEN + HOUR, 2, "y"), span=Window(TEN, TEN + HOUR)
    )
    later = values(book, row(TEN + HOUR, 2, "y"), span=Window(TEN + HOUR, TEN + 2 * HOUR))

    assert (told, later) == ([], [(11, 2)])
    assert book.names == {"a": "A"}


def test_the_future_is_left_alone_and_noted_unless_it_is_nothing_or_right_at_the_end() -> None:
    book = ledger()
    book.take([row(SPAN.end, 1), row(SPAN.end + MINUTE, 0), row(TEN, 1)], SPAN)
    assert book.notes() == ()

    book.take([row(SPAN.end + MINUTE, 1)], SPAN)
    assert book.notes() == ("1 rows lie in the future, and were left alone.",)


@pytest.mark.parametrize(("absent", "told"), [(Absent.ZERO, 2), (Absent.UNKNOWN, 1)])
def test_what_the_vendor_does_not_say_is_never_zero(absent: Absent, told: int) -> None:
    book = ledger(absent=absent)
    readings = values(book, row(TEN, math.nan), row(TEN, 5), row(TEN + HOUR, 6))

    assert len(readings) == told
    assert all(hour == 11 or math.isnan(value) for hour, value in readings)
    assert book.notes() == ("1 rows hold no number, and are not told.",)


def test_rows_far_from_what_was_asked_are_told_in_another_unit() -> None:
    near, far = ledger(), ledger()
    near.take([row(TEN - timedelta(days=366), 1)], SPAN)
    far.take([row(TEN - timedelta(days=366) - MINUTE, 1)], SPAN)

    near.check()
    with pytest.raises(Misfit, match=r"asked for 2025-05-20T.*, told of .* is `times` right\?"):
        far.check()
    far.take([row(TEN, 1)], SPAN)
    far.check()


def test_rows_far_in_the_future_are_too() -> None:
    book = ledger()
    book.take([row(SPAN.end + timedelta(days=367), 1)], SPAN)
    with pytest.raises(Misfit, match="told of 2026-05-22"):
        book.check()

    book.take([row(SPAN.end + timedelta(days=3), 1)], SPAN)
    book.check()


def test_there_is_an_end_to_rows() -> None:
    book = replace(ledger(), most=2)
    book.take([row(TEN, 1), row(TEN, 2)], SPAN)
    with pytest.raises(Misfit, match="there are more than 2 rows; ask for a shorter `span`"):
        book.take([row(TEN, 3)], SPAN)


def test_totals_of_now_are_by_series_and_without_what_is_not_said() -> None:
    book = ledger(Keep.LAST)
    rows = [row(None, 1), row(None, 2), row(None, 5, who="b"), row(None, math.nan, who="c")]
    book.take(rows, SPAN)

    assert book.totals() == {(("who", "a"),): 3, (("who", "b"),): 5}
    assert book.by_series()[("who", "b"),] == {TEN: 5}
