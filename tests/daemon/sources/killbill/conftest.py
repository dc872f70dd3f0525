"""What the tests of Kill Bill may ask for."""

from collections.abc import AsyncIterator

import pytest

from daemon.http import Http
from daemon.sandbox.loopback import serve
from tests.daemon.sources.killbill.stand import stand_in
from tests.daemon.sources.killbill.vendor import Vendor


@pytest.fixture
async def killbill(http: Http) -> AsyncIterator[Vendor]:
    """The sandbox's stand-in for Kill Bill, over real HTTP."""
    server = stand_in()
    async with serve(server.app()) as url:
        yield Vendor(server, url, http)
