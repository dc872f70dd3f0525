"""What people do not want to hear of for a while, by the labels of alerts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

LONGEST = timedelta(days=90)
"""A silence that nobody remembers hides the one alert that mattered: none lasts for ever."""

_LITERAL = str.maketrans({char: f"[{char}]" for char in "*?["})


@dataclass(frozen=True, slots=True)
class Silence:
    """Alerts that nobody is told of, from one moment to another."""

    number: int
    """What people call it by; 0: it has none yet."""
    match: Mapping[str, tuple[str, ...]]
    """Label to shell patterns, any of which may match; an alert lacking a label never does."""
    start: datetime
    end: datetime
    """From this moment on it is over."""
    author: str
    reason: str

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether it speaks of an alert with these labels.

        >>> day = datetime(2026, 11, 20), datetime(2026, 11, 21)
        >>> silence = Silence(3, {"rule": ("voice-*",)}, *day, "anna", "load test")
        >>> silence.matches({"rule": "voice-spike"}), silence.matches({"voice": "agatha"})
        (True, False)
        """
        return all(
            name in labels and any(fnmatchcase(labels[name], pattern) for pattern in patterns)
            for name, patterns in self.match.items()
        )

    def active(self, at: datetime) -> bool:
        return self.start <= at < self.end


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a silence cannot be made as it was asked for."""

    key: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.key}: expected {self.expected}, got {self.found}"


def flaw(silence: Silence, at: datetime) -> Flaw | None:
    """What is wrong with a silence that somebody asks for at this moment; None: nothing."""
    if not silence.match or not all(silence.match.values()):
        return Flaw("match", "at least one label with a pattern, such as rule=voice-*", "none")
    if not silence.reason:
        return Flaw("reason", "why nobody should hear of it", "nothing")
    if not silence.author:
        return Flaw("by", "the name of whoever asks for it", "nothing")
    return _flaw_of_span(silence, at)


def exactly(value: str) -> str:
    """The pattern that matches this value and no other.

    >>> exactly("agatha"), exactly("a*[b]?")
    ('agatha', 'a[*][[]b][?]')
    """
    return value.translate(_LITERAL)


def _flaw_of_span(silence: Silence, at: datetime) -> Flaw | None:
    found = _spelled(silence.end)
    if silence.end <= silence.start:
        return Flaw("end", f"later than its start, {_spelled(silence.start)}", found)
    if silence.end <= at:
        return Flaw("end", f"later than now, {_spelled(at)}", found)
    if silence.end - at > LONGEST:
        return Flaw("end", f"no later than {LONGEST.days} days from now", found)
    return None


def _spelled(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
