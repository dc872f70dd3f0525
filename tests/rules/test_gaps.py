"""How far a number is from the nearest of late, and how rare that is."""

from math import e, inf, log10

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.gaps import RAREST, Gaps, Recent, Tail, middle

NUMBERS = st.lists(st.sampled_from([0.0, 1.0, 1.5, 4.0, -3.0, 100.0]), max_size=40)


def tail(*gaps: float, share=0.02, least=10, most=4096, warm=2) -> Tail:
    made = Tail(share, least, most, warm)
    for gap in gaps:
        made.add(gap)
    return made


def rarities(numbers, recent=2000, grain=0.0) -> list[float]:
    made = Gaps(Recent(recent), tail(), first=1)
    return [made.rarity(float(number), grain) for number in numbers]


@given(NUMBERS, st.integers(1, 10))
def test_the_gap_is_the_way_to_the_nearest_of_the_last_numbers(numbers, many):
    recent = Recent(many)
    found = [recent.add(number) for number in numbers]

    assert found == [
        min((abs(number - other) for other in numbers[max(row - many, 0) : row]), default=inf)
        for row, number in enumerate(numbers)
    ]
    assert len(recent) == min(len(numbers), many)


def test_the_middle_of_an_even_number_lies_between_two():
    assert middle([1.0, 2.0, 10.0]) == 2
    assert middle([1.0, 2.0, 10.0, 20.0]) == 6


def test_the_median_is_that_of_the_last_numbers():
    recent = Recent(3)
    for number in (100.0, 1.0, 3.0, 2.0):
        recent.add(number)

    assert recent.median() == 2


def test_a_common_gap_is_as_rare_as_it_was_seen():
    assert tail(*range(1, 100)).add(51) == pytest.approx(-log10((49 + 1) / (99 + 1)))


def test_the_smallest_gap_of_all_is_as_common_as_can_be():
    assert tail(*range(1, 100)).add(0.5) == 0


def test_the_edge_of_the_tail_is_counted_and_what_is_wider_is_guessed():
    """Of 100 gaps the 10 widest are the tail, and it begins above the eleventh."""
    ten = [float(2**power) for power in range(1, 11)]
    begin, beyond = (tail(*[1.0] * 90, *ten).add(gap) for gap in (1.0, 2.0))

    assert begin == 0
    assert beyond == pytest.approx(1 + log10(e) / 5.5)


def test_the_tail_grows_with_what_was_seen():
    few, many = tail(*range(1, 200)), tail(*range(1, 200), share=0.5)

    assert few.add(150) == pytest.approx(log10(200 / 51))
    assert many.add(150) != pytest.approx(log10(200 / 51))


def test_after_nothing_but_zeros_a_gap_is_as_rare_as_they_are_many():
    assert tail(*[0.0] * 99).add(5.0) == pytest.approx(log10(200))
    assert tail(*[0.0] * 999).add(5.0) == pytest.approx(log10(2000))
    assert tail(*[0.0] * 999, 6.0).add(5.0) == pytest.approx(log10(1001 / 1.5))


def test_a_second_gap_as_wide_is_less_rare():
    seen = tail(*[0.0] * 99)

    assert seen.add(5.0) > seen.add(5.0) > seen.add(5.0)


def test_gaps_that_are_all_alike_make_a_thin_tail_but_no_endless_one():
    seen = tail(*[1.0] * 1000)

    assert 2 < seen.add(1.1) < 4.5
    assert seen.add(1e9) == RAREST


def test_only_the_widest_are_kept_and_what_is_smaller_is_common():
    seen, all_kept = (tail(*range(1000), most=most) for most in (100, 4096))

    assert seen.add(950) == all_kept.add(950) > 1
    assert seen.add(500) == 0 < all_kept.add(500)


def test_a_tail_of_fewer_gaps_than_its_least_takes_what_there_is():
    """One gap lies beyond the start, at twice its width: half of all, and exp(-1) at each more."""
    assert tail(1.0, 2.0).add(4.0) == pytest.approx(log10(2) + 2 * log10(e))


@pytest.mark.parametrize(("known", "rare"), [(99, False), (100, True)])
def test_until_there_are_enough_gaps_nothing_is_rare(known, rare):
    seen = tail(*[0.0] * known, warm=100)

    assert (seen.add(5.0) > 0) == rare


@pytest.mark.parametrize(("known", "rare"), [(4, False), (5, True)])
def test_until_there_are_enough_numbers_a_gap_means_nothing(known, rare):
    made = Gaps(Recent(10), tail(*[0.0] * 100), first=5)
    for _ in range(known):
        made.rarity(7.0, 0.0)

    assert (made.rarity(8.0, 0.0) > 0) == rare


def test_an_odd_number_is_rare_once_and_again_when_it_is_forgotten():
    found = rarities([*[1] * 200, 9, 9, *[1] * 50, 9], recent=50)

    assert found[200] > 2
    assert found[201] == 0
    assert found[-1] > 1


def test_a_number_where_there_never_was_one_is_rare_though_no_extreme():
    numbers = [row % 10 if row % 2 else 90 + row % 10 for row in range(400)]

    assert rarities([*numbers, 50])[-1] > 2


@pytest.mark.parametrize(("grain", "rare"), [(1e-9, False), (1e-17, True)])
def test_what_differs_by_rounding_alone_is_the_same_number(grain, rare):
    found = rarities([*[0.1 + 0.2 - 0.3] * 200, 0.3 - 0.2 - 0.1], grain=grain)[-1]

    assert (found > 0) == rare
