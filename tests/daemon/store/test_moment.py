"""A moment is one moment on every database."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.dialects import sqlite

from daemon.store.moment import Moment

DIALECT = sqlite.dialect()


def test_equal_moments_of_two_zones_are_kept_alike() -> None:
    here = datetime(2026, 11, 20, 13, tzinfo=timezone(timedelta(hours=1)))
    kept = Moment().process_bind_param(here, DIALECT)

    assert kept == Moment().process_bind_param(datetime(2026, 11, 20, 12, tzinfo=UTC), DIALECT)
    assert Moment().process_result_value(kept, DIALECT) == here


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        Moment().process_bind_param(datetime(2026, 11, 20), DIALECT)  # noqa: DTZ001


def test_no_moment_is_no_moment() -> None:
    assert Moment().process_bind_param(None, DIALECT) is None
    assert Moment().process_result_value(None, DIALECT) is None
