"""How far a number is from its nearest neighbour of late, and how rare so wide a gap is."""

from bisect import bisect_left, insort
from collections import deque
from math import inf, log, log10

RAREST = 15.0
"""No gap is called rarer than once in 10 to this power: that was guessed from far fewer."""
FLATTEST = 0.02
"""A tail is never taken for thinner, even if its gaps are all alike."""


class Recent:
    """The last numbers, in the order of size."""

    __slots__ = ("_arrived", "_many", "_sorted")

    def __init__(self, many: int) -> None:
        self._many = many
        self._sorted: list[float] = []
        self._arrived: deque[float] = deque()

    def __len__(self) -> int:
        return len(self._sorted)

    def add(self, number: float) -> float:
        """How far it is from the nearest: infinite where there was none."""
        place = bisect_left(self._sorted, number)
        below = number - self._sorted[place - 1] if place else inf
        above = self._sorted[place] - number if place < len(self._sorted) else inf
        self._sorted.insert(place, number)
        self._arrived.append(number)
        if len(self._arrived) > self._many:
            del self._sorted[bisect_left(self._sorted, self._arrived.popleft())]
        return min(above, below)

    def median(self) -> float:
        """Of at least one number."""
        return middle(self._sorted)


def middle(ordered: list[float]) -> float:
    """The median of numbers in order."""
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


class Tail:
    """How rare a gap is among all the gaps before it.

    Only the widest gaps are kept, and how many there were in all: the others are common, whatever
    their size. Through the widest share of them a Pareto tail is laid (Hill's estimate), since the
    next record is nearly always wider than the last. Until there are enough, nothing is rare.
    """

    __slots__ = ("_kept", "_least", "_many", "_most", "_share", "_warm")

    def __init__(self, share: float, least: int, most: int, warm: int) -> None:
        self._share, self._least, self._most, self._warm = share, least, most, warm
        self._kept: list[float] = []
        self._many = 0

    def add(self, gap: float) -> float:
        """Minus the decimal logarithm of the share of earlier gaps as wide.

        >>> tail = Tail(share=0.02, least=10, most=4096, warm=100)
        >>> before = [tail.add(gap) for gap in range(1, 1000)]
        >>> round(tail.add(900), 3), tail.add(2000) > 3
        (0.996, True)
        """
        found = self._rarity(gap) if self._many >= self._warm else 0.0
        insort(self._kept, gap)
        self._many += 1
        if len(self._kept) > self._most:
            del self._kept[0]
        return found

    def _rarity(self, gap: float) -> float:
        wider = len(self._kept) - bisect_left(self._kept, gap)
        edge = min(max(self._least, int(self._share * self._many)), len(self._kept) - 1)
        start = self._kept[-edge - 1]
        if gap > start > 0:
            return min(self._guess(gap, start, edge), RAREST)
        if gap > start:
            return log10((self._many + 1) / (wider + 0.5))
        if wider == len(self._kept):
            return 0.0
        return log10((self._many + 1) / (wider + 1))

    def _guess(self, gap: float, start: float, edge: int) -> float:
        begins = log(start)
        slope = sum(map(log, self._kept[-edge:])) / edge - begins
        share = edge / self._many
        return (log(gap) - begins) / (max(slope, FLATTEST) * log(10)) - log10(share)


class Gaps:
    """The rarity of each number's gap, one number after the other.

    An odd number is rare once: from then on it is a neighbour to others like it. A constant past
    has no gaps at all, and any other number is as rare as that past is long.
    """

    __slots__ = ("_first", "_recent", "_tail")

    def __init__(self, recent: Recent, tail: Tail, first: int) -> None:
        self._recent, self._tail, self._first = recent, tail, first

    def rarity(self, number: float, grain: float) -> float:
        """Zero is common, 3 is once in a thousand. The number is remembered.

        Numbers nearer to each other than `grain` are the same number, computed in another way.
        """
        known = len(self._recent)
        gap = self._recent.add(number)
        if known < self._first:
            return 0.0
        return self._tail.add(gap if gap > grain else 0.0)
