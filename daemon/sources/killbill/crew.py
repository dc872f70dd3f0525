"""A few workers that share one pile of work."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

Item = TypeVar("Item")

HANDS = 8
"""As many calls as the way out opens to one host at once."""


async def share(pile: Iterable[Item], do: Callable[[Item], Awaitable[None]]) -> None:
    """Done with all of it, or with the first failure: what is in hand then is dropped."""
    rest = iter(pile)

    async def work() -> None:
        for item in rest:
            await do(item)

    try:
        async with asyncio.TaskGroup() as crew:
            for _ in range(HANDS):
                crew.create_task(work())
    except ExceptionGroup as failures:  # callers await one act, and expect its own error
        first = failures.exceptions[0]
        raise first from first.__cause__
