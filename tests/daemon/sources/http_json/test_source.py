import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from daemon.config import Config
from daemon.sandbox.faults import Canned
from daemon.sandbox.world import VOICES
from daemon.secret import Secret
from daemon.source import Answer, SourceChanged, SourceRefused, Standing, Window
from daemon.sources.http_json import HttpJson
from rules.series import Absent, Measure
from tests.daemon.config.plugins import HELD, complaints, read
from tests.daemon.config.plugins import SHELVES as PLUGINS
from tests.daemon.sources.http_json.stand import (
    BALANCE,
    DAY,
    DAYS,
    EVENTS,
    HOUR,
    MONTH,
    NOW,
    ONE_DAY,
    TOTALS,
    USAGE,
    Vendor,
)

AGATHA = VOICES[0]
TEN = NOW.replace(minute=0)
TODAY = NOW.replace(hour=0, minute=0)
MAY = datetime(2025, 5, 1, tzinfo=UTC)
REPLIES = Path(__file__).parent.parent / "replies"


def of(answer: Answer | Standing, who: str, start: datetime) -> float:
    assert isinstance(answer, Answer)
    [value] = [r.value for r in answer.readings if (r.start, r.labels[0][1]) == (start, who)]
    return value


async def test_an_amount_is_told_in_the_bucket_of_its_moment(acme: Vendor) -> None:
    answer = await acme.ask(USAGE, 5 * HOUR)

    nine = TEN - HOUR
    assert of(answer, AGATHA.id, nine) == acme.stand_in.used(AGATHA, nine, TEN)
    assert answer.told == Window(TEN - 5 * HOUR, TEN + HOUR)
    assert answer.names[AGATHA.id] == "Agatha"
    assert "start=2025-05-22T05:00:00Z&end=2025-05-22T11:00:00Z&limit=100" in acme.asked[0]


async def test_events_are_summed_into_buckets(acme: Vendor) -> None:
    answer = await acme.ask(EVENTS, 2 * HOUR)

    nine = TEN - HOUR
    truth = 60 * acme.stand_in.used(AGATHA, nine, TEN)
    assert of(answer, AGATHA.id, nine) == pytest.approx(truth, abs=1e-4)


async def test_amounts_may_be_text_and_days_dates(acme: Vendor) -> None:
    answer = await acme.ask(DAYS, 2 * DAY)

    assert answer.metric.width == DAY
    assert of(answer, "Agatha", TODAY - DAY) == acme.stand_in.used(AGATHA, TODAY - DAY, TODAY)
    with pytest.raises(SourceChanged, match=r"`usages\[\].minutes` is text .* expected a number"):
        await acme.ask(DAYS, 2 * DAY, numeric_text=False)


async def test_an_amount_without_a_moment_is_asked_for_bucket_by_bucket(acme: Vendor) -> None:
    answer = await acme.ask(ONE_DAY, 2 * DAY)

    assert acme.asked == [f"/v1/day/2025-05-{day}" for day in (20, 21, 22)]
    assert of(answer, AGATHA.id, TODAY - DAY) == acme.stand_in.used(AGATHA, TODAY - DAY, TODAY)


async def test_a_level_of_now_is_told_of_its_minute(acme: Vendor) -> None:
    answer = await acme.ask(BALANCE, 5 * DAY)

    assert answer.metric.measure is Measure.LEVEL
    assert answer.told == Window(NOW, NOW + timedelta(minutes=1))
    assert [row.start for row in answer.readings] == [NOW]


async def test_a_balance_that_is_null_is_not_known(acme: Vendor) -> None:
    acme.stand_in.faults.null_balance = True
    answer = await acme.ask(BALANCE, HOUR)

    assert answer.readings == []
    assert answer.notes == ("1 rows hold no number, and are not told.",)
    with pytest.raises(SourceChanged, match=r"`account.balance` is null, expected a number"):
        await acme.ask(BALANCE, HOUR, value="account.balance")


async def test_a_running_total_with_a_past_becomes_amounts(acme: Vendor) -> None:
    answer = await acme.ask(TOTALS, 2 * DAY)

    truth = acme.stand_in.used(AGATHA, TODAY - DAY, TODAY)
    assert answer.told.start == MAY
    assert of(answer, AGATHA.id, TODAY - DAY) == pytest.approx(truth, abs=1e-5)
    assert of(answer, AGATHA.id, MAY) == acme.stand_in.used(AGATHA, MAY, MAY + DAY)


async def test_a_running_total_of_now_stands_since_its_period_began(acme: Vendor) -> None:
    standing = await acme.ask(MONTH, 2 * DAY)

    assert isinstance(standing, Standing)
    assert standing.period == Window(MAY, datetime(2025, 6, 1, tzinfo=UTC))
    assert standing.at == NOW
    assert standing.metric.absent is Absent.ZERO
    assert standing.totals[("voice", AGATHA.id),] == acme.stand_in.used(AGATHA, MAY, NOW)


