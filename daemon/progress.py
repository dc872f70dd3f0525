"""How far the reading of history has come: one line of a terminal, drawn again in its place."""

import io
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, TextIO

from daemon.clock import Clock
from rules.words import span

_CELLS = 10
_ERASE = "\r\x1b[K"


class Progress(Protocol):
    def advance(self, source: str, done: timedelta, of: timedelta) -> None:
        """So much of a source's history is read; all of it where `done` is no less than `of`.

        Of a source that is read to its end, and was not shown before, nothing is said.
        """
        ...

    def leave(self, source: str) -> None:
        """It cannot be read on for now: nothing more is shown of it until it advances again."""
        ...


class Silent:
    """Where nobody looks on."""

    def advance(self, source: str, done: timedelta, of: timedelta) -> None:
        pass

    def leave(self, source: str) -> None:
        pass


@dataclass(frozen=True, slots=True)
class _Way:
    done: timedelta
    of: timedelta

    @property
    def share(self) -> float:
        return 1.0 if self.done >= self.of else max(self.done / self.of, 0.0)


class Line:
    """Every source whose history is being read, with a bar."""

    def __init__(self, out: TextIO, clock: Clock) -> None:
        self._out = out
        self._clock = clock
        self._began = clock.now()
        self._ways: dict[str, _Way] = {}
        self._full, self._empty = _cells(out)

    def advance(self, source: str, done: timedelta, of: timedelta) -> None:
        if source not in self._ways and done >= of:
            return
        if not self._ways:
            self._began = self._clock.now()
        self._ways[source] = _Way(done, of)
        self._go_on()

    def leave(self, source: str) -> None:
        if self._ways.pop(source, None) is not None:
            self._go_on()

    def draw(self) -> None:
        if self._ways:
            self._put(_ERASE + self._fitting())

    def erase(self) -> None:
        if self._ways:
            self._put(_ERASE)

    def end(self) -> None:
        """Nothing is shown any more, whatever is not done."""
        self.erase()
        self._ways.clear()

    def _go_on(self) -> None:
        if any(way.share < 1 for way in self._ways.values()):
            self.draw()
            return
        if self._ways:
            self._put(_ERASE + self._summary() + "\n")
        else:
            self._put(_ERASE)
        self._ways.clear()

    def _summary(self) -> str:
        read = ", ".join(f"{span(way.of)} of {name}" for name, way in self._ways.items())
        took = self._clock.wall(self._clock.now() - self._began)
        return f"history read in {span(took)}: {read}"

    def _fitting(self) -> str:
        """A line that wraps cannot be drawn again in its place, so it must not."""
        room = _columns(self._out) - 1
        whole = self._said(_CELLS)
        return whole if len(whole) <= room else self._said(0)[:room]

    def _said(self, cells: int) -> str:
        return "  ".join(["reading history", *(self._of(name, cells) for name in self._ways)])

    def _of(self, source: str, cells: int) -> str:
        share = self._ways[source].share
        if share == 1:
            return f"{source} done"
        full = int(share * cells)
        bar = f"{self._full * full}{self._empty * (cells - full)} " if cells else ""
        return f"{source} {bar}{int(share * 100)}%"

    def _put(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()


class _Above(io.TextIOBase):
    """A stream whose lines appear above ours."""

    def __init__(self, stream: TextIO, line: Line) -> None:
        self._stream = stream
        self._line = line

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._stream.encoding

    def write(self, text: str) -> int:
        self._line.erase()
        count = self._stream.write(text)
        if text.endswith("\n"):
            self._stream.flush()
            self._line.draw()
        return count

    def flush(self) -> None:
        # It is collected after the stream, and Python flushes what it collects.
        if not self._stream.closed:
            self._stream.flush()

    def isatty(self) -> bool:
        return self._stream.isatty()

    def fileno(self) -> int:
        return self._stream.fileno()


@contextmanager
def open_progress(environment: Mapping[str, str], clock: Clock) -> Iterator[Progress]:
    """A line on standard error where that is a terminal, and silence where it is none.

    What is printed meanwhile appears above it: set up the log inside.
    """
    if not sys.stderr.isatty() or environment.get("TERM") == "dumb":
        yield Silent()
        return
    line = Line(sys.stderr, clock)
    with ExitStack() as stack:
        stack.callback(line.end)
        if sys.stdout.isatty():
            stack.enter_context(redirect_stdout(_Above(sys.stdout, line)))
        stack.enter_context(redirect_stderr(_Above(sys.stderr, line)))
        yield line


def _cells(out: TextIO) -> tuple[str, str]:
    try:
        "█░".encode(out.encoding)
    except UnicodeEncodeError:
        return "#", "-"
    return "█", "░"


def _columns(out: TextIO) -> int:
    try:
        return os.get_terminal_size(out.fileno()).columns or 80
    except OSError:
        return 80
