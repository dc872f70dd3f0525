"""Log lines are for people, for the journal, or for machines."""

import json
import logging
import sys
from collections.abc import Mapping

import pytest

from daemon.log import LogFormat, set_up_log


def written(
    capsys: pytest.CaptureFixture[str], format_: LogFormat, environment: Mapping[str, str]
) -> str:
    set_up_log(format_, "info", environment)
    logging.getLogger("daemon.poll").warning("%s cannot be read", "voices")
    logging.getLogger("daemon.poll").debug("too small to mention")
    return capsys.readouterr().err


def test_a_person_reads_time_level_and_place(capsys: pytest.CaptureFixture[str]) -> None:
    line = written(capsys, LogFormat.TEXT, {})

    assert line.endswith("WARNING poll: voices cannot be read\n")
    assert line.count("\n") == 1


def test_the_journal_is_told_the_priority_and_keeps_the_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert written(capsys, LogFormat.TEXT, {"JOURNAL_STREAM": "8:1"}) == (
        "<4>poll: voices cannot be read\n"
    )


def test_a_machine_reads_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    line = json.loads(written(capsys, LogFormat.JSON, {}))

    assert line.pop("at").endswith("+00:00")
    assert line == {
        "level": "warning",
        "logger": "daemon.poll",
        "message": "voices cannot be read",
    }


@pytest.mark.parametrize("format_", list(LogFormat))
@pytest.mark.parametrize("environment", [{}, {"JOURNAL_STREAM": "8:1"}])
def test_an_error_brings_its_trace(
    capsys: pytest.CaptureFixture[str], format_: LogFormat, environment: Mapping[str, str]
) -> None:
    set_up_log(format_, "info", environment)
    try:
        1 / 0  # noqa: B018
    except ZeroDivisionError:
        logging.getLogger("daemon").exception("failed")

    assert "ZeroDivisionError" in capsys.readouterr().err


def test_libraries_that_chatter_are_heard_only_in_trouble(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up_log(LogFormat.TEXT, "debug", {})
    logging.getLogger("apscheduler.scheduler").info("Added job")

    assert capsys.readouterr().err == ""
    assert sys.stderr is not None


def test_a_line_is_left_as_it_was_for_whoever_reads_it_next(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    root = logging.getLogger()
    set_up_log(LogFormat.TEXT, "info", {})
    root.addHandler(caplog.handler)
    logging.getLogger("daemon.poll").info("fine")

    assert [record.name for record in caplog.records] == ["daemon.poll"]
