"""How series, labels and values are called in a letter."""

import re

from daemon.letter import Letter
from daemon.text import clip, one_line
from rules.series import Labels, Series

LONGEST_NAME = 80
"""A vendor may call a voice anything, a whole novel included."""

_LONGEST_WORDS = 40
_OPAQUE = re.compile(r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-|(?=[A-Za-z]*[0-9])[0-9A-Za-z]{15,}")
"""A UUID, or letters and digits in a row longer than any word."""

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
    """An identifier nobody reads to its end; what is made of words says who it is only at its end.

    >>> shortened("e5f6fb1a53d0add8e7d0"), shortened("claude-3-5-haiku-20241022")
    ('e5f6fb1a…', 'claude-3-5-haiku-20241022')
    """
    line = one_line(value)
    if len(line) > 16 and _OPAQUE.search(line):
        return f"{line[:8]}…"
    return clip(line, _LONGEST_WORDS)


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
