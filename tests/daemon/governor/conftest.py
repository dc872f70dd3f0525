"""A clock set by hand, a vendor that says what it is told to, and a store that forgets."""

import pytest

from tests.daemon.governor.memory import Memory
from tests.daemon.governor.vendor import AT, Vendor
from tests.fakes import HandClock


@pytest.fixture
def store() -> Memory:
    return Memory()


@pytest.fixture
def clock() -> HandClock:
    return HandClock(AT)


@pytest.fixture
def vendor(clock: HandClock) -> Vendor:
    return Vendor(clock)
