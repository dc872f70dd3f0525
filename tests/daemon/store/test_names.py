"""People's words for label values are remembered, the newest one of each."""

from daemon.store import Store


async def test_the_newest_name_of_a_label_stands(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.names.learn({"e5f6": "Agatha", "opSG": "Bruno"})
        await tx.names.learn({"e5f6": "Agatha the Great"})

        assert await tx.names.of(["e5f6", "opSG", "never"]) == {
            "e5f6": "Agatha the Great",
            "opSG": "Bruno",
        }


async def test_no_names_are_no_work(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.names.learn({})

        assert await tx.names.of([]) == {}
