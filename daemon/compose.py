"""A bundle as a message: in words, and drawn."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from logging import getLogger

from daemon.bundle import Bundle
from daemon.chart import as_png, drawn
from daemon.letter import Circular, Letter
from daemon.message import File, Tone, Wording
from daemon.notifier import Copy, Message
from daemon.text import one_line
from daemon.wording import digest, tone_of, wording

log = getLogger(__name__)

_UNSAID = "There is more to say, but an error of ours keeps it from being said: report it."
"""Instead of all that could not be worded, or laid out."""
_NAMED = 20
"""So many alerts are named where nothing else can be said of them."""


def in_words(bundle: Bundle, spoken: Mapping[int, Letter]) -> Message:
    """`composed`, or where that fails by an error of our own, which alerts they are."""
    try:
        return composed(bundle, spoken)
    except Exception:  # whatever it is, people wait to be told
        log.exception("a message could not be worded: report it")
        return _barely(bundle)


def stripped(message: Message) -> Message:
    """The same with nothing but its title, for a place that cannot lay out the rest."""
    words = message.wording
    bare = Wording(words.title, words.story, (_UNSAID,), (), "", news=words.news)
    return replace(message, wording=bare, pictures=(), files=())


def composed(bundle: Bundle, spoken: Mapping[int, Letter]) -> Message:
    """`spoken` holds the last letter of each alert that its earlier message speaks of."""
    contents = [one.content for one in bundle.told]
    if isinstance(contents[0], Circular):
        return _circular(bundle, contents[0])
    if isinstance(contents[0], Copy):
        return replace(contents[0].message, repeats=bundle.unknown)
    news = {one.alert: one for one in contents if isinstance(one, Letter)}
    letters = tuple((dict(spoken) | news).values())
    words = _worded(letters, tuple(news.values()))
    return Message(
        key=bundle.key,
        written_at=max(letter.owed_at for letter in letters),
        wording=words,
        tone=tone_of(letters),
        letters=letters,
        unchanged=frozenset(spoken) - frozenset(news),
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


def _barely(bundle: Bundle) -> Message:
    """Made of as little as can be, lest it fails for what made `composed` fail."""
    contents = [one.content for one in bundle.told]
    letters = tuple(one for one in contents if isinstance(one, Letter))
    lines = tuple(map(_named, letters[:_NAMED]))
    more = (f"and {len(letters) - _NAMED} more",) if len(letters) > _NAMED else ()
    title = lines[0] if len(letters) == 1 else f"{len(contents)} messages of Meterwatch"
    said = (_UNSAID, *(() if len(letters) == 1 else lines), *more)
    return Message(
        key=bundle.key,
        written_at=max(one.owed_at for one in contents),
        wording=Wording(title, title, said, (), "", news=title if bundle.receipt else ""),
        tone=Tone.WARNING,
        letters=letters,
        receipt=bundle.receipt,
        repeats=bundle.unknown,
    )


def _named(letter: Letter) -> str:
    alert = letter.event.alert
    what = f"alert {letter.alert} of rule {alert.rule}: {letter.event.change} ({alert.series.key})"
    return one_line(what)


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
        try:
            svg = File("chart.svg", words.story, drawn(trace, words.story).encode())
            yield from _png(svg)
        except Exception:  # the words are worth more than the picture
            log.exception("a chart could not be drawn: report it")


def _png(svg: File) -> Iterator[File]:
    """Nothing, where this machine cannot draw."""
    png = as_png(svg.content.decode())
    if png is not None:
        yield File(svg.name.removesuffix(".svg") + ".png", svg.title, png)
