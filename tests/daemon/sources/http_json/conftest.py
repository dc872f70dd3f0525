"""What the tests of this source may ask for."""

from collections.abc import AsyncIterator

import pytest

from daemon.http import Http
from daemon.sandbox.loopback import serve
from tests.daemon.sources.http_json.stand import Vendor, stand_in


@pytest.fixture
async def acme(http: Http) -> AsyncIterator[Vendor]:
    """The sandbox's stand-in for a vendor without a module, over real HTTP."""
    vendor = stand_in()
    async with serve(vendor.app()) as url:
        yield Vendor(vendor, url, http)
