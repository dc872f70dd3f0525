"""How rare something is."""

import pytest

from rules.rarity import Rarity
from rules.season import DAY, WEEK


def test_the_share_is_of_the_days_of_which_anything_is_known():
    assert Rarity(3, 12, DAY).share == 0.25
    assert Rarity(0, 0, DAY).share is None


@pytest.mark.parametrize(
    ("rarity", "words"),
    [
        (Rarity(0, 56, DAY), "nothing like it in the 56 days before"),
        (Rarity(0, 1, DAY), "nothing like it in the day before"),
        (Rarity(0, 0, DAY), None),
        (Rarity(3, 56, DAY), "as much on 3 of the 56 days before, about once in 19 days"),
        (Rarity(1, 8, WEEK), "as much on 1 of the 8 weeks before, about once in 56 days"),
        (Rarity(0, 5, 3 * DAY), "nothing like it in the 5 buckets before"),
    ],
)
def test_a_person_reads_it_in_days(rarity, words):
    assert rarity.words() == words
