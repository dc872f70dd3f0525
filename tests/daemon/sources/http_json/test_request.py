from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yarl import URL

from daemon.secret import Secret
from daemon.source import Window
from daemon.sources.http_json.request import Query, Request, Turn
from daemon.sources.http_json.values import zone_of

TEN = datetime(2025, 5, 20, 10, tzinfo=UTC)
SPAN = Window(TEN, TEN + timedelta(hours=14))
FIRST = Turn(page=1)


def request(*query: tuple[str, str | Secret], path: str = "/v1", offset: str = "+00:00") -> Request:
    return Request(path, query, 50, zone_of(offset))


def filled(text: str, offset: str = "+00:00", span: Window = SPAN) -> str:
    [(_, value)] = request(("q", text), offset=offset).query_for(span, FIRST)
    return value


@pytest.mark.parametrize(
    ("hole", "utc", "tokyo"),
    [
        ("{start}", "2025-05-20T10:00:00Z", "2025-05-20T19:00:00+09:00"),
        ("{end}", "2025-05-21T00:00:00Z", "2025-05-21T09:00:00+09:00"),
        ("{start_date}", "2025-05-20", "2025-05-20"),
        ("{end_date}", "2025-05-21", "2025-05-22"),
        ("{last_date}", "2025-05-20", "2025-05-21"),
        ("{start_unix}", "1747735200", "1747735200"),
        ("{end_unix}", "1747785600", "1747785600"),
        ("{start_ms}", "1747735200000", "1747735200000"),
        ("{end_ms}", "1747785600000", "1747785600000"),
        ("from {start_date}, 50 of {size}", "from 2025-05-20, 50 of 50", None),
        ("{{start}} }}", "{start} }", None),
    ],
)
def test_a_hole_is_filled_with_the_span(hole: str, utc: str, tokyo: str | None) -> None:
    assert filled(hole) == utc
    assert tokyo is None or filled(hole, "+09:00") == tokyo


def test_an_end_inside_a_day_is_rounded_up_to_the_day_after() -> None:
    noon = Window(TEN, TEN + timedelta(hours=2))

    assert filled("{last_date}..{end_date}", span=noon) == "2025-05-20..2025-05-21"


def test_a_parameter_with_the_cursor_waits_for_one() -> None:
    asked = request(("limit", "{size}"), ("after", "{cursor}"), ("page", "{page}/{offset}"))

    assert asked.query_for(SPAN, FIRST) == [("limit", "50"), ("page", "1/0")]
    further = Turn(page=3, offset=70, cursor="a&b={start}")
    assert asked.query_for(SPAN, further) == [
        ("limit", "50"),
        ("after", "a&b={start}"),
        ("page", "3/70"),
    ]


def test_a_secret_is_sent_as_it_is_and_not_filled() -> None:
    asked = request(("key", Secret("{start}")))

    assert asked.query_for(SPAN, FIRST) == [("key", "{start}")]
    assert "start}" not in repr(asked)
    asked.check()


def test_what_fills_a_path_is_encoded() -> None:
    path = request(path="/v1/{start}/x", offset="+09:00").path_for(SPAN)

    assert path == "/v1/2025-05-20T19%3A00%3A00%2B09%3A00/x"
    assert URL("http://h" + path).parts == ("/", "v1", "2025-05-20T19:00:00+09:00", "x")


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
def test_a_cursor_arrives_as_it_was_given_whatever_it_holds(cursor: str) -> None:
    query = request(("after", "{cursor}")).query_for(SPAN, Turn(page=1, cursor=cursor))
    url = URL("http://h/v1").with_query(query)

    assert url.query.getall("after", []) == ([cursor] if cursor else [])
    assert len(url.query) == len(query)
    assert (url.host, url.path) == ("h", "/v1")


@pytest.mark.parametrize(
    ("path", "query", "asks"),
    [
        ("/v1", (("a", "{start}"),), True),
        ("/v1/{start_date}", (), True),
        ("/v1", (("a", "{start_unix}"), ("b", "{end}")), True),
        ("/v1", (("a", "{start_ms}"),), True),
        ("/v1", (("a", "{end}"), ("b", "{{start}}")), False),
        ("/v1", (("a", Secret("{start}")),), False),
    ],
)
def test_a_span_is_asked_for_where_it_is_said_from_when(
    path: str, query: Query, asks: bool
) -> None:
    assert request(*query, path=path).asks_a_span is asks


@pytest.mark.parametrize(
    ("path", "query", "words"),
    [
        ("v1", (), "path: expected one such as /v1/usage, got 'v1'"),
        ("/v1?a=b", (), "path: expected one .* belongs into query"),
        ("/v1#a", (), "path: expected one"),
        ("/v1 a", (), "path: expected one"),
        ("/v1/../a", (), "path: expected one"),
        ("/v1/.", (), "path: expected one"),
        ("/v1/{cursor}", (), r"path: no such placeholder \{cursor\}; known are start, end"),
        ("/v1/{strat}", (), r"path: no such placeholder \{strat\}; did you mean \{start\}\?"),
        ("/v1", (("a", "{curser}"),), r"query: no such .* \{curser\} of a; .* \{cursor\}\?"),
        ("/v1", (("a", "{}"),), r"query: no such placeholder \{\} of a"),
        ("/v1", (("a", "{start"),), r"query: no such placeholder \{ of a"),
        ("/v1", (("a", "x}"),), r"query: no such placeholder \} of a"),
    ],
)
def test_a_template_that_cannot_be_filled_is_refused(path: str, query: Query, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        request(*query, path=path).check()


def test_a_size_that_is_asked_for_is_given() -> None:
    asked = Request("/v1", (("limit", "{size}"),), None, UTC)

    with pytest.raises(ValueError, match="page_size: expected a number"):
        asked.check()
