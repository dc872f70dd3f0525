"""Text as it may stand in a message: on one line, not too long, nothing in it unseen."""

import unicodedata
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime


def one_line(text: str, longest: int | None = None) -> str:
    """Text as it may stand in a header or a title: no line ends, nothing that cannot be seen.

    >>> one_line("Aga\\ntha \\u202e")
    'Aga tha'
    """
    seen = (" " if char.isspace() else char for char in text if char.isspace() or _visible(char))
    line = " ".join("".join(seen).split())
    return line if longest is None else clip(line, longest)


def clip(text: str, longest: int) -> str:
    """The beginning of a text, with an ellipsis where it had to be cut.

    >>> clip("Agatha", 6), clip("Agatha", 5)
    ('Agatha', 'Agat…')
    """
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def moment(at: datetime) -> str:
    """A moment as people write it; letters are read within days, so the year goes unsaid.

    >>> from datetime import UTC
    >>> moment(datetime(2026, 11, 20, 14, tzinfo=UTC))
    'Fri 20 Nov 14:00 UTC'
    """
    return f"{at:%a} {at.day} {at:%b %H:%M} UTC"


def aligned(rows: Sequence[Sequence[str]], numbers: Collection[int] = ()) -> Iterator[str]:
    """Rows of cells as lines of a table; columns of `numbers` stand flush right.

    >>> list(aligned([("rule", "series"), ("busy", "7")], numbers=(1,)))
    ['rule  series', 'busy       7']
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            cell.rjust(wide) if place in numbers else cell.ljust(wide)
            for place, (cell, wide) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()


def is_link(text: str) -> bool:
    return text.startswith(("https://", "http://")) and " " not in text


def _visible(char: str) -> bool:
    # The joiner is inside family emoji; everything else unseen only reorders or hides text.
    return char == "\u200d" or not unicodedata.category(char).startswith("C")
