"""How a source fares is remembered across restarts, and a failure keeps its beginning."""

from datetime import UTC, datetime, timedelta

from daemon.source import Answer, Window
from daemon.store import Store
from daemon.store.frame import Frame
from daemon.store.polls import Remembered, SourceState
from rules.series import Absent, Measure, Metric, Reading

AT = datetime(2026, 11, 20, 15, tzinfo=UTC)
LATER = AT + timedelta(minutes=5)
HOUR = timedelta(hours=1)


async def test_before_its_first_poll_a_source_has_no_state(store: Store) -> None:
    async with store.transaction() as tx:
        assert await tx.polls.state("tts") is None


async def test_failures_in_a_row_keep_the_moment_of_the_first(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.polls.succeeded("tts", AT - timedelta(minutes=5))
        await tx.polls.failed("tts", AT, "503")
        state = await tx.polls.failed("tts", LATER, "timed out")

        assert state == SourceState("tts", LATER, AT - timedelta(minutes=5), AT, "timed out")
        assert await tx.polls.state("tts") == state


async def test_a_good_poll_ends_the_failures(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.polls.failed("tts", AT, "503")
        await tx.polls.succeeded("tts", LATER)

        assert await tx.polls.state("tts") == SourceState("tts", LATER, LATER, None, None)


async def test_how_far_a_rule_has_judged_is_its_own(store: Store) -> None:
    metric = Metric("tts", "credits", "credits", Measure.LEVEL, timedelta(minutes=1))
    answer = Answer(metric, Window(AT, AT), [Reading((), AT, 1.0)])
    async with store.transaction() as tx:
        recorded = await tx.usage.record(answer, Frame(AT, timedelta(0), timedelta(days=1)))
        assert recorded is not None
        await tx.polls.judged("low", recorded.panel_id, AT)
        await tx.polls.judged("low", recorded.panel_id, LATER)

        assert await tx.polls.judged_since("low", recorded.panel_id) == LATER
        assert await tx.polls.judged_since("other", recorded.panel_id) is None


async def test_how_far_a_source_was_told_is_known_by_metric(store: Store) -> None:
    hours = Metric("tts", "minutes", "minutes", Measure.AMOUNT, HOUR, Absent.ZERO)
    other = Metric("tts", "calls", "calls", Measure.AMOUNT, HOUR)
    readings = [Reading((("voice", voice),), AT, 1.0) for voice in "ab"]
    async with store.transaction() as tx:
        for metric, rows in ((hours, readings), (other, [])):
            answer = Answer(metric, Window(AT - HOUR, AT + HOUR), rows)
            await tx.usage.record(answer, Frame(LATER, timedelta(0), timedelta(days=1)))

        assert await tx.polls.remembered("tts") == [
            Remembered("minutes", newest_at=AT, open_at=AT, series=2),
            Remembered("calls", newest_at=None, open_at=AT, series=0),
        ]
        assert await tx.polls.remembered("credits") == []
