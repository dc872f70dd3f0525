"""What the tests of the sources may ask for."""

from collections.abc import AsyncIterator

import pytest

from daemon.http import Http
from daemon.sandbox.loopback import serve
from tests.daemon.sources.vendor import Vendor, stand_in


@pytest.fixture
async def vendor(http: Http) -> AsyncIterator[Vendor]:
    """The sandbox's stand-in for Supertone, over real HTTP."""
    supertone = stand_in()
    async with serve(supertone.app()) as url:
        yield Vendor(supertone, url, http)
