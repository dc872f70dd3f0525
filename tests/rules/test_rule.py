"""Which series a rule speaks of."""

from dataclasses import replace

import pytest

from rules.kinds.threshold import Threshold
from rules.series import Series
from tests.rules.panels import rule

SERIES = Series("tts", "usage", (("model", "sona"), ("voice_id", "agatha")))
ANY = rule(Threshold(above=1))


@pytest.mark.parametrize(
    ("where", "wanted"),
    [
        ({}, True),
        ({"voice_id": ("aga*",)}, True),
        ({"voice_id": ("bruno", "agatha")}, True),
        ({"voice_id": ("bruno",)}, False),
        ({"voice_id": ("aga*",), "model": ("other",)}, False),
        ({"key": ("*",)}, False),
    ],
)
def test_every_label_asked_for_must_match_one_of_its_patterns(where, wanted):
    assert replace(ANY, where=where).wants(SERIES) is wanted


def test_the_source_must_be_the_rules_own_and_the_metric_where_it_names_one():
    assert not replace(ANY, source="other").wants(SERIES)
    assert replace(ANY, metric="usage").wants(SERIES)
    assert not replace(ANY, metric="credits").wants(SERIES)
