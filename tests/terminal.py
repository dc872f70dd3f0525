"""A terminal to write on, and what a person would see there."""

import os
import pty
import re
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

TOKENS = re.compile(r"\x1b\[K|[\r\n]|.")


def screen(written: str) -> list[str]:
    """What a terminal shows of it, line by line."""
    lines, column = [""], 0
    for token in TOKENS.findall(written):
        if token == "\n":
            lines.append("")
        elif token == "\x1b[K":
            lines[-1] = lines[-1][:column]
        elif token != "\r":
            lines[-1] = lines[-1][:column].ljust(column) + token + lines[-1][column + 1 :]
            column += 1
        column = 0 if token in "\r\n" else column
    return lines


@contextmanager
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Standard output and error on a terminal; yields its other end."""
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0), os.fdopen(theirs, "w", encoding="utf-8") as out:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", out)
            yield ours


def read(terminal: int, last: str) -> str:
    """What was written, up to its last words."""
    seen = b""
    while not seen.endswith(last.encode()):
        assert select.select([terminal], [], [], 10)[0], f"never came to {last!r}: {seen!r}"
        seen += os.read(terminal, 65536)
    return seen.decode()
