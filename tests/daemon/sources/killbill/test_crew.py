"""Workers that share a pile."""

import asyncio
from collections.abc import Iterator

import pytest

from daemon.source import SourceError
from daemon.sources.killbill.crew import HANDS, share


async def test_all_of_a_pile_is_done_once_and_a_few_at_a_time() -> None:
    done: list[int] = []
    busy = most = 0

    async def do(item: int) -> None:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0)
        busy -= 1
        done.append(item)

    await share(range(100), do)

    assert sorted(done) == list(range(100))
    assert most == HANDS


async def test_the_first_failure_ends_it_as_itself_and_nobody_takes_more() -> None:
    taken: list[int] = []

    def pile() -> Iterator[int]:
        for item in range(1000):
            taken.append(item)
            yield item

    async def do(item: int) -> None:
        await asyncio.sleep(0)
        if item == 3:
            raise SourceError("no") from KeyError("cause")

    with pytest.raises(SourceError, match="no") as caught:
        await share(pile(), do)

    assert isinstance(caught.value.__cause__, KeyError)
    assert len(taken) < 3 * HANDS
