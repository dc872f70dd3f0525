"""A bundle as a message: in words, and drawn."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from daemon.bundle import Bundle
from daemon.chart import as_png, drawn
from daemon.letter import Circular, Letter
from daemon.message import File, Wording
from daemon.notifier import Copy, Message
from daemon.wording import digest, tone_of, wording


def composed(bundle: Bundle, spoken: Mapping[int, Letter]) -> Message:
    """`spoken` holds the last letter of each alert that its earlier message speaks of."""
    contents = [one.content for one in bundle.told]
    if isinstance(contents[0], Circular):
        return _circular(bundle, contents[0])
    if isinstance(contents[0], Copy):
        return contents[0].message
    news = {one.alert: one for one in contents if isinstance(one, Letter)}
    letters = tuple((dict(spoken) | news).values())
    words = _worded(letters, tuple(news.values()))
    return Message(
        key=bundle.key,
        written_at=max(letter.owed_at for letter in letters),
        wording=words,
        tone=tone_of(letters),
        letters=letters,
        receipt=bundle.receipt,
        repeats=bundle.unknown,
        pictures=tuple(_chart(letters, words)),
    )


def _circular(bundle: Bundle, circular: Circular) -> Message:
    return Message(
        key=bundle.key,
        written_at=circular.owed_at,
        wording=circular.wording,
        tone=circular.tone,
        repeats=bundle.unknown,
        pictures=tuple(png for each in circular.pictures for png in _png(each)),
        files=circular.files,
    )


def _worded(letters: Sequence[Letter], news: Sequence[Letter]) -> Wording:
    """What the whole message says, and in its thread what is new of it."""
    if len(letters) == 1:
        return wording(letters[0])
    latest = wording(news[0]) if len(news) == 1 else digest(news)
    return replace(digest(letters), news=latest.title)


def _chart(letters: Sequence[Letter], words: Wording) -> Iterator[File]:
    """Of one alert. Of many there would be too much to see."""
    trace = letters[0].trace
    if len(letters) == 1 and trace is not None:
        svg = File("chart.svg", words.story, drawn(trace, words.story).encode())
        yield from _png(svg)


def _png(svg: File) -> Iterator[File]:
    """Nothing, where this machine cannot draw."""
    png = as_png(svg.content.decode())
    if png is not None:
        yield File(svg.name.removesuffix(".svg") + ".png", svg.title, png)
