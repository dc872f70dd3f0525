"""What a vendor says now is printed as it was told: every reading once, totals as totals."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from daemon.fetch import Fetched, fetch, write_csv, write_json
from daemon.http import Http
from daemon.source import Answer, Ask, Feed, Standing, Window
from daemon.table import read_table
from rules.series import Absent, Labels, Measure, Metric, Reading, labels_of

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOW = NOON + HOUR / 3
MINUTES = Metric("voices", "minutes", "minutes", Measure.AMOUNT, HOUR, Absent.ZERO)
A, B = labels_of({"voice": "a"}), labels_of({"model": "m", "voice": "b"})
NOVEMBER = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))


def meter(
    used: dict[tuple[Labels, datetime], float], *, tells_past: bool = True
) -> tuple[Feed, list[Window]]:
    """A source that tells whole buckets, and those beside them; and what it was asked."""
    asked: list[Window] = []

    @dataclass(frozen=True)
    class Meter:
        revises: timedelta = DAY
        settles: timedelta = HOUR
        calls_a_minute: int = 20
        names: dict[str, str] = field(default_factory=lambda: {"a": "Agatha"})

        def metrics(self, name: str) -> Sequence[Metric]:
            return [MINUTES]

        async def fetch(self, ask: Ask) -> Sequence[Answer | Standing]:
            asked.append(ask.window)
            told = Window(MINUTES.bucket(ask.window.start), MINUTES.bucket(ask.window.end) + HOUR)
            rows = [
                Reading(labels, at, value)
                for (labels, at), value in used.items()
                if told.start <= at < told.end
            ]
            note = "a row had no unit"
            return [Answer(MINUTES, told, rows[::-1], self.names, (note,))]

    Meter.tells_past = tells_past  # type: ignore[attr-defined]
    return Feed("voices", Meter()), asked


def printed(fetched: Fetched) -> tuple[str, list[dict[str, object]]]:
    as_csv, as_json = io.StringIO(), io.StringIO()
    write_csv(fetched, as_csv)
    write_json(fetched, as_json)
    return as_csv.getvalue(), [json.loads(line) for line in as_json.getvalue().splitlines()]


async def test_readings_are_told_oldest_first_as_a_table_that_can_be_read_back(http: Http) -> None:
    feed, _ = meter({(B, NOON): 0.1 + 0.2, (A, NOON): 2.0, (A, NOON - HOUR): 1.0})
    fetched = await fetch(feed, http, Window(NOON - HOUR, NOW), NOW)
    table, _ = printed(fetched)

    assert table == (
        "source,metric,timestamp,value,model,voice\n"
        "voices,minutes,2026-11-20T11:00:00Z,1.0,,a\n"
        "voices,minutes,2026-11-20T12:00:00Z,0.30000000000000004,m,b\n"
        "voices,minutes,2026-11-20T12:00:00Z,2.0,,a\n"
    )
    [panel] = read_table(io.StringIO(table), "fetched", {"voices": MINUTES})
    assert (len(panel), len(panel.series)) == (2, 2)


async def test_a_machine_reads_names_and_units_too(http: Http) -> None:
    feed, _ = meter({(A, NOON): 2.0})
    _, [line] = printed(await fetch(feed, http, Window(NOON, NOW), NOW))

    assert line == {
        "source": "voices",
        "metric": "minutes",
        "timestamp": "2026-11-20T12:00:00Z",
        "value": 2.0,
        "unit": "minutes",
        "labels": {"voice": "a"},
        "names": {"a": "Agatha"},
    }


async def test_it_begins_with_the_bucket_that_holds_the_beginning_and_ends_before_the_end(
    http: Http,
) -> None:
    feed, _ = meter({(A, NOON + hours * HOUR): float(hours) for hours in range(-4, 4)})
    fetched = await fetch(feed, http, Window(NOON - HOUR / 2, NOON + HOUR), NOW)

    assert [reading.value for reading in fetched.answers[0].readings] == [-1.0, 0.0]


async def test_a_long_time_is_asked_for_in_pieces_and_every_bucket_told_once(http: Http) -> None:
    used = {(A, NOON - hours * HOUR): float(hours) for hours in range(24 * 40)}
    feed, asked = meter(used)
    fetched = await fetch(feed, http, Window(NOW - 30 * DAY, NOW), NOW)

    assert [(piece.end - piece.start) / DAY for piece in asked] == [14, 14, 2]
    assert [piece.start for piece in asked[1:]] == [piece.end for piece in asked[:-1]]
    assert len(fetched.answers[0].readings) == 30 * 24 + 1
    assert fetched.notes == ["a row had no unit"]


async def test_who_knows_only_now_is_asked_once(http: Http) -> None:
    feed, asked = meter({(A, NOON): 2.0}, tells_past=False)
    await fetch(feed, http, Window(NOW - 30 * DAY, NOW), NOW)

    assert asked == [Window(NOW - 30 * DAY, NOW)]


async def test_where_nothing_was_used_there_is_a_header(http: Http) -> None:
    feed, _ = meter({})

    assert printed(await fetch(feed, http, Window(NOON, NOW), NOW)) == (
        "source,metric,timestamp,value\n",
        [],
    )
    assert printed(Fetched([], [], [])) == ("source,metric,timestamp,value\n", [])


STANDING = Standing(MINUTES, NOVEMBER, NOW, {B: 7.0, A: 3.5}, {"a": "Agatha"})


def test_running_totals_are_told_with_their_period_and_are_no_amounts() -> None:
    table, lines = printed(Fetched([], [STANDING], []))

    assert table == (
        "source,metric,period_start,period_end,at,total,model,voice\n"
        "voices,minutes,2026-11-01T00:00:00Z,2026-12-01T00:00:00Z,2026-11-20T12:20:00Z,7.0,m,b\n"
        "voices,minutes,2026-11-01T00:00:00Z,2026-12-01T00:00:00Z,2026-11-20T12:20:00Z,3.5,,a\n"
    )
    assert [(line["total"], line["period_end"]) for line in lines] == [
        (7.0, "2026-12-01T00:00:00Z"),
        (3.5, "2026-12-01T00:00:00Z"),
    ]
    assert (lines[1]["names"], "value" in lines[1]) == ({"a": "Agatha"}, False)


def test_readings_and_totals_stand_in_two_tables() -> None:
    answer = Answer(MINUTES, Window(NOON, NOW), [Reading(A, NOON, 1.0)])
    first, _, second = printed(Fetched([answer], [STANDING], []))[0].partition("\n\n")

    assert first.startswith("source,metric,timestamp,value,voice\n")
    assert second.startswith("source,metric,period_start,")


async def test_of_totals_told_with_every_piece_the_last_stand(http: Http) -> None:
    @dataclass(frozen=True)
    class Counter:
        tells_past: bool = True

        async def fetch(self, ask: Ask) -> Sequence[Answer | Standing]:
            return [Standing(MINUTES, NOVEMBER, ask.window.end, {A: 5.0})]

    feed = Feed("voices", Counter())  # type: ignore[arg-type]
    fetched = await fetch(feed, http, Window(NOW - 20 * DAY, NOW), NOW)

    assert [standing.at for standing in fetched.standings] == [NOW]
