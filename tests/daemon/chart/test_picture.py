"""The chart of an alert says what the message says, to whoever can see it and to whoever cannot."""

import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.chart import drawn
from daemon.chart.letters import outline
from daemon.chart.picture import Seen, described
from tests.daemon.chart.traces import limited, trace

NUMBERS = st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9)), min_size=1, max_size=78)
SVG = "{http://www.w3.org/2000/svg}"


def looks(svg: str) -> set[str]:
    return {each.get("class", "") for each in ET.fromstring(svg).iter()}  # noqa: S314  our own


def says(svg: str, text: str) -> bool:
    return outline(text) in svg


def test_what_is_drawn_of_too_much() -> None:
    svg = drawn(trace(3, 3, 3, 41.24), "Agatha: 13 times as much as usual")
    root = ET.fromstring(svg)  # noqa: S314  our own

    assert root.findtext(f"{SVG}title") == "Agatha: 13 times as much as usual"
    assert {"mw-band", "mw-line", "mw-bad", "mw-worst", "mw-mark"} <= looks(svg)
    for text in ("41.2 minutes", "minutes, hour by hour", "observed", "usual", "alert", "UTC"):
        assert says(svg, text)
    assert not says(svg, "limit")
    assert "<text" not in svg


def test_a_limit_is_drawn_as_a_line_and_called_one() -> None:
    svg = drawn(limited(3, 3, 9), "Busy")

    assert says(svg, "limit")
    assert not says(svg, "usual")
    assert "mw-band" not in looks(svg)


def test_limits_on_both_sides_are_a_band_that_is_not_called_usual() -> None:
    svg = drawn(trace(3, 9, expected=(1.0, 6.0), limited=True), "Busy")

    assert "mw-band" in looks(svg)
    assert says(svg, "within limits")
    assert not says(svg, "usual")


def test_a_budget_has_a_limit_and_what_is_usual_by_now() -> None:
    many = (None, None)
    beyond = (False, True)
    svg = drawn(trace(3, 9, low=many, high=(8.0, 8.0), breached=beyond, limited=True), "Budget")

    assert says(svg, "limit")
    assert says(svg, "usual")


def test_what_is_minded_on_one_side_only_is_ordinary_on_the_other() -> None:
    above = drawn(trace(3, 9, low=(None, None)), "Spike")
    below = drawn(trace(3, 0, high=(None, None)), "Drop")

    for svg in (above, below):
        assert "mw-band" in looks(svg)
        assert says(svg, "usual")
        assert not says(svg, "limit")
    assert Seen(trace(3, 9, low=(None, None))).band((0, 10)) == ([0, 0], [6, 6])
    assert Seen(trace(3, 0, high=(None, None))).band((0, 10)) == ([1, 1], [10, 10])


def test_where_nothing_is_wrong_nothing_is_marked() -> None:
    svg = drawn(trace(3, 3, None, 3), "Calm")

    assert not {"mw-bad", "mw-worst", "mw-mark"} & looks(svg)
    assert not says(svg, "alert")


def test_what_was_not_told_is_a_gap() -> None:
    whole, broken = (drawn(trace(3, each, 3), "Gap") for each in (3, None))
    line = ET.fromstring(broken).find(f"{SVG}path[@class='mw-line']")  # noqa: S314  our own

    assert line is not None
    assert line.get("d", "").count("M") == 2
    assert whole != broken


def test_the_same_is_always_drawn_the_same() -> None:
    assert drawn(trace(3, 3, 9), "x") == drawn(trace(3, 3, 9), "x")


def test_a_vendors_word_stays_a_word() -> None:
    hostile = '</title><script>"&'
    svg = drawn(trace(3, 9, unit=hostile), hostile + "\x00\u202e")

    assert "<script>" not in svg
    assert ET.fromstring(svg).findtext(f"{SVG}title") == hostile  # noqa: S314  our own


@given(NUMBERS, st.booleans())
def test_whatever_was_told_can_be_drawn(observed: list[float | None], band: bool) -> None:
    made = trace(*observed) if band else limited(*observed)
    svg = drawn(made, "Anything")

    ET.fromstring(svg)  # noqa: S314  our own
    assert "nan" not in svg
    assert "inf" not in svg


@pytest.mark.parametrize(
    ("observed", "worst"),
    [
        ((3, 9, 40, 9), 2),
        ((3, 9, 9), 2),
        ((0, 3), 0),
        ((0, 9), 1),
        ((3, 3), None),
        ((None, 3), None),
    ],
)
def test_the_worst_bucket_is_marked_the_latest_of_equals(
    observed: tuple[float | None, ...], worst: int | None
) -> None:
    assert Seen(trace(*observed)).worst() == worst


def test_it_is_said_in_words_too() -> None:
    told = described(trace(3, None, 41.24, 9))

    assert told == (
        "Tue 17 Nov 15:00 UTC to Tue 17 Nov 19:00 UTC, by 1 hour. "
        "Marked: 41.2 minutes at Tue 17 Nov 17:00 UTC, usual 3 minutes. "
        "2 buckets in breach. 1 bucket not told."
    )
    assert "limit 6 minutes. One bucket in breach." in described(limited(3, 9))
    assert described(trace(9, expected=(None,))).endswith(
        "Marked: 9 minutes at Tue 17 Nov 15:00 UTC. One bucket in breach."
    )


def test_a_day_is_a_day_and_five_minutes_are_five_minutes() -> None:
    assert says(drawn(trace(3, width=timedelta(days=1)), ""), "minutes, day by day")
    assert says(drawn(trace(3, width=timedelta(minutes=5)), ""), "minutes, every 5 minutes")
