"""Stand-ins for the places that machines read: webhooks, Alertmanager, PagerDuty, Apprise."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar
from urllib.parse import urlsplit

from daemon.clock import Clock
from daemon.notifier import Notifier
from daemon.notifiers.alertmanager import Alertmanager
from daemon.notifiers.anywhere import Apprise
from daemon.notifiers.file import JsonLines
from daemon.notifiers.pagerduty import PagerDuty
from daemon.notifiers.webhook import Webhook
from daemon.sandbox.alertmanager import Alert, AlertmanagerStandIn
from daemon.sandbox.loopback import serve
from daemon.sandbox.narrator import Narrator
from daemon.sandbox.pagerduty import Incident, PagerDutyStandIn
from daemon.sandbox.webhook import Posted, WebhookStandIn
from daemon.secret import Secret

Divert = Callable[[Notifier], Notifier]


@asynccontextmanager
async def open_elsewhere(clock: Clock, narrator: Narrator) -> AsyncIterator[Divert]:
    """Yields what makes a notifier talk to a stand-in; any that is none of these stays as it is."""
    say = _Told(narrator)
    async with AsyncExitStack() as stack:
        hook = await stack.enter_async_context(serve(WebhookStandIn(clock, told=say.hook).app()))
        pager = await stack.enter_async_context(serve(PagerDutyStandIn(told=say.pager).app()))
        alerts = AlertmanagerStandIn(clock, told=say.alert)
        alertmanager = await stack.enter_async_context(serve(alerts.app()))
        folder = stack.enter_context(TemporaryDirectory(prefix="meterwatch-"))

        def divert(notifier: Notifier) -> Notifier:
            match notifier:
                case Webhook():
                    return replace(_unknown(notifier), url=f"{hook}/webhook", signing_key=None)
                case PagerDuty():
                    return replace(notifier, url=pager, routing_key=Secret("0" * 32))
                case Alertmanager():
                    return replace(_unknown(notifier), url=(alertmanager,))
                case Apprise():
                    place = urlsplit(hook).netloc
                    return replace(notifier, url=Secret(f"json://{place}/apprise"))
                case JsonLines():
                    return replace(notifier, path=Path(folder) / notifier.path.name)
            return notifier

        yield divert


Known = TypeVar("Known", Webhook, Alertmanager)


def _unknown(notifier: Known) -> Known:
    """The same without a login: no secret leaves the configuration."""
    return replace(notifier, token=None, username=None, password=None, headers={})


class _Told:
    def __init__(self, narrator: Narrator) -> None:
        self._narrator = narrator

    def hook(self, posted: Posted) -> None:
        body = posted.body
        if "alerts" not in body:
            lines = [str(body.get("title", "")), *str(body.get("message", "")).splitlines()]
            self._narrator.elsewhere("Apprise", lines)
            return
        said = [f"{one['status']}: {one['annotations']['summary']}" for one in body["alerts"]]
        self._narrator.elsewhere(f"A webhook: {body['status']}", said)

    def pager(self, incident: Incident) -> None:
        summary = str(incident.log[0]["payload"]["summary"])
        self._narrator.elsewhere(f"PagerDuty: {incident.state.value}", [summary])

    def alert(self, alert: Alert) -> None:
        labels = [f"{name}={of}" for name, of in alert.labels.items()]
        summary = alert.annotations.get("summary", "")
        self._narrator.elsewhere("Alertmanager", [summary, ", ".join(labels)])
