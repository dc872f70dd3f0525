"""A stand-in for PagerDuty's Events API v2, with the limits that its pages name."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from aiohttp import web

from daemon.sandbox.faults import CannedAnswers

# https://developer.pagerduty.com/docs/events-api-v2-overview and .../send-alert-event
LARGEST = 512 * 1024
SUMMARY = 1024
DEDUP_KEY = 255
ROUTING_KEY = 32
ACTIONS = ("trigger", "acknowledge", "resolve")
SEVERITIES = ("critical", "error", "warning", "info")


class State(StrEnum):
    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(slots=True)
class Incident:
    """What somebody on call was woken for: each of these is one telephone call."""

    key: str
    state: State
    log: list[dict[str, Any]]
    """The events that it came from, the oldest first."""


@dataclass(slots=True)
class PagerDutyStandIn:
    """Serve `app()`: POST /v2/enqueue."""

    keys: frozenset[str] | None = None
    """The integration keys there are; None: any of the right length."""
    told: Callable[[Incident], None] = lambda incident: None
    incidents: list[Incident] = field(default_factory=list)
    answers: CannedAnswers = field(default_factory=CannedAnswers)

    def app(self) -> web.Application:
        app = web.Application(client_max_size=4 * 1024**2, middlewares=[self.answers.middleware])
        app.router.add_post("/v2/enqueue", self._enqueue)
        return app

    async def _enqueue(self, request: web.Request) -> web.Response:
        raw = await request.read()
        if len(raw) > LARGEST:
            return web.Response(status=413, text="payload too large")
        try:
            event = json.loads(raw)
        except ValueError:
            return _invalid(["JSON cannot be parsed"])
        if errors := list(self._errors(event)):
            return _invalid(errors)
        self._take(event)
        accepted = {"status": "success", "message": "Event processed"}
        return web.json_response({**accepted, "dedup_key": event["dedup_key"]}, status=202)

    def _errors(self, event: Mapping[str, Any]) -> Iterator[str]:
        key = str(event.get("routing_key", ""))
        if len(key) != ROUTING_KEY:
            yield f"Length of 'routing_key' is incorrect (should be {ROUTING_KEY} characters)"
        elif self.keys is not None and key not in self.keys:
            yield "Invalid routing key"
        if event.get("event_action") not in ACTIONS:
            yield "'event_action' is missing or invalid"
        if not 0 < len(str(event.get("dedup_key", ""))) <= DEDUP_KEY:
            yield "Length of 'dedup_key' is incorrect"
        if event.get("event_action") == "trigger":
            yield from _payload_errors(event.get("payload") or {})

    def _take(self, event: dict[str, Any]) -> None:
        """What is no trigger, and of no open incident, is dropped."""
        key, action = event["dedup_key"], event["event_action"]
        alike = (one for one in self.incidents if one.key == key and one.state != State.RESOLVED)
        incident = next(alike, None)
        if incident is None:
            if action != "trigger":
                return
            incident = Incident(key, State.TRIGGERED, [])
            self.incidents.append(incident)
        elif action == "acknowledge":
            incident.state = State.ACKNOWLEDGED
        elif action == "resolve":
            incident.state = State.RESOLVED
        incident.log.append(event)
        self.told(incident)


def _payload_errors(payload: Mapping[str, Any]) -> Iterator[str]:
    for name in ("summary", "source", "severity"):
        if not payload.get(name):
            yield f"'payload.{name}' is missing or blank"
    if len(str(payload.get("summary", ""))) > SUMMARY:
        yield f"Length of 'payload.summary' is incorrect (should be at most {SUMMARY} characters)"
    if payload.get("severity") not in SEVERITIES:
        yield "'payload.severity' is invalid"


def _invalid(errors: list[str]) -> web.Response:
    told = {"status": "invalid event", "message": "Event object is invalid", "errors": errors}
    return web.json_response(told, status=400)
