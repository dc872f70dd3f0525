"""Calls of the whole workspace: one series, and no labels."""

import pytest

from daemon.http import Http
from daemon.secret import Secret
from daemon.sources.segment import SegmentWorkspaceCalls
from rules.series import Reading
from tests.daemon.sources.segment.workspace import (
    DAY,
    TOKEN,
    WORKSPACE_PATH,
    Segment,
    days,
    may,
    recorded,
    told,
)
from tests.daemon.sources.vendor import recording


async def test_the_recorded_pages_are_read_to_the_end(http: Http) -> None:
    pages = recorded("workspace_calls.page1", "workspace_calls.page2")
    answer = await told(http, recording(*pages), kind=SegmentWorkspaceCalls)

    assert answer.readings == [
        Reading((), may(1), 1204),
        Reading((), may(2), 1426),
        Reading((), may(3), 1369),
    ]


async def test_the_days_are_the_stand_ins_truth(segment: Segment) -> None:
    answer = await segment.ask(40 * DAY, SegmentWorkspaceCalls)

    assert len(answer.readings) == 52
    assert segment.stand_in.faults.asked[0].startswith(f"{WORKSPACE_PATH}?period=2025-04-01")
    assert all(
        value == segment.stand_in.used(None, day) for (_, day), value in days(answer).items()
    )


async def test_a_usage_month_may_begin_on_another_day(segment: Segment) -> None:
    segment.stand_in.period_day = 20
    answer = await segment.ask(DAY, SegmentWorkspaceCalls, period_day=20)

    assert answer.told.start == may(20)
    assert days(answer)["", may(20)] == segment.stand_in.used(None, may(20))


def test_a_period_day_that_some_month_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match=r"period_day: .* got 0"):
        SegmentWorkspaceCalls(Secret(TOKEN), period_day=0)
