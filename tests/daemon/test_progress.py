"""The line that says how far history was read is drawn in its place, and never in others' way."""

import io
import logging
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import click
import pytest

from daemon.log import LogFormat, set_up_log
from daemon.progress import Line, Silent, _Above, open_progress
from tests.fakes import HandClock
from tests.terminal import read, screen, terminal

DAY = timedelta(days=1)
HISTORY = 60 * DAY


@dataclass
class Desk:
    """A line on paper, and the clock beside it."""

    paper: io.StringIO
    clock: HandClock
    line: Line

    @property
    def shown(self) -> list[str]:
        return screen(self.paper.getvalue())


@pytest.fixture
def desk() -> Desk:
    class Paper(io.StringIO):
        encoding = "utf-8"

    paper, clock = Paper(), HandClock(datetime(2026, 11, 20, tzinfo=UTC))
    return Desk(paper, clock, Line(paper, clock))


def test_every_source_that_reads_has_its_bar_on_one_line(desk: Desk) -> None:
    desk.line.advance("voices", 0 * DAY, HISTORY)
    desk.line.advance("days", 14 * DAY, HISTORY)
    desk.line.advance("voices", 42 * DAY, HISTORY)

    assert desk.shown == ["reading history  voices ███████░░░ 70%  days ██░░░░░░░░ 23%"]


def test_one_that_is_done_waits_for_the_others_and_then_all_is_said_once(desk: Desk) -> None:
    desk.line.advance("voices", 42 * DAY, HISTORY)
    desk.line.advance("days", 14 * DAY, 30 * DAY)
    desk.line.advance("voices", HISTORY, HISTORY)
    assert desk.shown == ["reading history  voices done  days ████░░░░░░ 46%"]
    desk.clock.at += timedelta(seconds=42)
    desk.line.advance("days", 30 * DAY, 30 * DAY)

    assert desk.shown == ["history read in 42 seconds: 60 days of voices, 30 days of days", ""]


def test_a_source_with_no_history_to_read_is_not_worth_a_word(desk: Desk) -> None:
    desk.line.advance("credits", HISTORY, HISTORY)
    desk.line.leave("credits")

    assert desk.paper.getvalue() == ""


def test_one_that_cannot_be_read_on_is_taken_off_the_line(desk: Desk) -> None:
    desk.line.advance("voices", 0 * DAY, HISTORY)
    desk.line.advance("days", 0 * DAY, HISTORY)
    desk.line.leave("voices")
    assert desk.shown == ["reading history  days ░░░░░░░░░░ 0%"]
    desk.line.leave("days")

    assert desk.shown == [""]


def test_what_is_read_is_said_though_another_could_not_be(desk: Desk) -> None:
    desk.line.advance("voices", 0 * DAY, HISTORY)
    desk.line.advance("days", 0 * DAY, HISTORY)
    desk.line.advance("days", HISTORY, HISTORY)
    desk.line.leave("voices")

    assert desk.shown == ["history read in 0 seconds: 60 days of days", ""]


def test_the_time_is_taken_anew_for_what_comes_later(desk: Desk) -> None:
    for name in ("voices", "days"):
        desk.clock.at += timedelta(hours=1)
        desk.line.advance(name, 0 * DAY, HISTORY)
        desk.clock.at += timedelta(seconds=2)
        desk.line.advance(name, HISTORY, HISTORY)

    assert desk.shown == [
        "history read in 2 seconds: 60 days of voices",
        "history read in 2 seconds: 60 days of days",
        "",
    ]


def test_where_bars_do_not_fit_there_are_numbers_and_nothing_wraps(desk: Desk) -> None:
    for number in range(4):
        desk.line.advance(f"source-{number}", 6 * DAY, HISTORY)
    assert desk.shown[0].endswith("source-2 10%  source-3 10%")
    for number in range(4, 40):
        desk.line.advance(f"source-{number}", 6 * DAY, HISTORY)

    assert len(desk.shown) == 1
    assert len(desk.shown[0]) == 79


def test_where_blocks_cannot_be_written_there_are_plain_signs() -> None:
    with io.TextIOWrapper(io.BytesIO(), encoding="ascii", write_through=True) as paper:
        Line(paper, HandClock(datetime(2026, 11, 20, tzinfo=UTC))).advance("a", 30 * DAY, HISTORY)
        written = paper.buffer.getvalue().decode()  # type: ignore[attr-defined]

    assert screen(written) == ["reading history  a #####----- 50%"]


def test_what_is_logged_and_printed_meanwhile_stands_above(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = HandClock(datetime(2026, 11, 20, tzinfo=UTC))
    with terminal(monkeypatch) as ours:
        with open_progress({"TERM": "xterm"}, clock) as progress:
            set_up_log(LogFormat.TEXT, "info", {"JOURNAL_STREAM": "8:1"})
            progress.advance("voices", 0 * DAY, HISTORY)
            logging.getLogger("daemon.poll").info("read up to 5 October")
            click.echo("┌─ Slack\n└─")
            before = read(ours, "0%")
            progress.advance("voices", 30 * DAY, HISTORY)
            during = read(ours, "50%")
        logging.getLogger("daemon.app").info("stopped")
        after = read(ours, "stopped\r\n")

    assert screen(before)[-1] == "reading history  voices ░░░░░░░░░░ 0%"
    assert screen(before + during) == [
        *("<6>poll: read up to 5 October", "┌─ Slack", "└─"),
        "reading history  voices █████░░░░░ 50%",
    ]
    assert screen(before + during + after)[-2:] == ["<6>app: stopped", ""]


@pytest.mark.parametrize("environment", [{"TERM": "dumb"}])
def test_a_terminal_that_cannot_draw_in_place_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    with terminal(monkeypatch):
        with open_progress(environment, HandClock(datetime(2026, 11, 20, tzinfo=UTC))) as progress:
            assert isinstance(progress, Silent)


def test_where_nobody_looks_on_nothing_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    clock = HandClock(datetime(2026, 11, 20, tzinfo=UTC))
    before = sys.stdout, sys.stderr
    with open_progress({"TERM": "xterm"}, clock) as progress:
        progress.advance("voices", 0 * DAY, HISTORY)
        progress.leave("voices")

        assert (sys.stdout, sys.stderr) == before
    assert capsys.readouterr() == ("", "")


def test_a_stream_above_outlives_the_one_below_without_a_word(desk: Desk) -> None:
    below = io.StringIO()
    above = _Above(below, desk.line)
    below.close()

    above.flush()
    above.close()
    assert above.closed
