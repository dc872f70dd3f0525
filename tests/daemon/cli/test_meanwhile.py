"""A person at a terminal sees what a command is busy with; a file never does."""

import io

import pytest

from daemon.cli.meanwhile import busy, meanwhile


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_it_is_said_and_erased(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr", out := Terminal())
    with pytest.raises(ValueError, match="broke"), busy():
        meanwhile("trying busy with 10")
        raise ValueError("broke")

    assert out.getvalue() == "\r\x1b[Ktrying busy with 10\r\x1b[K"


def test_elsewhere_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", out := io.StringIO())
    with busy():
        meanwhile("trying")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr("sys.stderr", dumb := Terminal())
    meanwhile("trying")

    assert (out.getvalue(), dumb.getvalue()) == ("", "")
