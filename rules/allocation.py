"""Who pays for what: a whole split among cost centres, whose shares add up to it to the cent."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fnmatch import fnmatchcase
from fractions import Fraction
from math import floor

from rules.series import Series

NOT_ALLOCATED = "not allocated"
"""What no cost centre wants."""
PLACES = 2
"""Decimal places of money."""

Where = Mapping[str, tuple[str, ...]]
"""Label to shell patterns, any of which may match."""


def centre_of(series: Series, centres: Mapping[str, Where]) -> str:
    """The first cost centre that wants a series; its source and its metric count as labels.

    >>> agatha = Series("tts", "minutes", (("voice", "agatha"),))
    >>> centre_of(agatha, {"radio": {"voice": ("aga*",)}, "all": {"source": ("tts",)}})
    'radio'
    >>> centre_of(agatha, {"radio": {"voice": ("bob",)}})
    'not allocated'
    """
    labels = {**dict(series.labels), "source": series.source, "metric": series.metric}
    return next((name for name, where in centres.items() if _matches(labels, where)), NOT_ALLOCATED)


def _matches(labels: Mapping[str, str], where: Where) -> bool:
    return all(
        name in labels and any(fnmatchcase(labels[name], pattern) for pattern in patterns)
        for name, patterns in where.items()
    )


def written(value: float) -> str:
    """A sum as who adds up by hand writes it, without the dust that is left of adding floats.

    >>> written(0.1 + 0.2), written(277.03999999999996), written(2.0**53 + 2)
    ('0.3', '277.04', '9007199254740994')
    """
    return f"{value:.0f}" if value.is_integer() else f"{value:.14g}"


def exact(values: Iterable[float]) -> Fraction:
    """Numbers added up as they are written, without rounding.

    >>> exact([0.1, 0.2]) == Fraction(3, 10)
    True
    """
    return sum((Fraction(written(float(value))) for value in values), Fraction(0))


def rounded(amount: Fraction, places: int = PLACES) -> Decimal:
    """To the cent, half to even.

    >>> rounded(Fraction(1, 8)), rounded(Fraction(-1, 3)), rounded(Fraction(2, 3), 0)
    (Decimal('0.12'), Decimal('-0.33'), Decimal('1'))
    """
    return _decimal(round(amount * 10**places), places)


def allocated(parts: Mapping[str, Fraction], places: int = PLACES) -> dict[str, Decimal]:
    """What each part comes to, so that together they are the whole as it is `rounded`.

    Each is rounded down first; the cents that then lack go to whom most was taken from, of equals
    to the first. So nobody is off by a whole cent, and whoever used nothing pays nothing.

    >>> third = Fraction(10, 3)
    >>> [str(each) for each in allocated({"a": third, "b": third, "c": third}).values()]
    ['3.34', '3.33', '3.33']
    """
    cents = {name: amount * 10**places for name, amount in parts.items()}
    shares = {name: floor(amount) for name, amount in cents.items()}
    lacking = round(sum(cents.values(), Fraction(0))) - sum(shares.values())
    for name in _most_taken_from(cents, shares)[:lacking]:
        shares[name] += 1
    return {name: _decimal(share, places) for name, share in shares.items()}


def _most_taken_from(cents: Mapping[str, Fraction], shares: Mapping[str, int]) -> Sequence[str]:
    return sorted(cents, key=lambda name: shares[name] - cents[name])


def _decimal(cents: int, places: int) -> Decimal:
    """Exact however large it is, as no arithmetic of decimals would be."""
    digits = tuple(int(digit) for digit in str(abs(cents)))
    return Decimal((cents < 0, digits, -places))
