"""Kill Bill's source, and the stand-in that answers it."""

from collections.abc import Mapping

from daemon.sandbox.killbill.doors import Doors
from daemon.sandbox.killbill.stand_in import KillBillStandIn
from daemon.sandbox.killbill.tenant import invented
from daemon.secret import Secret
from daemon.source import Source
from daemon.sources.killbill import KillBillUsage
from tests.daemon.sources.stand import NOW, Stand
from tests.fakes import HandClock

USER, PASSWORD = "meter-reader", "pw-7c1e90ab44d2"
KEY, SECRET = "kb-tenant-5d3b01", "kb-secret-e81f6a72c9"
SECRETS = (PASSWORD, SECRET, KEY)


def stand_in() -> KillBillStandIn:
    """One customer, and a bundle without subscriptions."""
    doors = Doors({USER: PASSWORD}, {KEY: SECRET})
    return KillBillStandIn(HandClock(NOW), invented(NOW, customers=["acme"]), doors)


def source(url: str) -> Source:
    return KillBillUsage(url, USER, Secret(PASSWORD), Secret(KEY), Secret(SECRET))


STANDS: Mapping[str, Stand] = {
    "killbill.usage": Stand(
        stand_in, source, SECRETS, keys="username, password, api_key and api_secret"
    )
}
