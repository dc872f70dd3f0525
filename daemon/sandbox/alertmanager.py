"""A stand-in for Alertmanager's API v2, as far as who pushes alerts meets it."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from daemon.clock import Clock
from daemon.sandbox.faults import CannedAnswers

RESOLVE_TIMEOUT = timedelta(minutes=5)
"""https://prometheus.io/docs/alerting/latest/configuration/#file-layout-and-global-settings"""


@dataclass(frozen=True, slots=True)
class Alert:
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    start: datetime
    end: datetime
    """Where nobody said so, a while ahead of when it was told last."""

    @property
    def name(self) -> str:
        return self.labels.get("alertname", "")


@dataclass(slots=True)
class AlertmanagerStandIn:
    """Serve `app()`: /api/v2/alerts, to post and to get, and /api/v2/status."""

    clock: Clock
    told: Callable[[Alert], None] = lambda alert: None
    """Of each that was not as it is: not of what is only said again."""
    alerts: dict[tuple[tuple[str, str], ...], Alert] = field(default_factory=dict)
    answers: CannedAnswers = field(default_factory=CannedAnswers)

    def app(self) -> web.Application:
        app = web.Application(client_max_size=64 * 1024**2, middlewares=[self.answers.middleware])
        app.router.add_post("/api/v2/alerts", self._post)
        app.router.add_get("/api/v2/alerts", self._get)
        app.router.add_get("/api/v2/status", self._status)
        return app

    def firing(self) -> list[Alert]:
        return [one for one in self.alerts.values() if one.end > self.clock.now()]

    async def _post(self, request: web.Request) -> web.Response:
        """All of them, or where one is no good, none."""
        try:
            taken = [self._read(one) for one in json.loads(await request.read())]
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            return web.json_response(str(error), status=400)
        for one in taken:
            self._keep(one)
        return web.Response()

    def _read(self, told: Mapping[str, Any]) -> Alert:
        labels = {name: of for name, of in told["labels"].items() if of}
        for name in labels:
            if not re.fullmatch("[a-zA-Z_][a-zA-Z0-9_]*", name):
                raise ValueError(f'invalid label set: invalid name "{name}"')
        if not labels:
            raise ValueError("at least one label pair required")
        start = _moment(told["startsAt"])
        end = _moment(told["endsAt"]) if "endsAt" in told else self.clock.now() + RESOLVE_TIMEOUT
        if end < start:
            raise ValueError("start time must be before end time")
        return Alert(labels, told.get("annotations", {}), start, end)

    def _keep(self, alert: Alert) -> None:
        key, now = tuple(sorted(alert.labels.items())), self.clock.now()
        before = self.alerts.get(key)
        if before is not None and before.end > now:
            alert = replace(alert, start=min(alert.start, before.start))
        self.alerts[key] = alert
        known = before is not None and (before.end > now) == (alert.end > now)
        if not known:
            self.told(alert)

    async def _get(self, _request: web.Request) -> web.Response:
        return web.json_response(
            [
                {
                    "labels": dict(one.labels),
                    "annotations": dict(one.annotations),
                    "startsAt": one.start.isoformat(),
                    "endsAt": one.end.isoformat(),
                }
                for one in self.firing()
            ]
        )

    async def _status(self, _request: web.Request) -> web.Response:
        version = {"version": "0.25.0", "branch": "sandbox", "revision": "sandbox"}
        return web.json_response({"cluster": {"status": "ready"}, "versionInfo": version})


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
