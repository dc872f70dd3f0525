from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from aiohttp.test_utils import make_mocked_request

from daemon.sandbox.http_json.pages import Asked, BadRequestError, Page


@dataclass
class Faults:
    loop: bool = False
    same_page: bool = False
    pages_twice: bool = False
    lost_cursor: bool = False


def asked(query: str) -> Asked:
    return Asked(make_mocked_request("GET", f"/?{query}"))


@pytest.mark.parametrize(
    ("query", "page"),
    [
        ("limit=4", Page(slice(0, 4), more=True, cursor="c-4")),
        ("limit=4&cursor=c-4", Page(slice(4, 8), more=True, cursor="c-8")),
        ("limit=4&cursor=c-8", Page(slice(8, 12), more=False)),
        ("limit=10", Page(slice(0, 10), more=False)),
        ("", Page(slice(0, 50), more=False)),
        ("limit=1000", Page(slice(0, 100), more=False)),
    ],
)
def test_a_cursor_says_where_its_page_begins(query: str, page: Page) -> None:
    assert asked(query).page(10, Faults()) == page


def test_a_page_comes_twice_and_then_goes_on() -> None:
    twice = Faults(pages_twice=True)
    first = asked("limit=4").page(10, twice)
    again = asked(f"limit=4&cursor={first.cursor}").page(10, twice)

    assert (first.rows, again.rows) == (slice(0, 4), slice(0, 4))
    assert again.cursor == "c-4"


def test_a_cursor_may_lead_back_or_be_lost() -> None:
    assert asked("limit=4&cursor=c-4").page(10, Faults(loop=True)).cursor == "c-0"
    assert asked("limit=4").page(10, Faults(lost_cursor=True)).cursor == "c-4"
    with pytest.raises(BadRequestError, match="no longer known"):
        asked("limit=4&cursor=c-4").page(10, Faults(lost_cursor=True))


def test_pages_and_offsets_may_go_unread() -> None:
    assert asked("limit=4&page=2").numbered(9, Faults()) == Page(slice(4, 8), more=True)
    assert asked("limit=4&page=3").numbered(9, Faults()) == Page(slice(8, 12), more=False)
    assert asked("limit=4&offset=5").offset(9, Faults()) == Page(slice(5, 9), more=False)
    assert asked("limit=4&page=2").numbered(9, Faults(same_page=True)).rows == slice(0, 4)
    assert asked("limit=4&offset=5").offset(9, Faults(same_page=True)).rows == slice(0, 4)


@pytest.mark.parametrize("query", ["cursor=x", "limit=-1", "limit=x", "limit="])
def test_what_is_no_page_is_refused(query: str) -> None:
    with pytest.raises(BadRequestError, match="by a whole number"):
        asked(query).page(10, Faults())


def test_moments_are_read_in_four_ways() -> None:
    ten = datetime(2025, 5, 20, 10, tzinfo=UTC)

    assert asked("a=2025-05-20T19:00:00%2B09:00").moment("a") == ten
    assert asked("a=2025-05-20").day("a") == ten.replace(hour=0)
    assert asked("a=1747735200").unix("a") == ten
    assert asked("a=1747735200000").millis("a") == ten


@pytest.mark.parametrize("query", ["", "a=", "a=x", "a=99999999999999999999"])
def test_what_is_no_moment_is_refused(query: str) -> None:
    for read in (asked(query).moment, asked(query).day, asked(query).unix, asked(query).millis):
        with pytest.raises(BadRequestError, match="a: expected"):
            read("a")
