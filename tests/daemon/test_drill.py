"""A test message is a real one: it says what it is, and what came of it is said."""

from dataclasses import replace

import pytest

from daemon.drill import tell
from daemon.http import Http
from daemon.message import Fact, Tone
from daemon.notifier import DeliveryError, Destination, DestinationDown
from tests.fakes import Mailbox
from tests.make import AT, HOUR

TEAM = Destination("team", Mailbox())


async def test_it_says_what_it_is_and_who_sent_it(http: Http) -> None:
    box = Mailbox()
    said = await tell(replace(TEAM, notifier=box), http, "anna", AT)

    [message] = box.messages
    assert said == "team took the test message (as 1); look whether it is there"
    assert message.wording.title == "Test of team: nothing happened"
    assert message.wording.facts == (
        Fact("Sent by", "anna"),
        Fact("At", "Fri 20 Nov 14:00 UTC"),
    )
    assert (message.tone, message.letters, message.receipt) == (Tone.TEST, (), None)


async def test_another_one_is_another_message(http: Http) -> None:
    box = Mailbox()
    for at in (AT, AT + HOUR):
        await tell(replace(TEAM, notifier=box), http, "anna", at)

    one, other = box.messages
    assert one.key != other.key


class Silent(Mailbox):
    """A place that gives nothing back."""

    async def send(self, http: Http, message: object) -> None:
        return None


async def test_a_place_that_gives_nothing_back_has_taken_it_all_the_same(http: Http) -> None:
    said = await tell(replace(TEAM, notifier=Silent()), http, "anna", AT)

    assert said == "team took the test message; look whether it is there"


@pytest.mark.parametrize("trouble", [DeliveryError("later"), DestinationDown("the token is gone")])
async def test_what_the_place_says_against_it_is_passed_on(
    http: Http, trouble: DeliveryError
) -> None:
    box = Mailbox()
    box.failures.append(trouble)

    with pytest.raises(type(trouble), match=str(trouble)):
        await tell(replace(TEAM, notifier=box), http, "anna", AT)
