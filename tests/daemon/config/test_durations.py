from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.config.durations import LONGEST, parse_duration, spell_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("15m", 900), ("1h30m", 5400), ("7d", 604_800), ("8w", 4_838_400), ("0s", 0)],
)
def test_a_duration_means_what_it_says(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "5", "5 m", "m", "-5m", "1.5h", "30m1h", "5M", "5m\n", "٥m", "9999999w", "PT5M"]
)
def test_anything_else_means_nothing(text: str) -> None:
    assert parse_duration(text) is None


@settings(max_examples=50)
@given(st.timedeltas(min_value=timedelta(0), max_value=LONGEST))
def test_what_is_spelled_is_read_back(span: timedelta) -> None:
    whole = timedelta(seconds=int(span.total_seconds()))

    assert parse_duration(spell_duration(whole)) == whole
