"""A letter is a snapshot: it can be laid away as text and read back the same."""

from datetime import timedelta

import msgspec
import pytest

from daemon.letter import Letter
from daemon.notifier import DeliveryError, DeliveryRefused
from rules.alert import Change
from tests import make


@pytest.mark.parametrize("change", list(Change))
def test_a_letter_laid_away_comes_back_the_same(change: Change) -> None:
    letter = make.letter(change, summary="Ünïcode ✓")

    assert msgspec.json.decode(msgspec.json.encode(letter), type=Letter) == letter


def test_a_refusal_is_a_failure_a_person_must_mend() -> None:
    with pytest.raises(DeliveryError, match="channel_not_found"):
        raise DeliveryRefused("channel_not_found")
    assert DeliveryError("429", timedelta(seconds=3)).retry_after == timedelta(seconds=3)
