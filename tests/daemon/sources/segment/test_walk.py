"""Pages: read to the last, each row once, and never for ever."""

import pytest

from daemon.http import Call, Http, Reply
from daemon.sandbox.faults import Canned
from daemon.source import SourceChanged, SourceError, SourceRefused
from tests.daemon.sources.segment.workspace import (
    APP,
    DAY,
    WEBSITE,
    Segment,
    amounts,
    days,
    page,
    row,
    stand_in,
    told,
)
from tests.daemon.sources.vendor import recording


def endless(new: int) -> list[str]:
    """Pages with ever new cursors, of which only the first ones tell something new."""
    return [
        page(row(str(number), min(number, new)), next=f"cursor-{number}") for number in range(1, 22)
    ]


async def test_every_page_repeats_the_question_and_adds_its_cursor(http: Http) -> None:
    recorder = recording(page(row("1", 1), next="Mg=="), page(row("2", 2), next="Mw=="), page())
    await told(http, recorder)

    first = {"period": ["2025-05-01"], "pagination.count": ["200"]}
    assert recorder.asked == [
        first,
        {**first, "pagination.cursor": ["Mg=="]},
        {**first, "pagination.cursor": ["Mw=="]},
    ]


async def test_pages_that_overlap_change_nothing(segment: Segment) -> None:
    segment.stand_in.faults.most = 7
    once = await segment.ask(20 * DAY)
    calls = len(segment.stand_in.faults.asked)
    segment.stand_in.faults.overlap = 3
    again = await segment.ask(20 * DAY)

    assert again == once
    assert len(segment.stand_in.faults.asked) - calls > calls


async def test_rows_in_any_order_and_pages_without_rows_change_nothing(segment: Segment) -> None:
    segment.stand_in.faults.most = 40
    in_order = await segment.ask(20 * DAY)
    segment.stand_in.faults.shuffled = segment.stand_in.faults.empty_pages = True

    assert await segment.ask(20 * DAY) == in_order


async def test_of_a_row_on_two_pages_the_later_stands(http: Http) -> None:
    first = page(row("10", 1), row("20", 2), next="a")
    answer = await told(http, recording(first, page(row("21", 2))))

    assert amounts(answer) == {1: 10, 2: 11}


async def test_one_page_that_says_two_things_of_a_day_is_refused(http: Http) -> None:
    with pytest.raises(SourceChanged) as caught:
        await told(http, recording(page(row("1", 1), row("10", 2), row("11", 2))))

    said = f"one page tells two totals for 2025-05-02T00:00:00.000Z of {WEBSITE}: 10 and 11"
    assert said in str(caught.value)


async def test_one_page_that_says_a_thing_twice_is_not(http: Http) -> None:
    answer = await told(http, recording(page(row("1", 1), row("10", 2), row("10", 2))))

    assert amounts(answer) == {1: 1, 2: 9}


async def test_pages_that_lead_in_a_circle_are_refused(segment: Segment) -> None:
    segment.stand_in.faults.most = 10
    segment.stand_in.faults.loop = True
    with pytest.raises(SourceRefused, match=r"its pages do not end: read 2, .* kept none"):
        await segment.ask()

    assert len(segment.stand_in.faults.asked) == 2


@pytest.mark.parametrize(("new", "read"), [(1, 11), (5, 15)])
async def test_pages_that_tell_nothing_new_ten_times_over_are_refused(
    http: Http, new: int, read: int
) -> None:
    recorder = recording(*endless(new))
    with pytest.raises(SourceRefused, match=f"its pages do not end: read {read}, "):
        await told(http, recorder)

    assert len(recorder.asked) == read


async def test_nine_pages_that_tell_nothing_new_are_read_past(http: Http) -> None:
    idle = [page(next=f"cursor-{number}") for number in range(10)]
    answer = await told(http, recording(*idle, page(row("5", 3, APP))))

    assert amounts(answer, APP) == {3: 5}


class Endless(Http):
    """Every page tells of a source that was not heard of before."""

    def __init__(self) -> None:
        self.pages = 0

    async def send(self, call: Call) -> Reply:
        self.pages += 1
        body = page(row("1", 1, f"source-{self.pages}"), next=f"cursor-{self.pages}")
        return Reply(200, {}, body.encode())


async def test_there_is_an_end_to_how_many_pages_are_read() -> None:
    http = Endless()
    with pytest.raises(SourceRefused, match=r"its pages do not end: read 2001, "):
        await Segment(stand_in(), "http://vendor", http).ask()

    assert http.pages == 2001


@pytest.mark.parametrize("status", [400, 401, 404, 422])
async def test_a_cursor_that_is_no_longer_known_is_for_the_next_poll(
    segment: Segment, status: int
) -> None:
    segment.stand_in.faults.most = 10
    segment.stand_in.faults.canned.extend([None, Canned(status, '{"errors": []}')])
    with pytest.raises(SourceError, match="the pages will be asked for again") as caught:
        await segment.ask()

    assert not isinstance(caught.value, SourceRefused)


@pytest.mark.parametrize(
    "stamp",
    [
        "",
        "22",
        "2025-05-32",
        "2025-5-2",
        "20250502",
        "2025-W20-1",
        "2025-05-02 00:00",
        "Fri, 02 May 2025",
        "2025-05-02T24:01",
        "2025-05-02T00:00:00.000Zulu",
        "٢٠٢٥-05-02",
    ],
)
async def test_a_stamp_that_is_no_moment_is_refused(http: Http, stamp: str) -> None:
    with pytest.raises(SourceChanged, match="expected an ISO 8601 date or time as `timestamp`"):
        await told(http, recording(page(row("1", stamp))))


@pytest.mark.parametrize(
    "stamp",
    [
        "2025-05-02",
        "2025-05-02T00:00Z",
        "2025-05-02T00:00:00",
        "2025-05-02T00:00:00.000Z",
        "2025-05-02T00:00:00.000000000+00:00",
    ],
)
async def test_a_day_may_be_written_with_its_midnight_or_without(http: Http, stamp: str) -> None:
    answer = await told(http, recording(page(row("7", stamp))))

    assert amounts(answer) == {2: 7}
    assert answer.notes == ()


@pytest.mark.parametrize("stamp", ["2025-04-30T23:59:59.999Z", "2025-06-01"])
async def test_a_row_outside_the_asked_month_is_a_change(http: Http, stamp: str) -> None:
    with pytest.raises(SourceChanged) as caught:
        await told(http, recording(page(row("1", stamp))))

    said = f"its contract has changed: asked for 2025-05-01 up to 2025-06-01, told of {stamp}"
    assert said in str(caught.value)


@pytest.mark.parametrize("stamp", ["2025-05-01", "2025-05-31T23:59:59.999Z"])
async def test_a_row_on_the_edge_of_the_asked_month_is_not(http: Http, stamp: str) -> None:
    assert await told(http, recording(page(row("1", stamp))))


async def test_every_page_counts_or_none_does(segment: Segment) -> None:
    segment.stand_in.faults.canned.extend([None, Canned(500)])
    with pytest.raises(SourceError, match="answered 500"):
        await segment.ask(30 * DAY)

    assert days(await segment.ask(30 * DAY))
