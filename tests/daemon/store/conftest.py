"""A store of either kind, open for the length of a test."""

from collections.abc import AsyncIterator

import pytest

from daemon.store import Store, open_store


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    async with open_store(store_url) as store:
        yield store
