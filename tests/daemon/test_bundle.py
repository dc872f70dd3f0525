"""What is said together, and what need not be said at all."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.bundle import BURST, Bundle, Run, bundles, ends_unheard, runs, told_by
from daemon.letter import Circular, Letter
from daemon.message import Tone, Wording
from daemon.notifier import Receipt
from daemon.store.outbox import Delivery, LetterState
from rules.alert import Change
from tests import make

OPENED, WORSENED, RESOLVED, WITHDRAWN = (
    Change.OPENED,
    Change.WORSENED,
    Change.RESOLVED,
    Change.WITHDRAWN,
)
ACKNOWLEDGED, REMINDED, ESCALATED = Change.ACKNOWLEDGED, Change.REMINDED, Change.ESCALATED
HERE = Receipt("C1", "1.0")


def line(id_, change=OPENED, alert=1, state=LetterState.OWED, group="", message=None):
    """A line of the ledger."""
    letter = make.letter(change, key=f"{alert}|{change}|{id_}", alert=alert, group=group)
    return Delivery(id_, letter, state, letter.owed_at, 0, 0, message=message)


def run(*changes, heard=False, receipt=None, alert=1, group=""):
    lines = [line(10 * alert + n, each, alert, group=group) for n, each in enumerate(changes)]
    return Run(tuple(lines), heard, receipt)


def circular(id_):
    words = Wording("Weekly", "Weekly", (), (), "")
    content = Circular(f"report {id_}", "team", make.AT, words, Tone.REPORT)
    return Delivery(id_, content, LetterState.OWED, make.AT, 0, 0)


def chosen(*owed):
    return [(one, told_by(one, follows=True)) for one in owed]


@pytest.mark.parametrize(
    ("changes", "heard", "follows", "says"),
    [
        ([OPENED], False, False, OPENED),
        ([OPENED, RESOLVED], False, False, RESOLVED),
        ([OPENED, WORSENED], False, False, WORSENED),
        ([OPENED, WITHDRAWN], False, False, None),
        ([WITHDRAWN], True, False, WITHDRAWN),
        ([RESOLVED, WITHDRAWN], True, False, WITHDRAWN),
        ([ACKNOWLEDGED], True, False, None),
        ([ACKNOWLEDGED], True, True, ACKNOWLEDGED),
        ([OPENED, ACKNOWLEDGED], False, False, OPENED),
        ([OPENED, ACKNOWLEDGED], False, True, ACKNOWLEDGED),
        ([REMINDED], True, False, REMINDED),
        ([OPENED, REMINDED], False, False, OPENED),
        ([REMINDED, RESOLVED], True, False, RESOLVED),
        ([WORSENED, REMINDED], True, False, WORSENED),
        ([ESCALATED, RESOLVED], False, False, RESOLVED),
        ([ACKNOWLEDGED, REMINDED], True, True, REMINDED),
        ([OPENED, ACKNOWLEDGED, REMINDED], False, True, OPENED),
    ],
)
def test_of_several_letters_the_newest_says_it_all(changes, heard, follows, says):
    told = told_by(run(*changes, heard=heard), follows=follows)

    assert (None if told is None else told.content.event.change) is says


@pytest.mark.parametrize(
    ("changes", "heard", "knows"),
    [
        ([OPENED], False, True),
        ([ESCALATED], False, True),
        ([OPENED, RESOLVED], False, False),
        ([OPENED, WORSENED], False, False),
        ([RESOLVED], True, True),
    ],
)
def test_a_letter_knows_whether_its_destination_heard_of_the_beginning(changes, heard, knows):
    told = told_by(run(*changes, heard=heard), follows=True)

    assert told.content.heard is knows


@pytest.mark.parametrize(
    ("changes", "heard", "ends"),
    [
        ([OPENED], False, False),
        ([OPENED, RESOLVED], False, True),
        ([OPENED, WITHDRAWN], False, True),
        ([RESOLVED], True, False),
    ],
)
def test_an_alert_may_be_over_before_it_was_heard_of(changes, heard, ends):
    assert ends_unheard(run(*changes, heard=heard)) is ends


def test_letters_of_one_alert_are_one_run_whatever_lies_between_them():
    made = runs([line(1), line(2, alert=2), line(3, RESOLVED)], {2}, {2: HERE})

    assert [(one.ids, one.heard, one.receipt) for one in made] == [
        ((1, 3), False, None),
        ((2,), True, HERE),
    ]


def test_what_may_have_arrived_is_settled_before_what_follows_it():
    lost = replace(line(1), state=LetterState.UNKNOWN, message="m")
    (made,) = runs([lost, line(2, RESOLVED)], set(), {})

    assert made.ids == (1,)


def test_a_message_that_may_have_arrived_is_put_together_again_as_it_was():
    """Two alerts left together; each has more to say since."""
    lost = [replace(line(n, alert=n), state=LetterState.UNKNOWN, message="both") for n in (1, 2)]
    later = [line(3, RESOLVED, alert=1), line(4, RESOLVED, alert=2)]
    made = bundles(chosen(*runs([*lost, *later], set(), {})))

    assert [(one.key, one.ids, one.unknown) for one in made] == [("both", (1, 2), True)]


def test_an_alert_goes_by_itself_and_is_known_by_its_own_key():
    (one, other) = bundles(chosen(run(OPENED), run(OPENED, RESOLVED, alert=2)))

    assert (one.key, one.ids) == ("1|opened|10", (10,))
    assert (other.key, [each.id for each in other.folded]) == ("2|resolved|21", [20])


def test_alerts_of_one_group_go_together():
    owed = [run(OPENED, alert=n, group="a" if n % 2 else "b") for n in range(1, 5)]

    assert [len(one.told) for one in bundles(chosen(*owed))] == [2, 2]


@pytest.mark.parametrize(("many", "messages"), [(BURST, BURST), (BURST + 1, 1)])
def test_a_burst_becomes_one_message(many, messages):
    owed = [run(OPENED, alert=n, group=f"g{n}") for n in range(1, many + 1)]

    assert len(bundles(chosen(*owed))) == messages


def test_news_of_one_message_go_into_it_together_and_before_anything_new():
    known = [run(RESOLVED, heard=True, receipt=HERE, alert=n) for n in (2, 3)]
    made = bundles(chosen(run(OPENED), *known))

    assert [(one.receipt, len(one.told)) for one in made] == [(HERE, 2), (None, 1)]


def test_a_circular_goes_by_itself_however_much_there_is():
    owed = [Run((circular(n),)) for n in range(BURST + 2)]
    made = bundles(chosen(*owed))

    assert [one.key for one in made] == [f"report {n}" for n in range(BURST + 2)]


CHANGES = st.lists(st.sampled_from(list(Change)), min_size=1, max_size=4)


@given(st.lists(st.tuples(CHANGES, st.booleans(), st.sampled_from(["", "a", "b"])), max_size=9))
def test_nothing_is_said_twice_and_nothing_is_left_out(alerts):
    owed = [
        run(*changes, heard=heard, receipt=HERE if heard else None, alert=n, group=group)
        for n, (changes, heard, group) in enumerate(alerts, 1)
    ]
    speaks = [(one, told) for one, told in chosen(*owed) if told is not None]
    made = bundles(speaks)

    assert sorted(id_ for one in made for id_ in one.ids) == sorted(
        id_ for one, _ in speaks for id_ in one.ids
    )
    assert all(isinstance(each.content, Letter) for one in made for each in one.told)
    assert len({one.key for one in made}) == len(made)
    assert all(isinstance(one, Bundle) for one in made)
