"""What is true whatever a vendor does: no secret is kept or logged, and others go on unharmed."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from daemon.http import Http
from daemon.sandbox.loopback import serve
from daemon.secret import Secret
from daemon.sources.supertone import SupertoneCredits
from tests.blank import blank
from tests.daemon.sources.vendor import stand_in
from tests.vendor_faults.house import House, open_house


@pytest.fixture
async def house(
    tmp_path: Path, http: Http, caplog: pytest.LogCaptureFixture
) -> AsyncIterator[House]:
    caplog.set_level("DEBUG", "daemon")
    async with open_house(blank(tmp_path, "house.db"), http) as house:
        way_out = house.http
        yield house
        told = caplog.text + await house.kept()
        assert not [secret for secret in house.secrets if secret in told]
        house.http = way_out
        await unharmed(house)


async def unharmed(house: House) -> None:
    """Another source of the same daemon is read as if nothing had been."""
    async with serve(stand_in().app()) as url:
        other = SupertoneCredits(Secret("another-key"), url)
        polled = await house.poller(other, "credits").poll(house.clock.at)

    assert polled.failure is None
    assert house.counted("polls", source="credits", result="answered") == 1
