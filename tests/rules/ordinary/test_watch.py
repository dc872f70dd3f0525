"""A panel held against its own past: the same however it is looked at."""

import gc
import weakref
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from rules.ordinary import ground, watch
from rules.ordinary.ground import Eye, Seen
from rules.ordinary.strays import Look
from rules.ordinary.watch import watched
from rules.panel import Marks
from rules.series import Measure
from tests.rules.panels import HOUR, NAN, panel

EYE = Eye(Look.MORE, (1, 3, 24))
DAYS = 66
ROWS = DAYS * 24


def made(*, start=0 * HOUR, of=Measure.AMOUNT, days=DAYS, series=3):
    rng = np.random.default_rng(1)
    means = 30 + 20 * np.sin(np.arange(days * 24) / 24 * 2 * np.pi)
    values = rng.poisson(means, (series, days * 24)).astype(float)
    values[-1, 500:520] = NAN
    there = panel(*values, measure=of)
    there.values.flags.writeable = False
    return replace(there, start=there.start + start)


@pytest.fixture(scope="module")
def usual():
    return made()


def seen(there, rows, eye=EYE):
    """All there is to be seen, in one array."""
    watch._remembered.cache_clear()
    return remembered(there, rows, eye)


def remembered(there, rows, eye=EYE):
    found = watched(there, rows, eye)
    seen = found.seen()
    shape = seen.score.shape
    windows = found.windows(*(each.ravel() for each in np.indices(shape)))
    arrays = [
        getattr(window, name).reshape(shape)
        for window in windows
        for name in ("observed", "expected", "sigma", "score")
    ]
    own = found.ground.own
    arrays += [each[found.blocks] for each in (own.bend, own.heavy, own.record, own.now_and_then)]
    strips = list(found.strips(seen))
    for name in ("observed", "expected", "sigma"):
        arrays.append(np.vstack([getattr(strip, name) for strip in strips]))
    return [*arrays, seen.score, seen.highest, seen.calm], found.tails()


def same(one, other, rows=slice(None)):
    for mine, theirs in zip(one[0], other[0], strict=True):
        np.testing.assert_array_equal(mine, theirs[rows])
    assert one[1] == other[1][rows]


LAST = slice(ROWS - 60, ROWS)


@pytest.mark.parametrize("of", Measure)
@pytest.mark.parametrize("start", [0 * HOUR, 5 * HOUR])
def test_row_by_row_is_all_rows_at_once_to_the_bit(start, of):
    there = made(start=start, of=of)
    whole = seen(there, LAST)
    for row in (LAST.start, LAST.start + 13, LAST.start + 19, LAST.start + 43, LAST.stop - 1):
        live = replace(there, values=there.values[: row + 1].copy())
        here = slice(row, row + 1)

        same(seen(live, here), whole, slice(row - LAST.start, row - LAST.start + 1))


def test_the_memory_changes_nothing(usual):
    here = slice(ROWS - 3, ROWS - 1)
    first = seen(usual, here)

    same(remembered(usual, here), first)
    assert watch._remembered.cache_info().hits > 0
    same(seen(usual, here), first)


def test_the_ground_of_a_day_is_made_once(usual):
    watch._remembered.cache_clear()
    for row in range(ROWS - 24, ROWS):
        remembered(usual, slice(row, row + 1))

    assert watch._remembered.cache_info().misses == 1


def test_a_revision_of_an_old_value_is_seen(usual):
    here = slice(ROWS - 1, ROWS)
    before = seen(usual, here)
    values = usual.values.copy()
    values[ROWS - 7 * 24 - 1, 0] += 100
    revised = replace(usual, values=values)
    after = remembered(revised, here)

    assert after[0][1][0, 0] > before[0][1][0, 0]
    same(after, seen(revised, here))


def test_a_revision_of_the_present_day_is_seen(usual):
    values = usual.values.copy()
    values[-2, 0] += 100
    here = slice(ROWS - 1, ROWS)

    assert remembered(replace(usual, values=values), here)[0][4][0, 0] == (
        seen(usual, here)[0][4][0, 0] + 100
    )


@pytest.mark.parametrize(
    "other",
    [
        lambda there: replace(there, start=there.start + 7 * 24 * HOUR),
        lambda there: replace(there, metric=replace(there.metric, offset=9 * HOUR)),
        lambda there: replace(there, metric=replace(there.metric, measure=Measure.LEVEL)),
    ],
)
def test_equal_numbers_of_another_time_or_metric_are_another_past(usual, other):
    here = slice(ROWS - 1, ROWS)
    remembered(usual, here)

    same(remembered(other(usual), here), seen(other(usual), here))


def test_another_eye_sees_another_ground(usual):
    here, less = slice(ROWS - 1, ROWS), Eye(Look.LESS, (1, 3, 24))
    remembered(usual, here)

    same(remembered(usual, here, less), seen(usual, here, less))
    assert remembered(usual, here, less)[1] != remembered(usual, here)[1]


def test_a_key_is_equal_to_nothing_but_a_key(usual):
    key = watch._Key(usual.values, usual, EYE)

    assert key == watch._Key(usual.values.copy(), usual, EYE)
    assert key != "key"


