import re
from html.parser import HTMLParser

import pytest

from daemon.message import File, Table, Tone, Wording
from daemon.notifiers.email.page import ACCENTS, page
from daemon.wording import digest, wording
from daemon.wording.digest import ROWS
from daemon.wording.form import LATELY, REPEATED
from rules.alert import Change
from rules.rule import Severity
from rules.trace import Trace
from tests.make import AT, HOUR, VOICE, letter, message


def of(*told, pictures=(), **fields):
    shown = {f"{at}@meterwatch": one for at, one in enumerate(pictures)}
    return page(message(*told, **fields), shown)


class Balance(HTMLParser):
    """Reads a page and remembers what was opened and never closed."""

    def __init__(self, text):
        super().__init__()
        self.open = []
        self.seen = set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        if tag not in {"meta", "img", "br", "!doctype"}:
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


def test_what_is_drawn_comes_with_the_mail_and_says_what_it_shows():
    text = of(letter(), pictures=(File("chart.png", 'Agatha "the voice"', b""),))

    assert Balance(text).open == []
    assert re.findall(r'src="([^"]*)"', text) == ["cid:0@meterwatch"]
    assert 'alt="Agatha &quot;the voice&quot;"' in text


def test_what_is_drawn_is_not_drawn_in_letters_too():
    told = letter(trace=Trace(AT, HOUR, (1.0,), (1.0,), (None,), (None,), (False,), "minutes"))

    assert f">{LATELY}</td>" in of(told)
    assert f">{LATELY}</td>" not in of(told, pictures=(File("a.png", "a", b""),))


def test_on_a_phone_how_much_stands_below_whose_it_is():
    text = of(letter(), letter(alert=13))

    assert text.count("</td>") == 2 * 3 + 2 * 2
    assert re.search(
        r">Agatha, sona_speech_1<br><span [^>]*>41\.2 minutes, 13 times the usual<",
        text,
    )
    assert ">What</th><th" in text
    assert ">How much</th>" not in text


def test_figures_have_a_column_of_their_own():
    table = Table("", ("Voice", "Minutes", "Cost", "Change"), (("a", "1", "2", "3"),), (1, 2, 3))
    text = of(wording=Wording("t", "t", (), (), "", tables=(table,)))

    assert (text.count("</th>"), text.count("</td>")) == (4, 4)


def test_several_alerts_stand_in_a_table_with_its_heads_and_its_rest():
    several = [letter(alert=number, key=f"{number}") for number in range(1, 24)]
    text = of(*several)

    assert text.count("<tr>") == 1 + ROWS + len(digest(several).facts)
    assert ">and 3 more</p>" in text
    assert ">Warning · 23 alerts</p>" in text
    assert ">1</td></tr>" in text
    assert Balance(text).open == []


def test_a_short_row_of_a_table_is_filled_up_and_nothing_in_it_is_markup():
    table = Table("<Who>", ("a", "b"), (("<i>",), ("1", "2")), numbers=(1,), more="<u>")
    text = of(wording=Wording("t", "t", (), (), "", tables=(table,)))

    assert text.count("<td") == 4
    assert 'font-variant-numeric:tabular-nums">2</td>' in text
    assert not {"i", "u", "who"} & Balance(text).seen


def test_words_without_facts_or_advice_leave_no_empty_frames():
    text = of(wording=Wording("t", "t", ("A sentence.",), (), ""))

    assert "<table" not in text
    assert ">Next</p>" not in text
    assert ">A sentence.</p>" in text


@pytest.mark.parametrize("tone", list(Tone))
def test_every_tone_has_a_colour_and_a_word(tone):
    text = of(letter(), tone=tone)

    assert f"color:{ACCENTS[tone]}" in text
    assert f">{tone.value.capitalize()} · alert 12</p>" in text


def test_what_may_be_a_repeat_says_so():
    assert REPEATED in of(letter(), repeats=True)
    assert REPEATED not in of(letter())


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
    assert "background" not in of(letter(), letter(alert=13))


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
