"""Does what people ask for by a button under a message, and tells them what came of it."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from logging import getLogger

from daemon.act import (
    ActRefused,
    Person,
    Via,
    acknowledge,
    acknowledge_all,
    expect,
    silence_alert,
)
from daemon.clock import Clock
from daemon.http import Http
from daemon.notifier import DeliveryError, Destination, Receipt
from daemon.notifiers.slack.bot import Slack
from daemon.notifiers.slack.buttons import Button, Press
from daemon.notifiers.slack.socket import Line, Pressed, listen
from daemon.store import Store, Transaction

log = getLogger(__name__)

_REMEMBERED = 1000
"""So many presses are known again. More are not told twice: Slack does so within minutes."""
_SPANS: Mapping[Button, timedelta] = {
    Button.SILENCE_HOUR: timedelta(hours=1),
    Button.SILENCE_DAY: timedelta(days=1),
}
_WITHIN = timedelta(seconds=5)
"""How long a press that was begun may take once nobody listens any more."""
_UNKNOWN = (
    "Nothing was acknowledged: this message is not known yet, or there is a newer one that says "
    "the same. Press again in a minute, or there."
)
_BROKE = "That did not work, and nothing was changed. Meterwatch's log says why."


@dataclass(frozen=True, slots=True)
class Listener:
    """Acts for those who may, once for each press."""

    destinations: Mapping[str, Slack]
    """Those with buttons, by name."""
    store: Store
    http: Http
    clock: Clock
    acted: Callable[[], None]
    """Called after something was done: people hear of it at the next delivery."""
    _done: deque[str] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    async def pressed(self, press: Press) -> None:
        """Never raises: a press that fails is one person's trouble, and they are told."""
        if press.id in self._done:
            return
        self._done.append(press.id)
        bot = self.destinations.get(press.destination)
        if bot is None:
            log.warning("a button of %r was pressed, which has none now", press.destination)
            return
        words = await self._outcome(bot, press)
        try:
            await bot.whisper(self.http, press, words)
        except DeliveryError as error:
            log.warning("%s was not told what came of a button: %s", press.user, error)

    async def _outcome(self, bot: Slack, press: Press) -> str:
        if press.user not in bot.people:
            log.warning("%s pressed %s and may not", press.user, press.button)
            return (
                f"You may not do that: your id {press.user} is not among `people` of "
                f"{press.destination}."
            )
        try:
            async with self.store.transaction() as tx:
                words = await _act(tx, press, self.clock)
        except ActRefused as refused:
            return str(refused)
        except Exception:  # whatever broke, the daemon goes on, and the person hears of it
            log.exception("%s: %s from Slack failed", _what(press), press.button)
            return _BROKE
        log.info("%s in Slack, %s: %s", press.name, _what(press), words)
        self.acted()
        return words


@asynccontextmanager
async def open_listener(
    destinations: Iterable[Destination], listener: Callable[[Mapping[str, Slack]], Listener]
) -> AsyncIterator[None]:
    """Listens beside everything else, over one line for each app, until it is left."""
    bots = {
        one.name: one.notifier
        for one in destinations
        if isinstance(one.notifier, Slack) and one.notifier.app_token is not None
    }
    hears = listener(bots)
    presses: set[asyncio.Task[None]] = set()

    async def pressed(press: Press) -> None:
        task = asyncio.create_task(hears.pressed(press), name="press")
        presses.add(task)
        task.add_done_callback(presses.discard)

    tasks = [
        asyncio.create_task(_listen(line, hears.http, pressed), name="buttons")
        for line in _lines(list(bots.values()))
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if presses:  # Slack was told that we have them, and tells nobody of them again
            await asyncio.wait(presses, timeout=_WITHIN.total_seconds())


async def _listen(line: Line, http: Http, pressed: Pressed) -> None:
    try:
        await listen(line, http, pressed)
    except Exception:  # alerts are told without buttons, so the daemon goes on without them
        log.exception("slack: buttons do not work until the next start")


def _lines(bots: Sequence[Slack]) -> Sequence[Line]:
    """Slack tells each press over one of an app's connections: one for all its channels will do."""
    told = {(bot.url, bot.app_token): bot.app_token for bot in bots}
    return [Line(token, url) for (url, _), token in told.items() if token is not None]


def _what(press: Press) -> str:
    return "a message of several" if press.alert is None else f"alert {press.alert}"


def _place(press: Press) -> Receipt:
    return Receipt(press.channel, press.message)


async def _act(tx: Transaction, press: Press, clock: Clock) -> str:
    person, at = Person(press.name, Via.SLACK), clock.now()
    if press.alert is None:
        alerts = await tx.outbox.spoken_of(press.destination, _place(press))
        if not alerts:
            raise ActRefused(_UNKNOWN)
        return await acknowledge_all(tx, alerts, person, at)
    match press.button:
        case Button.ACKNOWLEDGE:
            return await acknowledge(tx, press.alert, person, at)
        case Button.EXPECTED:
            return await expect(tx, press.alert, person, at)
        case _:
            span = _SPANS[press.button]
            return await silence_alert(tx, press.alert, span, person, "a button in Slack", at)
