"""What the tests of Fastly's sources may ask for."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from daemon.http import Http
from daemon.sandbox.loopback import serve
from daemon.secret import Secret
from daemon.sources.fastly import FastlyServiceUsage, FastlyUsageMetrics
from daemon.store import open_store
from tests.blank import blank
from tests.daemon.sources.fastly.stand import KEY, stand_in
from tests.daemon.sources.fastly.vendor import Fastly, Watch


@pytest.fixture
async def fastly(http: Http) -> AsyncIterator[Fastly]:
    """The sandbox's stand-in, over real HTTP."""
    vendor = stand_in()
    async with serve(vendor.app()) as url:
        yield Fastly(vendor, url, http)


@pytest.fixture
async def watch(fastly: Fastly, tmp_path: Path) -> AsyncIterator[Watch]:
    """The account, polled into a real store."""
    async with open_store(blank(tmp_path)) as store:
        yield Watch(fastly, store, FastlyUsageMetrics(Secret(KEY), url=fastly.url))


@pytest.fixture
def services(watch: Watch) -> Watch:
    """Its services, in the same way."""
    watch.source = FastlyServiceUsage(Secret(KEY), url=watch.fastly.url)
    return watch
