"""Buckets in blocks of a day, and what lies in the blocks before."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from rules.ordinary.blocks import (
    Layout,
    before,
    chosen,
    counted,
    highest,
    layout,
    mean,
    quantile,
    runs,
    told_in,
    totals,
)
from tests.rules.panels import DAY, HOUR, NAN, START, panel

VALUES = st.one_of(st.just(NAN), st.floats(-100, 100))


def lying(width, rows, start=0 * HOUR, offset=0 * HOUR):
    """How rows lie that begin so long after midnight in Greenwich, in such a zone."""
    one = panel([0.0], width=width)
    there = replace(one, start=one.start + start, metric=replace(one.metric, offset=offset))
    return layout(there, rows)


@given(st.data(), st.integers(1, 9), st.integers(0, 30), st.integers(1, 3))
def test_folding_keeps_every_number_in_its_order_and_adds_none(data, per_block, rows, columns):
    lead = data.draw(st.integers(0, per_block - 1))
    lay = Layout(per_block, lead, rows, START.date())
    values = data.draw(arrays(np.float64, (rows, columns), elements=VALUES))
    folded = lay.fold(values)
    flat = folded.swapaxes(0, 1).reshape(-1, columns)

    assert folded.shape == (per_block, lay.blocks, columns)
    np.testing.assert_array_equal(flat[lead : lead + rows], values)
    assert np.isnan(flat[:lead]).all()
    assert np.isnan(flat[lead + rows :]).all()
    assert len(flat) - lead - rows < per_block


@given(st.integers(1, 9), st.integers(0, 30), st.data())
def test_a_row_is_in_the_block_that_it_is_folded_into(per_block, row, data):
    lay = Layout(per_block, data.draw(st.integers(0, per_block - 1)), row + 1, START.date())
    folded = lay.fold(np.arange(row + 1.0)[:, None])

    assert row in folded[:, lay.block(row)]


@pytest.mark.parametrize(
    ("start", "offset", "lead", "later"),
    [
        (0 * HOUR, 0 * HOUR, 0, 0),
        (5 * HOUR, 0 * HOUR, 5, 0),
        (15 * HOUR, 9 * HOUR, 0, 1),
        (14 * HOUR, 9 * HOUR, 23, 0),
        (0 * HOUR, -5 * HOUR, 19, -1),
        (18.5 * HOUR, 5.5 * HOUR, 0, 1),
    ],
)
def test_days_begin_at_midnight_of_the_zone_of_the_metric(start, offset, lead, later):
    first = START.date() + later * DAY
    assert lying(HOUR, 100, start, offset) == Layout(24, lead, 100, first)


@pytest.mark.parametrize(
    ("width", "per_block", "daily"),
    [
        (timedelta(minutes=5), 288, True),
        (8 * HOUR, 3, True),
        (DAY, 1, True),
        (7 * HOUR, 1, False),
        (36 * HOUR, 1, False),
        (7 * DAY, 1, False),
    ],
)
def test_only_what_fits_into_a_day_makes_days(width, per_block, daily):
    lay = lying(width, 50, start=3 * DAY)

    assert lay == Layout(per_block, 0, 50, START.date() + 3 * DAY if daily else None)
    assert lay.blocks == -(-50 // per_block)


def test_before_the_beginning_and_where_not_told_is_nothing():
    found = before(np.array([[1.0], [NAN], [3.0]]), 2, -7.0)

    assert found[:, 0].tolist() == [-7, -7, 1, -7, 3]


@given(st.data(), st.integers(1, 14), st.integers(1, 4), st.sampled_from([np.add, np.minimum]))
def test_runs_take_so_many_rows_so_far_apart_together(data, many, step, both):
    height = data.draw(st.integers(0, 5))
    rows = np.random.default_rng(many).random((height + (many - 1) * step, 2))
    found = runs(rows, many, step, both)

    assert len(found) == height
    for row in range(height):
        taken = both.reduce(rows[row : row + (many - 1) * step + 1 : step])
        np.testing.assert_allclose(found[row], taken)


TABLES = arrays(np.float64, array_shapes(min_dims=2, max_dims=2, max_side=9), elements=VALUES)
MANY = st.integers(1, 12)


def told_before(values, block, many):
    """What is told in a column in so many blocks before one."""
    past = values[max(block - many, 0) : block]
    return past[~np.isnan(past)]


@given(TABLES, MANY)
def test_totals_are_of_what_was_told_in_the_blocks_before(table, many):
    found = totals(table, many)
    for block, column in np.ndindex(table.shape):
        told = told_before(table[:, column], block, many)
        assert found[block, column] == pytest.approx(told.sum(), abs=1e-9)


@given(TABLES, MANY, st.floats(0, 1), st.integers(1, 12))
def test_a_quantile_is_the_value_that_such_a_share_lies_at_or_below(table, many, share, least):
    found = quantile(table, many, share, least)
    for block, column in np.ndindex(table.shape):
        told = np.sort(told_before(table[:, column], block, many))
        if len(told) < least:
            assert np.isnan(found[block, column])
        else:
            at = max(int(np.ceil(share * len(told))) - 1, 0)
            assert found[block, column] == told[at]


@given(TABLES, MANY, st.floats(-100, 100), st.data())
def test_a_mean_is_weighted_and_takes_nothing_for_more_than_the_cap(table, many, most, data):
    weights = data.draw(arrays(np.float64, table.shape, elements=st.sampled_from([0.0, 0.5, 3.0])))
    found = mean(table, weights, many, np.full(table.shape, most))
    for block, column in np.ndindex(table.shape):
        told = np.where(np.isnan(table[:, column]) | (weights[:, column] == 0), NAN, 1.0)
        values = told_before(told * table[:, column], block, many)
        weight = told_before(told * weights[:, column], block, many)
        if not len(values):
            assert np.isnan(found[block, column])
        else:
            right = np.average(np.minimum(values, most), weights=weight)
            assert found[block, column] == pytest.approx(right, abs=1e-9)


def test_the_cap_of_a_mean_is_that_of_its_own_block():
    values, caps = np.array([[6.0], [9.0], [9.0]]), np.array([[1.0], [2.0], [8.0]])
    found = mean(values, np.ones((3, 1)), 5, caps)

    np.testing.assert_array_equal(found, [[NAN], [2], [7]])


@given(arrays(np.bool_, array_shapes(min_dims=3, max_dims=3, max_side=6)))
def test_flags_are_counted_by_block(flags):
    np.testing.assert_array_equal(counted(flags), flags.sum(axis=0))


def test_more_than_a_byte_of_flags_is_counted():
    assert counted(np.ones((288, 1, 1), np.bool_)).item() == 288


@given(arrays(np.float64, array_shapes(min_dims=3, max_dims=3, max_side=5), elements=VALUES))
def test_the_highest_of_a_block_is_the_highest_that_was_told(folded):
    found = highest(folded)
    told = ~np.isnan(folded).all(axis=0)

    assert np.isnan(found[~told]).all()
    for block, column in zip(*np.nonzero(told), strict=True):
        assert found[block, column] == np.nanmax(folded[:, block, column])


@given(arrays(np.float64, array_shapes(min_dims=3, max_dims=3, max_side=5), elements=VALUES))
def test_only_what_is_told_and_not_negative_is_added_up(folded):
    right = np.nansum(np.abs(folded), axis=0)

    np.testing.assert_allclose(told_in(np.abs(folded)), right)
    np.testing.assert_array_equal(told_in(-np.abs(folded)), 0 * right)


@given(st.data())
def test_each_number_is_chosen_from_the_array_that_is_named(data):
    from_ = [data.draw(arrays(np.float64, (3, 2, 4), elements=VALUES)) for _ in range(3)]
    which = data.draw(arrays(np.intp, (2, 4), elements=st.integers(0, 2)))

    np.testing.assert_array_equal(chosen(which, from_), np.choose(which, from_))
