"""What a command is busy with, on one line of a terminal that is gone when it is done."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_ERASE = "\r\x1b[K"


@contextmanager
def busy() -> Iterator[None]:
    """Nothing of it is left after this block, be it that it failed."""
    try:
        yield
    finally:
        _put(_ERASE)


def meanwhile(text: str) -> None:
    """Say so, where a person looks on: thousands of series take a while."""
    _put(_ERASE + text)


def _put(text: str) -> None:
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        sys.stderr.write(text)
        sys.stderr.flush()
