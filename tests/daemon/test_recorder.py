"""A key is readable, short enough and never another's; a metric is the one that is meant."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.recorder import Ledger, key_of, the_one
from daemon.recorders import RECORDERS
from rules.recorded import DAY, Unfinished
from rules.series import Measure, Metric
from tests.billing import MINUTES, SUBSCRIPTION, TODAY, recorder

LEDGER = Ledger("acme", recorder("http://kb"), "tts")
CREDITS = Metric("tts", "credits", "credits", Measure.LEVEL, timedelta(minutes=1))
CALLS = replace(MINUTES, name="calls", unit="calls")

NAMES = st.from_regex(r"[a-z0-9][a-z0-9_.-]{0,62}", fullmatch=True)
PARTS = st.tuples(NAMES, st.dates(), st.text(min_size=1, max_size=255))


@given(PARTS, PARTS)
def test_no_two_keys_are_alike_and_none_is_too_long(
    one: tuple[str, date, str], other: tuple[str, date, str]
) -> None:
    keys = [key_of(name, day, SUBSCRIPTION, unit) for name, day, unit in (one, other)]

    assert (keys[0] == keys[1]) == (one == other)
    assert all(len(key) <= 128 for key in keys)


def test_long_units_of_one_beginning_have_keys_of_their_own() -> None:
    keys = {key_of("a" * 63, TODAY, SUBSCRIPTION, "x" * 200 + end) for end in "yz"}

    assert len(keys) == 2
    assert {len(key) for key in keys} == {128}


def test_one_amount_beside_levels_is_meant() -> None:
    assert the_one(LEDGER, [CREDITS, MINUTES]) == MINUTES
    assert the_one(replace(LEDGER, metric="calls"), [CALLS, MINUTES]) == CALLS


@pytest.mark.parametrize(
    ("metrics", "named", "why"),
    [
        ([], None, "tts has not told of anything yet"),
        ([MINUTES], "calls", "tts has not told of 'calls' yet"),
        ([MINUTES, CALLS], None, "tts has calls, minutes; name one of them as recorders.acme"),
        ([CREDITS], None, "credits of tts cannot be recorded: it is a level"),
        ([CREDITS, MINUTES], "credits", "it is a level"),
        ([replace(MINUTES, width=DAY, offset=DAY / 2)], None, "no UTC day is made of them"),
    ],
)
def test_a_metric_that_is_not_clear_or_not_fit_is_refused(
    metrics: list[Metric], named: str | None, why: str
) -> None:
    with pytest.raises(Unfinished, match=why):
        the_one(replace(LEDGER, metric=named), metrics)


def test_the_shelf_holds_what_people_write() -> None:
    assert RECORDERS["killbill"] is type(recorder("http://kb"))
