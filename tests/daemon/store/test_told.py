"""Many alerts are asked for at once, and each has its own letters, in order."""

from datetime import timedelta

from daemon.store import Store, told
from daemon.store.told import Pace
from rules.alert import Change
from tests import make


async def test_each_has_its_own_letters_in_order(store: Store) -> None:
    async with store.transaction() as tx:
        numbers = [
            await tx.alerts.keep(make.alert(since=make.AT + hour * make.HOUR)) for hour in range(5)
        ]
        for change in (Change.OPENED, Change.RESOLVED):
            for number in numbers[:4]:
                letter = make.letter(change, alert=number, key=f"{change} {number}")
                await tx.outbox.enqueue(letter)
        found = await tx.told.of(numbers[1:])

    keys = {number: [one.content.key for one in some] for number, some in found.items()}
    assert keys == {
        **{number: [f"opened {number}", f"resolved {number}"] for number in numbers[1:4]},
        numbers[4]: [],
    }


async def test_more_than_a_database_takes_at_once_are_found_all(store: Store) -> None:
    many = 2 * told._AT_ONCE + 1
    async with store.transaction() as tx:
        number = await tx.alerts.keep(make.alert())
        await tx.outbox.enqueue(make.letter(alert=number))
        found = await tx.told.of(range(number, number + many))

    assert len(found) == many
    assert [len(some) for some in found.values()] == [1] + [0] * (many - 1)


async def test_of_many_the_last_letter_to_each_destination_that_was_asked_for(store: Store) -> None:
    async with store.transaction() as tx:
        one = await tx.alerts.keep(make.alert())
        other = await tx.alerts.keep(make.alert(since=make.AT + make.HOUR))
        letters = [
            make.letter(change, alert=alert, destination=place, key=f"{alert} {change} {place}")
            for change in (Change.OPENED, Change.RESOLVED)
            for alert in (one, other)
            for place in ("team", "boss")
        ]
        for letter in letters:
            await tx.outbox.enqueue(letter)
        found = await tx.told.last({(one, "team"), (other, "boss"), (other, "nobody")})

    assert found == {(one, "team"): letters[4], (other, "boss"): letters[7]}


async def test_when_a_group_is_told_next_and_was_told_last_is_known(store: Store) -> None:
    at, due = make.AT + make.HOUR, make.AT + 2 * make.HOUR
    async with store.transaction() as tx:
        number = await tx.alerts.keep(make.alert())
        letter = make.letter(alert=number, group="source=voices", owed_at=at)
        await tx.outbox.enqueue(letter, due)
        waits = await tx.told.paces({"source=voices", "source=cdn"}, at)
        is_due = await tx.told.paces({"source=voices"}, due)
        await tx.bag.postpone([1], due, "503")
        tried = await tx.told.paces({"source=voices"}, at)
        await tx.bag.sent([1], due + timedelta(minutes=1), None)
        sent = await tx.told.paces({"source=voices"}, at)

    place = "team", "source=voices"
    assert waits == {place: Pace(due, None)}
    assert is_due == tried == {place: Pace(None, None)}
    assert sent == {place: Pace(None, due + timedelta(minutes=1))}
