import base64
import json
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from daemon.sandbox.faults import Canned
from daemon.sandbox.world import VOICES as PEOPLE
from daemon.secret import Secret
from daemon.source import SourceChanged, SourceError, SourceRefused
from daemon.sources.prometheus import Prometheus
from rules.series import Reading
from tests.daemon.sources.prometheus.stand import DAY, HOUR, KEY, LEFT, NOW, VOICES, Server, source

AGATHA = PEOPLE[0]
TEN = datetime(2025, 5, 22, 10, tzinfo=UTC)
REPLIES = Path(__file__).parent.parent / "replies"


def reply(name: str) -> str:
    return (REPLIES / f"prometheus.{name}.json").read_text()


def of(server: Server, start: datetime, readings: list[Reading]) -> float:
    [value] = [
        r.value for r in readings if r.start == start and AGATHA.id in dict(r.labels).values()
    ]
    return value


def query(server: Server, call: int = 0) -> dict[str, list[str]]:
    return parse_qs(urlsplit(server.asked[call]).query)


async def test_an_amount_lies_at_the_start_of_the_bucket_its_range_looks_back_over(
    server: Server,
) -> None:
    answer = await server.ask(5 * HOUR)

    nine = TEN - HOUR
    assert of(server, nine, answer.readings) == server.stand_in.used(AGATHA, nine, TEN)
    assert query(server)["start"] == [str(int((TEN - 4 * HOUR).timestamp()))]
    assert query(server)["end"] == [str(int((TEN + HOUR).timestamp()))]
    assert query(server)["query"] == [VOICES.replace("$bucket", "3600s")]


async def test_the_bucket_of_now_is_told_as_far_as_it_has_filled(server: Server) -> None:
    before = of(server, TEN, (await server.ask(HOUR)).readings)
    server.stand_in.clock.at = NOW + timedelta(minutes=20)
    after = of(server, TEN, (await server.ask(HOUR)).readings)

    assert 0 < before < after


async def test_a_level_stood_where_its_bucket_begins(server: Server) -> None:
    answer = await server.ask(2 * HOUR, query=LEFT, measure="level")

    assert [row.start for row in answer.readings] == [TEN - 2 * HOUR, TEN - HOUR, TEN]
    assert query(server)["end"] == [str(int(TEN.timestamp()))]
    assert answer.readings[0].labels == ()


async def test_the_whole_world_is_told(server: Server) -> None:
    answer = await server.ask(3 * DAY)

    start, world = answer.told.start, server.stand_in.world
    truth = sum(server.stand_in.used(voice, start, NOW) for voice in world.voices)
    assert sum(row.value for row in answer.readings) == pytest.approx(truth, abs=1e-5)


async def test_a_revision_is_told_when_asked_again(server: Server) -> None:
    server.stand_in.revise(AGATHA.id, TEN - HOUR, 99)

    assert of(server, TEN - HOUR, (await server.ask(2 * HOUR)).readings) == 99


async def test_no_answer_is_asked_for_more_points_than_a_server_gives(server: Server) -> None:
    left = {"query": LEFT, "measure": "level", "bucket": timedelta(minutes=1)}
    await server.ask(timedelta(minutes=10_999), **left)
    first = len(server.asked)
    answer = await server.ask(timedelta(minutes=11_000), **left)

    assert (first, len(server.asked)) == (1, 3)
    assert len({row.start for row in answer.readings}) == 11_001


async def test_labels_are_all_that_the_query_leaves_but_the_name(server: Server) -> None:
    server.stand_in.faults.canned.append(Canned(body=reply("level")))
    answer = await server.ask(HOUR, query=LEFT, measure="level")

    assert {row.labels for row in answer.readings} == {(("instance", "a:9100"), ("job", "node"))}


async def test_labels_that_are_not_kept_are_left_out(server: Server) -> None:
    told = await server.ask(
        HOUR, query="increase(speech_minutes_total[$bucket])", labels=("voice", "team")
    )

    assert {tuple(name for name, _ in row.labels) for row in told.readings} == {("team", "voice")}


async def test_two_lines_of_one_series_are_refused_and_not_added(server: Server) -> None:
    with pytest.raises(SourceRefused, match=r"several lines .* are \{team=day\}; .*\.labels"):
        await server.ask(HOUR, query="increase(speech_minutes_total[$bucket])", labels=("team",))


@pytest.mark.parametrize("text", ["NaN", "+Inf", "-Inf"])
@pytest.mark.parametrize(("absent", "told"), [("zero", 1), ("unknown", 0)])
async def test_what_is_no_number_is_not_told_and_never_zero(
    server: Server, text: str, absent: str, told: int
) -> None:
    server.stand_in.faults.no_numbers[int(TEN.timestamp())] = text
    options = {"query": LEFT, "measure": "level", "absent": absent}
    answer = await server.ask(HOUR, **options)

    assert sum(math.isnan(row.value) for row in answer.readings) == told
    assert len(answer.readings) == 1 + told
    assert answer.notes == ("1 samples are NaN or infinite, and are not told.",)


async def test_warnings_become_notes_once_each(server: Server) -> None:
    server.stand_in.faults.warnings = (f"a block is gone {KEY}",)
    left = {"query": LEFT, "measure": "level", "bucket": timedelta(minutes=1)}
    answer = await server.ask(timedelta(minutes=12_000), **left)

    assert answer.notes == ("a block is gone ***",)


async def test_a_part_of_an_answer_is_none(server: Server) -> None:
    server.stand_in.faults.partial = True
    with pytest.raises(SourceError, match="a part of the answer is missing") as caught:
        await server.ask(HOUR)

    assert not isinstance(caught.value, SourceRefused)
    assert query(server)["partial_response"] == ["false"]
    assert query(server)["deny_partial_response"] == ["1"]