async def test_a_period_may_be_another(acme: Vendor) -> None:
    standing = await acme.ask(MONTH, DAY, period="week", period_begins=3, offset="+09:00")

    assert isinstance(standing, Standing)
    assert standing.period.start == datetime(2025, 5, 20, 15, tzinfo=UTC)


async def test_a_long_span_is_asked_for_in_pieces_and_told_as_one(acme: Vendor) -> None:
    whole = await acme.ask(USAGE, 20 * HOUR)
    calls = len(acme.asked)
    pieces = await acme.ask(USAGE, 20 * HOUR, span=7 * HOUR)

    assert sorted(map(str, pieces.readings)) == sorted(map(str, whole.readings))
    assert pieces.told == whole.told
    assert len(acme.asked) - calls == 3


async def test_days_of_another_zone_are_days_of_that_zone(acme: Vendor) -> None:
    answer = await acme.ask(USAGE, 2 * DAY, bucket=DAY, offset="+09:00")

    start = datetime(2025, 5, 20, 15, tzinfo=UTC)
    truth = acme.stand_in.used(AGATHA, start, start + DAY)
    assert of(answer, AGATHA.id, start) == pytest.approx(truth, abs=1e-5)
    assert "start=2025-05-20T00:00:00%2B09:00" in acme.asked[0]


async def test_what_an_answer_reaches_by_itself_is_all_that_is_told(acme: Vendor) -> None:
    rows = [{"day": f"2025-05-{day}", "n": 1} for day in (18, 19, 20, 21, 22)]
    acme.stand_in.faults.canned.append(Canned(body=str(rows).replace("'", '"')))
    answer = await acme.ask(
        {"path": "/v1/latest", "measure": "amount", "unit": "x", "rows": "[]", "value": "n"},
        9 * DAY,
        time="day",
        times="date",
        reach=3 * DAY,
        absent="zero",
    )

    assert answer.told == Window(TODAY - 2 * DAY, TODAY + DAY)
    assert len(answer.readings) == 3


async def test_a_vendor_that_does_not_read_the_span_is_not_believed_blindly(acme: Vendor) -> None:
    rows = '{"data": [{"starting_at": "1970-01-21T05:30:00Z", "results": [{"minutes": 1,'
    rows += ' "who": {"id": "a", "name": "b"}}]}], "meta": {"next_cursor": null}}'
    acme.stand_in.faults.canned.append(Canned(body=rows))
    with pytest.raises(SourceChanged, match=r"told of 1970-01-21T05:30.*; is `times` right\?"):
        await acme.ask(USAGE, DAY)


@pytest.mark.parametrize("name", ["list", "object", "columns"])
async def test_recorded_answers_of_other_shapes_are_read(acme: Vendor, name: str) -> None:
    shapes: dict[str, dict[str, Any]] = {
        "list": {"rows": "[]", "time": "ts", "times": "unix", "value": "n"},
        "object": {"rows": "usage{}{}", "time": "^.key()", "times": "date", "value": "."},
        "columns": {"rows": "rows[]", "time": "[0]", "value": "[2]", "numeric_text": True},
    }
    labels = {"list": {"who": "who?"}, "object": {"who": "key()"}, "columns": {"who": "[1]"}}
    acme.stand_in.faults.canned.append(
        Canned(body=(REPLIES / f"http_json.{name}.json").read_text())
    )
    answer = await acme.ask(
        {"path": "/x", "measure": "amount", "unit": "x", "query": USAGE["query"]},
        3 * DAY,
        **{**shapes[name], "labels": labels[name], "bucket": DAY},
        paging="cursor",
        next="next?" if name == "columns" else "none?" if name == "object" else "[0]?.none?",
    )

    told = {(dict(r.labels).get("who"), r.start.day): r.value for r in answer.readings}
    assert told == {("a", 20): 3.0, ("b", 20): 4.0, ("a", 21): 5.0}


async def test_a_basic_login_and_a_header_are_sent(acme: Vendor) -> None:
    pair = base64.b64encode(b"ops:pw-1c9e77").decode()
    acme.stand_in.keys = frozenset({f"Basic {pair}"})
    await acme.ask(BALANCE, HOUR, token=None, username="ops", password=Secret("pw-1c9e77"))

    acme.stand_in.keys = frozenset({"hk-1"})
    await acme.ask(BALANCE, HOUR, token=None, headers={"X-Api-Key": Secret("hk-1")})
    with pytest.raises(SourceRefused, match=r"answered 401: .* check sources.voices.headers"):
        await acme.ask(BALANCE, HOUR, token=None, headers={"X-Api-Key": Secret("hk-2")})


async def test_nothing_of_a_key_is_shown_where_the_vendor_repeats_it(acme: Vendor) -> None:
    acme.stand_in.faults.canned.append(Canned(403, '{"error": {"message": "no hk-1"}}'))
    login = {"token": None, "headers": {"Authorization": Secret("Token hk-1")}}
    with pytest.raises(SourceRefused, match=r"answered 403: no \*\*\*; "):
        await acme.ask(BALANCE, HOUR, **login)


