"""What a person can mend is said in a sentence, and its exit code says who must act."""

import pytest

from daemon.cli.exits import Exit, complaints, failures
from daemon.config import ConfigError
from daemon.page import PageError
from daemon.source import SourceError, SourceRefused
from daemon.store.database import StoreError
from daemon.store.lock import StoreInUse
from daemon.table import TableError


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (StoreInUse("held by pid 7"), Exit.LATER),
        (StoreError("no store"), Exit.FAILURE),
        (PageError("port taken"), Exit.FAILURE),
        (TableError("usage.csv:1: no"), Exit.FAILURE),
        (SourceError("voices: 503"), Exit.FAILURE),
        (SourceRefused("voices: 401"), Exit.FAILURE),
    ],
)
def test_a_failure_is_one_line_and_a_code(
    error: Exception, code: Exit, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended, failures():
        raise error

    assert ended.value.code == code
    assert capsys.readouterr() == ("", f"meterwatch: {error}\n")


def test_a_fault_of_our_own_keeps_its_trace() -> None:
    with pytest.raises(ZeroDivisionError), failures(), complaints():
        _ = 1 / 0


def test_complaints_go_where_they_were_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    for to_stderr in (False, True):
        with pytest.raises(SystemExit) as ended, complaints(to_stderr=to_stderr):
            raise ConfigError(("a.yaml:1:1: no",))
        assert ended.value.code == Exit.CONFIG

    assert capsys.readouterr() == ("a.yaml:1:1: no\n", "a.yaml:1:1: no\n")