@pytest.mark.parametrize("of", Measure)
def test_how_many_series_are_worked_on_at_once_changes_no_bit(monkeypatch, of):
    there = made(of=of, series=7)
    whole = seen(there, LAST)
    for cells in (1, 2 * ROWS, 3 * ROWS):
        for module in (ground, watch):
            monkeypatch.setattr(module, "CHUNK", cells)

        same(seen(there, LAST), whole)


def test_memory_keeps_no_panel_alive():
    there = replace(made(), beside=(made(series=1),))
    watch._remembered.cache_clear()
    remembered(there, slice(ROWS - 1, ROWS))
    values, beside = weakref.ref(there.values), weakref.ref(there.beside[0].values)
    del there
    gc.collect()

    assert values() is None
    assert beside() is None
    assert watch._remembered.cache_info().currsize == 1


def test_nothing_of_the_past_is_kept_but_its_digest(usual):
    key = watch._Key(usual.values.copy(), usual, EYE)
    watch._remembered.cache_clear()
    watch._remembered(key)

    assert key.values.size == 0
    assert key.values.base is None


def test_a_window_sums_so_many_buckets(usual):
    windows = watched(usual, LAST, EYE).windows(np.array([59]), np.array([0]))

    assert [each.buckets for each in windows] == [1, 3, 24]
    for each in windows:
        last = usual.values[ROWS - each.buckets :, 0].sum()
        assert each.observed[0] == pytest.approx(last)


def test_a_level_has_one_window(usual):
    level = replace(usual, metric=replace(usual.metric, measure=Measure.LEVEL))

    assert [each.buckets for each in watched(level, LAST, EYE).ground.windows] == [1]


def test_windows_that_begin_before_the_panel_are_not_told(usual):
    windows = watched(usual, slice(0, 5), EYE).windows(np.arange(5), np.zeros(5, dtype=int))

    assert np.isnan(windows[1].observed[:2]).all()
    assert not np.isnan(windows[1].observed[2:]).any()


@pytest.mark.parametrize("shares", [(1, 3), (6, 24)])
@pytest.mark.parametrize("rows", [slice(0, ROWS), LAST, slice(ROWS - 1, ROWS)])
@pytest.mark.parametrize("look", Look)
def test_at_a_glance_is_seen_what_all_windows_show(usual, shares, rows, look):
    watch._remembered.cache_clear()
    found = watched(usual, rows, Eye(look, shares))
    seen, strip = found.seen(), next(found.strips(found.seen()))
    shape = seen.score.shape
    windows = found.windows(*(each.ravel() for each in np.indices(shape)))
    of_all = Seen.of(windows, look)

    for name in ("score", "highest", "calm"):
        mine, right = getattr(seen, name), getattr(of_all, name).reshape(shape)
        np.testing.assert_array_equal(mine, right)
    np.testing.assert_array_equal(strip.observed, windows[0].observed.reshape(shape))


def test_the_span_is_that_of_a_block(usual):
    week = panel([1.0] * 60, width=timedelta(days=7))

    assert watched(usual, LAST, EYE).span == timedelta(days=1)
    assert watched(week, slice(50, 60), EYE).span == timedelta(days=7)


def test_before_anything_is_known_there_is_no_tail(usual):
    found = watched(usual, slice(0, ROWS), EYE).tails()
    known = [tail is not None for tail in found]

    assert known == sorted(known)
    assert 28 <= known.index(True) / 24 <= 46


def test_turns_of_the_month_are_told_by_the_day_in_the_zone_of_the_metric():
    """The panel begins at 20:00 in Greenwich: in Seoul it is the next day."""
    here = slice(0, ROWS)
    plain = made(start=20 * HOUR)
    seoul = replace(plain, metric=replace(plain.metric, offset=9 * HOUR))
    turns = [
        np.isposinf(found.ground.own.turn[found.blocks, 0])
        for found in (watched(each, here, EYE) for each in (plain, seoul))
    ]

    assert [int(turn.argmin()) for turn in turns] == [28, 19]


def marked(there):
    """As the store's memory has it, with room to grow."""
    memory = np.full((len(there) + 9, len(there.series) + 2), NAN)
    memory[: len(there), : len(there.series)] = there.values
    values = memory[: len(there), : len(there.series)]
    return replace(there, values=values, marks=Marks(memory, np.arange(len(memory))))


def test_with_marks_the_same_is_seen_and_nothing_is_read_again(usual, monkeypatch):
    there, here = marked(usual), slice(ROWS - 2, ROWS - 1)
    before = seen(there, here)
    monkeypatch.setattr(watch, "_digest", None)

    same(remembered(there, here), before)
    assert watch._remembered.cache_info().hits == 1
    monkeypatch.undo()
    same(seen(usual, here), before)


def test_a_row_with_another_mark_is_seen_anew(usual):
    there, here = marked(usual), slice(ROWS - 1, ROWS)
    before = seen(there, here)
    there.marks.memory[ROWS - 7 * 24 - 1, 0] += 100
    there.marks.rows[ROWS - 7 * 24 - 1] = ROWS + 100
    after = remembered(there, here)

    assert after[0][1][0, 0] > before[0][1][0, 0]
    same(after, seen(there, here))


def test_numbers_put_in_place_of_those_of_a_memory_are_seen(usual):
    there, here = marked(usual), slice(ROWS - 1, ROWS)
    before = seen(there, here)
    other = replace(there, values=there.values * 2)

    assert remembered(other, here)[0][1][0, 0] > before[0][1][0, 0]
    same(remembered(other, here), seen(other, here))
