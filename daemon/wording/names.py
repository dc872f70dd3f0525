"""How series, labels and values are called in a letter."""

from daemon.letter import Letter
from daemon.text import one_line
from rules.series import Labels, Series

LONGEST_NAME = 80
"""A vendor may call a voice anything, a whole novel included."""

INITIALISMS = {"api": "API", "id": "ID", "url": "URL"}


def labels_in(letter: Letter) -> Labels:
    """Those whose value people gave a name come first: they are what people talk about."""
    return tuple(
        sorted(letter.event.alert.series.labels, key=lambda one: one[1] not in letter.names)
    )


def subject(letter: Letter) -> str:
    """Who or what it is about, for a title."""
    values = [value for _, value in labels_in(letter)]
    said = [one_line(letter.names.get(v, shortened(v)), LONGEST_NAME) for v in values]
    series = letter.event.alert.series
    # Labels are the vendor's and stay as they are; ours begins a sentence.
    return ", ".join(said) or capital(meter(series))


def meter(series: Series) -> str:
    """What is counted, and by which source, unless both have one name."""
    if series.metric == series.source:
        return spoken(series.metric)
    return f"{spoken(series.metric)} of {one_line(series.source)}"


def named(letter: Letter, value: str) -> str:
    name = letter.names.get(value)
    if name is None or name == value:
        return one_line(value, LONGEST_NAME)
    return f"{one_line(name, LONGEST_NAME)} ({shortened(value)})"


def shortened(value: str) -> str:
    """An identifier nobody reads to its end."""
    line = one_line(value)
    return line if len(line) <= 16 else f"{line[:8]}…"


def spoken(name: str) -> str:
    return one_line(name).replace("_", " ")


def label(name: str) -> str:
    """
    >>> label("voice_id"), label("api_key"), label("model")
    ('Voice', 'API key', 'Model')
    """
    return capital(called(name))


def called(name: str) -> str:
    """The same inside a sentence.

    >>> called("voice_id"), called("api_key")
    ('voice', 'API key')
    """
    words = spoken(name).removesuffix(" id").split()
    return " ".join(INITIALISMS.get(word, word) for word in words)


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
