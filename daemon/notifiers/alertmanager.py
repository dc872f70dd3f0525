"""Alerts to an Alertmanager, which routes, groups and repeats them by its own rules."""

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar

from daemon.hook import Hook
from daemon.http import Http, Reply
from daemon.letter import Letter
from daemon.login import Login
from daemon.message import Tone
from daemon.notifier import (
    DeliveryError,
    DeliveryRefused,
    DeliveryUnknown,
    DestinationDown,
    Message,
)
from daemon.secret import Secret
from daemon.text import one_line
from daemon.wording.labelled import Labelled, labelled, of_letter, stamp

log = logging.getLogger(__name__)

_GRAVEST = (DeliveryUnknown, DeliveryError, DestinationDown, DeliveryRefused)
"""What holds where none of several took it: the first of these that one of them said."""


@dataclass(frozen=True, slots=True)
class Alertmanager:
    """Posts alerts as Prometheus does. It forgets what is not said again: what fires is repeated.

    An end is said by its time. Of what fires no end is told, so Alertmanager gives it one by its
    own clock, `resolve_timeout` ahead: the alerts of a daemon that died are over by themselves.
    """

    url: tuple[str, ...]
    """The address, such as http://alertmanager:9093; of a cluster all, for each must know."""
    token: Secret | None = None
    """Sent as Authorization: Bearer."""
    username: str | None = None
    """Sent with the password, as Authorization: Basic."""
    password: Secret | None = None
    """What belongs to the username."""
    headers: Mapping[str, str | Secret] = field(default_factory=dict)
    """Headers beside the usual ones, such as X-Scope-OrgID; secrets by reference."""
    external_url: str = ""
    """Where people find this Meterwatch: the link behind an alert's source."""
    timeout: timedelta = timedelta(seconds=10)
    """How long a delivery may take in all."""
    follows: ClassVar[bool] = False
    spacing: ClassVar[timedelta] = timedelta(0)
    refresh_every: ClassVar[timedelta] = timedelta(minutes=1)

    def __post_init__(self) -> None:
        self._login().check()
        if not self.url:
            raise ValueError("url: expected at least one address")
        for url in self.url:
            if not url.startswith(("https://", "http://")) or "@" in url:
                raise ValueError("url: expected an address such as http://alertmanager:9093")

    async def send(self, http: Http, message: Message) -> None:
        if message.tone is Tone.REPORT:
            raise DeliveryRefused("an Alertmanager takes alerts and no reports; name another")
        await self._push(http, [_until_forgotten(one, message) for one in labelled(message)])

    async def refresh(self, http: Http, letters: Sequence[Letter]) -> None:
        if letters:
            await self._push(http, [of_letter(one) for one in letters])

    async def probe(self, http: Http) -> str:
        replies = await self._all([hook.get(http) for hook in self._hooks("/api/v2/status")])
        said = [_version(reply) for reply in replies]
        answer = f"{', '.join(dict.fromkeys(said))} answered"
        less = len(self.url) - len(replies)
        return answer + (f"; {less} of {len(self.url)} did not" if less else "")

    async def _push(self, http: Http, alerts: Sequence[Labelled]) -> None:
        told = json.dumps([self._alert(one) for one in alerts]).encode()
        await self._all([hook.post(http, told) for hook in self._hooks("/api/v2/alerts")])

    async def _all(self, calls: Sequence[Any]) -> list[Reply]:
        """What those said that said yes. One is enough: the others are told again in a minute."""
        answers = await asyncio.gather(*calls, return_exceptions=True)
        failures = [one for one in answers if isinstance(one, BaseException)]
        for one in failures:
            if not isinstance(one, DeliveryError):
                raise one
        replies = [one for one in answers if isinstance(one, Reply)]
        if not replies:
            raise min(failures, key=lambda one: _GRAVEST.index(type(one)))
        for one in failures:
            log.warning("one Alertmanager of several did not take it: %s", one)
        return replies

    def _hooks(self, path: str) -> list[Hook]:
        login = self._login()
        return [
            Hook(
                who=f"the Alertmanager at {url}",
                url=url.rstrip("/") + path,
                headers=login.sent(),
                secrets=login.secrets(),
                check=" and ".join(f"`{key}`" for key in ("url", *login.keys())),
                within=self.timeout,
            )
            for url in self.url
        ]

    def _alert(self, one: Labelled) -> dict[str, Any]:
        """The whole of it each time: what is left out is taken away there."""
        alert: dict[str, Any] = {
            "labels": dict(one.labels),
            "annotations": dict(one.annotations),
            "startsAt": stamp(one.start),
            "generatorURL": self.external_url,
        }
        return alert if one.end is None else {**alert, "endsAt": stamp(one.end)}

    def _login(self) -> Login:
        return Login(self.token, self.username, self.password, self.headers)


def _until_forgotten(one: Labelled, message: Message) -> Labelled:
    """A test must fire to be seen; what nobody repeats is soon forgotten."""
    if message.letters:
        return one
    return Labelled(one.labels, one.annotations, one.start, None)


def _version(reply: Reply) -> str:
    try:
        found = json.loads(reply.body)["versionInfo"]["version"]
    except (ValueError, KeyError, TypeError):
        raise DestinationDown("what answered is no Alertmanager; check `url`") from None
    return f"Alertmanager {one_line(str(found), 40)}"
