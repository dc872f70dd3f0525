"""Events to PagerDuty, which wakes whoever is on call."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from daemon.hook import Hook
from daemon.http import Http
from daemon.message import Tone
from daemon.notifier import DeliveryRefused, DestinationDown, Message, Receipt
from daemon.secret import Secret
from daemon.text import clip, is_link
from daemon.wording.labelled import ENDS, stamp
from rules.alert import Change
from rules.rule import Severity

# https://developer.pagerduty.com/docs/events-api-v2-overview and .../send-alert-event
LARGEST = 512 * 1024
SUMMARY = 1024
_DETAIL = 2000
"""Ours: nobody reads on, and no vendor's novel fills the event."""

_SEVERITY: Mapping[Severity, str] = {
    Severity.INFO: "info",
    Severity.WARNING: "warning",
    Severity.CRITICAL: "critical",
}
_RANK = tuple(Severity)


@dataclass(frozen=True, slots=True)
class PagerDuty:
    """Opens, acknowledges and resolves by PagerDuty's Events API v2: one incident a message."""

    routing_key: Secret
    """The integration key, 32 characters. In PagerDuty: service > Integrations > Events API V2."""
    url: str = "https://events.pagerduty.com"
    """Where events are taken; https://events.eu.pagerduty.com in Europe."""
    timeout: timedelta = timedelta(seconds=10)
    """How long one event may take."""
    follows: ClassVar[bool] = True
    spacing: ClassVar[timedelta] = timedelta(0)

    def __post_init__(self) -> None:
        if not self.url.startswith(("https://", "http://")):
            raise ValueError("url: expected an address such as https://events.pagerduty.com")

    async def send(self, http: Http, message: Message) -> Receipt:
        if message.tone is Tone.REPORT:
            raise DeliveryRefused("PagerDuty wakes people; a report is for another destination")
        key = message.receipt.id if message.receipt else _key(message)
        for action in _actions(message):
            await self._enqueue(http, action, key, message)
        return Receipt("pagerduty", key)

    async def probe(self, http: Http) -> str:
        """Ends what never began: PagerDuty drops that, but not without a look at the key."""
        await self._post(http, {"event_action": "resolve", "dedup_key": "meterwatch-check"})
        return "takes events; whom it wakes is its own affair"

    async def _enqueue(self, http: Http, action: str, key: str, message: Message) -> None:
        event: dict[str, Any] = {"event_action": action, "dedup_key": key}
        if action != "trigger":
            await self._post(http, event)
            return
        event |= {"client": "Meterwatch", "payload": _payload(message), "links": _links(message)}
        if len(json.dumps(event)) > LARGEST - 1024:
            event["payload"]["custom_details"] = {"left out": "more than PagerDuty takes"}
        await self._post(http, event)

    async def _post(self, http: Http, event: Mapping[str, Any]) -> None:
        told = {"routing_key": self.routing_key.reveal(), **event}
        try:
            await self._hook().post(http, json.dumps(told).encode())
        except DeliveryRefused as error:
            # A wrong key is answered like a wrong event: "Length of 'routing_key' is incorrect", or
            # "Invalid routing key".
            if re.search("routing.key", str(error), re.IGNORECASE):
                raise DestinationDown(f"{error}; check `routing_key`") from error
            raise

    def _hook(self) -> Hook:
        return Hook(
            who="PagerDuty",
            url=self.url.rstrip("/") + "/v2/enqueue",
            secrets=(self.routing_key,),
            check="`routing_key`",
            within=self.timeout,
        )


def _actions(message: Message) -> Iterator[str]:
    """What is over, or looked after, before PagerDuty heard of it, is opened there first."""
    going_on = [one for one in message.letters if one.event.change not in ENDS]
    over = bool(message.letters) and not going_on
    changes = {one.event.change for one in going_on}
    if message.receipt is None or not (over or changes == {Change.ACKNOWLEDGED}):
        yield "trigger"
    if over:
        yield "resolve"
    elif changes == {Change.ACKNOWLEDGED}:
        yield "acknowledge"


def _key(message: Message) -> str:
    """At most 255 characters. Of a message that came before the same: it knows it again."""
    return "meterwatch-" + hashlib.sha256(message.key.encode()).hexdigest()


def _payload(message: Message) -> dict[str, Any]:
    words = message.wording
    first = message.letters[0].event.alert if message.letters else None
    told = {
        "summary": clip(words.title, SUMMARY),
        "source": clip(first.series.source, SUMMARY) if first else "meterwatch",
        "severity": _severity(message),
        "timestamp": stamp(message.written_at),
        "custom_details": dict(_details(message)),
    }
    if first is None:
        return told
    return {
        **told,
        "component": clip(first.series.metric, SUMMARY),
        "class": clip(first.rule, SUMMARY),
    }


def _severity(message: Message) -> str:
    """The gravest of them."""
    letters = message.letters
    return _SEVERITY[max((one.severity for one in letters), key=_RANK.index)] if letters else "info"


def _details(message: Message) -> Iterator[tuple[str, str]]:
    words = message.wording
    if words.news:
        yield "News", clip(words.news, _DETAIL)
    if words.lead:
        yield "What", clip(" ".join(words.lead), _DETAIL)
    for fact in words.facts:
        yield clip(fact.label, _DETAIL), clip(fact.value, _DETAIL)
    for table in words.tables:
        for number, row in enumerate(table.rows, 1):
            yield f"{table.title or 'Alert'} {number}", clip(", ".join(row), _DETAIL)
    if words.advice:
        yield "Next", clip(words.advice, _DETAIL)


def _links(message: Message) -> list[dict[str, str]]:
    runbook = message.wording.runbook or ""
    return [{"href": runbook, "text": "Runbook"}] if is_link(runbook) else []
