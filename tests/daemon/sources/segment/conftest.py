"""What the tests of Segment's sources may ask for."""

from collections.abc import AsyncIterator

import pytest

from daemon.http import Http
from daemon.sandbox.loopback import serve
from tests.daemon.sources.segment.workspace import Segment, stand_in


@pytest.fixture
async def segment(http: Http) -> AsyncIterator[Segment]:
    """The sandbox's stand-in for Segment, over real HTTP."""
    workspace = stand_in()
    async with serve(workspace.app()) as url:
        yield Segment(workspace, url, http)
