"""Who moved it: what each part of a sum has to do with a change, so that all of it adds up.

A part is expected to do what it usually does at that time, all parts scaled alike until they come
to what the rule expected of the sum. They are then rounded together: the parts of one label add up
to the verdict's numbers exactly, as fractions do, not nearly, as floats do.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor, fsum, isfinite, ulp

import numpy as np

from rules.baseline import middle_at
from rules.panel import Floats, Panel
from rules.past import Cells, Places
from rules.season import rolling, seasons
from rules.series import Labels
from rules.verdict import Part, Verdict

MOST = 5
"""So many parts of a label are named; what the rest did is summed."""

WEEKS = 8
"""How far a part's own past is looked at."""

DIGITS = 1 << 53
"""What a float can count to without leaving any number out."""

REST = "other"
"""What is not named, and what does not bear the label at all."""


@dataclass(frozen=True, slots=True)
class Share:
    """One part, in the units of its series: these are yet to be scaled."""

    observed: float
    expected: float


def parts_of(panel: Panel, columns: Places, verdict: Verdict) -> tuple[Part, ...]:
    """Who moved a sum of these columns, label by label; empty where there is nobody to tell apart,
    nothing was expected, or the parts cannot be made to add up."""
    if len(columns) < 2 or verdict.expected is None:
        return ()
    shares = _shares(panel, columns, verdict)
    numbers = [verdict.observed, verdict.expected]
    numbers += [number for share in shares for number in (share.observed, share.expected)]
    if not all(map(isfinite, numbers)):
        return ()
    of = [panel.series[column].labels for column in columns.tolist()]
    names = sorted({name for labels in of for name, _ in labels})
    return tuple(part for name in names for part in _by(name, of, shares, verdict))


def _shares(panel: Panel, columns: Places, verdict: Verdict) -> list[Share]:
    """What each column did in the buckets that were counted, and what it usually does in them."""
    last = panel.row(verdict.at)
    first = last if verdict.counted_from is None else max(panel.row(verdict.counted_from), 0)
    rows = slice(first, last + 1)
    values = np.nan_to_num(panel.values[rows].take(columns, axis=1))
    usual = _usual(panel, columns, rows)
    if not usual.any():
        # Nobody has a usual then: what they did in all that is remembered stands for it.
        usual = np.nansum(panel.values[: last + 1].take(columns, axis=1), axis=0)[None]
    pairs = zip(values.T.tolist(), usual.T.tolist(), strict=True)
    return [Share(fsum(observed), fsum(expected)) for observed, expected in pairs]


def _usual(panel: Panel, columns: Places, rows: slice) -> Floats:
    """The median of the same time of the week, of the day, or of late; zero where none is known,
    and never below."""
    width = panel.metric.width
    many = rows.stop - rows.start
    buckets = np.repeat(np.arange(rows.start, rows.stop), len(columns))
    cells = Cells(panel.ordinary().values, buckets, np.tile(columns, many))
    found = middle_at(cells, (*seasons(width, WEEKS), rolling(width, WEEKS)))
    return np.maximum(np.nan_to_num(found), 0).reshape(many, len(columns))


def _by(
    name: str, of: Sequence[Labels], shares: Sequence[Share], verdict: Verdict
) -> Iterator[Part]:
    """The parts by one label; none where all of them bear the same value of it."""
    groups: dict[str, list[Share]] = defaultdict(list)
    for labels, share in zip(of, shares, strict=True):
        groups[dict(labels).get(name, REST)].append(share)
    summed = {value: _sum(many) for value, many in groups.items()}
    if len(summed) < 2:
        return
    told = _most(summed, verdict)
    expected = verdict.expected or 0.0
    observed_by = split(verdict.observed, [share.observed for share in told.values()])
    expected_by = split(expected, [share.expected for share in told.values()])
    if observed_by is None or expected_by is None:
        return
    for value, observed, usual in zip(told, observed_by, expected_by, strict=True):
        if observed or usual:
            yield Part(name, value, observed, usual)


def _sum(shares: Sequence[Share]) -> Share:
    return Share(fsum(each.observed for each in shares), fsum(each.expected for each in shares))


def _most(summed: dict[str, Share], verdict: Verdict) -> dict[str, Share]:
    """The parts that moved most, the one that moved most first, and the rest as one, last."""
    whole = _sum(list(summed.values()))
    up = verdict.observed / whole.observed if whole.observed else 0.0
    usual = (verdict.expected or 0.0) / whole.expected if whole.expected else 0.0

    def moved(value: str) -> tuple[float, str]:
        share = summed[value]
        return -abs(share.observed * up - share.expected * usual), value

    ranked = sorted((value for value in summed if value != REST), key=moved)
    rest = [summed[value] for value in (*ranked[MOST:], *summed.keys() & {REST})]
    return {value: summed[value] for value in ranked[:MOST]} | {REST: _sum(rest)}


def split(total: float, weights: Sequence[float]) -> tuple[float, ...] | None:
    """A total in proportion to these weights, so that the pieces add up to it exactly.

    All of them are cut on the grid of the total's own last digit, and what is left over goes to
    those that lost most by the cutting. The last piece takes it all where no weight says more.
    None where one of them would have more digits than a number can hold, which takes weights of
    both signs.

    >>> split(1.0, [1, 1, 1])
    (0.3333333333333335, 0.33333333333333326, 0.33333333333333326)
    >>> split(341.0, [320, 21]), split(30.0, [0, 0])
    ((320.0, 21.0), (0.0, 30.0))
    """
    weight = sum(map(Fraction, weights), Fraction(0))
    if not weight:
        return None if any(weights) else (*(0.0 for _ in weights[1:]), total)
    grain = Fraction(ulp(total))
    exact = [Fraction(total) * Fraction(each) / weight / grain for each in weights]
    cut = [floor(each) for each in exact]
    left = round(Fraction(total) / grain) - sum(cut)
    lost = sorted(range(len(cut)), key=lambda place: cut[place] - exact[place])
    for place in lost[:left]:
        cut[place] += 1
    if max(map(abs, cut)) > DIGITS:
        return None
    return tuple(float(each * grain) for each in cut)
