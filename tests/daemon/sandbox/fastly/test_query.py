"""What the stand-in for Fastly takes for a question."""

from datetime import UTC, datetime

import pytest
from multidict import MultiDict

from daemon.sandbox.fastly.query import (
    BadRequestError,
    YearMonth,
    page_asked,
    span_asked,
    span_meant,
)

NOW = datetime(2025, 1, 20, tzinfo=UTC)


def months(**query: str) -> list[str]:
    return [str(month) for month in span_meant(MultiDict(query), NOW).months()]


def test_december_is_followed_by_january() -> None:
    span = span_asked(MultiDict(start_month="2024-11", end_month="2025-01"))

    assert [str(month) for month in span.months()] == ["2024-11", "2024-12", "2025-01"]
    assert YearMonth(2024, 2).next.start == datetime(2024, 3, 1, tzinfo=UTC)


def test_the_current_month_is_meant_where_none_is_named() -> None:
    assert months() == ["2025-01"]
    assert months(start_month="2024-12") == ["2024-12", "2025-01"]
    assert months(end_month="2024-12") == ["2024-12"]


@pytest.mark.parametrize("limit", ["0", "10001", "-1", "many", "1.5", ""])
def test_a_limit_is_a_number_up_to_ten_thousand(limit: str) -> None:
    with pytest.raises(BadRequestError, match="limit"):
        page_asked(MultiDict(limit=limit))


def test_a_page_is_of_a_thousand_unless_asked_for() -> None:
    assert page_asked(MultiDict()).limit == 1000
    assert page_asked(MultiDict(limit="10000")).limit == 10_000
    assert page_asked(MultiDict(limit="10000"), 7).limit == 7


@pytest.mark.parametrize("cursor", ["x", "Mg==", "eyJvIjoxfQ==", "bnVsbA=="])
def test_a_cursor_of_somebody_elses_is_refused(cursor: str) -> None:
    with pytest.raises(BadRequestError, match="cursor"):
        page_asked(MultiDict(cursor=cursor))


def test_a_cursor_leads_on() -> None:
    page = page_asked(MultiDict(limit="2"))

    assert page_asked(MultiDict(limit="2", cursor=page.cursor(2))).offset == 2
    with pytest.raises(BadRequestError, match="cursor"):
        page_asked(MultiDict(limit="2", cursor=page.cursor(-1)))
