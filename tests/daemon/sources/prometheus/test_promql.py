from datetime import timedelta

import pytest

from daemon.sources.prometheus.promql import filled, other_range

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    "query",
    [
        "sum by (team) (increase(requests_total[$bucket]))",
        "increase(a[1h])",
        "increase(a[60m])",
        "increase(a[3600s] offset 5m)",
        "increase(a[30m30m])",
        "max_over_time(sum(increase(a[1h]))[1h:5m]) or increase(b[5m])",
        "team:requests:increase1h",
        'increase(a{path=~"/[5m]"}[1h])',
        "increase(a{path=~'[5m]', code=`[5m]`}[1h]) # [5m]",
        'job:a:increase1h{path=~"[5m]"}',
    ],
)
def test_an_amount_over_its_bucket_is_one(query: str) -> None:
    assert other_range(query, HOUR) is None


@pytest.mark.parametrize(
    ("query", "other"),
    [
        ("increase(a[5m])", "5m"),
        ("increase(a[ 59m ])", "59m"),
        ("increase(a[61m])", "61m"),
        ("rate(a[1h30m])", "1h30m"),
        ("increase(a[1x])", "1x"),
        ("increase(a[$interval])", "$interval"),
        ("increase(a[99999999999999999y])", "99999999999999999y"),
    ],
)
def test_a_range_that_is_not_the_bucket_is_found(query: str, other: str) -> None:
    assert other_range(query, HOUR) == other


def test_the_bucket_is_filled_in_as_seconds() -> None:
    assert filled("increase(a[$bucket])", timedelta(minutes=5)) == "increase(a[300s])"
