"""A report as a page that stands by itself."""

from html.parser import HTMLParser

from daemon.message import Fact, File, Table, Wording
from daemon.report.files import charts
from daemon.report.page import page
from daemon.report.worded import worded
from daemon.store import Store
from tests.daemon.report.test_gather import gathered

HOSTILE = "<script>alert(1)</script>"


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    return reader


async def test_a_page_holds_all_of_it_and_loads_nothing(store: Store) -> None:
    found = await gathered(store)
    text = page(worded(found), list(charts(found)))
    reader = read(text)

    assert reader.addresses == []
    assert reader.tags.count("svg") == 1
    assert reader.tags.count("table") == len(worded(found).tables)
    assert "35.21 USD" in text
    assert "@media(prefers-color-scheme:dark)" in text


def test_a_vendors_word_stays_a_word() -> None:
    table = Table(HOSTILE, (HOSTILE, "b"), ((HOSTILE,),), numbers=(1,), more=HOSTILE)
    words = Wording(HOSTILE, HOSTILE, (HOSTILE,), (Fact(HOSTILE, HOSTILE),), "", tables=(table,))
    text = page(words, [File("a.svg", HOSTILE, b"<svg></svg>")])

    assert "script" not in read(text).tags
    assert text.count("<td") == 2
    assert text.count('class="n"') == 2
