"""How sources fare is a line of numbers each, and in full where something is wrong."""

import json
from datetime import UTC, datetime, timedelta

from daemon.governor import Outlook
from daemon.overview import Seen, State
from daemon.roster import as_json, as_lines
from daemon.store.polls import Remembered, SourceState

NOW = datetime(2026, 11, 20, 12, 20, tzinfo=UTC)
NOON = NOW - timedelta(minutes=20)
HOUR, SOON = timedelta(hours=1), timedelta(minutes=5)
FAILURE = "voices: GET /v1/usage answered 503: busy"
NONE = Seen("voices", "supertone.usage", NOW, None, [], None, None)
RESTS = Outlook("supertoneapi.com-1a2b3c4d", 0, NOW + SOON, "it answered 429 (too many calls)")


def seen(
    outlook: Outlook | None = None, *, failing: bool = False, notes: tuple[str, ...] = ()
) -> Seen:
    since = NOW - 2 * HOUR if failing else None
    poll = SourceState("voices", NOW, NOW - SOON, since, FAILURE if failing else None, notes)
    told = [Remembered("minutes", NOON, NOON, 8), Remembered("old", NOON - HOUR, None, 1_000)]
    return Seen("voices", "supertone.usage", NOW, poll, told, None, outlook)


def test_the_table_is_aligned_and_numbers_stand_at_the_right() -> None:
    head, line = (line.text for line in as_lines([seen(Outlook("supertone", 17))]))

    assert head.startswith("source  type             state  last good poll        newest bucket  ")
    assert head.endswith("  lag         series  calls left")
    assert line.startswith("voices  supertone.usage  ok     Fri 20 Nov 12:15 UTC  Fri 20 Nov 12:00")
    assert line.endswith("  20 minutes   1,008          17")


def test_a_failure_and_a_rest_stand_in_full_below() -> None:
    told = seen(RESTS, failing=True, notes=("a\nstray", "b"))
    _, line, *more = as_lines([told])

    assert line.state is State.RESTING
    assert [one.text for one in more] == [
        f"  since Fri 20 Nov 10:20 UTC: {FAILURE}",
        "  nobody calls before Fri 20 Nov 12:25 UTC, since it answered 429 (too many calls)",
        "  note: a stray",
        "  note: b",
    ]


def test_what_nobody_knows_is_a_dash() -> None:
    [_, line] = as_lines([NONE])

    assert line.text.replace("never polled", "never").split()[2:] == ["never", *"---0-"]


def test_a_machine_reads_one_object_with_exact_times() -> None:
    told = json.loads(as_json(seen(RESTS, failing=True)))

    assert told == {
        "source": "voices",
        "type": "supertone.usage",
        "state": "resting",
        "polled_at": "2026-11-20T12:20:00Z",
        "good_at": "2026-11-20T12:15:00Z",
        "failing_since": "2026-11-20T10:20:00Z",
        "failure": FAILURE,
        "newest_bucket": "2026-11-20T12:00:00Z",
        "lag_seconds": 1200.0,
        "series": 1008,
        "calls_left": 0,
        "rests_until": "2026-11-20T12:25:00Z",
        "notes": [],
    }


def test_a_machine_reads_null_where_nothing_is_known() -> None:
    told = json.loads(as_json(NONE))

    assert (told["state"], told["good_at"], told["lag_seconds"]) == ("never polled", None, None)
    assert (told["calls_left"], told["notes"]) == (None, [])