async def test_samples_on_another_grid_are_a_change_of_contract(server: Server) -> None:
    server.stand_in.faults.shifted = 60
    with pytest.raises(SourceChanged, match=r"expected samples every 1:00:00 from .* got one at"):
        await server.ask(HOUR)


@pytest.mark.parametrize("second", ["1e18", "-1e18", "0", "1747908000.5"])
async def test_a_sample_of_no_time_asked_for_is_a_change_of_contract(
    server: Server, second: str
) -> None:
    line = f'{{"metric": {{}}, "values": [[{second}, "1"]]}}'
    body = f'{{"status": "success", "data": {{"resultType": "matrix", "result": [{line}]}}}}'
    server.stand_in.faults.canned.append(Canned(body=body))

    with pytest.raises(SourceChanged, match="expected samples every"):
        await server.ask(HOUR)


async def test_less_than_nothing_was_used_by_nobody(server: Server) -> None:
    server.stand_in.faults.no_numbers[int(TEN.timestamp())] = "-0.5"
    with pytest.raises(SourceRefused, match=r"used -0\.5, .* check sources\.voices\.query"):
        await server.ask(HOUR)

    level = await server.ask(HOUR, query=LEFT, measure="level")
    assert min(row.value for row in level.readings) == -0.5


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (reply("vector"), "expected a matrix, got a vector"),
        (reply("histograms"), r"`data.result\[\].values` is gone"),
        ('{"status": "success"}', "`data` is gone"),
        ("{}", "`status` is gone"),
        (
            reply("level").replace('"12.5"', "12.5"),
            r"`data.result\[\].values\[\]\[\]` is a number, expected text",
        ),
        (reply("level").replace('"12.5"', '"1_000"'), "a sample is '1_000'"),
    ],
)
async def test_another_shape_is_a_change_of_contract(server: Server, body: str, words: str) -> None:
    server.stand_in.faults.canned.append(Canned(body=body))
    with pytest.raises(SourceChanged, match=words):
        await server.ask(HOUR, query=LEFT, measure="level")


async def test_a_bad_query_is_refused_in_the_servers_words(server: Server) -> None:
    with pytest.raises(SourceRefused) as caught:
        await server.ask(HOUR, query="this is no PromQL", measure="level")

    assert str(caught.value) == (
        'voices: GET /api/v1/query_range answered 400: bad_data: invalid parameter "query": 1:1:'
        ' parse error: unknown function with name "this"; check sources.voices.query'
    )


@pytest.mark.parametrize(
    ("status", "later"), [(400, False), (404, False), (422, False), (503, True)]
)
async def test_errors_are_for_later_or_for_a_person(
    server: Server, status: int, later: bool
) -> None:
    server.stand_in.faults.canned.append(Canned(status, reply("error")))
    with pytest.raises(SourceError, match="execution: many-to-many matching") as caught:
        await server.ask(HOUR)

    assert isinstance(caught.value, SourceRefused) is not later
    where = {400: ".query", 404: ".url", 422: ".query", 503: ""}[status]
    assert (f"check sources.voices{where}" in str(caught.value)) is not later


@pytest.mark.parametrize(("kind", "later"), [("timeout", True), ("bad_data", False)])
async def test_an_error_that_comes_as_a_success_is_one(
    server: Server, kind: str, later: bool
) -> None:
    body = json.dumps({"status": "error", "errorType": kind, "error": "no"})
    server.stand_in.faults.canned.append(Canned(body=body))
    with pytest.raises(SourceError, match=f"answered 200: {kind}: no") as caught:
        await server.ask(HOUR)

    assert isinstance(caught.value, SourceRefused) is not later


async def test_a_name_and_its_password_are_a_basic_login(server: Server) -> None:
    pair = base64.b64encode(b"ops:pw-1c9e77").decode()
    server.stand_in.keys = frozenset({f"Basic {pair}"})
    login = {"token": None, "username": "ops", "password": Secret("pw-1c9e77")}
    assert (await server.ask(HOUR, **login)).readings

    server.stand_in.keys = frozenset()
    with pytest.raises(SourceRefused, match=r"check sources\.voices\.password"):
        await server.ask(HOUR, **login)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"query": "increase(x[5m])"}, r"query: .* write \[\$bucket\], not \[5m\]"),
        ({"url": "http://h:1/?a"}, "url: expected an address"),
        ({"url": "ftp://h"}, "url: expected an address"),
        ({"url": "http://me:pw@h"}, "url: expected an address"),
        ({"metric": "a b"}, "metric: expected a name"),
        ({"bucket": timedelta(seconds=59)}, "bucket: expected a part of a day"),
        ({"bucket": timedelta(hours=5)}, "bucket: expected a part of a day"),
        ({"bucket": timedelta(days=2)}, "bucket: expected a part of a day"),
        ({"calls_a_minute": 0}, "calls_a_minute: expected at least 1, got 0"),
        ({"username": "ops"}, "username: expected it and password"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(options: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        source(**{"url": "http://h", **options})


def test_a_level_may_look_over_any_range() -> None:
    made = source("http://h/prefix", query="max_over_time(x[5m])", measure="level")

    assert isinstance(made, Prometheus)
    assert made.tells_past


async def test_a_prefix_of_the_address_is_kept(server: Server) -> None:
    server.url += "/mimir/prometheus/"
    with pytest.raises(SourceRefused, match="no Prometheus answers there"):
        await server.ask(HOUR)

    assert urlsplit(server.asked[0]).path == "/mimir/prometheus/api/v1/query_range"
