"""Alerts silence others, and never themselves: of whatever is wrong somebody hears."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from rules.inhibition import Firing, Inhibition, silenced
from rules.route import matches

TOTAL = Inhibition({"rule": ("total",)}, {"rule": ("part",)}, ("source",))

VALUES = st.sampled_from(["a", "b", "c"])
LABELS = st.fixed_dictionaries(
    {"rule": VALUES, "severity": st.sampled_from(["critical", "warning", "info"])},
    optional={"team": VALUES},
)
PATTERNS = st.dictionaries(
    st.sampled_from(["rule", "team"]), st.lists(VALUES, min_size=1, max_size=2).map(tuple)
)
INHIBITIONS = st.lists(
    st.builds(Inhibition, PATTERNS, PATTERNS, st.sampled_from([(), ("team",)])), max_size=3
)
FIRING = st.lists(LABELS, max_size=7).map(
    lambda some: [Firing(number, labels) for number, labels in enumerate(some, 1)]
)


def alerts(*said: str, **more: str) -> list[Firing]:
    """Each as "rule source"."""
    split = [one.split() for one in said]
    return [
        Firing(number, {"rule": rule, "source": source, "severity": "warning", **more})
        for number, (rule, source) in enumerate(split, 1)
    ]


def would(inhibitions: list[Inhibition], one: Firing, other: Firing) -> bool:
    """Whether one would silence another, as the words of a configuration say."""
    return one.number != other.number and any(
        matches(each.while_, one.labels)
        and matches(each.mutes, other.labels)
        and all(
            name in one.labels and one.labels[name] == other.labels.get(name) for name in each.equal
        )
        for each in inhibitions
    )


@given(INHIBITIONS, FIRING)
def test_no_alert_silences_itself(inhibitions: list[Inhibition], firing: list[Firing]) -> None:
    found = silenced(inhibitions, firing)

    assert not [number for number, by in found.items() if number == by]


@given(INHIBITIONS, FIRING)
def test_behind_every_silence_stands_an_alert_that_is_told(
    inhibitions: list[Inhibition], firing: list[Firing]
) -> None:
    found = silenced(inhibitions, firing)

    for number in found:
        chain = [number]
        while chain[-1] in found:
            chain.append(found[chain[-1]])
            assert len(chain) <= len(firing)


@given(INHIBITIONS, FIRING)
def test_whoever_is_silenced_is_so_by_what_was_said(
    inhibitions: list[Inhibition], firing: list[Firing]
) -> None:
    found, known = silenced(inhibitions, firing), {one.number: one for one in firing}

    assert all(would(inhibitions, known[by], known[number]) for number, by in found.items())


@given(INHIBITIONS, FIRING)
def test_whoever_is_told_is_silenced_by_nobody_but_those_it_silences_in_turn(
    inhibitions: list[Inhibition], firing: list[Firing]
) -> None:
    found = silenced(inhibitions, firing)
    for one in (each for each in firing if each.number not in found):
        behind = _all_behind(inhibitions, firing, one)
        silencing = [each for each in firing if would(inhibitions, each, one)]
        assert all(each.number in behind for each in silencing)


@given(INHIBITIONS, FIRING, st.randoms())
def test_the_order_of_alerts_does_not_matter(
    inhibitions: list[Inhibition], firing: list[Firing], random: object
) -> None:
    turned = list(firing)
    random.shuffle(turned)  # type: ignore[attr-defined]

    assert silenced(inhibitions, turned) == silenced(inhibitions, firing)


@given(INHIBITIONS, FIRING, LABELS)
def test_what_is_over_silences_nobody(
    inhibitions: list[Inhibition], firing: list[Firing], labels: Mapping[str, str]
) -> None:
    over = Firing(99, labels)
    found = silenced(inhibitions, firing, [over])
    without = {number: by for number, by in found.items() if number != 99}

    assert without == silenced(inhibitions, firing)
    assert (99 in found) is any(would(inhibitions, one, over) for one in firing)


def _all_behind(inhibitions: list[Inhibition], firing: list[Firing], one: Firing) -> set[int]:
    """All that an alert would silence, itself or by way of others."""
    found, ahead = set[int](), [one]
    while ahead:
        each = ahead.pop()
        fresh = [o for o in firing if would(inhibitions, each, o) and o.number not in found]
        found |= {other.number for other in fresh}
        ahead += fresh
    return found


def test_a_total_silences_its_parts_and_no_others() -> None:
    firing = alerts("total voices", "part voices", "part music", "other voices")

    assert silenced([TOTAL], firing) == {2: 1}


def test_labels_must_be_there_to_agree() -> None:
    by_team = Inhibition({"rule": ("total",)}, {"rule": ("part",)}, ("team",))

    assert silenced([by_team], alerts("total voices", "part voices")) == {}
    assert silenced([by_team], alerts("total voices", "part voices", team="a")) == {2: 1}


def test_what_is_silenced_silences_its_own_parts_still() -> None:
    whole = Inhibition({"rule": ("whole",)}, {"rule": ("total",)})
    firing = alerts("whole all", "total voices", "part voices")

    assert silenced([whole, TOTAL], firing) == {2: 1, 3: 2}


def test_of_two_that_would_silence_each_other_the_graver_is_told_then_the_older() -> None:
    both = Inhibition({"rule": ("*",)}, {"rule": ("*",)})
    older, graver = alerts("a x")[0], Firing(2, {"rule": "b", "severity": "critical"})

    assert silenced([both], [older, graver]) == {1: 2}
    assert silenced([both], alerts("a x", "b x")) == {2: 1}
    assert silenced([both], [Firing(1, {"rule": "a"}), *alerts("a x", "b x")[1:]]) == {1: 2}
    assert silenced([both], [older]) == {}


def test_of_a_ring_one_is_told_and_what_hangs_on_it_is_not() -> None:
    ring = [
        Inhibition({"rule": (one,)}, {"rule": (other,)})
        for one, other in (("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"))
    ]
    firing = alerts("d x", "c x", "b x", "a x")

    assert silenced(ring, firing) == {4: 2, 3: 4, 1: 2}
