import io
import sys

import pytest

from daemon.notifier import DeliveryError
from daemon.notifiers.console import Console
from daemon.wording import wording
from daemon.wording.form import REPEATED, plain
from rules.alert import Change
from tests.make import VOICE, letter, message


async def test_a_letter_is_printed_with_an_empty_line_behind_it(capsys):
    receipt = await Console().send(None, message(letter()))

    assert receipt is None
    assert capsys.readouterr() == (f"{plain(wording(letter()))}\n\n", "")


async def test_what_is_worse_is_printed_anew(capsys):
    await Console().send(None, message(letter(Change.WORSENED)))

    assert capsys.readouterr().out.startswith("Worse: Agatha, sona_speech_1: 60 minutes")


async def test_several_alerts_and_reports_are_printed_too(capsys):
    await Console().send(None, message(letter(), letter(alert=13)))
    await Console().send(None, message(repeats=True))
    several, report = capsys.readouterr().out.split("\n\n\n")[0], "A test message"

    assert several.startswith("2 alerts of voice-spike\n\n")
    assert f"\n\n{report}: nothing happened\n{REPEATED}\n" in several


async def test_it_can_be_printed_where_errors_go(capsys):
    await Console(to="stderr").send(None, message(letter()))

    assert capsys.readouterr() == ("", f"{plain(wording(letter()))}\n\n")


async def test_a_terminal_that_went_away_is_a_letter_for_later(monkeypatch):
    class Gone(io.StringIO):
        def write(self, text):
            raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr(sys, "stdout", Gone())

    with pytest.raises(DeliveryError, match=r"cannot print to stdout: .*Broken pipe"):
        await Console().send(None, message(letter()))


async def test_a_probe_prints_nothing(capsys):
    assert await Console().probe(None) == "nothing to ask"
    assert capsys.readouterr() == ("", "")


async def test_what_the_terminal_has_no_letters_for_is_told_all_the_same(monkeypatch):
    shown = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(shown, encoding="ascii"))
    await Console().send(None, message(letter(names={VOICE: "애거사"})))

    assert shown.getvalue().startswith(b"???, sona_speech_1: 41.2 minutes in an hour")
