"""What is carried is worded anew when it goes out, with all that the message speaks of."""

from dataclasses import replace

import pytest

from daemon import compose
from daemon.bundle import Bundle
from daemon.compose import composed, in_words
from daemon.letter import Circular, Letter
from daemon.message import File, Tone
from daemon.notifier import Copy, Receipt
from daemon.store.outbox import Content, Delivery, LetterState
from daemon.wording import digest, wording
from rules.alert import Change
from tests.daemon.chart.traces import trace
from tests.daemon.wording.told import spikes
from tests.make import AT, HOUR, alert, event, letter, message

THERE = Receipt("C1", "1.2")
PNG = b"\x89PNG"


@pytest.fixture(autouse=True)
def pen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All that was drawn."""
    drawn: list[str] = []

    def as_png(svg: str) -> bytes:
        drawn.append(svg)
        return PNG

    monkeypatch.setattr(compose, "as_png", as_png)
    return drawn


def bundle(*contents: Content, **fields: object) -> Bundle:
    told = tuple(
        Delivery(number, content, LetterState.OWED, AT, 0, 0)
        for number, content in enumerate(contents)
    )
    return Bundle(**{"key": "k", "told": told, **fields})  # type: ignore[arg-type]


def test_one_alert_is_said_in_its_own_words() -> None:
    one = letter()
    told = composed(bundle(one), {})

    assert (told.key, told.letters, told.receipt) == ("k", (one,), None)
    assert told.unchanged == frozenset()
    assert told.wording == wording(one)
    assert (told.tone, told.written_at, told.repeats) == (Tone.WARNING, one.owed_at, False)


def test_several_are_said_in_one_table() -> None:
    several = spikes(3)
    told = composed(bundle(*several), {})

    assert told.letters == tuple(several)
    assert told.wording.tables == digest(several).tables


def spoken(*letters: Letter) -> dict[int, Letter]:
    return {one.alert: one for one in letters}


def test_a_change_of_one_says_all_of_its_message_anew_and_in_the_thread_what_is_new() -> None:
    first, second = spikes(2)
    end = replace(spikes(1, first=second.alert, change=Change.RESOLVED)[0], owed_at=AT + 9 * HOUR)
    told = composed(bundle(end, receipt=THERE), spoken(first, second))

    assert told.letters == (first, end)
    assert told.unchanged == {first.alert}
    assert told.receipt == THERE
    assert told.written_at == end.owed_at
    assert told.wording.news == wording(end).title
    assert told.wording.title == digest([first, end]).title


def test_a_change_of_many_is_one_line_in_the_thread() -> None:
    ends = spikes(3, change=Change.RESOLVED)
    told = composed(bundle(*ends, receipt=THERE), spoken(*spikes(4)))

    assert len(told.letters) == 4
    assert told.wording.news == digest(ends).title


def test_what_may_have_arrived_says_so() -> None:
    assert composed(bundle(letter(), unknown=True), {}).repeats


def test_a_chart_goes_with_one_alert(pen: list[str]) -> None:
    drawable = letter(trace=trace(3.0, 41.2))
    [picture] = composed(bundle(drawable), {}).pictures

    assert picture == File("chart.png", wording(drawable).story, PNG)
    assert pen[0].startswith("<svg")


def test_of_several_alerts_there_would_be_too_much_to_see(pen: list[str]) -> None:
    several = [replace(one, trace=trace(3.0, 41.2)) for one in spikes(2)]

    assert composed(bundle(*several), {}).pictures == ()
    assert composed(bundle(letter()), {}).pictures == ()
    assert pen == []


def test_where_nothing_can_be_drawn_the_words_go_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compose, "as_png", lambda _svg: None)
    told = composed(bundle(letter(trace=trace(3.0, 41.2))), {})

    assert told.pictures == ()
    assert told.wording == wording(told.letters[0])


def test_a_report_keeps_its_words_and_files_and_its_drawings_become_pictures() -> None:
    words, table = message().wording, File("use.csv", "Use", b"a,b\n")
    drawing = File("use.svg", "By day", b"<svg/>")
    report = Circular("r", "team", AT, words, Tone.REPORT, (drawing,), (table,))
    told = composed(bundle(report), {})

    assert (told.wording, told.tone, told.files) == (words, Tone.REPORT, (table,))
    assert told.pictures == (File("use.png", "By day", PNG),)
    assert (told.letters, told.written_at) == ((), AT)


def test_what_some_readers_lack_is_the_very_same_message() -> None:
    first = message(letter(), to=("a@example.com",))

    assert composed(bundle(Copy("c", "team", AT, first)), {}) == first
    late = bundle(Copy("c", "team", AT, first), unknown=True)
    assert composed(late, {}) == replace(first, repeats=True)


def test_what_cannot_be_worded_says_at_least_which_alerts_it_is_about(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(compose, "_worded", _broken)
    one = letter(event=event(alert=alert(rule="rows\nof two")))
    told = in_words(bundle(one, receipt=THERE, unknown=True), {})

    assert told.wording.title == (
        f"alert 12 of rule rows of two: opened ({one.event.alert.series.key})"
    )
    assert told.wording.news == told.wording.title
    assert len(told.wording.lead) == 1
    assert (told.letters, told.receipt, told.repeats) == ((one,), THERE, True)
    assert "ValueError: no words" in caplog.text


def test_of_many_that_cannot_be_worded_some_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compose, "_worded", _broken)
    many = spikes(23)
    words = in_words(bundle(*many), {}).wording

    assert words.title == "23 messages of Meterwatch"
    assert words.news == ""
    assert len(words.lead) == 22
    assert words.lead[1].startswith(f"alert {many[0].alert} of rule")
    assert words.lead[-1] == "and 3 more"


def test_what_can_be_worded_is_as_ever() -> None:
    one = bundle(letter())

    assert in_words(one, {}) == composed(one, {})


def test_a_chart_that_cannot_be_drawn_costs_no_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compose, "drawn", _broken)
    one = letter(trace=trace())
    told = composed(bundle(one), {})

    assert told.wording == wording(one)
    assert told.pictures == ()


def _broken(*_: object) -> object:
    raise ValueError("no words")