def made(**options: Any) -> HttpJson:
    return HttpJson(**{"url": "http://h", **USAGE, **options})


@pytest.mark.parametrize(
    ("shape", "past"),
    [(USAGE, True), (ONE_DAY, True), (TOTALS, True), (BALANCE, False), (MONTH, False)],
)
def test_what_is_asked_for_from_a_moment_tells_its_past(shape: Any, past: bool) -> None:
    assert HttpJson(url="http://h", **shape).tells_past is past


def test_without_a_word_on_when_there_is_no_past() -> None:
    assert not made(query={"cursor": ("{cursor}",)}, reach=DAY).tells_past


@pytest.mark.parametrize(
    ("options", "width"),
    [
        ({}, HOUR),
        ({"times": "date"}, DAY),
        ({"bucket": timedelta(minutes=5)}, timedelta(minutes=5)),
    ],
)
def test_a_bucket_is_an_hour_unless_rows_are_of_days(options: Any, width: timedelta) -> None:
    [metric] = made(**options).metrics("a")

    assert metric.width == width


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"url": "http://h/{start}"}, "url: expected an address"),
        ({"url": "http://me:pw@h"}, "url: expected an address"),
        ({"url": "http://h?a=b"}, "url: expected an address"),
        ({"url": "ftp://h"}, "url: expected an address"),
        ({"metric": "a b"}, "metric: expected a name"),
        ({"labels": {"a b": "c"}}, "labels: expected a name"),
        ({"labels": {"a": "b["}}, "labels: expected a field path"),
        ({"names": {"who": "c"}}, "names: expected the name of a label, got 'who'"),
        ({"row_id": ("a[]",)}, "row_id: expected a path to one value"),
        ({"time": "^^^.a"}, "time: .* leads out of the answer"),
        ({"next": "^.a"}, "next: .* leads out of the answer"),
        ({"more": "a[]"}, "more: expected a path to one value"),
        ({"times": "date", "bucket": HOUR}, "bucket: expected 1d where times is date"),
        ({"bucket": 7 * HOUR}, "bucket: expected a part of a day"),
        ({"page_size": 0}, "page_size: expected at least 1, got 0"),
        ({"calls_a_minute": 0}, "calls_a_minute: expected at least 1, got 0"),
        ({"offset": "Asia/Seoul"}, "offset: expected a distance from UTC"),
        ({"period_begins": 29}, "period_begins: expected 1 to 28"),
        ({"username": "a"}, "username: expected it and password"),
        ({"path": "v1"}, "path: expected one such as"),
        ({"paging": "link"}, "paging: expected cursor"),
        ({"reach": DAY}, "reach: nothing reads it"),
        (
            {
                **MONTH,
                "query": {},
                "absent": "unknown",
                "paging": "none",
                "next": None,
                "time": None,
                "names": {},
            },
            "absent: a total of now",
        ),
    ],
)
def test_options_that_cannot_be_meant_are_refused(options: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        made(**options)


SHELVES = replace(PLUGINS, sources={"http_json": HttpJson})
PAGE = """
sources:
  acme:
    type: http_json
    url: https://api.example.com
    path: /v1/usage/{start_date}
    query:
      cursor: "{cursor}"
      kinds: [audio, "${env:KIND}"]
    headers:
      Accept-Language: en
      X-Api-Key: ${env:KEY}
    measure: amount
    unit: minutes
    rows: data.usages[]
    time: ^.day
    times: date
    value: minutes
    labels: {who: user.id}
    row_id: id
    paging: cursor
    next: meta.next?
    span: 30d
"""


def test_a_vendor_without_a_module_is_a_page_of_yaml() -> None:
    config: Config = read(PAGE, SHELVES)

    [feed] = config.feeds
    assert isinstance(feed.source, HttpJson)
    assert feed.source.headers == {"Accept-Language": "en", "X-Api-Key": Secret(HELD)}
    assert feed.source.query["kinds"] == ("audio", Secret(HELD))
    assert feed.source.span == 30 * DAY


@pytest.mark.parametrize(
    ("was", "is_now", "complaint"),
    [
        ('"{cursor}"', "{cursor}", 'expected text; write it in quotes, as in "{cursor}"'),
        ("minutes\n    rows", "minutes\n    row", "unknown key 'row'; did you mean 'rows'?"),
        ("${env:KEY}", "sk-1", "X-Api-Key is a secret; write ${env:NAME} in its place"),
        ("Language: en", "Language: 3", "expected text, got 3; put quotes around it"),
        ("{start_date}", "{startdate}", "no such placeholder {startdate}; did you mean"),
    ],
)
def test_a_slip_on_that_page_is_told_with_its_line(was: str, is_now: str, complaint: str) -> None:
    [told] = complaints(PAGE.replace(was, is_now), SHELVES)

    assert complaint in told
    assert "sk-1" not in told
