"""The store that forgets keeps the laws of the one that does not."""

from collections.abc import Awaitable, Callable

import pytest

from tests.daemon.governor.memory import Memory
from tests.daemon.store import test_accounts as laws

LAWS = [
    laws.test_an_account_that_never_called_has_spent_nothing,
    laws.test_what_is_kept_is_read_again,
    laws.test_nobody_changes_what_another_holds,
    laws.test_what_fails_in_the_middle_did_not_happen,
]


@pytest.mark.parametrize("law", LAWS)
async def test_it_keeps_accounts_as_the_real_one_does(
    law: Callable[[Memory], Awaitable[None]],
) -> None:
    await law(Memory())
