"""What a period came to, and by whom: what was told is added up, what was not is not zero."""

from datetime import timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rules.series import OTHER, Measure, Metric, Series
from rules.sheet import Line, Sheet, movers

NAN = float("nan")
METRIC = Metric("tts", "minutes", "minutes", Measure.AMOUNT, timedelta(hours=1))


def series(*labels: tuple[str, str]) -> Series:
    return Series("tts", "minutes", labels)


def sheet(*columns: list[float], split: int = 1, names: str = "abcdefgh") -> Sheet:
    """A column for each series, which differ in their voice."""
    known = tuple(series(("voice", name)) for name in names[: len(columns)])
    return Sheet(METRIC, known, np.array(columns).T.reshape(-1, len(columns)), split)


def test_a_period_is_told_beside_the_one_before() -> None:
    found = sheet([1, 2, 3], [10, 20, NAN])

    assert (found.total, found.total_before) == (25, 11)
    assert (found.used.tolist(), found.before.tolist()) == ([5, 20], [1, 10])
    assert (found.days, found.days_before) == ([22, 3], [11])
    assert found.by("voice") == [Line("b", 20, 10), Line("a", 5, 1)]


def test_what_was_not_told_is_not_zero() -> None:
    found = sheet([NAN, NAN, NAN], [NAN, NAN, 4])

    assert (found.total, found.total_before) == (4, None)
    assert (found.days, found.days_before) == ([None, 4], [None])
    assert found.by("voice") == [Line("b", 4, None)]
    assert sheet([NAN, NAN]).total is None


def test_whoever_stopped_is_told_of_and_whoever_never_used_anything_is_not() -> None:
    found = sheet([5, 0], [0, 0], [NAN, 3])

    assert found.by("voice") == [Line("c", 3, 0), Line("a", 0, 5)]


def test_series_are_told_apart_by_any_of_their_labels() -> None:
    known = (
        series(("model", "x"), ("voice", "a")),
        series(("model", "x"), ("voice", "b")),
        series(("voice", "a")),
        series(*OTHER),
    )
    found = Sheet(METRIC, known, np.array([[1.0, 1, 1, 1], [4.0, 3, 2, 1]]), 1)

    assert list(found.labels()) == ["model", "voice", "series"]
    assert found.by("model") == [Line("x", 7, 2), Line("", 2, 1), Line("other", 1, 1)]
    assert found.by("voice") == [Line("a", 6, 2), Line("b", 3, 1), Line("other", 1, 1)]


def test_movers_are_those_that_changed_most_either_way() -> None:
    lines = [Line("a", 9, 1), Line("b", 1, 11), Line("c", 5, 5), Line("d", 2, 1), Line("e", 9, 1)]

    assert [one.value for one in movers(lines, 3)] == ["b", "a", "e"]
    assert [one.value for one in movers(lines, 9)] == ["b", "a", "e", "d"]
    assert movers([Line("a", 9, None)], 3) == []


@given(arrays(np.float64, (6, 5), elements=st.one_of(st.just(NAN), st.integers(0, 1000))))
def test_whoever_it_is_told_by_it_adds_up(values: np.ndarray) -> None:
    found = sheet(*values.T.tolist(), split=3)
    for label in ("voice", "nothing"):
        lines = found.by(label)
        assert sum(one.used for one in lines) == (found.total or 0)
        assert sum(one.before or 0 for one in lines) == (found.total_before or 0)
    assert sum(day or 0 for day in found.days) == (found.total or 0)
