"""What all charts are drawn on: for the day, for the dark, and as short as it may be."""

import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from daemon.chart.canvas import DARK, LIGHT, WIDTH, Box, Text, area, document, margin, point, steps
from daemon.chart.letters import wide

NOON = datetime(2026, 11, 17, 12, tzinfo=UTC)


def bright(colour: str) -> float:
    """The relative luminance of WCAG."""
    parts = [int(colour[each : each + 2], 16) / 255 for each in (1, 3, 5)]
    line = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * line[0] + 0.7152 * line[1] + 0.0722 * line[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((bright(one), bright(other)))
    return (high + 0.05) / (low + 0.05)


def test_all_that_is_written_can_be_read_by_day_and_in_the_dark() -> None:
    for colours in (LIGHT, DARK):
        hexes = {name: re.findall("#[0-9a-f]{6}", css)[0] for name, css in colours.items()}
        for name in ("ink", "quiet", "mark"):
            assert contrast(hexes[name], hexes["paper"]) >= 4.5
        for name in ("line", "usual", "bad", "before"):
            assert contrast(hexes[name], hexes["paper"]) >= 3
    assert LIGHT.keys() == DARK.keys()


def test_a_page_shows_it_by_day_or_in_the_dark_as_its_reader_likes() -> None:
    svg = document([], "a < b", "told")

    assert "@media(prefers-color-scheme:dark){.mw-paper{fill:#15191e}" in svg
    assert "<title>a &lt; b</title><desc>told</desc>" in svg
    assert 'role="img"' in svg


def test_a_text_stands_where_it_ends_if_it_is_to() -> None:
    left, right = (Text(100, 20, "12", align).svg() for align in (0, 1))

    assert "translate(100 20)" in left
    assert f"translate({point(100 - wide('12', 24))} 20)" in right


def test_the_edges_of_the_box_are_the_ends_of_what_it_measures() -> None:
    box = Box(NOON, NOON + timedelta(hours=2), (0, 10, 20), 80)

    assert (box.x(NOON), box.x(NOON + timedelta(hours=2))) == (80, WIDTH - 22)
    assert (box.y(0), box.y(20)) == (box.bottom, box.top)
    assert margin((0, 20)) < margin((0, 20_000))


def test_steps_are_joined_where_they_touch_and_broken_where_nothing_is() -> None:
    assert steps([(0, 1, 5), (1, 2, 7), (2, 3, None), (3, 4, 5)]) == "M0 5H1V7H2M3 5H4"
    assert steps([(0, 1, None)]) == ""


def test_an_area_lies_between_two_lines_wherever_both_are_known() -> None:
    rows = [(0.0, 1.0, 5.0, 9.0), (1.0, 2.0, 6.0, 9.0), (2.0, 3.0, None, 9.0)]

    assert area(rows) == "M0 9V5H1V6H2V9H1V9H0Z"
    assert area([(0.0, 1.0, 5.0, None)]) == ""


@given(st.floats(-1e6, 1e6))
def test_a_number_is_short_and_near(value: float) -> None:
    assert abs(float(point(value)) - value) <= 0.051
    assert point(None) == "0"
