"""What comes of a call, and what that means for the next."""

from datetime import timedelta
from random import Random

import pytest

from daemon.governor.outcome import AGAIN, Outcome, moment, outcome_of, rest
from daemon.http import HttpBroken, HttpError, HttpRefused, HttpUnreached, Reply

CHANCES = [Random(seed) for seed in range(200)]  # noqa: S311


@pytest.mark.parametrize(
    ("heard", "outcome"),
    [
        (200, Outcome.ANSWERED),
        (301, Outcome.ANSWERED),
        (400, Outcome.ANSWERED),
        (404, Outcome.ANSWERED),
        (401, Outcome.REFUSED),
        (403, Outcome.REFUSED),
        (429, Outcome.LIMITED),
        (503, Outcome.BUSY),
        (408, Outcome.FAILED),
        (425, Outcome.FAILED),
        (500, Outcome.FAILED),
        (504, Outcome.FAILED),
        (599, Outcome.FAILED),
        (HttpRefused("no certificate"), Outcome.REFUSED),
        (HttpUnreached("refused"), Outcome.UNREACHED),
        (HttpBroken("reset"), Outcome.BROKEN),
        (HttpError("not in time"), Outcome.UNANSWERED),
    ],
)
def test_every_answer_has_its_outcome(heard: int | HttpError, outcome: Outcome) -> None:
    told = Reply(heard, {}, b"") if isinstance(heard, int) else heard

    assert outcome_of(told) is outcome


def test_a_deadline_that_is_spent_and_a_key_that_is_refused_are_not_tried_again() -> None:
    assert (
        set(Outcome)
        - {
            Outcome.ANSWERED,
            Outcome.REFUSED,
            Outcome.UNANSWERED,
            Outcome.RESTING,
        }
        == AGAIN
    )


@pytest.mark.parametrize(("tries", "least", "most"), [(1, 0.5, 1), (2, 1, 2), (3, 2, 4)])
def test_waits_on_the_spot_double_from_half_a_second(tries: int, least: float, most: float) -> None:
    waits = [moment(Outcome.FAILED, tries, chance).total_seconds() for chance in CHANCES]

    assert least <= min(waits) < max(waits) <= most
    assert max(waits) - min(waits) > 0.9 * (most - least)


def test_what_broke_off_is_asked_again_at_once_but_only_once() -> None:
    assert moment(Outcome.BROKEN, 1, CHANCES[0]) == timedelta(0)
    assert moment(Outcome.BROKEN, 2, CHANCES[0]) >= timedelta(seconds=1)


@pytest.mark.parametrize(
    ("failures", "longest"), [(1, 30), (2, 60), (3, 120), (5, 480), (6, 900), (100, 900)]
)
def test_rests_double_up_to_a_quarter_of_an_hour(failures: int, longest: float) -> None:
    rests = [rest(Outcome.LIMITED, failures, chance).total_seconds() for chance in CHANCES]
    busy = [rest(Outcome.BUSY, failures + 1, chance).total_seconds() for chance in CHANCES]

    for spans in (rests, busy):
        assert 0.8 * longest <= min(spans) < max(spans) <= longest


def test_a_first_503_rests_nobody() -> None:
    assert rest(Outcome.BUSY, 1, CHANCES[0]) == timedelta(0)
