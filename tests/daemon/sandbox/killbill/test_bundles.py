"""Pages of bundles, and the headers that lead from one to the next."""

import pytest
from multidict import MultiDict

from daemon.sandbox.killbill.bundles import MOST_COUNTED, Page, page_asked
from daemon.sandbox.killbill.record import RefusedError


def _headers(page: Page, total: int) -> dict[str, str]:
    prefix = "X-Killbill-Pagination-"
    return {name.removeprefix(prefix): value for name, value in page.headers(total).items()}


def test_a_page_has_a_hundred_rows_unless_asked() -> None:
    assert page_asked(MultiDict()) == Page(0, 100, "NONE")


@pytest.mark.parametrize("query", [{"offset": "x"}, {"limit": "1.5"}, {"offset": "-1"}])
def test_what_is_no_page_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(RefusedError):
        page_asked(MultiDict(query))


def test_a_page_in_the_middle_tells_all_five() -> None:
    assert _headers(Page(100, 50, "NONE"), 200) == {
        "CurrentOffset": "100",
        "NextOffset": "150",
        "TotalNbRecords": "200",
        "MaxNbRecords": "200",
        "NextPageUri": "/1.0/kb/bundles/pagination?offset=150&limit=50&audit=NONE",
    }


def test_the_last_page_offers_no_next_one() -> None:
    assert "NextOffset" not in _headers(Page(150, 50, "NONE"), 200)
    assert "NextOffset" in _headers(Page(149, 50, "NONE"), 200)


def test_more_rows_than_are_counted_offer_one_for_ever() -> None:
    last = _headers(Page(MOST_COUNTED, 100, "NONE"), MOST_COUNTED + 1)
    beyond = _headers(Page(MOST_COUNTED + 100, 100, "NONE"), MOST_COUNTED + 1)

    assert last["NextOffset"] == "20100"
    assert beyond["NextOffset"] == "20200"
    assert "TotalNbRecords" not in beyond
    assert "TotalNbRecords" in _headers(Page(0, 100, "NONE"), MOST_COUNTED)


def test_a_negative_limit_begins_at_the_newest() -> None:
    assert list(Page(0, -2, "NONE").places(5)) == [4, 3]
    assert list(Page(4, -2, "NONE").places(5)) == [0]
    assert list(Page(2, 2, "NONE").places(5)) == [2, 3]
    assert list(Page(9, 2, "NONE").places(5)) == []
    assert list(Page(9, -2, "NONE").places(5)) == []
