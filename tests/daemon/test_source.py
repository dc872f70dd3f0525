"""How a source says that it could not."""

from datetime import timedelta

import pytest

from daemon.source import SourceError, SourceRefused


def test_a_refusal_is_a_failure_a_person_must_mend() -> None:
    with pytest.raises(SourceError, match="the key was refused"):
        raise SourceRefused("voices: the key was refused")


def test_a_failure_carries_the_vendors_own_word_on_when() -> None:
    assert SourceError("429", timedelta(seconds=120)).retry_after == timedelta(seconds=120)
    assert SourceError("503").retry_after is None
