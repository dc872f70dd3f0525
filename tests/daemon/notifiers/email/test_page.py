from html.parser import HTMLParser

import pytest

from daemon.notifiers.email.page import page
from daemon.wording import wording
from rules.alert import Change
from rules.rule import Severity
from tests.make import VOICE, letter


def of(told):
    return page(told, wording(told))


class Balance(HTMLParser):
    """Reads a page and remembers what was opened and never closed."""

    def __init__(self, text):
        super().__init__()
        self.open = []
        self.seen = set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        if tag not in {"meta", "!doctype"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("change", list(Change))
def test_the_page_is_whole_and_loads_nothing(change):
    text = of(letter(change, runbook="https://wiki.example.com/voices"))

    assert Balance(text).open == []
    assert not Balance(text).seen & {"img", "link", "style", "script", "iframe", "svg"}
    assert "src=" not in text
    assert "url(" not in text


def test_every_fact_is_a_row_and_the_title_a_headline():
    text = of(letter())

    assert text.count("<tr>") == len(wording(letter()).facts)
    assert ">Agatha (e5f6fb1a…)</td>" in text
    assert ">Agatha, sona_speech_1: 41.2 minutes in an hour, 13 times as much as usual</h1>" in text


@pytest.mark.parametrize(
    ("severity", "accent"),
    [(Severity.INFO, "#2f78e8"), (Severity.WARNING, "#bf6712"), (Severity.CRITICAL, "#dc3d43")],
)
def test_the_severity_is_said_in_colour_and_in_words(severity, accent):
    text = of(letter(severity=severity))

    assert f"color:{accent}" in text
    assert f">{severity.value.capitalize()} · alert 12</p>" in text


def test_what_is_over_is_green_and_its_story_struck_through():
    text = of(letter(Change.RESOLVED))

    assert ">Resolved · alert 12</p>" in text
    assert "<s>Agatha, sona_speech_1: 41.2 minutes" in text
    assert "#2a8a54" in text


def test_an_open_alert_is_not_struck_through():
    assert "<s>" not in of(letter())


def test_light_and_dark_are_both_declared_and_no_ground_is_painted():
    assert '<meta name="color-scheme" content="light dark">' in of(letter())
    assert "background" not in of(letter())


def test_nothing_a_vendor_wrote_becomes_markup():
    hostile = '<img src=x onerror=alert(1)> & "co"'
    text = of(letter(names={VOICE: hostile}, summary=hostile, runbook="ask <b>Jo</b>"))

    assert "<img" not in text
    assert "<b>" not in text
    assert "&lt;img src=x onerror=alert(1)&gt; &amp; &quot;co&quot;" in text


def test_a_runbook_that_is_an_address_becomes_a_link_and_nothing_else_does():
    assert 'href="https://e.com/?a&amp;b"' in of(letter(runbook="https://e.com/?a&b"))
    assert "href" not in of(letter(runbook="javascript:alert(1)"))
    assert "href" not in of(letter())


def test_what_is_worse_is_as_grave_as_what_opened():
    text = of(letter(Change.WORSENED, severity=Severity.CRITICAL))

    assert ">Critical · alert 12<" in text
    assert "<s>" not in text
    assert ">Worse: Agatha" in text
