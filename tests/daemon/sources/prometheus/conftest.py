"""What the tests of this source may ask for."""

from collections.abc import AsyncIterator

import pytest

from daemon.http import Http
from daemon.sandbox.loopback import serve
from tests.daemon.sources.prometheus.stand import Server, stand_in


@pytest.fixture
async def server(http: Http) -> AsyncIterator[Server]:
    """The sandbox's stand-in for a Prometheus, over real HTTP."""
    prometheus = stand_in()
    async with serve(prometheus.app()) as url:
        yield Server(prometheus, url, http)
