"""Messages to a program, in the body that Alertmanager's own webhook has."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

from daemon.hook import Hook
from daemon.http import Http
from daemon.login import Login
from daemon.notifier import Message
from daemon.secret import Secret
from daemon.wording.labelled import Labelled, fingerprint, labelled, stamp

_OPEN_END = "0001-01-01T00:00:00Z"
"""What Alertmanager writes for the end of what fires: the zero time of its language."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Posts Alertmanager's webhook body, version 4, so that whatever reads that reads this."""

    url: str | Secret
    """Where to post; by reference where the address itself is a secret."""
    token: Secret | None = None
    """Sent as Authorization: Bearer."""
    username: str | None = None
    """Sent with the password, as Authorization: Basic."""
    password: Secret | None = None
    """What belongs to the username."""
    headers: Mapping[str, str | Secret] = field(default_factory=dict)
    """Headers beside the usual ones; secrets by reference."""
    signing_key: Secret | None = None
    """Signs each post with HMAC-SHA256; docs/messages.md says how a receiver checks that."""
    external_url: str = ""
    """Where people find this Meterwatch; stands in the body as externalURL and generatorURL."""
    timeout: timedelta = timedelta(seconds=10)
    """How long a delivery may take in all."""
    follows: ClassVar[bool] = False
    spacing: ClassVar[timedelta] = timedelta(0)

    def __post_init__(self) -> None:
        self._login().check()
        check_address(self.url, "url")

    async def send(self, http: Http, message: Message) -> None:
        content = json.dumps(body(message, self.external_url)).encode()
        own = {"Idempotency-Key": hashlib.sha256(message.key.encode()).hexdigest()}
        if self.signing_key is not None:
            own |= signed(content, self.signing_key, http.clock.now())
        await self._hook().post(http, content, own)

    async def probe(self, http: Http) -> None:
        """A webhook takes messages and nothing else."""

    def _hook(self) -> Hook:
        login, url = self._login(), self.url
        address = url.reveal() if isinstance(url, Secret) else url
        return Hook(
            who="the webhook",
            url=address.strip(),
            headers=login.sent(),
            secrets=(*login.secrets(), *(_parts(address) if isinstance(url, Secret) else ())),
            check=" and ".join(f"`{key}`" for key in ("url", *login.keys())),
            within=self.timeout,
        )

    def _login(self) -> Login:
        return Login(self.token, self.username, self.password, self.headers)


def check_address(url: str | Secret, key: str) -> None:
    """Of one that is a secret, the first delivery tells."""
    if isinstance(url, str) and not url.startswith(("https://", "http://")):
        raise ValueError(f"{key}: expected an address such as https://host.example/hook")


def signed(content: bytes, key: Secret, at: datetime) -> dict[str, str]:
    """The headers by which a receiver knows that we sent this, and when: the second is sha256= and
    the HMAC-SHA256, in hexadecimal, of the first, a full stop and the body."""
    moment = str(int(at.timestamp()))
    proof = hmac.new(key.reveal().encode(), f"{moment}.".encode() + content, hashlib.sha256)
    return {
        "X-Meterwatch-Timestamp": moment,
        "X-Meterwatch-Signature": f"sha256={proof.hexdigest()}",
    }


# https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
def body(message: Message, external_url: str = "") -> dict[str, Any]:
    alerts = labelled(message)
    labels = _common([alert.labels for alert in alerts])
    group = _grouped(message, labels)
    return {
        "version": "4",
        "groupKey": _group_key(message, group),
        "truncatedAlerts": 0,
        "status": "firing" if any(alert.end is None for alert in alerts) else "resolved",
        "receiver": message.letters[0].destination if message.letters else "meterwatch",
        "groupLabels": group,
        "commonLabels": labels,
        "commonAnnotations": _common([alert.annotations for alert in alerts]),
        "externalURL": external_url,
        "alerts": [_alert(alert, external_url) for alert in alerts],
    }


def _alert(alert: Labelled, external_url: str) -> dict[str, Any]:
    return {
        "status": "firing" if alert.end is None else "resolved",
        "labels": dict(alert.labels),
        "annotations": dict(alert.annotations),
        "startsAt": stamp(alert.start),
        "endsAt": _OPEN_END if alert.end is None else stamp(alert.end),
        "generatorURL": external_url,
        "fingerprint": fingerprint(alert.labels),
    }


def _common(all_: Sequence[Mapping[str, str]]) -> dict[str, str]:
    first, *others = all_
    return {name: of for name, of in first.items() if all(one.get(name) == of for one in others)}


def _grouped(message: Message, common: Mapping[str, str]) -> dict[str, str]:
    """What the alerts of a message were put together by: all their labels, for one alone."""
    if len(message.letters) > 1:
        return {name: of for name, of in common.items() if name == "alertname"}
    return dict(common)


def _group_key(message: Message, group: Mapping[str, str]) -> str:
    """The same for each message about the same alert or group, which receivers count on."""
    said = ", ".join(f"{name}={json.dumps(of)}" for name, of in sorted(group.items()))
    groups = {one.group for one in message.letters} - {""}
    which = f":{groups.pop()}" if len(groups) == 1 else ""
    return f"{{}}{which}:{{{said}}}"


def _parts(address: str) -> tuple[Secret, ...]:
    """What a page of an error may repeat of it: the whole, or all behind the host."""
    try:
        split = urlsplit(address)
    except ValueError:
        return (Secret(address),)
    path = split.path.rstrip("/")
    return tuple(Secret(part) for part in (address, path, split.query) if len(part) > 1)
