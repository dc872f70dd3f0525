"""A table as lines that can be read on a telephone, where columns would not fit."""

from collections.abc import Iterator, Sequence

from daemon.message import Table
from daemon.notifiers.slack.escaped import Room

CELL = 150
TITLE = 150
MORE = 60
"""What is kept for the words on how much was left out."""


def lines(table: Table, room: Room) -> Iterator[str]:
    """A line for its title, one for its head, and one a row, as many as there is room for."""
    if not table.rows or room.left < MORE * 3:
        return
    if table.title:
        yield f"*{room.take(table.title, TITLE)}*"
    if len(table.head) > 1 and any(table.head):
        yield f"_{_joined(table.head, room)}_"
    shown = 0
    for row in table.rows:
        if room.left < MORE + _length(row):
            break
        yield _row(row, room)
        shown += 1
    if left_out := _left_out(len(table.rows) - shown, table.more):
        yield f"_{room.take(left_out, MORE)}_"


def packed(rows: Sequence[str], longest: int) -> Iterator[str]:
    """Lines put together, each piece as long as it may be."""
    piece: list[str] = []
    for row in rows:
        if piece and sum(map(len, piece)) + len(piece) + len(row) > longest:
            yield "\n".join(piece)
            piece = []
        piece.append(row)
    if piece:
        yield "\n".join(piece)


def _row(cells: Sequence[str], room: Room) -> str:
    first, *others = cells
    name = room.take(first, CELL)
    return f"• *{name}*  {_joined(others, room)}" if any(others) else f"• {name}"


def _joined(cells: Sequence[str], room: Room) -> str:
    return " · ".join(room.take(cell, CELL) or "–" for cell in _told(cells))


def _told(cells: Sequence[str]) -> Sequence[str]:
    """Without those at the end that say nothing."""
    many = max((at for at, cell in enumerate(cells, 1) if cell), default=0)
    return cells[:many]


def _length(cells: Sequence[str]) -> int:
    """At most, once every character of it was escaped, with what stands between."""
    return sum(min(len(cell) * 5, CELL) + 3 for cell in cells) + 6


def _left_out(rows: int, more: str | None) -> str | None:
    if rows == 0:
        return more
    return f"and {rows:,} more here" + (f", {more}" if more else "")
