"""A chart as PNG, where this machine can make one."""

import sys

import pytest

from daemon.chart import as_png, drawn
from tests.daemon.chart.traces import trace

PNG = b"\x89PNG\r\n\x1a\n"


def test_a_chart_is_a_picture_twice_as_wide_as_it_is_drawn() -> None:
    pytest.importorskip("resvg_py")
    png = as_png(drawn(trace(3, 3, 41), "Agatha"))

    assert png is not None
    assert png[:8] == PNG
    assert int.from_bytes(png[16:20]) == 1440
    assert png == as_png(drawn(trace(3, 3, 41), "Agatha"))


def test_its_letters_are_there_without_any_font() -> None:
    """resvg draws text that it finds no font for as nothing at all, and says nothing."""
    pytest.importorskip("resvg_py")
    svg = drawn(trace(3, 3, 41), "Agatha")
    start = svg.index('<path class="mw-quiet"')
    without = svg[:start] + svg[svg.index("/>", start) + 2 :]

    assert as_png(svg) != as_png(without)


def test_it_is_dark_whatever_the_page_is() -> None:
    resvg = pytest.importorskip("resvg_py")
    svg = drawn(trace(3, 3, 41), "Agatha")
    by_day = bytes(resvg.svg_to_bytes(svg_string=svg, width=1440, skip_system_fonts=True))

    assert as_png(svg) != by_day


def test_without_the_extra_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)

    assert as_png(drawn(trace(3), "Agatha")) is None
