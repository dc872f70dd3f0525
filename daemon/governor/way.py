"""The governed way out: each call waits for its turn, and what may be well soon is tried again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from random import Random

from daemon.clock import Clock
from daemon.governor.gate import PATIENCE, Gate, Resting
from daemon.governor.outcome import AGAIN, SHORT_REST, Outcome, moment, outcome_of, rest
from daemon.http import Call, HttpError, Reply, Web
from daemon.http.retry import LONGEST_WAIT, retry_after
from rules.words import span

TRIES = 3
REMEMBERED = timedelta(minutes=15)
"""How long a source does not ask again what it was refused with 401 or 403."""
_MOST_REMEMBERED = 100

Count = Callable[[str, Outcome], None]
"""Is told of every call: the account's name, and what came of it."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked, and by whom: without the query, which changes from poll to poll, and with
    the headers, which hold the key. A key that is changed is asked about at once."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)


def _asked(call: Call) -> _Asked:
    return _Asked(call.method, call.url, tuple(sorted(call.headers.items())))


@dataclass(frozen=True, slots=True)
class _Refusal:
    reply: Reply
    until: datetime


@dataclass(frozen=True, slots=True)
class Governed:
    """One source's way out. What it answers is the vendor's own, whatever came before it.

    A refusal of the key is given back from memory for a while: the vendor is not asked every few
    minutes for what it does not give, and whatever else the key is good for goes on.
    """

    http: Web
    gate: Gate
    clock: Clock
    chance: Random
    count: Count
    refusals: dict[_Asked, _Refusal] = field(default_factory=dict)

    async def send(self, call: Call) -> Reply:
        """A GET that may be well soon is tried again. A POST is sent once: only who sends it can
        know whether it may be sent again."""
        asked = _asked(call)
        refusal = self.refusals.get(asked)
        if refusal is not None and self.clock.now() < refusal.until:
            self.count(self.gate.name, Outcome.RESTING)
            return refusal.reply
        heard = await self._tried(call)
        if isinstance(heard, HttpError):
            raise heard
        if outcome_of(heard) is Outcome.REFUSED:
            self._remember(asked, heard)
        return heard

    async def _tried(self, call: Call) -> Reply | HttpError:
        heard: Reply | HttpError | None = None
        left, number = call.within, 0
        tries = TRIES if call.body is None else 1
        while True:
            try:
                await self.gate.turn()
            except Resting as resting:
                self.count(self.gate.name, Outcome.RESTING)
                return heard or resting
            number, began = number + 1, self.clock.now()
            heard = await _heard(self.http.send(replace(call, within=left)))
            left -= max(self.clock.wall(self.clock.now() - began), timedelta(0))
            # A try that can only be cut short is none.
            last = number == tries or left < call.within / 2
            if not await self._again(heard, number, last=last):
                return heard

    async def _again(self, heard: Reply | HttpError, number: int, *, last: bool) -> bool:
        """Whether to try once more, after the wait for it; else what is owed to the account."""
        outcome = outcome_of(heard)
        self.count(self.gate.name, outcome)
        if outcome not in AGAIN:
            if isinstance(heard, Reply):
                await self.gate.answered()
            return False
        word = retry_after(heard, self.clock.now()) if isinstance(heard, Reply) else None
        # A little later than asked, so that not everybody comes back at the same instant.
        wait = (word or timedelta(0)) * self.chance.uniform(1.001, 1.05)
        if word is not None and word >= PATIENCE:
            await self.gate.rest(wait, f"{_reason(heard)} and asked for {_as_asked(word)}")
            return False
        if last and (number > 1 or not word):
            await self._give_up(heard, outcome)
            return False
        pause = max(wait, moment(outcome, number, self.chance))
        if outcome in _EVERYBODYS:
            await self.gate.rest(pause, _reason(heard))  # the next turn waits for its end
        elif not last:
            await self.clock.sleep(pause)
        return not last

    async def _give_up(self, heard: Reply | HttpError, outcome: Outcome) -> None:
        if outcome in _EVERYBODYS:
            length = partial(rest, outcome, chance=self.chance)
            await self.gate.sent_away(length, _reason(heard))
        elif outcome is Outcome.UNREACHED:
            await self.gate.rest(SHORT_REST * self.chance.uniform(0.8, 1), _reason(heard))

    def _remember(self, question: _Asked, reply: Reply) -> None:
        while len(self.refusals) >= _MOST_REMEMBERED:
            del self.refusals[next(iter(self.refusals))]
        self.refusals[question] = _Refusal(reply, self.clock.now() + REMEMBERED)


_EVERYBODYS = frozenset({Outcome.LIMITED, Outcome.BUSY})
"""What all calls of the account would hear: they wait together."""


async def _heard(answer: Awaitable[Reply]) -> Reply | HttpError:
    try:
        return await answer
    except HttpError as error:
        return error


def _reason(heard: Reply | HttpError) -> str:
    if isinstance(heard, HttpError):
        return str(heard)
    return f"it answered {heard.status}{' (too many calls)' if heard.status == 429 else ''}"


def _as_asked(word: timedelta) -> str:
    return span(word) if word < LONGEST_WAIT else f"{span(word)} or more"
