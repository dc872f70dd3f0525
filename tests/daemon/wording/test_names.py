"""Series are called as people call them."""

from daemon.wording import wording
from daemon.wording.form import plain
from daemon.wording.names import meter, named, shortened, subject
from rules.series import Series
from tests.daemon.wording.told import facts
from tests.make import VOICE, alert, event, letter


def test_a_voice_without_a_name_is_called_by_its_identifier():
    assert wording(letter(names={})).title.startswith("sona_speech_1, e5f6fb1a…: ")
    assert facts(letter(names={}))["Voice"] == VOICE


def test_no_vendor_text_breaks_a_line_or_turns_it_around():
    hostile = "Aga\r\ntha\u202e\x00\ud800" + "x" * 500
    words = wording(letter(names={VOICE: hostile}, summary="a\nb", runbook="c\nd"))

    assert words.title.startswith("Aga tha" + "x" * 72 + "…, sona_speech_1: ")
    assert words.lead[0] == "a b"
    assert words.runbook == "c d"
    assert "\u202e" not in plain(words)


def test_a_metric_that_bears_the_name_of_its_source_is_said_once():
    assert meter(Series("credits", "credits", ())) == "credits"
    assert meter(Series("tts", "credit_balance", ())) == "credit balance of tts"


def test_a_series_without_labels_is_called_by_its_meter():
    told = letter(event=event(alert=alert(series=Series("tts", "credit_balance", ()))))

    assert subject(told) == "Credit balance of tts"


def test_a_name_that_is_the_identifier_is_not_said_twice():
    assert named(letter(names={VOICE: VOICE}), VOICE) == VOICE
    assert named(letter(names={VOICE: "Agatha"}), VOICE) == "Agatha (e5f6fb1a…)"


def test_of_an_identifier_made_of_words_nothing_is_cut_that_tells_it_apart():
    for word in ("claude-3-5-sonnet-20241022", "project-alpha-production", "anna@example.com"):
        assert shortened(word) == word
    for opaque in ("e5f6fb1a-53d0-4add-8e7d-0a1b2c3d4e5f", "sk-proj-Ab3dEf6hIj9kLm2n"):
        assert shortened(opaque) == f"{opaque[:8]}…"
    assert shortened("many words " * 9).endswith("…")
